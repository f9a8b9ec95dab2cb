// One pass: every clip the views know, in the order of its id, with what was derived from it.
#include "index/scrub/scrubber.h"

#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "index/catalogue/clip_rows.h"
#include "index/scrub/damage.h"
#include "index/scrub/keys.h"
#include "proto/base/durable_file.h"
#include "proto/base/log.h"

namespace hansom::scrub {
namespace {

using store::Family;

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
constexpr std::size_t kClipsAtOnce = 64;
constexpr std::uint64_t kKeepPlaceBytes = std::uint64_t{256} << 20;
constexpr std::size_t kPlaceBytesMax = 4096;
constexpr auto kLookAgain = std::chrono::minutes(1);

// The place of an unfinished pass; nullopt: there is none, or it cannot be read and the pass begins
// anew.
std::optional<ScrubProgress> read_place(const std::filesystem::path& file) {
  const auto bytes = durable::read_file(file, kPlaceBytesMax);
  if (!bytes) return std::nullopt;
  boost::system::error_code failed;
  const boost::json::value value = boost::json::parse(as_text(*bytes), failed);
  if (failed || !value.is_object()) return std::nullopt;
  ScrubProgress progress;
  const auto number = [&](std::string_view name) -> std::uint64_t {
    const auto* member = value.get_object().if_contains(name);
    boost::system::error_code wrong;
    const auto read =
        member != nullptr && member->is_number() ? member->to_number<std::uint64_t>(wrong) : 0;
    return wrong ? 0 : read;
  };
  progress.started_us = static_cast<std::int64_t>(number("started_us"));
  progress.objects = number("objects");
  progress.bytes = number("bytes");
  progress.damaged = number("damaged");
  const auto* after = value.get_object().if_contains("after");
  if (after == nullptr || !after->is_string()) return std::nullopt;
  const auto clip = Digest::from_hex(std::string_view(after->get_string()));
  if (!clip) return std::nullopt;
  progress.after = to_text(clip->span());
  return progress;
}

// The next clips behind `after` that stand, at most kClipsAtOnce rows.
struct Clips {
  std::vector<catalogue::ClipRow> standing;
  std::string last;  // id of the last row looked at; empty: the end
};
Result<Clips> next_clips(const store::Reader& reader, const std::string& after) {
  Clips clips;
  Bytes from = to_bytes(after);
  if (!from.empty()) from.push_back(0);
  Status parsed;
  std::size_t rows = 0;
  HANSOM_TRY(reader.scan(Family::kClip, from, {}, store::Order::kAscending,
                         [&](ByteSpan key, ByteSpan value) {
                           catalogue::ClipRow row;
                           parsed = catalogue::parse_row(value, row);
                           clips.last = to_text(key);
                           if (!row.has_tombstone()) clips.standing.push_back(std::move(row));
                           return parsed.has_value() && ++rows < kClipsAtOnce;
                         }));
  HANSOM_TRY(parsed);
  return clips;
}

}  // namespace

// One object to read.
struct Scrubber::Reading {
  Digest object;
  Digest clip;
  std::uint64_t bytes = 0;  // as recorded; 0: not told
};

Scrubber::Scrubber(EvidenceIndex& index, vault::Vault& vault, Clock& clock, ScrubOptions options)
    : index_(index), vault_(vault), clock_(clock), options_(std::move(options)) {}

Scrubber::~Scrubber() {
  stop();
}

bool Scrubber::is_off() const {
  return options_.bytes_per_second == 0 || options_.interval.count() == 0;
}

void Scrubber::start() {
  if (!is_off()) thread_ = std::thread([this] { run(); });
}

void Scrubber::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Status Scrubber::begin_pass() {
  if (is_off()) {
    return fail(ErrorKind::kUnavailable, "scrub_off",
                "scrubbing is off; set bytes_per_second and interval_days of [scrub]");
  }
  {
    const std::lock_guard lock(mutex_);
    if (progress_ || asked_) {
      return fail(ErrorKind::kConflict, "scrub_running", "a pass is running already");
    }
    asked_ = true;
  }
  changed_.notify_all();
  return {};
}

std::optional<ScrubProgress> Scrubber::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

std::uint64_t Scrubber::bytes_read() const {
  const std::lock_guard lock(mutex_);
  return bytes_read_;
}

bool Scrubber::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Scrubber::show(const std::optional<ScrubProgress>& progress) {
  const std::lock_guard lock(mutex_);
  progress_ = progress;
}

// The thread.
void Scrubber::run() {
  while (!stopping()) {
    if (due()) {
      const auto ended = run_pass();
      if (!ended) log_error("scrub_failed", ended.error());
      if (ended) continue;
    }
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kLookAgain, [this] { return stopping_ || asked_; });
  }
}

bool Scrubber::due() const {
  {
    const std::lock_guard lock(mutex_);
    if (asked_) return true;
  }
  std::error_code unknown;
  if (std::filesystem::exists(options_.place, unknown)) return true;
  const auto view = index_.view();
  const auto last = view ? last_pass(view->reader()) : fail(view.error());
  if (!last) return false;
  return !*last || clock_.now() >= from_unix_us((*last)->finished_us()) + options_.interval;
}

Result<bool> Scrubber::run_pass() {
  // 1. Where an earlier run stopped, or from the beginning.
  ScrubProgress progress;
  if (auto place = read_place(options_.place)) {
    progress = *std::move(place);
  } else {
    progress.started_us = to_unix_us(clock_.now());
  }
  {
    const std::lock_guard lock(mutex_);
    asked_ = false;
    progress_ = progress;
  }
  next_read_ = std::chrono::steady_clock::now();
  // 2. Every object; what is found is a leaf at once.
  auto ended = read_clips(progress);
  // 3. The end is a leaf too; then the place is forgotten. Cut off in between, the last part is
  //    read again and the pass ends twice: nothing is missed.
  Status done;
  if (ended && *ended) {
    done = finish(progress);
  } else if (!progress.after.empty()) {
    done = keep_place(progress);
  }
  show(std::nullopt);
  HANSOM_TRY(done);
  return ended;
}

// True: to the end; false: told to stop.
Result<bool> Scrubber::read_clips(ScrubProgress& progress) {
  std::uint64_t kept = progress.bytes;
  while (true) {
    HANSOM_TRY_ASSIGN(const View view, index_.view());
    HANSOM_TRY_ASSIGN(const Clips clips, next_clips(view.reader(), progress.after));
    if (clips.last.empty()) return true;
    for (const catalogue::ClipRow& clip : clips.standing) {
      HANSOM_TRY_ASSIGN(const Digest id, Digest::from_span(as_bytes(clip.id())));
      HANSOM_TRY_ASSIGN(const auto derived,
                        catalogue::derived_objects(view.reader(), as_bytes(clip.id())));
      HANSOM_TRY_ASSIGN(bool goes_on, read_object({id, id, clip.sealed_bytes()}, progress));
      for (const Bytes& name : derived) {
        if (!goes_on) return false;
        HANSOM_TRY_ASSIGN(const Digest object, Digest::from_span(name));
        HANSOM_TRY_ASSIGN(goes_on, read_object({object, id, 0}, progress));
      }
      if (!goes_on) return false;
      progress.after = clip.id();
      show(progress);
      if (progress.bytes - kept < kKeepPlaceBytes) continue;
      HANSOM_TRY(keep_place(progress));
      kept = progress.bytes;
    }
    progress.after = clips.last;
  }
}

// False: told to stop before the object was read whole.
Result<bool> Scrubber::read_object(const Reading& reading, ScrubProgress& progress) {
  HANSOM_TRY_ASSIGN(const std::string found, examine(reading, progress));
  if (found == "stopped") return false;
  ++progress.objects;
  if (!found.empty()) ++progress.damaged;
  HANSOM_TRY(record(reading, found));
  return true;
}

// What is wrong with it: empty, missing, length, digest, unreadable; or stopped.
Result<std::string> Scrubber::examine(const Reading& reading, ScrubProgress& progress) {
  const auto object = vault_.open(reading.object);
  if (!object) return object.error().kind == ErrorKind::kNotFound ? "missing" : "unreadable";
  const std::uint64_t size = (*object)->size();
  if (reading.bytes != 0 && size != reading.bytes) return "length";
  Sha256 hash;
  Bytes buffer(std::min<std::uint64_t>(kPieceBytes, size));
  for (std::uint64_t offset = 0; offset < size;) {
    const auto bytes = std::min<std::uint64_t>(buffer.size(), size - offset);
    if (!pace(bytes)) return "stopped";
    const MutableByteSpan piece = MutableByteSpan(buffer).first(bytes);
    if (!(*object)->read(offset, piece)) return "unreadable";
    hash.update(piece);
    offset += bytes;
    progress.bytes += bytes;
  }
  return hash.finish() == reading.object ? "" : "digest";
}

// Makes a leaf of what is new. A clip that a sweep destroyed meanwhile has nothing to record.
Status Scrubber::record(const Reading& reading, const std::string& found) {
  HANSOM_TRY_ASSIGN(const View view, index_.view());
  HANSOM_TRY_ASSIGN(const auto known,
                    view.reader().get(Family::kIndex, damage_key(reading.object.span())));
  if (found.empty() != known.has_value()) return {};
  evidence::Record record = record_by_server();
  if (found.empty()) {
    record.mutable_object_mended()->set_object(to_text(reading.object.span()));
  } else {
    evidence::ObjectDamaged& act = *record.mutable_object_damaged();
    act.set_object(to_text(reading.object.span()));
    act.set_clip(to_text(reading.clip.span()));
    act.set_found(found);
  }
  const auto committed = index_.submit_and_wait(std::move(record));
  if (!committed) {
    const ErrorKind kind = committed.error().kind;
    const bool overtaken = kind == ErrorKind::kGone || kind == ErrorKind::kNotFound ||
                           kind == ErrorKind::kConflict || kind == ErrorKind::kInvalid;
    return overtaken ? Status() : fail(committed.error());
  }
  log(found.empty() ? LogLevel::kInfo : LogLevel::kError,
      found.empty() ? "object_mended" : "object_damaged",
      {{"object", reading.object.hex()}, {"clip", reading.clip.hex()}, {"found", found}});
  return {};
}

Status Scrubber::finish(const ScrubProgress& progress) {
  evidence::Record record = record_by_server();
  evidence::ScrubPassed& act = *record.mutable_scrub_passed();
  act.set_started_us(progress.started_us);
  act.set_objects(progress.objects);
  act.set_bytes(progress.bytes);
  act.set_damaged(progress.damaged);
  HANSOM_TRY(index_.submit_and_wait(std::move(record)));
  log(LogLevel::kInfo, "scrub_passed",
      {{"objects", progress.objects}, {"bytes", progress.bytes}, {"damaged", progress.damaged}});
  return durable::remove_synced(options_.place);
}

Status Scrubber::keep_place(const ScrubProgress& progress) const {
  boost::json::object object;
  object["started_us"] = progress.started_us;
  object["after"] = to_hex(as_bytes(progress.after));
  object["objects"] = progress.objects;
  object["bytes"] = progress.bytes;
  object["damaged"] = progress.damaged;
  return durable::replace(options_.place, as_bytes(boost::json::serialize(object)));
}

bool Scrubber::pace(std::uint64_t bytes) {
  using Seconds = std::chrono::duration<double>;
  std::unique_lock lock(mutex_);
  if (changed_.wait_until(lock, next_read_, [this] { return stopping_; })) return false;
  if (stopping_) return false;
  bytes_read_ += bytes;
  // What was not used is not saved up: the rate is a cap at every moment.
  const auto now = std::chrono::steady_clock::now();
  const Seconds takes(static_cast<double>(bytes) / static_cast<double>(options_.bytes_per_second));
  next_read_ = std::max(next_read_, now) +
               std::chrono::duration_cast<std::chrono::steady_clock::duration>(takes);
  return true;
}

}  // namespace hansom::scrub
