// Keys in SoftHSM: signing, a session that is lost, and everything that can be missing.
#include "proto/hsm/token_key.h"

#include <cstdlib>
#include <fstream>

#include <dlfcn.h>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <p11-kit/pkcs11.h>

#include "proto/tlog/checkpoint.h"
#include "proto/tlog/ed25519.h"
#include "tests/support/temp_dir.h"

namespace hansom::hsm {
namespace {

constexpr const char* kModule = "/usr/lib/softhsm/libsofthsm2.so";
constexpr const char* kLabel = "hansom test";
constexpr std::string_view kPin = "4711-secret";

// The module itself, beside the code under test.
CK_FUNCTION_LIST* module_calls() {
  void* library = ::dlopen(kModule, RTLD_NOW | RTLD_LOCAL);
  const auto get = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
  CK_FUNCTION_LIST* calls = nullptr;
  return get != nullptr && get(&calls) == CKR_OK ? calls : nullptr;
}

// One token for the process: a module reads its configuration once.
class TokenKeyTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!std::filesystem::exists(kModule)) return;
    folder = new_folder();
    const auto tokens = folder->path() / "tokens";
    std::filesystem::create_directory(tokens);
    const auto configuration = folder->path() / "softhsm2.conf";
    std::ofstream(configuration) << "directories.tokendir = " << tokens.string()
                                 << "\nobjectstore.backend = file\nlog.level = ERROR\n";
    ::setenv("SOFTHSM2_CONF", configuration.c_str(), 1);
    CK_FUNCTION_LIST* calls = module_calls();
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    ASSERT_EQ(calls->C_Initialize(&arguments), CKR_OK);
    std::string pin(kPin);
    std::string label(kLabel);
    label.resize(32, ' ');
    CK_SLOT_ID slot = 0;
    CK_ULONG count = 1;
    ASSERT_EQ(calls->C_GetSlotList(CK_TRUE, &slot, &count), CKR_OK);
    ASSERT_EQ(calls->C_InitToken(slot, bytes_of(pin), pin.size(), bytes_of(label)), CKR_OK);
    CK_SESSION_HANDLE session = open_session(calls);
    ASSERT_EQ(calls->C_Login(session, CKU_SO, bytes_of(pin), pin.size()), CKR_OK);
    ASSERT_EQ(calls->C_InitPIN(session, bytes_of(pin), pin.size()), CKR_OK);
    ASSERT_EQ(calls->C_Logout(session), CKR_OK);
    ASSERT_EQ(calls->C_Login(session, CKU_USER, bytes_of(pin), pin.size()), CKR_OK);
    make_key(calls, session, "journal", CKM_EC_EDWARDS_KEY_PAIR_GEN,
             {0x06, 0x03, 0x2b, 0x65, 0x70});
    make_key(calls, session, "authority", CKM_EC_KEY_PAIR_GEN,
             {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07});
    ASSERT_EQ(calls->C_CloseSession(session), CKR_OK);
  }
  static void TearDownTestSuite() { folder.reset(); }

  void SetUp() override {
    if (!std::filesystem::exists(kModule)) {
      GTEST_SKIP() << "SoftHSM is not installed: apt-get install softhsm2";
    }
    pin_file_ = folder->path() / "pin";
    write_pin(std::string(kPin) + "\n", 0600);
  }
  void write_pin(const std::string& text, mode_t mode) const {
    std::ofstream(pin_file_) << text;
    ASSERT_EQ(::chmod(pin_file_.c_str(), mode), 0);
  }
  std::string uri(const std::string& object, const std::string& token = "hansom%20test",
                  const std::string& module = kModule) const {
    return "pkcs11:token=" + token + ";object=" + object + "?module-path=" + module +
           "&pin-source=file:" + pin_file_.string();
  }
  // Refused with these; and nothing of the PIN is in the words.
  void expect_refused(const std::string& text, std::string_view token, const std::string& says,
                      KeyKind kind = KeyKind::kEd25519) const {
    const auto key = open_token_key(text, kind);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().token, token) << key.error().message;
    EXPECT_THAT(key.error().message, ::testing::HasSubstr(says));
    EXPECT_THAT(key.error().message, ::testing::Not(::testing::HasSubstr(std::string(kPin))));
  }
  // Sessions of every key end, as when a token is drawn and put back.
  static void lose_sessions() {
    CK_FUNCTION_LIST* calls = module_calls();
    ASSERT_EQ(calls->C_CloseAllSessions(slot_of(calls)), CKR_OK);
  }

  std::filesystem::path pin_file_;

 private:
  static std::unique_ptr<test::TempDir> new_folder() { return std::make_unique<test::TempDir>(); }
  static CK_UTF8CHAR* bytes_of(std::string& text) {
    return reinterpret_cast<CK_UTF8CHAR*>(text.data());
  }
  static CK_SLOT_ID slot_of(CK_FUNCTION_LIST* calls) {
    std::array<CK_SLOT_ID, 8> slots{};
    CK_ULONG count = slots.size();
    EXPECT_EQ(calls->C_GetSlotList(CK_TRUE, slots.data(), &count), CKR_OK);
    for (std::size_t i = 0; i < count; ++i) {
      CK_TOKEN_INFO info{};
      if (calls->C_GetTokenInfo(slots.at(i), &info) == CKR_OK &&
          (info.flags & CKF_TOKEN_INITIALIZED) != 0) {
        return slots.at(i);
      }
    }
    ADD_FAILURE() << "there is no token";
    return 0;
  }
  static CK_SESSION_HANDLE open_session(CK_FUNCTION_LIST* calls) {
    CK_SESSION_HANDLE session = 0;
    EXPECT_EQ(calls->C_OpenSession(slot_of(calls), CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr,
                                   nullptr, &session),
              CKR_OK);
    return session;
  }
  static void make_key(CK_FUNCTION_LIST* calls, CK_SESSION_HANDLE session, std::string label,
                       CK_MECHANISM_TYPE type, Bytes curve) {
    CK_MECHANISM mechanism{type, nullptr, 0};
    CK_BBOOL yes = CK_TRUE;
    std::vector<CK_ATTRIBUTE> common{{CKA_TOKEN, &yes, sizeof yes},
                                     {CKA_LABEL, label.data(), label.size()}};
    std::vector<CK_ATTRIBUTE> open = common;
    open.push_back({CKA_EC_PARAMS, curve.data(), curve.size()});
    open.push_back({CKA_VERIFY, &yes, sizeof yes});
    std::vector<CK_ATTRIBUTE> secret = common;
    secret.push_back({CKA_SIGN, &yes, sizeof yes});
    secret.push_back({CKA_PRIVATE, &yes, sizeof yes});
    CK_OBJECT_HANDLE a = 0;
    CK_OBJECT_HANDLE b = 0;
    ASSERT_EQ(calls->C_GenerateKeyPair(session, &mechanism, open.data(), open.size(), secret.data(),
                                       secret.size(), &a, &b),
              CKR_OK);
  }

  static std::unique_ptr<test::TempDir> folder;
};

std::unique_ptr<test::TempDir> TokenKeyTest::folder;

TEST_F(TokenKeyTest, SignsWhatEverybodyCanVerify) {
  auto key = open_token_key(uri("journal"), KeyKind::kEd25519);
  ASSERT_TRUE(key) << key.error().message;
  const Bytes bytes = (*key)->public_key();
  tlog::Ed25519PublicKey public_key{};
  ASSERT_EQ(bytes.size(), public_key.size());
  std::copy(bytes.begin(), bytes.end(), public_key.begin());
  const auto signature = (*key)->sign(as_bytes("a message"));
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_TRUE(tlog::verify_ed25519(public_key, "a message", *signature));
  EXPECT_FALSE(tlog::verify_ed25519(public_key, "another", *signature));

  const auto signer = tlog::Signer::from_key("journal.example", *std::move(key)).value();
  const tlog::Checkpoint checkpoint{"journal.example", 7, sha256("root"), {}};
  EXPECT_EQ(tlog::verify_checkpoint(signer.sign_note(checkpoint.text()), signer.verifier()).value(),
            checkpoint);
}

TEST_F(TokenKeyTest, AnAuthoritySignsToo) {
  const auto key = open_token_key(uri("authority"), KeyKind::kP256);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ((*key)->public_key().size(), 65);
  EXPECT_EQ((*key)->sign(as_bytes("a message")).value().size(), 64);
}

TEST_F(TokenKeyTest, ALostSessionIsOpenedAgain) {
  const auto key = open_token_key(uri("journal"), KeyKind::kEd25519);
  ASSERT_TRUE(key) << key.error().message;
  const Bytes before = (*key)->sign(as_bytes("a message")).value();
  for (int i = 0; i < 3; ++i) {
    lose_sessions();
    const auto after = (*key)->sign(as_bytes("a message"));
    ASSERT_TRUE(after) << after.error().message;
    EXPECT_EQ(*after, before);  // Ed25519 is deterministic
  }
}

TEST_F(TokenKeyTest, AWrongPinIsTriedOnce) {
  const auto key = open_token_key(uri("journal"), KeyKind::kEd25519);
  ASSERT_TRUE(key) << key.error().message;
  write_pin("0000", 0600);
  lose_sessions();
  EXPECT_EQ((*key)->sign(as_bytes("x")).error().token, "pin_wrong");
  write_pin(std::string(kPin), 0600);
  const auto again = (*key)->sign(as_bytes("x"));
  ASSERT_FALSE(again) << "not before a restart";
  EXPECT_EQ(again.error().token, "pin_wrong");
  EXPECT_TRUE(open_token_key(uri("journal"), KeyKind::kEd25519)) << "a restart";
}

TEST_F(TokenKeyTest, WhatIsMissingIsNamed) {
  expect_refused(uri("journal", "elsewhere"), "key_unavailable", "no token of that label");
  expect_refused(uri("nothing"), "key_unavailable", "no such key");
  expect_refused(uri("authority"), "key_unavailable", "of the right kind");
  expect_refused(uri("journal"), "key_unavailable", "of the right kind", KeyKind::kP256);
  expect_refused(uri("journal", "hansom%20test", "/nowhere/m.so"), "key_unavailable",
                 "/nowhere/m.so");
  write_pin("wrong", 0600);
  lose_sessions();
  expect_refused(uri("journal"), "pin_wrong", "PIN");
  write_pin(std::string(kPin), 0640);
  expect_refused(uri("journal"), "key_readable", "chmod 600");
  std::filesystem::remove(pin_file_);
  expect_refused(uri("journal"), "not_found", "pin");
}

}  // namespace
}  // namespace hansom::hsm
