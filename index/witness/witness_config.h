// The configuration of `hansom witness`: one TOML file.
#pragma once

#include "index/witness/witness_server.h"

namespace hansom::witness {

// Relative paths in the file are taken from the file's folder; here they are absolute.
struct WitnessConfig {
  std::string name;
  std::filesystem::path key;  // PEM, Ed25519
  std::filesystem::path state;
  std::string address = "127.0.0.1";
  std::uint16_t port = 9700;
  std::filesystem::path certificate;  // PEM; empty: plain HTTP, on a loopback address only
  std::filesystem::path private_key;
  std::vector<WitnessedLog> logs;
};

// Error: kInvalid `bad_config`, naming file and what is wrong.
[[nodiscard]] Result<WitnessConfig> load_witness_config(const std::filesystem::path& file);

}  // namespace hansom::witness
