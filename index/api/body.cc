// JSON bodies of the people's API, read strictly.
#include "index/api/body.h"

#include <algorithm>

#include <boost/json/parse.hpp>

namespace hansom::api {

namespace json = boost::json;

std::string content_type(const http::Request& request) {
  const std::string_view field = request.fields.find("Content-Type").value_or("");
  std::string essence(field.substr(0, field.find(';')));
  while (!essence.empty() && essence.back() == ' ') essence.pop_back();
  std::transform(essence.begin(), essence.end(), essence.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return essence;
}

Result<json::object> json_body(const Question& question,
                               std::initializer_list<std::string_view> known) {
  if (content_type(question.request) != "application/json") {
    return fail(ErrorKind::kUnsupported, "unsupported_media_type",
                "send the body as application/json");
  }
  boost::system::error_code error;
  json::value value = json::parse(question.body, error);
  if (error) return fail(ErrorKind::kInvalid, "bad_json", error.message());
  if (!value.is_object()) return fail(ErrorKind::kInvalid, "bad_json", "not a JSON object");
  json::object& object = value.as_object();
  for (const auto& member : object) {
    if (std::find(known.begin(), known.end(), std::string_view(member.key())) == known.end()) {
      return fail(ErrorKind::kInvalid, "bad_parameter",
                  "there is no member " + std::string(member.key()));
    }
  }
  return std::move(object);
}

Result<std::string> text_member(const json::object& body, std::string_view name,
                                std::size_t bytes_max, Lines lines) {
  const auto wrong = [name](const std::string& what) {
    return fail(ErrorKind::kInvalid, "bad_parameter", std::string(name) + " " + what);
  };
  const json::value* value = body.if_contains(name);
  if (value == nullptr) return wrong("is missing");
  if (!value->is_string()) return wrong("is not a text");
  const json::string& text = value->get_string();
  if (text.empty()) return wrong("is empty");
  if (text.size() > bytes_max) return wrong("is over " + std::to_string(bytes_max) + " bytes");
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (control && !(lines == Lines::kMany && c == '\n')) return wrong("has control characters");
  }
  return std::string(text);
}

Result<bool> flag_member(const json::object& body, std::string_view name) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr) return false;
  if (value->is_bool()) return value->get_bool();
  return fail(ErrorKind::kInvalid, "bad_parameter", std::string(name) + " is not true or false");
}

}  // namespace hansom::api
