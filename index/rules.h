// The rules: what each journal record needs to be valid and what it does to the views. One function
// pair an act, in the room the act belongs to (catalogue/, register/, access/, retention/); this
// only dispatches.
#pragma once

#include <memory>

#include "index/journal/journal.h"

namespace hansom {

[[nodiscard]] std::unique_ptr<journal::Rules> make_rules();

}  // namespace hansom
