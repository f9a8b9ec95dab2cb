// Header fields, the query of a request, plain answers.
#include "proto/http/exchange.h"

#include <algorithm>

#include <boost/beast/core/string.hpp>

namespace hansom::http {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return boost::beast::iequals(a, b);
}

}  // namespace

void Fields::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void Fields::set(std::string name, std::string value) {
  std::erase_if(fields_, [&](const auto& field) { return same_name(field.first, name); });
  add(std::move(name), std::move(value));
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
  for (const auto& [field_name, value] : fields_) {
    if (same_name(field_name, name)) return value;
  }
  return std::nullopt;
}

std::size_t Fields::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(fields_.begin(), fields_.end(),
                    [&](const auto& field) { return same_name(field.first, name); }));
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Response text_response(unsigned status, std::string_view type, std::string body) {
  Response response;
  response.status = status;
  response.fields.set("Content-Type", std::string(type));
  response.fields.set("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

}  // namespace hansom::http
