// From a full spool file to a clip that exists.
#include "ingest/accept_clip.h"

#include "index/async_commit.h"
#include "index/catalogue/catalogue.h"
#include "index/keys/site_keys.h"
#include "proto/base/log.h"

namespace hansom::ingest {
namespace {

[[nodiscard]] Result<std::vector<age::Identity>> accepting_identities(const AcceptTools& tools);
[[nodiscard]] Status check_bytes(SpoolUpload& upload, const AcceptTools& tools);
[[nodiscard]] Result<std::filesystem::path> move_into_vault(SpoolUpload& upload,
                                                            const AcceptTools& tools);
[[nodiscard]] Result<std::filesystem::path> find_in_vault(const SpoolUpload& upload,
                                                          const AcceptTools& tools);
[[nodiscard]] http::Awaitable<Status> sync_name(const std::filesystem::path& folder,
                                                AcceptTools& tools);
[[nodiscard]] evidence::Record clip_accepted(const UploadFacts& facts);
[[nodiscard]] Result<std::optional<LeafIndex>> find_in_journal(const SpoolUpload& upload,
                                                               const AcceptTools& tools);
[[nodiscard]] http::Awaitable<void> hand_over(SpoolUpload& upload, AcceptTools& tools);
[[nodiscard]] http::Awaitable<Error> discard(SpoolUpload& upload, AcceptTools& tools,
                                             const Error& why);
[[nodiscard]] bool is_final(const Error& error);

}  // namespace

http::Awaitable<Result<LeafIndex>> accept_clip(SpoolUpload& upload, AcceptTools& tools) {
  const UploadFacts& facts = upload.facts();

  // 1. One arrival of the same bytes at a time, and none on a disk that has failed.
  if (Status sound = tools.fault.check(); !sound) co_return fail(std::move(sound).error());
  const ClipsInAcceptance::Entry alone = tools.clips.try_enter(facts.clip);
  if (!alone.held()) {
    co_return fail(ErrorKind::kUnavailable, "acceptance_pending",
                   "another upload of the same clip is being accepted; ask again");
  }

  // 2. A crash after step 6 left the facts: the clip exists, only step 7 is missing.
  const auto known = find_in_journal(upload, tools);
  if (!known) co_return fail(known.error());
  if (*known) {
    co_await hand_over(upload, tools);
    co_return **known;
  }

  // 3. Every byte is durable.
  if (!upload.moved()) {
    if (Status synced = co_await upload.sync(tools.syncs); !synced) co_return fail(synced.error());
  }

  // 4. They are what the manifest says, sealed, whole, and the vault identity can open them. From
  // here the bytes are fixed: they move into the vault under their digest. The clip file of an
  // upload without facts on disk keeps its name: after a crash that says that the journal may not
  // know what the vault has.
  const std::function<Result<std::filesystem::path>()> place =
      [&upload, &tools]() -> Result<std::filesystem::path> {
    if (upload.moved())
      return find_in_vault(upload, tools);  // a failure or a crash left them there
    HANSOM_TRY(check_bytes(upload, tools));
    return move_into_vault(upload, tools);
  };
  const auto folder = co_await tools.disk.await<std::filesystem::path>(place);
  if (!folder) {
    if (!is_final(folder.error())) co_return fail(folder.error());
    co_return fail(co_await discard(upload, tools, folder.error()));
  }

  // 5. Their name is durable, too.
  if (Status named = co_await sync_name(*folder, tools); !named) co_return fail(named.error());

  // 6. The journal takes it, or says why not. From here the clip exists.
  auto commit = async_commit(tools.index, clip_accepted(facts));
  const auto committed = co_await std::move(commit);
  if (!committed) {
    if (!is_final(committed.error())) co_return fail(committed.error());
    const std::function<Status()> undo = [&facts, &tools] {
      return take_out_of_vault(facts.clip, tools.index, tools.vault);
    };
    if (Status out = co_await tools.disk.await<void>(undo); !out) co_return fail(out.error());
    co_return fail(co_await discard(upload, tools, committed.error()));
  }
  tools.clips_accepted.fetch_add(1, std::memory_order_relaxed);

  // 7. The spool forgets it; the receipt can be asked for.
  co_await hand_over(upload, tools);
  log(LogLevel::kInfo, "clip_accepted",
      {{"upload", facts.id.text()},
       {"unit", facts.unit.text()},
       {"clip", facts.clip.hex()},
       {"sealed_bytes", facts.manifest.sealed_bytes()},
       {"leaf", to_u64(committed->leaf)}});
  co_return committed->leaf;
}

namespace {

// What to tell a unit whose clip cannot be opened. The digest was right: these are the unit's
// bytes.
Error sealing_error(Error error) {
  if (error.kind == ErrorKind::kStorage) return error;
  std::string_view token = "not_sealed";
  std::string says = "the clip is not sealed with age v1: ";
  if (error.token == "age_no_match") {
    token = "not_for_vault";
    says = "the clip is not sealed to this site's vault; GET /v1/unit tells its recipient: ";
  } else if (error.token == "age_payload" || error.token == "age_truncated") {
    token = "clip_truncated";
    says = "the sealed clip is cut short or its end is damaged: ";
  }
  return {ErrorKind::kRefused, token, says + error.message};
}

// Those whose recipient is not retired, or not for good yet.
Result<std::vector<age::Identity>> accepting_identities(const AcceptTools& tools) {
  HANSOM_TRY_ASSIGN(const View view, tools.index.view());
  std::vector<age::Identity> accepting;
  for (const age::Identity& identity : tools.identities) {
    HANSOM_TRY_ASSIGN(
        const bool accepts,
        keys::accepts_recipient(view.reader(), identity.recipient_text(), tools.clock.now()));
    if (accepts) accepting.push_back(identity.clone());
  }
  return accepting;
}

Status check_bytes(SpoolUpload& upload, const AcceptTools& tools) {
  HANSOM_TRY_ASSIGN(const Digest digest, upload.digest());
  if (digest != upload.facts().clip) {
    return fail(ErrorKind::kRefused, "digest_mismatch",
                "the bytes that came have SHA-256 " + digest.hex() + ", the manifest says " +
                    upload.facts().clip.hex());
  }
  const age::ReadAt read = [&upload](std::uint64_t offset, MutableByteSpan out) {
    return upload.read(offset, out);
  };
  HANSOM_TRY_ASSIGN(const std::vector<age::Identity> identities, accepting_identities(tools));
  auto opened = age::Opener::open(read, upload.written(), identities);
  if (!opened) return fail(sealing_error(std::move(opened).error()));
  return {};
}

Result<std::filesystem::path> move_into_vault(SpoolUpload& upload, const AcceptTools& tools) {
  HANSOM_TRY_ASSIGN(const std::filesystem::path file, tools.spool.file_to_move(upload));
  auto folder = tools.vault.adopt(file, upload.facts().clip);
  if (folder) upload.set_moved();
  // It may have moved or not, and only a restart can tell.
  if (!folder) tools.spool.failed(folder.error());
  return folder;
}

Result<std::filesystem::path> find_in_vault(const SpoolUpload& upload, const AcceptTools& tools) {
  auto folder = tools.vault.adopt(upload.clip_file(), upload.facts().clip);
  if (folder) return folder;
  if (folder.error().kind == ErrorKind::kStorage) tools.fault.raise(folder.error());
  if (folder.error().kind != ErrorKind::kNotFound) return folder;
  return fail(ErrorKind::kNotFound, "upload_not_found", "the bytes of the upload are lost");
}

http::Awaitable<Status> sync_name(const std::filesystem::path& folder, AcceptTools& tools) {
  const std::function<void(http::Callback<void>)> start = [&](http::Callback<void> done) {
    tools.syncs.sync_folder(folder, std::move(done));
  };
  co_return co_await http::await_callback<void>(start);
}

evidence::Record clip_accepted(const UploadFacts& facts) {
  evidence::Record record = record_by_unit(facts.unit.text());
  evidence::ClipAccepted& act = *record.mutable_clip_accepted();
  act.set_sealed_sha256(facts.clip.bytes.data(), facts.clip.bytes.size());
  act.set_sealed_bytes(facts.manifest.sealed_bytes());
  act.set_upload(facts.id.text());
  act.set_unit(facts.unit.text());
  act.set_manifest_jws(facts.manifest_jws);
  *act.mutable_manifest() = facts.manifest;
  act.set_controller(facts.controller);
  act.set_started_us(to_unix_us(facts.created));
  for (const UploadId& part : facts.parts) act.add_parts(part.text());
  return record;
}

Result<std::optional<LeafIndex>> find_in_journal(const SpoolUpload& upload,
                                                 const AcceptTools& tools) {
  HANSOM_TRY_ASSIGN(const View view, tools.index.view());
  return catalogue::find_upload(view.reader(), upload.facts().id);
}

http::Awaitable<void> hand_over(SpoolUpload& upload, AcceptTools& tools) {
  const std::function<Status()> job = [&upload, &tools] {
    tools.spool.hand_over(upload);
    return Status{};
  };
  ignore(co_await tools.disk.await<void>(job), "the next start comes to step 2 and does it");
}

// Ends an upload that no repetition can save, and says so in the error.
http::Awaitable<Error> discard(SpoolUpload& upload, AcceptTools& tools, const Error& why) {
  const std::function<Status()> remove = [&upload, &tools] { return tools.spool.remove(upload); };
  if (Status gone = co_await tools.disk.await<void>(remove); !gone) co_return gone.error();
  log_error("upload_discarded", why,
            {{"upload", upload.facts().id.text()}, {"unit", upload.facts().unit.text()}});
  Error told = why;
  told.message += "; the upload has been discarded";
  if (told.kind != ErrorKind::kGone && told.kind != ErrorKind::kForbidden) {
    told.message += "; send the clip again";
  }
  co_return told;
}

// Whether asking again cannot help.
bool is_final(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kUnavailable:
    case ErrorKind::kStorage:
    case ErrorKind::kCorrupt:
    case ErrorKind::kTimeout:
    case ErrorKind::kCancelled:
    case ErrorKind::kInternal:
      return false;
    default:
      return true;
  }
}

}  // namespace

// Undoes step 4 where no other arrival made these bytes a clip.
Status take_out_of_vault(const ClipId& clip, const EvidenceIndex& index, vault::Vault& vault) {
  HANSOM_TRY_ASSIGN(const View view, index.view());
  const auto row = catalogue::find_clip(view.reader(), clip);
  if (!row && row.error().kind != ErrorKind::kNotFound) return fail(row.error());
  if (row && !row->has_tombstone()) return {};
  return vault.destroy(clip);
}

ClipsInAcceptance::Entry ClipsInAcceptance::try_enter(const ClipId& clip) {
  const std::scoped_lock lock(mutex_);
  return inside_.insert(clip).second ? Entry(*this, clip) : Entry();
}

void ClipsInAcceptance::Entry::leave() {
  if (clips_ == nullptr) return;
  const std::scoped_lock lock(clips_->mutex_);
  clips_->inside_.erase(clip_);
}

}  // namespace hansom::ingest
