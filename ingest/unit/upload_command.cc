// `hansom-unit upload`: every clip of the queue, or those named, one after another.
#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "ingest/unit/rate.h"
#include "ingest/unit/session.h"
#include "ingest/unit/uploader.h"
#include "proto/base/durable_file.h"

namespace hansom::ingest {
namespace {

struct Upload {
  std::vector<std::filesystem::path> clips;
  std::filesystem::path queue;
  std::string limit_rate;
  unsigned patience_seconds = 600;
  std::uint64_t single_request_bytes_max = 0;
  bool remove = false;
};

void declare_upload(CLI::App& command, Upload& upload) {
  command.add_option("CLIP", upload.clips, "Sealed files [all that wait in the queue]");
  command.add_option("--queue,-q", upload.queue, "Where sealed clips wait [queue/ in --dir]");
  command.add_option("--limit-rate", upload.limit_rate, "At most so many bytes a second: 500k, 8M");
  command
      .add_option("--patience", upload.patience_seconds,
                  "Give up after so many seconds in which no byte went forward")
      ->capture_default_str();
  command.add_option("--single-request", upload.single_request_bytes_max,
                     "Send clips up to so many bytes in one request; a lost answer then makes a "
                     "second arrival");
  command.add_flag("--remove", upload.remove,
                   "Remove a clip and its manifest once its receipt is verified");
}

Result<std::vector<QueuedClip>> clips_of(const Session& session, const Upload& upload) {
  if (upload.clips.empty()) return waiting_clips(session.queue_or(upload.queue));
  std::vector<QueuedClip> clips;
  for (const auto& file : upload.clips) {
    HANSOM_TRY_ASSIGN(QueuedClip clip, find_clip(file));
    clips.push_back(std::move(clip));
  }
  return clips;
}

boost::json::object uploaded_json(const QueuedClip& clip, const Uploaded& uploaded) {
  return {{"clip", clip.id.hex()},
          {"accepted", to_rfc3339(uploaded.receipt.accepted)},
          {"leaf_index", to_u64(uploaded.receipt.leaf_index)},
          {"tree_size", uploaded.receipt.tree_size},
          {"upload", uploaded.receipt.upload},
          {"receipt", clip.receipt.string()},
          {"verified", uploaded.verified}};
}

std::string uploaded_words(const QueuedClip& clip, const Uploaded& uploaded) {
  return "Clip " + clip.id.hex() + "\n  accepted " + to_rfc3339(uploaded.receipt.accepted) +
         " as leaf " + std::to_string(to_u64(uploaded.receipt.leaf_index)) + " of " +
         std::to_string(uploaded.receipt.tree_size) + "\n  receipt  " + clip.receipt.string() +
         (uploaded.verified ? " (verified)"
                            : " (NOT verified: no journal_key in unit.toml or site.toml)") +
         "\n";
}

Status remove_sent(const QueuedClip& clip) {
  HANSOM_TRY(durable::remove_synced(clip.manifest));
  return durable::remove_synced(clip.sealed);
}

Status run_upload(const Session& session, const Upload& upload) {
  HANSOM_TRY_ASSIGN(const UnitConfig config, session.config());
  HANSOM_TRY_ASSIGN(const std::vector<QueuedClip> clips, clips_of(session, upload));
  HttpOptions http;
  HANSOM_TRY_ASSIGN(http.bytes_per_second_max, parse_rate(upload.limit_rate));
  HANSOM_TRY_ASSIGN(HttpClient client, HttpClient::open(config, http));
  Progress progress(session.json);
  UploadOptions options;
  options.patience = std::chrono::seconds(upload.patience_seconds);
  options.single_request_bytes_max = upload.single_request_bytes_max;
  Uploader uploader(client, config, system_random(), progress, options);
  boost::json::array done;
  Status first_failure;
  for (const QueuedClip& clip : clips) {
    auto uploaded = uploader.upload(clip);
    if (!uploaded) {
      Error error = std::move(uploaded).error().in(clip.id.hex());
      const bool hopeless =
          error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kUnauthenticated;
      done.push_back({{"clip", clip.id.hex()}, {"failed", error.message}});
      if (first_failure) {
        first_failure = fail(std::move(error));
      } else {
        print_note(error.message);
      }
      if (hopeless) break;  // the next clip would fare no better
      continue;
    }
    done.push_back(uploaded_json(clip, *uploaded));
    if (!session.json) print_out(uploaded_words(clip, *uploaded));
    if (upload.remove && uploaded->verified) HANSOM_TRY(remove_sent(clip));
  }
  session.say(boost::json::object{{"clips", done}},
              clips.empty() ? "Nothing waits to be sent.\n" : "");
  return first_failure;
}

}  // namespace

void add_upload_command(CLI::App& app, Session& session) {
  add_command<Upload>(app, session, "upload", "Send sealed clips and bring back their receipts",
                      declare_upload, run_upload);
}

}  // namespace hansom::ingest
