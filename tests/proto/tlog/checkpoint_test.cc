// Checkpoints, notes and keys: the published vectors, and refusal of everything else.
#include "proto/tlog/checkpoint.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "tests/proto/tlog/naive_tree.h"

namespace hansom::tlog {
namespace {

std::optional<std::filesystem::path> vectors() {
  const char* shared = std::getenv("HANSOM_SHARED");
  if (shared == nullptr) return std::nullopt;
  return std::filesystem::path(shared) / "vectors" / "checkpoint";
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Signer make_signer(const std::string& name) {
  return Signer::from_pem(name, Signer::generate_pem()).value();
}

TEST(CheckpointVectors, EverySignedNoteHasItsOutcome) {
  const auto folder = vectors();
  if (!folder) GTEST_SKIP() << "HANSOM_SHARED is not set: the signed notes were not verified";
  const auto notes = boost::json::parse(read_text(*folder / "signed-note" / "vectors.json"));
  int good = 0;
  int bad = 0;
  for (const auto& test : notes.as_array()) {
    const VerifierKey key =
        VerifierKey::parse(std::string_view(test.at("vkey").as_string())).value();
    EXPECT_EQ(key.text(), std::string_view(test.at("vkey").as_string()));
    const bool expected = test.at("expect").as_bool();
    EXPECT_EQ(verify_note(std::string_view(test.at("note").as_string()), key).has_value(), expected)
        << test.at("desc");
    ++(expected ? good : bad);
  }
  EXPECT_EQ(good, 18);
  EXPECT_EQ(bad, 5);
}

TEST(CheckpointVectors, EveryTesseraCheckpointVerifiesAndHasTheRootOfItsLeaves) {
  const auto folder = vectors();
  if (!folder)
    GTEST_SKIP() << "HANSOM_SHARED is not set: the tessera checkpoints were not verified";
  std::string key_text = read_text(*folder / "tessera-log" / "log.vkey");
  while (!key_text.empty() && key_text.back() == '\n') key_text.pop_back();
  const VerifierKey key = VerifierKey::parse(key_text).value();
  const auto log = *folder / "tessera-log" / "testdata" / "log";
  std::vector<Digest> leaves;
  for (const char* word : {"one", "two", "three", "four", "five", "six", "seven", "eit", "nain",
                           "ten", "ileven", "twelf", "threeten", "fourten", "fivten"}) {
    leaves.push_back(leaf_hash(as_bytes(word)));
  }
  const NaiveTree tree(leaves);
  for (std::uint64_t size = 0; size <= 15; ++size) {
    const auto checkpoint =
        verify_checkpoint(read_text(log / ("checkpoint." + std::to_string(size))), key);
    ASSERT_TRUE(checkpoint) << checkpoint.error().message;
    EXPECT_EQ(checkpoint->size, size);
    EXPECT_EQ(checkpoint->root, tree.root(size));
  }
}

TEST(Checkpoint, TextComesBackEqual) {
  const Checkpoint checkpoint{"hansom.example/demo",
                              18'446'744'073'709'551'615U,
                              sha256(std::string_view("root")),
                              {"one extension", "another"}};
  EXPECT_EQ(Checkpoint::parse(checkpoint.text()).value(), checkpoint);
}

TEST(Checkpoint, WhatIsNotOneIsRefused) {
  const std::string root = to_base64(sha256(std::string_view("root")).bytes);
  const std::string good = "origin\n7\n" + root + "\n";
  ASSERT_TRUE(Checkpoint::parse(good));
  for (const std::string& text : std::vector<std::string>{
           "", "origin", "origin\n", "origin\n7\n", "\n7\n" + root + "\n",
           "origin\n07\n" + root + "\n", "origin\n+7\n" + root + "\n", "origin\n-7\n" + root + "\n",
           "origin\n\n" + root + "\n", "origin\n18446744073709551616\n" + root + "\n",
           "origin\n7 \n" + root + "\n", "origin\n7\n" + root, "origin\n7\n" + root + "=\n",
           "origin\n7\nAAAA\n", good + "\n", good + "ext", good + "a\x01\n", good + "\xff\n"}) {
    const auto parsed = Checkpoint::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().token, "bad_checkpoint");
  }
}

TEST(Signer, SignsWhatItsVerifierKeyVerifies) {
  const Signer signer = make_signer("hansom.example/demo");
  const VerifierKey key = VerifierKey::parse(signer.verifier().text()).value();
  const Checkpoint checkpoint{"hansom.example/demo", 3, sha256(std::string_view("root")), {}};
  const std::string note = signer.sign_note(checkpoint.text());
  EXPECT_EQ(verify_checkpoint(note, key).value(), checkpoint);
  EXPECT_EQ(signer.sign_note(checkpoint.text()), note);  // Ed25519 is deterministic
}

TEST(Signer, RefusesWhatIsNotAnEd25519Key) {
  EXPECT_EQ(Signer::from_pem("a", Secret(std::string_view("no key"))).error().token,
            "bad_journal_key");
  EXPECT_EQ(Signer::from_pem("a b", Signer::generate_pem()).error().token, "bad_journal_key");
  EXPECT_EQ(Signer::from_pem("a+b", Signer::generate_pem()).error().token, "bad_journal_key");
  EXPECT_EQ(Signer::from_pem("", Signer::generate_pem()).error().token, "bad_journal_key");
}

TEST(Note, EveryFlippedBitIsFound) {
  const Signer signer = make_signer("hansom.example/demo");
  const Checkpoint checkpoint{"hansom.example/demo", 3, sha256(std::string_view("root")), {}};
  const std::string note = signer.sign_note(checkpoint.text());
  for (std::size_t bit = 0; bit < note.size() * 8; ++bit) {
    std::string damaged = note;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(verify_checkpoint(damaged, signer.verifier())) << "bit " << bit;
  }
}

TEST(Note, OtherSignaturesDoNotDisturbButAFailingOneOfTheKeyDoes) {
  const Signer ours = make_signer("ours");
  const Signer theirs = make_signer("theirs");
  const std::string text = "a\n\nb\n";
  const std::string note = ours.sign_note(text);
  const std::string line = theirs.sign_note(text).substr(text.size() + 1);
  EXPECT_EQ(verify_note(note + line, ours.verifier()).value(), text);
  EXPECT_EQ(verify_note(note + line, theirs.verifier()).value(), text);
  EXPECT_EQ(verify_note(note, theirs.verifier()).error().token, "signature_invalid");
  const std::string other = ours.sign_note("other\n").substr(std::string("other\n").size() + 1);
  EXPECT_EQ(verify_note(note + other, ours.verifier()).error().token, "signature_invalid");
}

TEST(Note, WhatIsNotOneIsRefused) {
  const Signer signer = make_signer("n");
  const std::string good = signer.sign_note("text\n");
  ASSERT_TRUE(SignedNote::parse(good));
  const std::string line = good.substr(6);
  std::string too_many = good;
  for (int i = 0; i < 100; ++i) too_many += line;
  for (const std::string& note : std::vector<std::string>{
           "", "text\n", "text\n\n", "text\n" + line, good + "\n", good.substr(0, good.size() - 1),
           "text\n\n- n AAAAAAA=\n", "text\n\n\u2014 n\n", "text\n\n\u2014 n AAAA\n",
           "text\n\n\u2014  AAAAAAA=\n", "te\rxt\n\n" + line, too_many,
           std::string(std::size_t{1024} * 1024, 'a') + "\n\n" + line}) {
    const auto parsed = SignedNote::parse(note);
    ASSERT_FALSE(parsed) << note.substr(0, 80);
    EXPECT_EQ(parsed.error().token, "bad_note");
  }
}

TEST(Note, ACheckpointOfAnotherOriginThanItsKeyIsRefused) {
  const Signer signer = make_signer("ours");
  const Checkpoint checkpoint{"theirs", 3, sha256(std::string_view("root")), {}};
  EXPECT_EQ(verify_checkpoint(signer.sign_note(checkpoint.text()), signer.verifier()).error().token,
            "bad_checkpoint");
}

TEST(VerifierKey, WhatIsNotOneIsRefused) {
  const std::string good = make_signer("name").verifier().text();
  ASSERT_TRUE(VerifierKey::parse(good));
  std::string other_id = good;
  other_id[5] = other_id[5] == '0' ? '1' : '0';
  for (const std::string& text : std::vector<std::string>{
           "", "name", "name+00000000", other_id, good.substr(4), "na me" + good.substr(4),
           good + "=", "name+0000000g" + good.substr(13), good.substr(0, good.size() - 4)}) {
    const auto parsed = VerifierKey::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().token, "bad_verifier_key");
  }
}

}  // namespace
}  // namespace hansom::tlog
