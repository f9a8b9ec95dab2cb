// The journal's verifier key, from a file or the site.
#pragma once

#include <filesystem>

#include "index/cli/people_client.h"
#include "index/cli/session.h"
#include "proto/tlog/key_history.h"

namespace hansom::cli {

// `file` when it is given, else the site's. Errors: kInvalid `bad_config` without either,
// `bad_verifier_key`; kNotFound `not_found`.
[[nodiscard]] Result<tlog::VerifierKey> verifier_key(const Session& session,
                                                     const std::filesystem::path& file);

// In a site: the chain of its journal's keys, where the key was rotated.
inline constexpr const char* kKeyChainFile = "keys/journal-chain.json";
// The same beside a copy of the log.
inline constexpr const char* kMirroredChainFile = "journal-chain.json";
// In such a site: the verifier key in force, to give to others. The founding one stays where it is.
inline constexpr const char* kNewestKeyFile = "keys/journal-newest.vkey";

// That key and those after it, by the chain in `chain_file` when it is given, else by the site's
// where it has one. Errors also: kInvalid `bad_key_chain`, kCorrupt `key_chain_invalid`.
[[nodiscard]] Result<tlog::KeyHistory> key_history(const Session& session,
                                                   const std::filesystem::path& key_file,
                                                   const std::filesystem::path& chain_file);
// The same by the chain the server tells.
[[nodiscard]] Result<tlog::KeyHistory> key_history(PeopleClient& client,
                                                   const tlog::VerifierKey& key);
// Writes the chain the server tells to `file`. Error: kInvalid `bad_key_chain`, kStorage, those of
// the client.
[[nodiscard]] Status save_key_chain(PeopleClient& client, const std::filesystem::path& file);

}  // namespace hansom::cli
