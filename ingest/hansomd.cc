// hansomd: the server's command line.
#include <csignal>
#include <cstdio>
#include <iostream>

#include <CLI/CLI.hpp>

#include "index/site/site_config.h"
#include "ingest/server.h"
#include "proto/base/log.h"

namespace {

constexpr int kExitFailed = 1;
constexpr int kExitBadConfig = 2;

int serve(const hansom::site::SiteConfig& config, const std::filesystem::path& file) {
  auto server = hansom::ingest::Server::start(config, file);
  if (!server) {
    hansom::log_error("server_not_started", server.error());
    return kExitFailed;
  }
  (*server)->run_until_signalled();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "hansomd takes sealed clips from recorder units, keeps, inspects and indexes them, and "
      "answers the people who may "
      "ask.\nEverything it does is in one configuration file; deploy/hansomd.toml is its manual.",
      "hansomd");
  std::filesystem::path config_file;
  bool check_config = false;
  app.add_option("--config", config_file, "The site's configuration, hansomd.toml")->required();
  app.add_flag("--check-config", check_config,
               "Check the configuration, print the effective one and end");
  app.set_version_flag("--version", std::string("hansomd ") + HANSOM_VERSION);
  app.footer(
      "Exit status: 0 ended as asked, 1 could not start or run, 2 the configuration is wrong.");
  CLI11_PARSE(app, argc, argv);

  // A peer that goes away while we write is an error of that write, not the end of the server.
  std::signal(SIGPIPE, SIG_IGN);
  const auto config = hansom::site::load_config(config_file);
  if (!config) {
    std::cerr << config.error().message << '\n';
    return kExitBadConfig;
  }
  if (check_config) {
    std::cout << hansom::site::to_toml(*config);
    return 0;
  }
  return serve(*config, config_file);
}
