// `hansom receipt`: get one from the server, verify one without it.
#include "index/cli/commands.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"
#include "index/cli/verifier_key.h"
#include "proto/base/durable_file.h"
#include "proto/base/hash_file.h"
#include "proto/evidence/key_chain.h"

namespace hansom::cli {
namespace {

struct Get {
  std::string clip;
  std::filesystem::path file;
};

void declare_get(CLI::App& command, Get& get) {
  command.add_option("CLIP", get.clip, "The clip's digest")->required();
  command.add_option("--output,-o", get.file, "A new file [stdout]");
}

Status run_get(const Session& session, const Get& get) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const std::string receipt,
                    client->get_text("/v1/clips/" + path_segment(get.clip) + "/receipt"));
  if (get.file.empty()) {
    print(receipt + "\n");
    return {};
  }
  HANSOM_TRY(durable::create_once(get.file, as_bytes(receipt), 0644));
  boost::json::object done;
  done["file"] = get.file.string();
  done["clip"] = get.clip;
  if (session.options.json) {
    print_json(done);
  } else {
    print(get.file.string() + ": the receipt of " + printable(get.clip) + "\n");
  }
  return {};
}

struct Verify {
  std::filesystem::path receipt;
  std::filesystem::path key;
  std::filesystem::path chain;
  std::filesystem::path sealed;
};

void declare_verify(CLI::App& command, Verify& verify) {
  command.add_option("FILE", verify.receipt, "The receipt")->required();
  command.add_option("--key", verify.key, "The journal's verifier key [the site's]");
  command.add_option("--keys", verify.chain,
                     "The chain of the journal's keys, where it was rotated [the site's]");
  command.add_option("--sealed", verify.sealed, "Also check that these sealed bytes are the clip");
}

Status run_verify(const Session& session, const Verify& verify) {
  HANSOM_TRY_ASSIGN(const tlog::KeyHistory keys, key_history(session, verify.key, verify.chain));
  HANSOM_TRY_ASSIGN(const std::string text, read_text(verify.receipt));
  auto receipt = evidence::parse_receipt(text);
  if (!receipt) return fail(std::move(receipt).error().in(verify.receipt.string()));
  if (Status status = evidence::verify_receipt(*receipt, keys); !status) {
    return fail(std::move(status).error().in(verify.receipt.string()));
  }
  if (!verify.sealed.empty()) {
    HANSOM_TRY_ASSIGN(const FileFacts found, hash_file(verify.sealed));
    if (found.sha256 != receipt->clip) {
      return fail(ErrorKind::kCorrupt, "digest_mismatch",
                  verify.sealed.string() + " is not the clip of this receipt");
    }
  }
  boost::json::object proven;
  proven["receipt"] = "valid";
  proven["clip"] = receipt->clip.hex();
  proven["unit"] = receipt->unit;
  proven["sealed_bytes"] = receipt->sealed_bytes;
  proven["accepted"] = to_rfc3339(receipt->accepted);
  proven["leaf_index"] = to_u64(receipt->leaf_index);
  proven["tree_size"] = receipt->tree_size;
  proven["journal"] = keys.newest().name;
  if (session.options.json) {
    print_json(proven);
  } else {
    print(fields_of(proven));
  }
  return {};
}

}  // namespace

void add_receipt_commands(CLI::App& app, Session& session) {
  CLI::App& receipts = *app.add_subcommand("receipt", "Receipts: get, verify");
  receipts.require_subcommand(1);
  add_command<Get>(receipts, session, "get", "Get the receipt of a clip", declare_get, run_get);
  add_command<Verify>(receipts, session, "verify",
                      "Check a receipt with the journal's key alone, offline", declare_verify,
                      run_verify);
}

}  // namespace hansom::cli
