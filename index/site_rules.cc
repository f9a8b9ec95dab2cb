// The beginning of a journal, and looking.
#include "index/site_rules.h"

#include <algorithm>

#include "index/catalogue/row_io.h"

namespace hansom {
namespace {

// Family::kRegister: the SiteOpened of this site, empty where something else came first.
Bytes beginning_key() {
  return catalogue::key_of('s', "ite");
}

}  // namespace

Status validate_site_opened(const store::Reader& state) {
  HANSOM_TRY_ASSIGN(const auto begun, state.get(store::Family::kRegister, beginning_key()));
  if (begun) {
    return fail(ErrorKind::kConflict, "site_opened",
                "this journal has begun already; a new site needs an empty folder");
  }
  return {};
}

void apply_beginning(const evidence::Record& record, LeafIndex leaf, store::Batch& batch) {
  if (leaf != LeafIndex{0}) return;
  catalogue::put_row(batch, store::Family::kRegister, beginning_key(), record.site_opened());
}

Result<std::optional<evidence::SiteOpened>> site_opening(const store::Reader& state) {
  HANSOM_TRY_ASSIGN(auto opened, catalogue::get_row<evidence::SiteOpened>(
                                     state, store::Family::kRegister, beginning_key()));
  if (opened && opened->origin().empty()) opened.reset();
  return opened;
}

Status validate_access(const evidence::Access& act) {
  const bool printable =
      std::ranges::all_of(act.query(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!printable) {
    return fail(ErrorKind::kInvalid, "bad_access", "the query is not printable ASCII");
  }
  return {};
}

}  // namespace hansom
