// A folder of many units: keys, requests and certificates, and what the site told them all.
//
// <unit>.key (0600), <unit>.csr, and from the site <unit>.pem, with site.toml and server-ca.pem.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "proto/base/ids.h"
#include "proto/http/client.h"

namespace hansom::ingest {

struct FleetUnit {
  UnitId id;
  http::ClientIdentity identity;
};

// "sim-0001" and so on; always the same for one number.
[[nodiscard]] UnitId fleet_unit_id(std::size_t number);

// Makes the keys and requests that are missing, for units 1 to `units`; those without a certificate
// are returned. Errors: kStorage. Blocks.
[[nodiscard]] Result<std::vector<UnitId>> prepare_fleet(const std::filesystem::path& folder,
                                                        std::size_t units);

// Error: kInvalid `bad_config` naming the unit that is not enrolled yet and how to. Blocks.
[[nodiscard]] Result<std::vector<FleetUnit>> load_fleet(const std::filesystem::path& folder,
                                                        std::size_t units);

// Runs `hansom --site SITE --purpose ... unit enrol --request FOLDER`, the program beside this one,
// and waits for it; it speaks for itself. Errors: kNotFound `not_found`, kUnavailable
// `server_unreachable` when it did not end well. Blocks.
[[nodiscard]] Status enrol_fleet(const std::filesystem::path& site,
                                 const std::filesystem::path& folder);

}  // namespace hansom::ingest
