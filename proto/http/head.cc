// Beast reads the syntax; what it forgives and HTTP smuggling needs is refused here.
#include "proto/http/head.h"

#include <charconv>
#include <limits>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "proto/http/target.h"

namespace hansom::http {
namespace {

namespace beast = boost::beast;

constexpr std::size_t kLengthDigitsMax = 18;  // below 2^63

tl::unexpected<Error> bad_head(std::string message) {
  return fail(ErrorKind::kInvalid, "bad_head", std::move(message));
}
tl::unexpected<Error> bad_framing(std::string message) {
  return fail(ErrorKind::kInvalid, "bad_framing", std::move(message));
}

// Lines end with CRLF and nothing else; no line continues another.
Status check_lines(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\r') {
      if (i + 1 >= text.size() || text[i + 1] != '\n') return bad_head("CR without LF");
      ++i;
      if (i + 1 < text.size() && (text[i + 1] == ' ' || text[i + 1] == '\t')) {
        return bad_head("folded header lines are not accepted");
      }
    } else if (byte == 0x7f || (byte < 0x20 && byte != '\t')) {
      return bad_head("control character in the request head");
    }
  }
  return {};
}

Status read_content_length(RequestHead& head) {
  const std::string_view text = *head.request.fields.find("Content-Length");
  if (head.request.fields.count("Content-Length") > 1) return bad_framing("Content-Length twice");
  const bool digits_only = text.find_first_not_of("0123456789") == std::string_view::npos;
  if (text.empty() || text.size() > kLengthDigitsMax || !digits_only) {
    return bad_framing("Content-Length is not a number of 1 to 18 digits");
  }
  std::from_chars(text.data(), text.data() + text.size(), head.body_bytes);
  head.request.content_length = head.body_bytes;
  head.request.has_body = head.body_bytes > 0;
  return {};
}

Status read_framing(RequestHead& head, bool http11) {
  const Fields& fields = head.request.fields;
  const bool has_length = fields.count("Content-Length") > 0;
  if (const auto coding = fields.find("Transfer-Encoding")) {
    if (has_length) return bad_framing("Content-Length with Transfer-Encoding");
    if (!http11) return bad_framing("Transfer-Encoding under HTTP/1.0");
    if (fields.count("Transfer-Encoding") > 1 || !beast::iequals(*coding, "chunked")) {
      return bad_framing("the only transfer coding accepted is one \"chunked\"");
    }
    head.chunked = head.request.has_body = true;
    return {};
  }
  return has_length ? read_content_length(head) : Status{};
}

Status read_expectation(RequestHead& head, bool http11) {
  const auto expect = head.request.fields.find("Expect");
  if (!expect || !http11) return {};
  if (!beast::iequals(*expect, "100-continue")) {
    return fail(ErrorKind::kUnsupported, "unsupported_expectation",
                "the only expectation known is 100-continue");
  }
  head.expects_continue = head.request.has_body;
  return {};
}

}  // namespace

Result<RequestHead> parse_head(std::string_view text, const HeadOptions& options) {
  HANSOM_TRY(check_lines(text));
  beast::http::request_parser<beast::http::empty_body> parser;
  parser.header_limit(std::numeric_limits<std::uint32_t>::max());  // the session bounds the head
  parser.body_limit(boost::none);
  beast::error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(text.data(), text.size()), error);
  using beast::http::make_error_code;
  if (error == make_error_code(beast::http::error::bad_content_length) ||
      error == make_error_code(beast::http::error::multiple_content_length) ||
      error == make_error_code(beast::http::error::bad_transfer_encoding)) {
    return bad_framing(error.message());
  }
  if (error) return bad_head(error.message());
  if (!parser.is_header_done() || used != text.size()) return bad_head("incomplete request head");

  const auto& message = parser.get();
  const bool http11 = message.version() == 11;
  RequestHead head;
  head.request.method = std::string(message.method_string());
  head.request.target = std::string(message.target());
  HANSOM_TRY_ASSIGN(Target target, parse_target(head.request.target));
  head.request.path = std::move(target.path);
  head.request.query = std::move(target.query);
  for (const auto& field : message) {
    head.request.fields.add(std::string(field.name_string()), std::string(field.value()));
  }
  const std::size_t hosts = head.request.fields.count("Host");
  if (hosts > 1 || (http11 && hosts == 0)) return bad_head("Host must be there once");
  HANSOM_TRY(read_framing(head, http11));
  HANSOM_TRY(read_expectation(head, http11));
  head.keep_alive = message.keep_alive() && http11;
  head.effective_method = head.request.method;
  if (const auto method = head.request.fields.find("X-HTTP-Method-Override");
      method && options.method_override) {
    head.effective_method = std::string(*method);
  }
  return head;
}

}  // namespace hansom::http
