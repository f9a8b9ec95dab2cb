// What every command of `hansom` has: the global options, where the site is, and how results are
// shown.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "proto/base/result.h"
#include "proto/base/secret.h"

namespace hansom::cli {

// Exit codes, as --help lists them.
enum class Exit {
  kDone = 0,
  kFailed = 1,       // the server or this machine failed
  kUsage = 2,        // arguments, files given, or configuration
  kNotAllowed = 3,   // token missing, expired, or without the right
  kNotFound = 4,     // no such thing, or it was destroyed
  kNotProven = 5,    // a digest, proof, signature or journal does not hold
  kUnavailable = 6,  // the server cannot be reached or is busy: try again
};
[[nodiscard]] Exit exit_of(const Error& error);
// The list for --help.
[[nodiscard]] std::string exit_codes_help();

// The global options, as given.
struct GlobalOptions {
  std::string site;        // --site, HANSOM_SITE
  std::string server;      // --server
  std::string authority;   // --authority
  std::string token_file;  // --token-file, HANSOM_TOKEN_FILE
  std::string purpose;     // --purpose, HANSOM_PURPOSE
  bool json = false;
};

// A site's folder as the tool sees it: hansom-cli.toml, with paths made absolute. Members are empty
// where the file does not say.
struct SitePaths {
  std::filesystem::path folder;
  std::string host;    // the server's name in addresses: "localhost"
  std::string server;  // the people's API; where the file does not say, host and the port of
                       // hansomd.toml beside it
  std::filesystem::path authority;
  std::filesystem::path token_file;
  std::filesystem::path journal_key;  // verifier key, text
};

// One run of the tool. Commands set `action` while arguments are parsed; main runs it.
class Session {
 public:
  GlobalOptions options;
  std::function<Status()> action;
  // Of a command with exit codes of its own; else exit_of.
  std::function<int(const Error&)> own_exit;

  // The site of --site, HANSOM_SITE or, when hansom-cli.toml stands there, of the present folder;
  // nullopt without any. Error: kInvalid `bad_config`.
  [[nodiscard]] Result<std::optional<SitePaths>> find_site() const;
  // The same for commands that need one.
  [[nodiscard]] Result<SitePaths> require_site() const;
};

inline constexpr const char* kCliFile = "hansom-cli.toml";

// Reads DIR/hansom-cli.toml. Error: kInvalid `bad_config`.
[[nodiscard]] Result<SitePaths> read_site(const std::filesystem::path& folder);
// Reads a token from its file (one line). Errors: kInvalid `bad_config` when others can read it or
// it holds no token.
[[nodiscard]] Result<Secret> read_token(const std::filesystem::path& file);
// Whole text of a file that a command was given. Errors: kNotFound `not_found`, kTooLarge
// `file_too_large`.
[[nodiscard]] Result<std::string> read_text(const std::filesystem::path& file,
                                            std::size_t bytes_max = 1 << 20);

}  // namespace hansom::cli
