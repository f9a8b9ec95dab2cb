// `hansom witness`: a witness for other people's journals; make one, run it.
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>

#include "index/cli/commands.h"
#include "index/cli/output.h"
#include "index/witness/witness_config.h"
#include "proto/base/durable_file.h"
#include "proto/base/log.h"
#include "proto/http/server.h"

namespace hansom::cli {
namespace {

constexpr const char* kConfigFile = "witness.toml";
constexpr const char* kVerifierFile = "witness.vkey";
constexpr std::chrono::seconds kDrain{5};

struct Init {
  std::filesystem::path folder;
  std::string name;
  std::uint16_t port = 9700;
  std::vector<std::filesystem::path> logs;
};

void declare_init(CLI::App& command, Init& init) {
  command.add_option("DIR", init.folder, "A new folder")->required();
  command.add_option("--name", init.name, "The witness's name: witness.example/main")->required();
  command.add_option("--port", init.port, "Port on 127.0.0.1")->capture_default_str();
  command.add_option("--log", init.logs, "A journal's verifier key (a file); may be repeated");
}

// The commented configuration; names and keys have no character that TOML would take for its own.
std::string config_text(const Init& init, const std::vector<std::string>& keys) {
  std::string logs;
  for (const std::string& key : keys) logs += "  \"" + key + "\",\n";
  return "# A witness: hansom witness run DIR. Relative paths are taken from this folder.\n"
         "name = \"" +
         init.name +
         "\"\n"
         "# Ed25519, PEM, mode 0600. Leaking it lets others cosign in this name.\n"
         "key = \"witness.pem\"\n"
         "# One file a log: what was cosigned last. Never restore an old copy of it.\n"
         "state = \"state\"\n\n"
         "address = \"127.0.0.1\"\n"
         "port = " +
         std::to_string(init.port) +
         "\n"
         "# TLS 1.3; without it the address must be a loopback one.\n"
         "#certificate = \"tls.pem\"\n"
         "#private_key = \"tls-key.pem\"\n\n"
         "# Verifier keys of the journals that are witnessed: name+id+base64.\n"
         "logs = [\n" +
         logs + "]\n";
}

Status run_init(const Session& session, const Init& init) {
  const Secret pem = tlog::Ed25519Key::generate_pem();
  HANSOM_TRY_ASSIGN(const tlog::Cosigner cosigner, tlog::Cosigner::from_pem(init.name, pem));
  if (init.name.find_first_of("\"\\") != std::string::npos) {
    return fail(ErrorKind::kInvalid, "bad_config", "a name has no quotes and no backslash");
  }
  std::vector<std::string> keys;
  for (const std::filesystem::path& file : init.logs) {
    HANSOM_TRY_ASSIGN(std::string text, read_text(file, 4096));
    while (text.ends_with('\n')) text.pop_back();
    auto key = tlog::VerifierKey::parse(text);
    if (!key) return fail(std::move(key).error().in(file.string()));
    keys.push_back(text);
  }
  const std::string verifier = cosigner.verifier().text();
  HANSOM_TRY(durable::make_directories(init.folder));
  HANSOM_TRY(durable::create_once(init.folder / "witness.pem", pem.span(), 0600));
  HANSOM_TRY(durable::create_once(init.folder / kVerifierFile, as_bytes(verifier + "\n"), 0644));
  HANSOM_TRY(
      durable::create_once(init.folder / kConfigFile, as_bytes(config_text(init, keys)), 0644));
  boost::json::object made;
  made["configuration"] = (init.folder / kConfigFile).string();
  made["verifier_key"] = verifier;
  if (session.options.json) {
    print_json(made);
  } else {
    print(fields_of(made));
  }
  return {};
}

struct Run {
  std::filesystem::path folder;
};

void declare_run(CLI::App& command, Run& run) {
  command.add_option("DIR", run.folder, "The folder that init made")->required();
}

Result<tlog::Cosigner> read_cosigner(const witness::WitnessConfig& config) {
  HANSOM_TRY_ASSIGN(const Bytes bytes, durable::read_file(config.key, std::size_t{16} * 1024));
  auto cosigner = tlog::Cosigner::from_pem(config.name, Secret(ByteSpan(bytes)));
  if (!cosigner) return fail(std::move(cosigner).error().in(config.key.string()));
  return cosigner;
}

Result<http::ServerOptions> listener_options(const witness::WitnessConfig& config) {
  http::ServerOptions options;
  options.name = "witness";
  options.address = config.address;
  options.port = config.port;
  if (!config.certificate.empty()) {
    http::TlsOptions tls;
    tls.certificate_chain = config.certificate;
    tls.private_key = config.private_key;
    tls.session_context = options.name;
    HANSOM_TRY_ASSIGN(options.tls, http::TlsContext::make(tls));
  }
  return options;
}

// Serves until SIGTERM or SIGINT; requests that run then may end.
Status run_witness(const Session& /*session*/, const Run& run) {
  HANSOM_TRY_ASSIGN(const witness::WitnessConfig config,
                    witness::load_witness_config(run.folder / kConfigFile));
  HANSOM_TRY_ASSIGN(tlog::Cosigner cosigner, read_cosigner(config));
  const std::string verifier = cosigner.verifier().text();
  witness::WitnessServerOptions state{config.state, config.logs, &system_clock()};
  HANSOM_TRY_ASSIGN(const auto server,
                    witness::WitnessServer::open(std::move(cosigner), std::move(state)));
  http::Router router;
  server->add_routes(router);
  HANSOM_TRY_ASSIGN(http::ServerOptions options, listener_options(config));

  boost::asio::io_context context(1);
  HANSOM_TRY_ASSIGN(const auto listener,
                    http::Server::listen({&context}, router, std::move(options)));
  boost::asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code, int) {
    listener->stop(kDrain, [&context] { context.stop(); });
  });
  log(LogLevel::kInfo, "witness_started",
      {{"port", int{listener->port()}},
       {"verifier_key", verifier},
       {"logs", std::uint64_t{config.logs.size()}}});
  context.run();
  log(LogLevel::kInfo, "witness_stopped");
  return {};
}

}  // namespace

void add_witness_commands(CLI::App& app, Session& session) {
  CLI::App& witnesses = *app.add_subcommand("witness", "A witness for journals: init, run");
  witnesses.require_subcommand(1);
  add_command<Init>(witnesses, session, "init", "Make a witness: key, configuration", declare_init,
                    run_init);
  add_command<Run>(witnesses, session, "run", "Cosign checkpoints until it is told to stop",
                   declare_run, run_witness);
}

}  // namespace hansom::cli
