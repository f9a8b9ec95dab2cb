// Fuzzes what strangers send before anything is known of them, along the way of a request: head,
// target, route, and the answer that names what was wrong.
#include <algorithm>
#include <cstdint>

#include "proto/base/check.h"
#include "proto/http/answer.h"
#include "proto/http/head.h"
#include "proto/http/router.h"
#include "proto/http/wire_errors.h"

namespace {

using hansom::http::Router;

// Patterns of each kind that the listeners have.
Router make_routes() {
  Router routes;
  const auto add = [&routes](std::string method, std::string pattern) {
    routes.add(std::move(method), std::move(pattern),
               [](hansom::http::Exchange&) -> hansom::http::Awaitable<hansom::Status> {
                 co_return hansom::Status{};
               });
  };
  add("OPTIONS", "/uploads");
  add("POST", "/uploads");
  add("PATCH", "/uploads/{id}");
  add("HEAD", "/uploads/{id}");
  add("GET", "/uploads/{id}/receipt");
  add("GET", "/v1/clips/{id}/thumbnails/{n}");
  add("GET", "/log/checkpoint");
  add("GET", "/log/tile/{path...}");
  return routes;
}

void check_match(const Router& routes, const hansom::http::RequestHead& head) {
  const Router::Match match = routes.match(head.effective_method, head.request.path);
  HANSOM_CHECK(match.path_known == !match.allow.empty());
  HANSOM_CHECK(match.route == nullptr || match.path_known);
  for (const auto& [name, value] : match.parameters) {
    HANSOM_CHECK(!value.empty());
    HANSOM_CHECK(name == "path" || value.find('/') == std::string::npos);
  }
}

// Whatever of the request an answer repeats: its head ends where it should and nowhere before.
void check_answer(const hansom::Error& error) {
  hansom::http::Response response = hansom::http::problem(error);
  HANSOM_CHECK(response.status >= 400 && response.status < 500);
  response.fields.add("Repeats", error.message);
  const std::string head =
      hansom::http::render_head(response, {}, {response.body.size(), true, {}});
  HANSOM_CHECK(head.find("\r\n\r\n") == head.size() - 4);
  HANSOM_CHECK(std::count(head.begin(), head.end(), '\r') ==
               std::count(head.begin(), head.end(), '\n'));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Router routes = make_routes();
  const std::string_view text = hansom::as_text(hansom::ByteSpan(data, size));
  const std::size_t end = text.find("\r\n\r\n");
  const std::size_t head_bytes = end == std::string_view::npos ? size : end + 4;
  const auto head = hansom::http::parse_head(text.substr(0, head_bytes), {true});
  if (!head) {
    check_answer(head.error());
    return 0;
  }
  HANSOM_CHECK(head->request.path.starts_with('/') || head->request.path == "*");
  HANSOM_CHECK(!head->chunked || head->body_bytes == 0);
  HANSOM_CHECK(head->request.fields.all().size() <= hansom::http::kFieldsMax);
  check_match(routes, *head);
  check_answer({hansom::ErrorKind::kNotFound, "not_found", head->request.path});
  return 0;
}
