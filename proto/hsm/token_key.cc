// A key in a token: signs, and opens a lost session again.
#include "proto/hsm/token_key.h"

#include <mutex>

#include "proto/base/sha256.h"
#include "proto/hsm/pkcs11_session.h"

namespace hansom::hsm {
namespace {

constexpr std::size_t kEd25519Bytes = 32;
constexpr std::size_t kP256Bytes = 65;

bool is_lost_session(CK_RV code) {
  switch (code) {
    case CKR_SESSION_HANDLE_INVALID:
    case CKR_SESSION_CLOSED:
    case CKR_USER_NOT_LOGGED_IN:
    case CKR_KEY_HANDLE_INVALID:
    case CKR_OBJECT_HANDLE_INVALID:
    case CKR_DEVICE_REMOVED:
    case CKR_DEVICE_ERROR:
    case CKR_TOKEN_NOT_PRESENT:
      return true;
    default:
      return false;
  }
}

class TokenKey final : public SigningKey {
 public:
  TokenKey(KeyUri uri, KeyKind kind, Module module, std::unique_ptr<Session> session)
      : uri_(std::move(uri)),
        kind_(kind),
        module_(module),
        public_key_(session->point()),
        session_(std::move(session)) {}

  [[nodiscard]] Bytes public_key() const override { return public_key_; }

  [[nodiscard]] Result<Bytes> sign(ByteSpan message) const override {
    const std::lock_guard lock(mutex_);
    const Digest digest = sha256(message);
    const bool is_edwards = kind_ == KeyKind::kEd25519;
    const ByteSpan data = is_edwards ? message : ByteSpan(digest.bytes);
    const CK_MECHANISM_TYPE mechanism = is_edwards ? CKM_EDDSA : CKM_ECDSA;
    Bytes signature;
    CK_RV code = session_ ? session_->sign(mechanism, data, signature) : CKR_SESSION_CLOSED;
    if (is_lost_session(code)) {
      HANSOM_TRY(open_again());
      code = session_->sign(mechanism, data, signature);
    }
    if (code != CKR_OK) return unavailable(uri_, "it does not sign", code);
    return signature;
  }

 private:
  // Requires: mutex_ is held.
  [[nodiscard]] Status open_again() const {
    session_.reset();
    if (gave_up_) {
      return fail(ErrorKind::kUnavailable, "pin_wrong",
                  "token " + uri_.token +
                      ": its PIN was wrong and is not tried again before a "
                      "restart, so that the token is not locked");
    }
    auto opened =
        Session::open(module_, uri_, kind_ == KeyKind::kEd25519 ? CKK_EC_EDWARDS : CKK_EC);
    if (!opened) {
      gave_up_ = opened.error().token == "pin_wrong";
      return fail(std::move(opened).error());
    }
    if ((*opened)->point() != public_key_) {
      return unavailable(uri_, "the token came back with another key", CKR_KEY_HANDLE_INVALID);
    }
    session_ = *std::move(opened);
    return {};
  }

  const KeyUri uri_;
  const KeyKind kind_;
  const Module module_;
  const Bytes public_key_;
  mutable std::mutex mutex_;  // sessions are not thread-safe
  mutable std::unique_ptr<Session> session_;
  mutable bool gave_up_ = false;
};

}  // namespace

bool is_pkcs11_uri(std::string_view text) {
  return text.starts_with("pkcs11:");
}

Result<std::unique_ptr<SigningKey>> open_token_key(std::string_view text, KeyKind kind) {
  HANSOM_TRY_ASSIGN(KeyUri uri, parse_key_uri(text));
  HANSOM_TRY_ASSIGN(const Module module, load_module(uri.module));
  const bool is_edwards = kind == KeyKind::kEd25519;
  HANSOM_TRY_ASSIGN(auto session, Session::open(module, uri, is_edwards ? CKK_EC_EDWARDS : CKK_EC));
  if (session->point().size() != (is_edwards ? kEd25519Bytes : kP256Bytes)) {
    return fail(
        ErrorKind::kInvalid, "bad_key_uri",
        "pkcs11 URI: the key is not on the curve " + std::string(is_edwards ? "Ed25519" : "P-256"));
  }
  return std::unique_ptr<SigningKey>(
      std::make_unique<TokenKey>(std::move(uri), kind, module, std::move(session)));
}

}  // namespace hansom::hsm
