// Requests to witnesses by libcurl.
#include <curl/curl.h>

#include <memory>

#include "index/witness/witnesses.h"
#include "proto/base/check.h"

namespace hansom::witness {
namespace {

constexpr std::size_t kAnswerBytesMax = std::size_t{64} * 1024;

struct CurlFree {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t receive(char* data, std::size_t size, std::size_t count, void* user) {
  auto& body = *static_cast<std::string*>(user);
  const std::size_t bytes = size * count;
  if (body.size() + bytes > kAnswerBytesMax) return CURL_WRITEFUNC_ERROR;
  body.append(data, bytes);
  return bytes;
}

int progress(void* user, curl_off_t /*total*/, curl_off_t /*now*/, curl_off_t /*up_total*/,
             curl_off_t /*up_now*/) {
  const auto& cancelled = *static_cast<const std::function<bool()>*>(user);
  return cancelled && cancelled() ? 1 : 0;
}

Result<HttpAnswer> post(const HttpRequest& request) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  HANSOM_CHECK(started == CURLE_OK);
  const std::unique_ptr<CURL, CurlFree> handle(curl_easy_init());
  HANSOM_CHECK(handle != nullptr);
  CURL* curl = handle.get();
  const std::unique_ptr<curl_slist, CurlFree> fields(
      curl_slist_append(nullptr, "Content-Type: text/plain; charset=utf-8"));
  HANSOM_CHECK(fields != nullptr);
  HttpAnswer answer;
  char reason[CURL_ERROR_SIZE] = {};
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &request.cancelled);
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) {
    return fail(ErrorKind::kUnavailable, "witness_failed",
                reason[0] != '\0' ? reason : curl_easy_strerror(code));
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

}  // namespace

Post post_by_curl() {
  return post;
}

}  // namespace hansom::witness
