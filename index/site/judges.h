// What texts of a configuration must be. Each returns what is wrong ("must be ..."), or nothing.
#pragma once

#include <string>
#include <string_view>

namespace hansom::site {

[[nodiscard]] std::string judge_origin(std::string_view text);    // of the journal
[[nodiscard]] std::string judge_name(std::string_view text);      // of people and bodies
[[nodiscard]] std::string judge_address(std::string_view text);   // IPv4 or IPv6
[[nodiscard]] std::string judge_loopback(std::string_view text);  // one of this machine alone
[[nodiscard]] std::string judge_ciphers(std::string_view text);   // suites of TLS 1.3
[[nodiscard]] std::string judge_zone(std::string_view text);      // IANA; reads the zone files
[[nodiscard]] std::string judge_groups(std::string_view text);    // of its key exchange

}  // namespace hansom::site
