// JSON bodies of the people's API: small objects of texts and numbers, read strictly.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "index/api/route.h"

namespace hansom::api {

inline constexpr std::size_t kReasonBytesMax = 1000;

// Reads a body that is one JSON object with no other members than `known`. Errors: kUnsupported
// `unsupported_media_type` unless Content-Type is application/json, kInvalid `bad_json`, kInvalid
// `bad_parameter` naming an unknown member.
[[nodiscard]] Result<boost::json::object> json_body(const Question& question,
                                                    std::initializer_list<std::string_view> known);
// A member that must be text of 1 to bytes_max bytes without control characters (line feeds only
// with `lines`). Error: kInvalid `bad_parameter` naming it.
enum class Lines { kOne, kMany };
[[nodiscard]] Result<std::string> text_member(const boost::json::object& body,
                                              std::string_view name, std::size_t bytes_max,
                                              Lines lines = Lines::kOne);
// A member that is true or false; absent it is false. Error: kInvalid `bad_parameter` naming it.
[[nodiscard]] Result<bool> flag_member(const boost::json::object& body, std::string_view name);
// The essence of the Content-Type, lower case: "text/csv".
[[nodiscard]] std::string content_type(const http::Request& request);

}  // namespace hansom::api
