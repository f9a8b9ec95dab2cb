// The words of the people's API: a route, the question it gets, the answer it gives. Handlers are
// plain functions: only serve() talks to the exchange, and it releases an answer when its leaf is
// durable.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <boost/json/object.hpp>

#include "index/api/helper_thread.h"
#include "index/api/people_api.h"
#include "index/retrieval/byte_range.h"
#include "index/retrieval/playback.h"

namespace hansom::api {

inline constexpr std::size_t kJsonBytesMax = std::size_t{64} * 1024;
inline constexpr std::size_t kRegisterBytesMax = std::size_t{4} * 1024 * 1024;
inline constexpr std::size_t kTargetBytesMax = std::size_t{8} * 1024;

struct Context {
  PeopleApiDependencies use;
  HelperThread helper;
};

// What a handler gets. Everything lives until it returns.
struct Question {
  Context& context;
  const http::Request& request;
  const access::Person& person;
  const View& view;
  std::string_view body;

  [[nodiscard]] const store::Reader& reader() const { return view.reader(); }
  // The path parameter "{name}". Requires: the route has it.
  [[nodiscard]] std::string_view path(std::string_view name) const;
  // The same where it must be 1 to 64 of [A-Za-z0-9_-]. Error: kInvalid `bad_id`.
  [[nodiscard]] Result<std::string> path_id(std::string_view name) const;
};

struct Text {
  std::string content_type;
  std::string body;
};
// The bytes of a clip, sent in pieces.
struct Stream {
  std::unique_ptr<retrieval::ByteSource> source;
  retrieval::ByteRange range;
};

struct Answer {
  // What is journalled before the answer leaves. Absent only where nothing was asked of the index:
  // the journal's key.
  std::optional<evidence::Record> record;
  // The journal position a look stands at, where that is not the view's.
  std::optional<std::uint64_t> position;
  // What is shown belongs to this clip, which must not have been destroyed before the leaf.
  std::optional<ClipId> must_stand;
  unsigned status = 200;
  http::Fields fields;
  std::variant<boost::json::object, Text, Stream> body;
};

// Runs on the connection's thread, or on the helper thread where the route says so; may block.
using Handle = Result<Answer> (*)(const Question&);

enum class Guard {
  kOpen,    // no token
  kPerson,  // any token
  kRight,   // a token whose role has `right`
};
enum class RunsOn { kConnection, kHelper };

struct Route {
  std::string_view method;
  std::string_view pattern;
  Guard guard = Guard::kRight;
  access::Right right{};
  std::span<const std::string_view> query_parameters = {};
  Handle handle = nullptr;
  std::size_t body_bytes_max = 0;  // 0: the route reads no body
  RunsOn runs_on = RunsOn::kConnection;
  bool takes_rest = false;  // the last path parameter takes all segments that are left
};

// The tables, one a subject.
[[nodiscard]] std::span<const Route> clips_routes();
[[nodiscard]] std::span<const Route> reports_routes();
[[nodiscard]] std::span<const Route> inspections_routes();
[[nodiscard]] std::span<const Route> media_routes();
[[nodiscard]] std::span<const Route> events_routes();
[[nodiscard]] std::span<const Route> journal_routes();
[[nodiscard]] std::span<const Route> log_routes();
[[nodiscard]] std::span<const Route> status_routes();
[[nodiscard]] std::span<const Route> units_routes();
[[nodiscard]] std::span<const Route> clocks_routes();
[[nodiscard]] std::span<const Route> register_routes();
[[nodiscard]] std::span<const Route> tokens_routes();
[[nodiscard]] std::span<const Route> holds_routes();
[[nodiscard]] std::span<const Route> sweeps_routes();
[[nodiscard]] std::span<const Route> scrub_routes();
[[nodiscard]] std::span<const Route> backups_routes();
[[nodiscard]] std::span<const Route> keys_routes();

// An answer to somebody who looked: the record says at what, how much was found, as it was asked.
[[nodiscard]] Answer looked(const Question& question, evidence::Access::Kind kind,
                            std::uint64_t results, const ClipId* clip = nullptr);
// An answer to an act of that person; the caller sets the act.
[[nodiscard]] Answer acted(const Question& question, unsigned status);

}  // namespace hansom::api
