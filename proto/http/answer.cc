// Status lines and fields as HTTP/1.1 has them.
#include "proto/http/answer.h"

#include <array>
#include <ctime>

#include <boost/beast/http/status.hpp>

namespace hansom::http {
namespace {

std::string_view reason(unsigned status) {
  if (status == 104) return "Upload Resumption Supported";
  if (status == 460) return "Checksum Mismatch";
  const auto text = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
  return {text.data(), text.size()};
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    out += (byte < 0x20 && c != '\t') || byte == 0x7f ? ' ' : c;
  }
  out += "\r\n";
}

// IMF-fixdate (RFC 9110 section 5.6.7).
std::string http_date(UtcTime now) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = to_unix_us(now) / 1'000'000;
  std::tm time{};
  ::gmtime_r(&seconds, &time);
  std::array<char, 32> clock{};
  std::array<char, 8> day{};
  std::strftime(day.data(), day.size(), "%d", &time);
  std::strftime(clock.data(), clock.size(), "%Y %H:%M:%S GMT", &time);
  return std::string(kDays.at(static_cast<std::size_t>(time.tm_wday))) + ", " + day.data() + " " +
         kMonths.at(static_cast<std::size_t>(time.tm_mon)) + " " + clock.data();
}

}  // namespace

std::string render_head(const Response& response, const Fields& common,
                        const AnswerOptions& options) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
  out.append(reason(response.status)).append("\r\n");
  for (const auto& [name, value] : response.fields.all()) append_field(out, name, value);
  for (const auto& [name, value] : common.all()) {
    if (response.fields.count(name) == 0) append_field(out, name, value);
  }
  if (response.fields.count("Date") == 0) append_field(out, "Date", http_date(options.now));
  if (options.content_length && response.fields.count("Content-Length") == 0) {
    append_field(out, "Content-Length", std::to_string(*options.content_length));
  }
  if (options.close) append_field(out, "Connection", "close");
  out += "\r\n";
  return out;
}

}  // namespace hansom::http
