// Talks to a PKCS#11 module (OASIS PKCS#11 v2.40).
#include "proto/hsm/pkcs11_session.h"

#include <array>
#include <cstdio>
#include <map>
#include <mutex>
#include <vector>

#include <dlfcn.h>

#include "proto/base/key_file.h"

namespace hansom::hsm {
namespace {

constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kPointBytesMax = 256;
constexpr std::uint8_t kOctetString = 0x04;

// Labels stand padded with blanks.
std::string label_of(const CK_TOKEN_INFO& info) {
  std::string label(reinterpret_cast<const char*>(info.label), sizeof info.label);
  label.erase(label.find_last_not_of(' ') + 1);
  return label;
}

// Some modules give the point itself, others its DER; the lengths tell them apart.
Bytes bare_point(Bytes point) {
  const bool is_wrapped = point.size() > 2 && point[0] == kOctetString &&
                          point[1] == point.size() - 2 && point.size() != 65;
  if (is_wrapped) point.erase(point.begin(), point.begin() + 2);
  return point;
}

Result<CK_SLOT_ID> find_slot(CK_FUNCTION_LIST* calls, const KeyUri& uri) {
  CK_ULONG count = 0;
  if (const CK_RV code = calls->C_GetSlotList(CK_TRUE, nullptr, &count); code != CKR_OK) {
    return unavailable(uri, "no slot can be listed", code);
  }
  std::vector<CK_SLOT_ID> slots(count);
  if (const CK_RV code = calls->C_GetSlotList(CK_TRUE, slots.data(), &count); code != CKR_OK) {
    return unavailable(uri, "no slot can be listed", code);
  }
  slots.resize(count);
  for (const CK_SLOT_ID slot : slots) {
    CK_TOKEN_INFO info{};
    if (calls->C_GetTokenInfo(slot, &info) == CKR_OK && label_of(info) == uri.token) return slot;
  }
  return unavailable(uri, "there is no token of that label", CKR_TOKEN_NOT_PRESENT);
}

}  // namespace

tl::unexpected<Error> unavailable(const KeyUri& uri, const char* what, CK_RV code) {
  std::array<char, 24> hex{};
  std::snprintf(hex.data(), hex.size(), "0x%lx", code);
  return fail(ErrorKind::kUnavailable, "key_unavailable",
              "token " + uri.token + ", key " + uri.object + ": " + what + " (" + hex.data() + ")");
}

Result<Module> load_module(const std::filesystem::path& path) {
  static std::mutex mutex;
  static std::map<std::filesystem::path, Module> loaded;  // until the process ends
  const std::lock_guard lock(mutex);
  if (const auto found = loaded.find(path); found != loaded.end()) return found->second;
  const auto missing = [&](const std::string& why) {
    return fail(ErrorKind::kUnavailable, "key_unavailable",
                "the module " + path.string() + " cannot be used: " + why);
  };
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return missing("it cannot be loaded");
  const auto get = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
  Module module;
  if (get == nullptr || get(&module.calls) != CKR_OK) return missing("it is no PKCS#11 module");
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  const CK_RV code = module.calls->C_Initialize(&arguments);
  if (code != CKR_OK && code != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
    return missing("it does not start");
  }
  loaded.emplace(path, module);
  return module;
}

Result<std::unique_ptr<Session>> Session::open(const Module& module, const KeyUri& uri,
                                               CK_KEY_TYPE type) {
  HANSOM_TRY_ASSIGN(const CK_SLOT_ID slot, find_slot(module.calls, uri));
  std::unique_ptr<Session> session(new Session(module.calls));
  const CK_RV opened =
      module.calls->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session->handle_);
  if (opened != CKR_OK) return unavailable(uri, "no session can be opened", opened);
  HANSOM_TRY(session->log_in(uri));
  HANSOM_TRY_ASSIGN(session->key_, session->find(CKO_PRIVATE_KEY, type, uri));
  HANSOM_TRY_ASSIGN(const CK_OBJECT_HANDLE half, session->find(CKO_PUBLIC_KEY, type, uri));
  Bytes point(kPointBytesMax);
  CK_ATTRIBUTE wanted{CKA_EC_POINT, point.data(), point.size()};
  const CK_RV got = module.calls->C_GetAttributeValue(session->handle_, half, &wanted, 1);
  if (got != CKR_OK) return unavailable(uri, "its public half cannot be read", got);
  point.resize(wanted.ulValueLen);
  session->point_ = bare_point(std::move(point));
  return session;
}

Session::~Session() {
  if (handle_ != CK_INVALID_HANDLE) calls_->C_CloseSession(handle_);
}

Status Session::log_in(const KeyUri& uri) {
  HANSOM_TRY_ASSIGN(Secret pin, read_key_file(uri.pin_file));
  std::size_t length = pin.text().find_last_not_of("\r\n ");
  length = length == std::string_view::npos ? 0 : length + 1;
  const CK_RV code = calls_->C_Login(handle_, CKU_USER, pin.writable().data(), length);
  if (code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN) return {};
  const bool wrong = code == CKR_PIN_INCORRECT || code == CKR_PIN_INVALID ||
                     code == CKR_PIN_LEN_RANGE || code == CKR_PIN_LOCKED;
  if (!wrong) return unavailable(uri, "the login was refused", code);
  return fail(ErrorKind::kUnavailable, "pin_wrong",
              "token " + uri.token + ": the PIN in " + uri.pin_file.string() + " is wrong");
}

Result<CK_OBJECT_HANDLE> Session::find(CK_OBJECT_CLASS object_class, CK_KEY_TYPE type,
                                       const KeyUri& uri) {
  std::string label = uri.object;
  Bytes id = uri.id;
  std::vector<CK_ATTRIBUTE> wanted{{CKA_CLASS, &object_class, sizeof object_class},
                                   {CKA_KEY_TYPE, &type, sizeof type}};
  if (!label.empty()) wanted.push_back({CKA_LABEL, label.data(), label.size()});
  if (!id.empty()) wanted.push_back({CKA_ID, id.data(), id.size()});
  CK_RV code = calls_->C_FindObjectsInit(handle_, wanted.data(), wanted.size());
  if (code != CKR_OK) return unavailable(uri, "no object can be looked for", code);
  std::array<CK_OBJECT_HANDLE, 2> found{};
  CK_ULONG count = 0;
  code = calls_->C_FindObjects(handle_, found.data(), found.size(), &count);
  calls_->C_FindObjectsFinal(handle_);
  if (code != CKR_OK) return unavailable(uri, "no object can be looked for", code);
  if (count == 0) {
    return unavailable(uri, "the token has no such key of the right kind",
                       CKR_OBJECT_HANDLE_INVALID);
  }
  if (count > 1) {
    return fail(ErrorKind::kInvalid, "bad_key_uri",
                "pkcs11 URI: several keys are labelled " + uri.object + "; add id=%..");
  }
  return found.front();
}

CK_RV Session::sign(CK_MECHANISM_TYPE mechanism, ByteSpan data, Bytes& out) {
  CK_MECHANISM how{mechanism, nullptr, 0};
  CK_RV code = calls_->C_SignInit(handle_, &how, key_);
  if (code != CKR_OK) return code;
  Bytes input(data.begin(), data.end());  // the interface is not const; the data may be
  out.resize(kSignatureBytes);
  CK_ULONG length = out.size();
  code = calls_->C_Sign(handle_, input.data(), input.size(), out.data(), &length);
  if (code == CKR_OK && length != out.size()) return CKR_GENERAL_ERROR;
  return code;
}

}  // namespace hansom::hsm
