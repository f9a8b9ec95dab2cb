// Queries of the register.
#include "index/register/register.h"

#include "index/register/keys.h"

namespace hansom::registry {

using store::Family;

Result<std::optional<catalogue::UnitRow>> find_unit(const store::Reader& reader,
                                                    const UnitId& unit) {
  return catalogue::get_row<catalogue::UnitRow>(reader, Family::kRegister, unit_key(unit.text()));
}

Result<std::vector<catalogue::UnitRow>> list_units(const store::Reader& reader) {
  return catalogue::list_rows<catalogue::UnitRow>(reader, Family::kRegister, unit_key(""));
}

Result<std::optional<evidence::RegisterLink>> link_of_unit(const store::Reader& reader,
                                                           const UnitId& unit) {
  return catalogue::get_row<evidence::RegisterLink>(reader, Family::kRegister,
                                                    link_key(unit.text()));
}

Result<std::vector<evidence::RegisterLink>> list_links(const store::Reader& reader) {
  return catalogue::list_rows<evidence::RegisterLink>(reader, Family::kRegister, link_key(""));
}

}  // namespace hansom::registry
