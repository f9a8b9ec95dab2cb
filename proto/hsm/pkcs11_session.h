// One session with a token: module, login, one key. Private to hsm; includers see PKCS#11.
#pragma once

#include <memory>

#include <p11-kit/pkcs11.h>

#include "proto/hsm/pkcs11_uri.h"

namespace hansom::hsm {

// A loaded and initialised module; the libraries of a process are shared and stay until its end.
struct Module {
  CK_FUNCTION_LIST* calls = nullptr;
};
// Error: kUnavailable `key_unavailable`.
[[nodiscard]] Result<Module> load_module(const std::filesystem::path& path);

// Logged in, with the key found. Not thread-safe.
class Session {
 public:
  // Errors: as open_token_key.
  [[nodiscard]] static Result<std::unique_ptr<Session>> open(const Module& module,
                                                             const KeyUri& uri, CK_KEY_TYPE type);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // CKA_EC_POINT of the public half, without the OCTET STRING some modules put around it.
  [[nodiscard]] const Bytes& point() const { return point_; }
  // 64 bytes in `out`, or what the module said.
  [[nodiscard]] CK_RV sign(CK_MECHANISM_TYPE mechanism, ByteSpan data, Bytes& out);

 private:
  explicit Session(CK_FUNCTION_LIST* calls) : calls_(calls) {}
  [[nodiscard]] Status log_in(const KeyUri& uri);
  [[nodiscard]] Result<CK_OBJECT_HANDLE> find(CK_OBJECT_CLASS object_class, CK_KEY_TYPE type,
                                              const KeyUri& uri);

  CK_FUNCTION_LIST* calls_;
  CK_SESSION_HANDLE handle_ = CK_INVALID_HANDLE;
  CK_OBJECT_HANDLE key_ = CK_INVALID_HANDLE;
  Bytes point_;
};

// The error of a refused call. CKR_PIN_* say that the PIN is wrong.
[[nodiscard]] tl::unexpected<Error> unavailable(const KeyUri& uri, const char* what, CK_RV code);

}  // namespace hansom::hsm
