// The official cases: transparency-dev's 518 proofs and the reference tree of RFC 6962
// implementations.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "proto/tlog/subtree.h"
#include "tests/proto/tlog/naive_tree.h"

namespace hansom::tlog {
namespace {

namespace json = boost::json;

std::optional<std::filesystem::path> vectors() {
  const char* shared = std::getenv("HANSOM_SHARED");
  if (shared == nullptr) return std::nullopt;
  return std::filesystem::path(shared) / "vectors" / "merkle";
}

json::value read_json(const std::filesystem::path& path) {
  std::ifstream in(path);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  return json::parse(text);
}

Result<Digest> digest(const json::value& value) {
  if (!value.is_string()) return fail(ErrorKind::kInvalid, "bad_digest", "no digest");
  HANSOM_TRY_ASSIGN(const Bytes bytes, from_base64(std::string_view(value.as_string())));
  return Digest::from_span(bytes);
}

Result<Proof> proof_of(const json::value& value) {
  Proof proof;
  if (value.is_null()) return proof;
  for (const json::value& element : value.as_array()) {
    HANSOM_TRY_ASSIGN(const Digest hash, digest(element));
    proof.push_back(hash);
  }
  return proof;
}

// Some cases stand for "any root" with a text that is no digest; its digest keeps equal ones equal.
Digest stand_in(const json::value& value) {
  const auto real = digest(value);
  return real ? *real : sha256(std::string_view(value.as_string()));
}

std::uint64_t number(const json::object& test, std::string_view name) {
  return test.at(name).to_number<std::uint64_t>();
}

Status run_inclusion(const json::object& test) {
  HANSOM_TRY_ASSIGN(const Digest leaf, digest(test.at("leafHash")));
  HANSOM_TRY_ASSIGN(const Digest root, digest(test.at("root")));
  HANSOM_TRY_ASSIGN(const Proof proof, proof_of(test.at("proof")));
  return verify_inclusion(leaf, number(test, "leafIdx"), number(test, "treeSize"), proof, root);
}

Subtree subtree_of(const json::object& test) {
  return Subtree{number(test, "start"), number(test, "end")};
}

Status run_subtree_inclusion(const json::object& test) {
  const Subtree subtree = subtree_of(test);
  HANSOM_TRY_ASSIGN(const Digest leaf, digest(test.at("leafHash")));
  HANSOM_TRY_ASSIGN(const Digest root, digest(test.at("root")));
  HANSOM_TRY_ASSIGN(const Proof proof, proof_of(test.at("proof")));
  return verify_subtree_inclusion(leaf, number(test, "leafIdx"), subtree, proof, root);
}

Status run_consistency(const json::object& test) {
  HANSOM_TRY_ASSIGN(const Proof proof, proof_of(test.at("proof")));
  return verify_consistency(number(test, "size1"), number(test, "size2"), proof,
                            stand_in(test.at("root1")), stand_in(test.at("root2")));
}

Status run_subtree_consistency(const json::object& test) {
  const Subtree subtree = subtree_of(test);
  HANSOM_TRY_ASSIGN(const Proof proof, proof_of(test.at("proof")));
  return verify_subtree_consistency(subtree, number(test, "size"), proof,
                                    stand_in(test.at("root1")), stand_in(test.at("root2")));
}

TEST(MerkleVectors, All518CasesHaveTheirOutcome) {
  const auto folder = vectors();
  if (!folder) GTEST_SKIP() << "HANSOM_SHARED is not set: the 518 Merkle cases were not run";
  const std::map<std::string, std::function<Status(const json::object&)>> kinds = {
      {"inclusion", run_inclusion},
      {"consistency", run_consistency},
      {"subtreeinclusion", run_subtree_inclusion},
      {"subtreeconsistency", run_subtree_consistency}};
  int cases = 0;
  for (const auto& [kind, run] : kinds) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(*folder / "testdata" / kind)) {
      if (entry.path().extension() != ".json") continue;
      ++cases;
      const json::value test = read_json(entry.path());
      EXPECT_EQ(!run(test.as_object()).has_value(), test.at("wantErr").as_bool()) << entry.path();
    }
  }
  EXPECT_EQ(cases, 518);
}

TEST(MerkleVectors, TheReferenceTreeHasItsRoots) {
  const auto folder = vectors();
  if (!folder) GTEST_SKIP() << "HANSOM_SHARED is not set: the reference tree was not compared";
  const json::value reference = read_json(*folder / "rfc6962_reference.json");
  std::vector<Digest> hashes;
  for (const json::value& input : reference.at("leaf_inputs_hex").as_array()) {
    hashes.push_back(leaf_hash(from_hex(std::string_view(input.as_string())).value()));
  }
  const NaiveTree tree(hashes);
  const json::array& roots = reference.at("root_by_tree_size_hex").as_array();
  ASSERT_EQ(roots.size(), hashes.size() + 1);
  for (std::uint64_t size = 0; size < roots.size(); ++size) {
    EXPECT_EQ(root(size, tree.nodes())->hex(), std::string_view(roots[size].as_string()));
  }
}

}  // namespace
}  // namespace hansom::tlog
