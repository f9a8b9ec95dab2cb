// The server: everything hansomd is made of, put together in the order it starts and taken apart in
// the order it stops.
#pragma once

#include <memory>

#include "index/site/site_config.h"

namespace hansom::ingest {

// One running server on one data folder.
class Server {
 public:
  // Opens the site and starts to listen. Keys that are added to the file later are read again when
  // somebody rotates to them. Blocks. Errors, each naming what to do: kInvalid
  // `bad_config`, `bad_tls_config`, `bad_journal_key`, `bad_identity`, `key_readable`; kUnavailable
  // `store_locked`, `port_in_use`; kStorage; kCorrupt `journal_corrupt`.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(
      const site::SiteConfig& config, const std::filesystem::path& config_file);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Serves until SIGTERM or SIGINT, then drains: no new connections, running uploads end with what
  // came kept, queued commands are committed. Returns within the configured drain time and a few
  // seconds.
  // SIGHUP: both listeners read certificate and key again.
  void run_until_signalled();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace hansom::ingest
