// Files of the queue folder.
#include "ingest/unit/clip_queue.h"

#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "proto/base/durable_file.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kStateBytesMax = 16 * 1024UL;
constexpr std::string_view kSealedSuffix = ".age";

std::string text_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->begin(), text->end());
}

}  // namespace

QueuedClip clip_in(const std::filesystem::path& queue, const ClipId& id) {
  const std::filesystem::path stem = queue / id.hex();
  const auto file = [&stem](std::string_view suffix) {
    return std::filesystem::path(stem.string() + std::string(suffix));
  };
  return {id, file(kSealedSuffix), file(".jws"), file(".upload.json"), file(".receipt.json"), 0};
}

Result<QueuedClip> find_clip(const std::filesystem::path& sealed) {
  if (sealed.extension() != kSealedSuffix) {
    return fail(ErrorKind::kInvalid, "bad_digest",
                sealed.string() + ": a sealed clip is named by its digest and ends in .age");
  }
  auto id = Digest::from_hex(sealed.stem().string());
  if (!id) return fail(std::move(id).error().in(sealed.string()));
  QueuedClip clip = clip_in(sealed.parent_path(), *id);
  std::error_code error;
  clip.sealed_bytes = std::filesystem::file_size(clip.sealed, error);
  if (error) return fail(durable::storage_error(error.value(), "size", clip.sealed));
  return clip;
}

Result<std::vector<QueuedClip>> waiting_clips(const std::filesystem::path& queue) {
  std::vector<std::pair<std::filesystem::file_time_type, QueuedClip>> found;
  std::error_code error;
  if (!std::filesystem::exists(queue, error)) return std::vector<QueuedClip>();
  for (auto entry = std::filesystem::directory_iterator(queue, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() != kSealedSuffix) continue;
    auto clip = find_clip(entry->path());
    if (!clip) continue;  // somebody else's file
    std::error_code missing;
    const auto sealed_at = std::filesystem::last_write_time(clip->manifest, missing);
    if (missing || std::filesystem::exists(clip->receipt)) continue;
    found.emplace_back(sealed_at, *std::move(clip));
  }
  if (error) return fail(durable::storage_error(error.value(), "list", queue));
  std::ranges::sort(found, [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second.id) < std::tie(b.first, b.second.id);
  });
  std::vector<QueuedClip> clips;
  clips.reserve(found.size());
  for (auto& [sealed_at, clip] : found) clips.push_back(std::move(clip));
  return clips;
}

std::string UploadState::json() const {
  return boost::json::serialize(boost::json::object{{"server", server}, {"upload", upload}}) + "\n";
}

Result<UploadState> UploadState::parse(std::string_view json) {
  boost::system::error_code error;
  const auto value = boost::json::parse(json, error);
  const auto* object = error ? nullptr : value.if_object();
  UploadState state;
  if (object != nullptr) state = {text_of(*object, "server"), text_of(*object, "upload")};
  if (state.server.empty() || state.upload.empty()) {
    return fail(ErrorKind::kInvalid, "bad_json", "not the state of an upload");
  }
  return state;
}

std::optional<UploadState> read_state(const QueuedClip& clip, std::string_view server) {
  const auto bytes = durable::read_file(clip.state, kStateBytesMax);
  if (!bytes) return std::nullopt;
  auto state = UploadState::parse(as_text(*bytes));
  // A state that cannot be used costs sending again what was sent, nothing else.
  if (!state || state->server != server) return std::nullopt;
  return *std::move(state);
}

Status write_state(const QueuedClip& clip, const UploadState& state) {
  return durable::replace(clip.state, as_bytes(state.json()));
}

std::string upload_metadata(std::string_view manifest_jws) {
  return "manifest " + to_base64(as_bytes(manifest_jws));
}

}  // namespace hansom::ingest
