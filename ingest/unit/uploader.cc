// The life of one upload, from the unit's side.
#include "ingest/unit/uploader.h"

#include <fcntl.h>

#include <cerrno>
#include <thread>

#include "proto/base/durable_file.h"
#include "proto/evidence/jws.h"
#include "proto/upload/tus.h"

namespace hansom::ingest {
namespace {

constexpr const char* kTusVersion = "Tus-Resumable: 1.0.0";
constexpr const char* kOffsetMediaType = "Content-Type: application/offset+octet-stream";
constexpr unsigned kRestartsMax = 5;  // a server that forgets more often has another trouble

// The offset that an answer shows; nothing sensible is an answer we cannot go on from.
Result<std::uint64_t> offset_of(const HttpAnswer& answer, std::uint64_t total_bytes) {
  const auto offset = upload::Tus::parse_integer(answer.field("upload-offset"));
  if (offset && *offset <= total_bytes) return *offset;
  return fail(ErrorKind::kUnavailable, "server_unreachable",
              "the server's answer has no offset of this upload");
}

}  // namespace

Meaning meaning_of(unsigned status, bool about_known_upload) {
  if (status >= 200 && status < 300) return Meaning::kDone;
  if (status >= 500 || status == 408 || status == 409 || status == 423) return Meaning::kAgain;
  if (about_known_upload && (status == 404 || status == 410)) return Meaning::kAnew;
  return Meaning::kNever;
}

// What is known of the clip's upload while it runs.
struct Uploader::Run {
  explicit Run(const QueuedClip& queued)
      : clip(queued), sealed(::open(queued.sealed.c_str(), O_RDONLY | O_CLOEXEC)) {}

  const QueuedClip& clip;
  FileDescriptor sealed;
  std::string manifest_jws;
  std::string upload;  // empty: to be created
  std::uint64_t offset = 0;
  bool looked = false;       // `offset` is what the server has shown since the last trouble
  std::string receipt_path;  // empty: not complete
  unsigned restarts = 0;
};

Result<Uploaded> Uploader::upload(const QueuedClip& clip) {
  Run run(clip);
  if (!run.sealed.valid()) return fail(durable::storage_error(errno, "open", clip.sealed));
  HANSOM_TRY_ASSIGN(const Bytes jws,
                    durable::read_file(clip.manifest, evidence::kManifestJwsBytesMax));
  run.manifest_jws = to_text(jws);
  while (run.manifest_jws.ends_with('\n')) run.manifest_jws.pop_back();
  if (const auto state = read_state(clip, config_.server)) run.upload = state->upload;
  progress_.start(clip.id.hex().substr(0, 12), clip.sealed_bytes);

  backoff_.reset();
  auto moved = std::chrono::steady_clock::now();
  std::uint64_t best_offset = 0;
  while (true) {
    auto receipt = attempt(run);
    if (receipt) return keep_receipt(run, *receipt);
    Error error = std::move(receipt).error();
    if (error.kind == ErrorKind::kGone && run.restarts < kRestartsMax) {
      HANSOM_TRY(durable::remove_synced(clip.state));
      run.upload.clear();
      ++run.restarts;
    } else if (error.kind != ErrorKind::kUnavailable) {
      return fail(std::move(error));
    }
    run.looked = false;
    const auto now = std::chrono::steady_clock::now();
    if (run.offset > best_offset) {
      best_offset = run.offset;
      moved = now;
      backoff_.reset();
    }
    if (now - moved >= options_.patience) return fail(std::move(error).in("gave up"));
    wait(error);
  }
}

// One way through all steps, from where the upload stands. The receipt's text, or why it stopped.
Result<std::string> Uploader::attempt(Run& run) {
  // 1. The server names the upload; from here a break or a kill resumes it.
  if (run.upload.empty()) HANSOM_TRY(create(run));
  // 2. How far it is, only the server knows.
  if (!run.looked) HANSOM_TRY(look(run));
  // 3. Send the rest. A complete upload without receipt is finished by an empty append.
  while (run.receipt_path.empty()) HANSOM_TRY(append(run));
  // 4. From here the clip is the server's; the receipt proves it.
  return fetch_receipt(run);
}

Status Uploader::create(Run& run) {
  const std::uint64_t total = run.clip.sealed_bytes;
  const bool whole = total <= options_.single_request_bytes_max;
  const FileRange range{run.sealed.get(), 0, total};
  HttpRequest request;
  request.method = "POST";
  request.target = "/uploads";
  request.fields = {kTusVersion, "Upload-Length: " + std::to_string(total),
                    "Upload-Metadata: " + upload_metadata(run.manifest_jws)};
  if (whole) {
    request.fields.emplace_back(kOffsetMediaType);
    request.file = &range;
    request.on_sent = [this](std::uint64_t sent) { progress_.at(sent); };
  } else {
    request.fields.emplace_back("Content-Type:");  // no body, so none of a kind
  }
  HANSOM_TRY_ASSIGN(const HttpAnswer answer, ask(request, false));
  run.upload = answer.field("location");
  if (answer.status != 201 || run.upload.empty()) {
    run.upload.clear();
    return fail(ErrorKind::kUnavailable, "server_unreachable",
                "the server created no upload (status " + std::to_string(answer.status) + ")");
  }
  HANSOM_TRY(write_state(run.clip, {config_.server, run.upload}));
  run.offset = 0;
  if (whole) {
    HANSOM_TRY_ASSIGN(run.offset, offset_of(answer, total));
    run.receipt_path = answer.field("hansom-receipt");
  }
  run.looked = true;
  return {};
}

Status Uploader::look(Run& run) {
  HttpRequest request;
  request.method = "HEAD";
  request.target = run.upload;
  request.fields = {kTusVersion};
  HANSOM_TRY_ASSIGN(const HttpAnswer answer, ask(request, true));
  HANSOM_TRY_ASSIGN(run.offset, offset_of(answer, run.clip.sealed_bytes));
  run.receipt_path = answer.field("hansom-receipt");
  run.looked = true;
  progress_.at(run.offset);
  return {};
}

Status Uploader::append(Run& run) {
  const std::uint64_t total = run.clip.sealed_bytes;
  const std::uint64_t from = run.offset;
  const FileRange range{run.sealed.get(), from, total - from};
  HttpRequest request;
  request.method = "PATCH";
  request.target = run.upload;
  request.fields = {kTusVersion, "Upload-Offset: " + std::to_string(from), kOffsetMediaType};
  request.file = &range;
  request.on_sent = [this, from](std::uint64_t sent) { progress_.at(from + sent); };
  HANSOM_TRY_ASSIGN(const HttpAnswer answer, ask(request, true));
  HANSOM_TRY_ASSIGN(run.offset, offset_of(answer, total));
  run.receipt_path = answer.field("hansom-receipt");
  if (run.receipt_path.empty() && run.offset <= from) {
    return fail(ErrorKind::kUnavailable, "server_unreachable", "the upload does not go forward");
  }
  return {};
}

Result<std::string> Uploader::fetch_receipt(const Run& run) {
  HttpRequest request;
  request.target = run.receipt_path;
  HANSOM_TRY_ASSIGN(HttpAnswer answer, ask(request, false));
  return std::move(answer.body);
}

// Verified before it is kept: a receipt that does not hold is no reason to forget the clip.
Result<Uploaded> Uploader::keep_receipt(const Run& run, const std::string& text) {
  Uploaded uploaded;
  HANSOM_TRY_ASSIGN(uploaded.receipt, evidence::parse_receipt(text));
  if (uploaded.receipt.clip != run.clip.id) {
    return fail(ErrorKind::kCorrupt, "receipt_invalid",
                "the server's receipt is of another clip: " + uploaded.receipt.clip.hex());
  }
  if (!config_.journal_key.empty()) {
    HANSOM_TRY(verify(uploaded.receipt));
    uploaded.verified = true;
  }
  HANSOM_TRY(durable::replace(run.clip.receipt, as_bytes(text)));
  HANSOM_TRY(durable::remove_synced(run.clip.state));
  progress_.finish(uploaded.verified ? "accepted, receipt verified" : "accepted");
  return uploaded;
}

// By the key this unit was given, or by one that the server proves to follow from it.
Status Uploader::verify(const evidence::Receipt& receipt) {
  HANSOM_TRY_ASSIGN(const auto key, tlog::VerifierKey::parse(config_.journal_key));
  Status verified = evidence::verify_receipt(receipt, key);
  if (verified) return {};
  HttpRequest request;
  request.target = "/v1/unit/keys";
  const auto answer = ask(request, false);
  if (!answer && answer.error().kind == ErrorKind::kUnavailable) return fail(answer.error());
  if (!answer) return verified;  // a server that has no chain has no other key
  HANSOM_TRY_ASSIGN(const evidence::KeyChain chain, evidence::parse_key_chain(answer->body));
  HANSOM_TRY_ASSIGN(const tlog::KeyHistory history, evidence::follow_key_chain(key, chain));
  return evidence::verify_receipt(receipt, history);
}

Result<HttpAnswer> Uploader::ask(const HttpRequest& request, bool about_known_upload) {
  retry_after_.reset();
  HANSOM_TRY_ASSIGN(HttpAnswer answer, client_.send(request));
  retry_after_ = parse_retry_after(answer.field("retry-after"));
  switch (meaning_of(answer.status, about_known_upload)) {
    case Meaning::kDone:
      return answer;
    case Meaning::kAgain:
      return fail(ErrorKind::kUnavailable, "server_unreachable", answer.problem());
    case Meaning::kAnew:
      return fail(ErrorKind::kGone, "upload_not_found",
                  "the server has forgotten the upload (" + answer.problem() + "); starting anew");
    case Meaning::kNever:
      break;
  }
  const std::string token = answer.problem_token();
  return fail(ErrorKind::kRefused, "server_refused",
              answer.problem() + (token.empty() ? "" : " (" + token + ")"));
}

void Uploader::wait(const Error& error) {
  const auto pause = backoff_.next(retry_after_);
  progress_.note(error.message + "; again in " + std::to_string(pause.count()) + " ms");
  std::this_thread::sleep_for(pause);  // sleeps because the server or the link needs the time
}

}  // namespace hansom::ingest
