// Keys of Family::kRegister that are the register's: units and links.
#pragma once

#include "index/catalogue/row_io.h"

namespace hansom::registry {

// An empty unit gives the prefix of all.
[[nodiscard]] inline Bytes unit_key(std::string_view unit) {
  return catalogue::key_of('u', unit);
}
[[nodiscard]] inline Bytes link_key(std::string_view unit) {
  return catalogue::key_of('l', unit);
}

}  // namespace hansom::registry
