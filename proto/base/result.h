// Result<T>: how every function that can fail in an expected way says so.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace hansom {

// The generic kinds of failure. Each gives a default HTTP status (proto/http/wire_errors.h);
// a token refines it.
enum class ErrorKind {
  kInvalid,          // the request cannot be understood
  kUnauthenticated,  // nobody we know
  kForbidden,        // known, but not allowed
  kNotFound,
  kConflict,     // true of another state than the present one
  kGone,         // was here, destroyed or expired
  kTooLarge,     // over a stated bound
  kUnsupported,  // a form, method or media type we do not serve
  kRefused,      // understood and refused for what it contains
  kUnavailable,  // try again later; nothing is wrong with the request
  kStorage,      // the disk or the journal failed
  kCorrupt,      // stored bytes are not what they were
  kTimeout,
  kCancelled,
  kInternal,
};

// An expected failure. `token` is the stable wire word; it must stand in the table of
// proto/http/wire_errors.cc and be a string literal (it is never copied). `message` is for people
// and gains context on the way up; it never holds a secret.
struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string_view token = "internal";
  std::string message;

  // Returns this error with "context: " put before its message.
  [[nodiscard]] Error in(std::string_view context) && {
    message.insert(0, ": ").insert(0, context);
    return std::move(*this);
  }
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

// Makes the failure that any Result<T> converts from: `return fail(ErrorKind::kInvalid,
// "bad_manifest", "...")`.
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorKind kind, std::string_view token,
                                                std::string message) {
  return tl::unexpected<Error>(Error{kind, token, std::move(message)});
}

// Passes a failure on: `if (!r) return fail(std::move(r).error().in("spool"));`.
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

// Drops an error knowingly; the reason is for the reader.
template <typename T>
void ignore(const Result<T>& /*result*/, std::string_view /*reason*/) {}

}  // namespace hansom

#define HANSOM_CONCAT_INNER(a, b) a##b
#define HANSOM_CONCAT(a, b) HANSOM_CONCAT_INNER(a, b)

// HANSOM_TRY(expr): returns the failure of `expr` (a Status or any Result whose value is not
// needed).
#define HANSOM_TRY(expr)                                           \
  do {                                                             \
    if (auto hansom_try_result = (expr); !hansom_try_result)       \
      return ::hansom::fail(std::move(hansom_try_result).error()); \
  } while (false)

// HANSOM_TRY_ASSIGN(auto x, expr): binds the value of `expr` or returns its failure.
#define HANSOM_TRY_ASSIGN_IMPL(tmp, decl, expr)            \
  auto tmp = (expr);                                       \
  if (!tmp) return ::hansom::fail(std::move(tmp).error()); \
  decl = *std::move(tmp)
#define HANSOM_TRY_ASSIGN(decl, expr) \
  HANSOM_TRY_ASSIGN_IMPL(HANSOM_CONCAT(hansom_result_, __LINE__), decl, expr)

// The same inside a coroutine.
#define HANSOM_CO_TRY(expr)                                           \
  do {                                                                \
    if (auto hansom_try_result = (expr); !hansom_try_result)          \
      co_return ::hansom::fail(std::move(hansom_try_result).error()); \
  } while (false)
#define HANSOM_CO_TRY_ASSIGN_IMPL(tmp, decl, expr)            \
  auto tmp = (expr);                                          \
  if (!tmp) co_return ::hansom::fail(std::move(tmp).error()); \
  decl = *std::move(tmp)
#define HANSOM_CO_TRY_ASSIGN(decl, expr) \
  HANSOM_CO_TRY_ASSIGN_IMPL(HANSOM_CONCAT(hansom_result_, __LINE__), decl, expr)
