// Asks, and compares answers with rows.
#include "tests/ingest/protocol/protocol_site.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include <boost/json/parse.hpp>

namespace hansom::test {
namespace {

const char* const kTus = "Tus-Resumable: 1.0.0";
const char* const kTusContent = "Content-Type: application/offset+octet-stream";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string hex(std::size_t value) {
  std::ostringstream out;
  out << std::hex << value;
  return out.str();
}

}  // namespace

ProtocolSite::ProtocolSite()
    : clip_(site.make_clip(Bytes(300, 'm'))),
      bytes_(to_text(clip_.sealed)),
      other_(site.pki->unit("cab-8")),
      server_(site.api->routes(), units_listener(site), 2) {
  site.enrol("cab-8", other_);
}

std::unique_ptr<TlsClient> ProtocolSite::connect(const Identity* as) {
  ClientOptions options;
  options.port = server_.port();
  options.authorities = site.pki->authority();
  options.identity = as != nullptr ? *as : site.unit;
  auto client = TlsClient::connect(options);
  EXPECT_TRUE(client) << client.error().message;
  return *std::move(client);
}

std::string ProtocolSite::request(const Ask& ask) {
  std::string text = ask.method + " " + ask.path + " HTTP/1.1\r\nHost: site\r\n";
  for (const std::string& field : ask.fields) text += field + "\r\n";
  const bool content = ask.method != "HEAD" && ask.method != "DELETE" && ask.method != "OPTIONS";
  if (ask.chunked) {
    text += "Transfer-Encoding: chunked\r\n\r\n";
    if (!ask.body.empty()) text += hex(ask.body.size()) + "\r\n" + ask.body + "\r\n";
    text += "0\r\n";
    for (const std::string& line : ask.trailers) text += line + "\r\n";
    return text + "\r\n";
  }
  if (content) text += "Content-Length: " + std::to_string(ask.body.size()) + "\r\n";
  return text + "\r\n" + ask.body;
}

Answer ProtocolSite::ask(const Ask& ask, const Identity* as) {
  const auto client = connect(as);
  EXPECT_TRUE(client->send(request(ask)));
  interim.clear();
  for (;;) {
    auto answer = client->receive_answer(ask.method == "HEAD");
    EXPECT_TRUE(answer) << answer.error().message;
    if (!answer) return {};
    if (answer->status >= 200) return *std::move(answer);
    interim.push_back(*std::move(answer));
  }
}

std::string ProtocolSite::token_of(const Answer& answer) {
  boost::system::error_code failed;
  const auto document = boost::json::parse(answer.body, failed);
  if (failed || !document.is_object()) return "";
  const auto* token = document.get_object().if_contains("token");
  return token != nullptr ? std::string(token->as_string()) : "";
}

void ProtocolSite::check(const Answer& answer, const std::string& expected,
                         const std::string& says) {
  std::istringstream words(expected);
  std::string word;
  words >> word;
  EXPECT_EQ(std::to_string(answer.status), word) << says << ": " << answer.body;
  std::string token;
  while (words >> word) {
    const bool absent = word.front() == '!';
    const std::size_t equals = word.find('=');
    const std::string name = lower(word.substr(absent ? 1 : 0, equals - (absent ? 1 : 0)));
    if (absent) {
      EXPECT_EQ(answer.fields.count(name), 0U) << says << ": " << word;
    } else if (equals != std::string::npos) {
      const auto field = answer.fields.find(name);
      EXPECT_EQ(field == answer.fields.end() ? "nothing" : field->second, word.substr(equals + 1))
          << says << ": " << word;
    } else if (std::isupper(static_cast<unsigned char>(word.front())) != 0) {
      EXPECT_EQ(answer.fields.count(name), 1U) << says << ": " << word;
    } else {
      token = word;
    }
  }
  if (!answer.body.empty() || !token.empty()) {
    EXPECT_EQ(token_of(answer), token) << says;
  }
}

std::string ProtocolSite::create(Lines fields) {
  fields.emplace_back(kTus);
  const Answer answer = ask({"POST", "/uploads", fields});
  EXPECT_EQ(answer.status, 201U) << answer.body;
  const auto location = answer.fields.find("location");
  return location == answer.fields.end() ? "" : location->second;
}

std::string ProtocolSite::prepare(std::string_view state) {
  if (state == "none") return "/uploads/00112233445566778899aabbccddeeff";
  const auto patch = [this](const std::string& path, std::size_t from, std::size_t to) {
    const Answer answer = ask({"PATCH",
                               path,
                               {kTus, kTusContent, "Upload-Offset: " + std::to_string(from)},
                               slice(from, to)});
    EXPECT_EQ(answer.status, 204U) << answer.body;
  };
  if (state == "other") {
    MadeClip theirs = clip_;
    theirs.manifest.set_unit("cab-8");
    site.sign_with(theirs, other_);
    const Answer answer = ask(
        {"POST", "/uploads", {kTus, "Upload-Length: " + size(), "Clip-Manifest: " + theirs.jws}},
        &other_);
    EXPECT_EQ(answer.status, 201U) << answer.body;
    return answer.fields.at("location");
  }
  if (state.starts_with("partial")) {
    std::string path = create({"Upload-Length: 40", "Upload-Concat: partial"});
    if (state == "partial-full") patch(path, 0, 40);
    return path;
  }
  if (state == "final") {
    const std::string first = create({"Upload-Length: 40", "Upload-Concat: partial"});
    const std::string second =
        create({"Upload-Length: " + std::to_string(bytes_.size() - 40), "Upload-Concat: partial"});
    patch(first, 0, 40);
    const Answer answer =
        ask({"PATCH", second, {kTus, kTusContent, "Upload-Offset: 0"}, slice(40, bytes_.size())});
    EXPECT_EQ(answer.status, 204U) << answer.body;
    return create({"Upload-Concat: final;" + first + " " + second, manifest()});
  }
  const bool deferred = state.starts_with("deferred");
  std::string path =
      create({deferred ? "Upload-Defer-Length: 1" : "Upload-Length: " + size(), manifest()});
  if (state == "at40" || state == "deferred40" || state == "expired") patch(path, 0, 40);
  if (state == "full-1") patch(path, 0, bytes_.size() - 1);
  if (state == "complete") patch(path, 0, bytes_.size());
  if (state == "expired") site.clock.advance(site.config.upload_expiry);
  return path;
}

std::string ProtocolSite::offset(const std::string& path) {
  Answer answer = ask({"HEAD", path, {kTus}});
  if (answer.status == 404) return "-";
  return answer.fields["upload-offset"];
}

void ProtocolSite::run(const std::vector<Row>& rows, const Lines& fields) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.says);
    const bool all = std::string_view(row.state) == "all";
    const std::string path = all ? "/uploads" : prepare(row.state);
    Lines lines = fields;
    lines.insert(lines.end(), row.fields.begin(), row.fields.end());
    check(ask({row.method, path, lines, row.body}), row.expected, row.says);
    if (std::string_view(row.offset_after).empty()) continue;
    EXPECT_EQ(offset(path), row.offset_after) << row.says;
  }
}

}  // namespace hansom::test
