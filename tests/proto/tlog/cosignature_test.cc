// Cosignatures and notes that several signed.
#include "proto/tlog/cosignature.h"

#include <gtest/gtest.h>

#include "proto/tlog/note_text.h"

namespace hansom::tlog {
namespace {

constexpr std::string_view kText =
    "evidence.example/main\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
constexpr std::int64_t kTime = 1'679'315'147;

Signer make_journal() {
  return Signer::from_pem("evidence.example/main", Signer::generate_pem()).value();
}
Cosigner make_witness(const std::string& name = "witness.example/w1") {
  return Cosigner::from_pem(name, Ed25519Key::generate_pem()).value();
}
UtcTime seconds(std::int64_t since) {
  return UtcTime(std::chrono::seconds(since));
}

TEST(Cosignature, SignsTheTimeAndTheWholeText) {
  const Cosigner witness = make_witness();
  const NoteSignature signature =
      witness.cosign(kText, seconds(kTime) + std::chrono::milliseconds(999));
  ASSERT_EQ(signature.signature.size(), 72U);
  EXPECT_EQ(read_u64be(signature.signature), static_cast<std::uint64_t>(kTime));
  // The message as the specification writes it down.
  const std::string message = "cosignature/v1\ntime 1679315147\n" + std::string(kText);
  EXPECT_TRUE(
      verify_ed25519(witness.verifier().key, message, ByteSpan(signature.signature).subspan(8)));
  EXPECT_EQ(verify_cosignature(kText, signature.signature, witness.verifier()).value(),
            seconds(kTime));
}

TEST(Cosignature, EveryFlippedBitAndEveryOtherLengthIsFound) {
  const Cosigner witness = make_witness();
  const Bytes good = witness.cosign(kText, seconds(kTime)).signature;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes damaged = good;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(verify_cosignature(kText, damaged, witness.verifier())) << "bit " << bit;
  }
  for (const std::size_t size : {0U, 7U, 8U, 71U, 73U}) {
    Bytes other = good;
    other.resize(size);
    EXPECT_FALSE(verify_cosignature(kText, other, witness.verifier())) << size;
  }
  EXPECT_FALSE(verify_cosignature(std::string(kText) + "x\n", good, witness.verifier()));
}

TEST(Cosignature, KeysOfTheTwoTypesDoNotStandForEachOther) {
  const Secret pem = Ed25519Key::generate_pem();
  const Signer journal = Signer::from_pem("one.example", pem).value();
  const Cosigner witness = Cosigner::from_pem("one.example", pem).value();
  EXPECT_NE(journal.verifier().id, witness.verifier().id);
  const VerifierKey key = VerifierKey::parse(witness.verifier().text()).value();
  EXPECT_EQ(key.type, kCosignatureV1);
  EXPECT_EQ(key.key, journal.verifier().key);
  const std::string note = "one.example\n3\n" + std::string(kText.substr(24));
  const std::string signed_note = note + "\n" + witness.cosign(note, seconds(kTime)).line();
  EXPECT_TRUE(verify_note(signed_note, key));
  // A witness's signature is never a journal's, even under its name.
  EXPECT_FALSE(verify_checkpoint(signed_note, key));
  EXPECT_FALSE(verify_checkpoint(signed_note, journal.verifier()));
}

TEST(Cosignature, ANoteCollectsThemAndKeepsTheFirstOfEachWitness) {
  const Signer journal = make_journal();
  const Cosigner one = make_witness("w.example/1");
  const Cosigner two = make_witness("w.example/2");
  std::string note = journal.sign_note(kText);
  const std::string lines =
      two.cosign(kText, seconds(5)).line() + one.cosign(kText, seconds(6)).line();
  note = add_cosignature(note, lines, one.verifier()).value();
  EXPECT_EQ(find_cosignature(SignedNote::parse(note).value(), one.verifier()).value(), seconds(6));
  EXPECT_FALSE(find_cosignature(SignedNote::parse(note).value(), two.verifier()));
  EXPECT_EQ(add_cosignature(note, one.cosign(kText, seconds(7)).line(), one.verifier()).value(),
            note);
  note = add_cosignature(note, lines, two.verifier()).value();
  EXPECT_EQ(SignedNote::parse(note)->signatures.size(), 3U);
  EXPECT_TRUE(verify_checkpoint(note, journal.verifier()));
  EXPECT_TRUE(verify_note(note, two.verifier()));
}

TEST(Cosignature, AnAnswerWithoutAGoodOneIsRefused) {
  const Signer journal = make_journal();
  const Cosigner witness = make_witness();
  const Cosigner other = make_witness();  // the same name, another key
  const std::string note = journal.sign_note(kText);
  const std::string of_another_text = witness.cosign("other\n", seconds(5)).line();
  const std::string good = witness.cosign(kText, seconds(5)).line();
  for (const std::string& lines :
       {std::string(), std::string("hello\n"), other.cosign(kText, seconds(5)).line(),
        of_another_text, of_another_text + good, good.substr(0, good.size() - 1), "\n" + good}) {
    EXPECT_FALSE(add_cosignature(note, lines, witness.verifier())) << lines;
  }
}

TEST(Cosignature, SignaturesOfUnknownTypesAreNoErrors) {
  const Signer journal = make_journal();
  const Cosigner witness = make_witness();
  // As long as one of ML-DSA-44 (type 0x06) with its time.
  const NoteSignature later{"witness.example/w1", 0x12345678, Bytes(8 + 2420, 0x5a)};
  const std::string note =
      journal.sign_note(kText) + later.line() + witness.cosign(kText, seconds(5)).line();
  EXPECT_TRUE(verify_checkpoint(note, journal.verifier()));
  EXPECT_TRUE(find_cosignature(SignedNote::parse(note).value(), witness.verifier()));
}

TEST(Cosignature, ATimeBeyondWhatCanBeToldIsRefused) {
  const Cosigner witness = make_witness();
  Bytes signature(72, 0xff);
  EXPECT_FALSE(verify_cosignature(kText, signature, witness.verifier()));
}

TEST(Cosigner, RefusesWhatIsNoName) {
  for (const char* name : {"", "a b", "a+b", "a\n"}) {
    EXPECT_FALSE(Cosigner::from_pem(name, Ed25519Key::generate_pem()));
  }
}

}  // namespace
}  // namespace hansom::tlog
