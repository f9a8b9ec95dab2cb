// Beast reads the syntax; what it forgives and HTTP smuggling needs is refused here.
#include "proto/http/head.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>

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

// Beast's syntax, our fields: its own container refuses values above 64 KiB, which a manifest in
// base64 can be.
class HeadParser final : public beast::http::basic_parser<true> {
 public:
  std::string method, target;
  int version = 0;
  Fields fields;

 private:
  using Text = beast::string_view;
  void on_request_impl(beast::http::verb /*verb*/, Text method_text, Text target_text,
                       int version_number, beast::error_code& /*error*/) override {
    method = std::string(method_text);
    target = std::string(target_text);
    version = version_number;
  }
  void on_field_impl(beast::http::field /*known*/, Text name, Text value,
                     beast::error_code& /*error*/) override {
    fields.add(std::string(name), std::string(value));
  }
  // What a head does not have.
  void on_response_impl(int /*code*/, Text /*reason*/, int /*version*/,
                        beast::error_code& /*error*/) override {}
  void on_header_impl(beast::error_code& /*error*/) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                         beast::error_code& /*error*/) override {}
  std::size_t on_body_impl(Text body, beast::error_code& /*error*/) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t /*size*/, Text /*extensions*/,
                            beast::error_code& /*error*/) override {}
  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, Text body,
                                 beast::error_code& /*error*/) override {
    return body.size();
  }
  void on_finish_impl(beast::error_code& /*error*/) override {}
};

}  // namespace

Result<RequestHead> parse_head(std::string_view text, const HeadOptions& options) {
  HANSOM_TRY(check_lines(text));
  // The request line and the blank line are no fields.
  if (std::count(text.begin(), text.end(), '\n') > static_cast<std::ptrdiff_t>(kFieldsMax) + 2) {
    return fail(ErrorKind::kTooLarge, "header_too_large",
                "the request head may have at most " + std::to_string(kFieldsMax) + " fields");
  }
  HeadParser parser;
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

  const bool http11 = parser.version == 11;
  RequestHead head;
  head.request.method = std::move(parser.method);
  head.request.target = std::move(parser.target);
  head.request.fields = std::move(parser.fields);
  HANSOM_TRY_ASSIGN(Target target, parse_target(head.request.target));
  head.request.path = std::move(target.path);
  head.request.query = std::move(target.query);
  const std::size_t hosts = head.request.fields.count("Host");
  if (hosts > 1 || (http11 && hosts == 0)) return bad_head("Host must be there once");
  HANSOM_TRY(read_framing(head, http11));
  HANSOM_TRY(read_expectation(head, http11));
  head.keep_alive = parser.keep_alive() && http11;
  head.effective_method = head.request.method;
  if (const auto method = head.request.fields.find("X-HTTP-Method-Override");
      method && options.method_override) {
    if (head.request.fields.count("X-HTTP-Method-Override") > 1) {
      return bad_head("X-HTTP-Method-Override twice");
    }
    head.effective_method = std::string(*method);
  }
  return head;
}

}  // namespace hansom::http
