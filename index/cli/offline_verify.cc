// Verification with public files only.
#include "index/cli/offline_verify.h"

#include <boost/json/array.hpp>

#include "index/cli/bundle.h"
#include "index/cli/output.h"
#include "index/cli/verifier_key.h"
#include "index/journal/mirror.h"
#include "proto/tlog/leaf.h"
#include "proto/tlog/log_proof.h"

namespace hansom::cli {
namespace {

Result<tlog::WitnessPolicy> read_policy(const std::filesystem::path& file) {
  if (file.empty()) return tlog::WitnessPolicy();
  HANSOM_TRY_ASSIGN(const std::string text, read_text(file));
  auto policy = tlog::WitnessPolicy::parse(text);
  if (!policy) return fail(std::move(policy).error().in(file.string()));
  return policy;
}

void show(const Session& session, const boost::json::object& facts,
          const std::vector<std::string>& checked) {
  boost::json::object out = facts;
  boost::json::array words;
  for (const std::string& line : checked) words.push_back(boost::json::string(line));
  if (session.options.json) {
    out["checked"] = std::move(words);
    print_json(out);
    return;
  }
  for (const std::string& line : checked) print("checked: " + printable(line) + "\n");
  print(fields_of(out));
}

std::string witnesses_line(const std::vector<tlog::Witnessed>& witnesses,
                           const tlog::WitnessPolicy& policy) {
  if (policy.quorum == "none") return "no witnesses: no policy asks for them";
  std::string out = "the quorum " + policy.quorum + " cosigned the checkpoint:";
  for (const tlog::Witnessed& one : witnesses) out += " " + one.name + " " + to_rfc3339(one.time);
  return out;
}

std::string checkpoint_line(const tlog::Checkpoint& checkpoint) {
  return "the journal " + checkpoint.origin + " signed a tree of " +
         std::to_string(checkpoint.size) + " leaves";
}

Status verify_proof(const Session& session, const OfflineVerify& verify,
                    const tlog::KeyHistory& keys, const tlog::WitnessPolicy& policy) {
  HANSOM_TRY_ASSIGN(const std::string text, read_text(verify.proof));
  auto proof = tlog::LogProof::parse(text);
  if (!proof) return fail(std::move(proof).error().in(verify.proof.string()));
  if (!proof->extra) {
    return fail(ErrorKind::kInvalid, "bad_proof", "the proof does not hold its leaf");
  }
  const auto proven = tlog::verify_log_proof(*proof, tlog::leaf_hash(*proof->extra), keys, policy);
  if (!proven) return fail(Error(proven.error()).in(verify.proof.string()));
  HANSOM_TRY_ASSIGN(const tlog::Leaf leaf, tlog::Leaf::decode(*proof->extra));
  boost::json::object facts;
  facts["valid"] = true;
  facts["journal"] = keys.newest().name;
  facts["leaf_index"] = proof->index;
  facts["tree_size"] = proven->checkpoint.size;
  facts["leaf_type"] = leaf.type;
  facts["leaf_time"] = to_rfc3339(leaf.time);
  facts["commitment"] = leaf.commitment.hex();
  show(session, facts,
       {checkpoint_line(proven->checkpoint), witnesses_line(proven->witnesses, policy),
        "the leaf stands at " + std::to_string(proof->index) + " of that tree"});
  return {};
}

Status verify_bundle(const Session& session, const OfflineVerify& verify,
                     const tlog::KeyHistory& keys, const tlog::WitnessPolicy& policy) {
  HANSOM_TRY_ASSIGN(const BundleChecked bundle, check_bundle(verify.bundle, keys, policy));
  const auto index = to_u64(bundle.receipt.leaf_index);
  boost::json::object facts;
  facts["valid"] = true;
  facts["journal"] = keys.newest().name;
  facts["clip"] = bundle.receipt.clip.hex();
  facts["unit"] = bundle.receipt.unit;
  facts["accepted"] = to_rfc3339(bundle.receipt.accepted);
  facts["media"] = bundle.media_file;
  facts["media_sha256"] = bundle.media.hex();
  facts["sealed_bytes_checked"] = bundle.sealed;
  facts["leaf_index"] = index;
  facts["tree_size"] = bundle.proven.checkpoint.size;
  std::vector<std::string> checked = {
      checkpoint_line(bundle.proven.checkpoint), witnesses_line(bundle.proven.witnesses, policy),
      "the leaf stands at " + std::to_string(index) + " of that tree",
      "the leaf commits to the record that unit " + bundle.receipt.unit + " delivered clip " +
          bundle.receipt.clip.hex(),
      bundle.media_file + " has the digest that the unit signed in the clip's manifest"};
  if (bundle.sealed) checked.emplace_back("clip.age is the sealed clip as it arrived");
  show(session, facts, checked);
  return {};
}

boost::json::object facts_of(const journal::MirrorReport& report) {
  boost::json::object facts;
  facts["valid"] = report.clean();
  facts["tree_size"] = report.checkpoint.size;
  facts["root"] = report.checkpoint.root.hex();
  facts["leaves"] = report.leaves;
  facts["leaves_not_there"] = report.leaves_old;
  facts["tiles"] = report.tiles;
  facts["problems_found"] = report.problems.size();
  return facts;
}

Status verify_copy(const Session& session, const OfflineVerify& verify,
                   const tlog::KeyHistory& keys, const tlog::WitnessPolicy& policy) {
  journal::MirrorOptions options{verify.mirror, keys, policy, std::nullopt};
  if (!verify.old_checkpoint.empty()) {
    HANSOM_TRY_ASSIGN(options.old_checkpoint, read_text(verify.old_checkpoint));
  }
  const journal::MirrorReport report = journal::verify_mirror(options);
  boost::json::object facts = facts_of(report);
  if (!report.clean()) {
    boost::json::array problems;
    for (const journal::Problem& problem : report.problems) {
      problems.push_back(boost::json::object{
          {"what", problem.what}, {"where", problem.where}, {"detail", problem.detail}});
      if (!session.options.json) {
        print(problem.what + " " + problem.where + ": " + printable(problem.detail) + "\n");
      }
    }
    if (session.options.json) facts["problems"] = std::move(problems);
    show(session, facts, {});
    return fail(ErrorKind::kCorrupt, "journal_corrupt",
                std::to_string(report.problems.size()) + " problems in the copied log");
  }
  std::vector<std::string> checked = {
      checkpoint_line(report.checkpoint), witnesses_line(report.witnesses, policy),
      std::to_string(report.leaves) + " leaves hash to their tiles, " +
          std::to_string(report.leaves_old) + " are there by their hashes only",
      std::to_string(report.tiles) + " tiles are what lies below them, and give the signed root"};
  if (report.old_checkpoint) {
    facts["old_size"] = report.old_checkpoint->size;
    checked.push_back("the old checkpoint of " + std::to_string(report.old_checkpoint->size) +
                      " leaves is the beginning of this log");
  }
  show(session, facts, checked);
  return {};
}

}  // namespace

Status verify_offline(const Session& session, const OfflineVerify& verify) {
  const int given = static_cast<int>(!verify.mirror.empty()) +
                    static_cast<int>(!verify.proof.empty()) +
                    static_cast<int>(!verify.bundle.empty());
  if (given != 1) {
    return fail(ErrorKind::kInvalid, "bad_config", "give one of --mirror, --proof and --bundle");
  }
  if (verify.mirror.empty() && !verify.old_checkpoint.empty()) {
    return fail(ErrorKind::kInvalid, "bad_config", "--from does not go with --proof or --bundle");
  }
  std::filesystem::path chain = verify.chain;
  const std::filesystem::path& folder = verify.mirror.empty() ? verify.bundle : verify.mirror;
  std::error_code failed;
  if (chain.empty() && std::filesystem::exists(folder / kMirroredChainFile, failed)) {
    chain = folder / kMirroredChainFile;
  }
  HANSOM_TRY_ASSIGN(const tlog::KeyHistory keys, key_history(session, verify.key, chain));
  HANSOM_TRY_ASSIGN(const tlog::WitnessPolicy policy, read_policy(verify.policy));
  if (!verify.proof.empty()) return verify_proof(session, verify, keys, policy);
  if (!verify.bundle.empty()) return verify_bundle(session, verify, keys, policy);
  return verify_copy(session, verify, keys, policy);
}

}  // namespace hansom::cli
