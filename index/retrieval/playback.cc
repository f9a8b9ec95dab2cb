// The bytes of a clip for people: opened or as stored, by range.
#include "index/retrieval/playback.h"

#include <algorithm>

namespace hansom::retrieval {
namespace {

// A clip in the vault was opened once, when it was accepted: whatever age says of it now, or that
// it is not there, means that our copy is damaged.
tl::unexpected<Error> damaged(Error error, const Digest& name) {
  if (error.token.starts_with("age_")) {
    error.kind = ErrorKind::kCorrupt;
    error.token = "vault_corrupt";
  } else if (error.token == "vault_missing") {
    error.kind = ErrorKind::kCorrupt;
  }
  return fail(std::move(error).in(name.hex()));
}

Result<std::unique_ptr<vault::SealedObject>> open_object(const vault::Vault& vault,
                                                         const Digest& name) {
  auto object = vault.open(name);
  if (!object) return damaged(std::move(object).error(), name);
  return object;
}

class SealedSource final : public ByteSource {
 public:
  explicit SealedSource(std::unique_ptr<vault::SealedObject> object) : object_(std::move(object)) {}
  [[nodiscard]] std::uint64_t size() const override { return object_->size(); }
  [[nodiscard]] Status read(std::uint64_t offset, MutableByteSpan out) override {
    return object_->read(offset, out);
  }

 private:
  std::unique_ptr<vault::SealedObject> object_;
};

class OpenedSource final : public ByteSource {
 public:
  OpenedSource(const ClipId& clip, std::unique_ptr<vault::SealedObject> object, age::Opener opener)
      : clip_(clip), object_(std::move(object)), opener_(std::move(opener)) {}
  [[nodiscard]] std::uint64_t size() const override { return opener_.size(); }
  [[nodiscard]] Status read(std::uint64_t offset, MutableByteSpan out) override {
    if (Status read = opener_.read(offset, out); !read) {
      return damaged(std::move(read).error(), clip_);
    }
    return {};
  }

 private:
  ClipId clip_;
  std::unique_ptr<vault::SealedObject> object_;  // the opener reads from it
  age::Opener opener_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_media(const vault::Vault& vault, const ClipId& clip,
                                               std::span<const age::Identity> identities) {
  HANSOM_TRY_ASSIGN(std::unique_ptr<vault::SealedObject> object, open_object(vault, clip));
  const vault::SealedObject* sealed = object.get();
  age::ReadAt read_at = [sealed](std::uint64_t offset, MutableByteSpan out) {
    return sealed->read(offset, out);
  };
  auto opener = age::Opener::open(std::move(read_at), sealed->size(), identities);
  if (!opener) return damaged(std::move(opener).error(), clip);
  return std::make_unique<OpenedSource>(clip, std::move(object), std::move(*opener));
}

Result<std::unique_ptr<ByteSource>> open_sealed(const vault::Vault& vault, const ClipId& clip,
                                                std::uint64_t sealed_bytes) {
  HANSOM_TRY_ASSIGN(std::unique_ptr<vault::SealedObject> object, open_object(vault, clip));
  if (object->size() != sealed_bytes) {
    return fail(ErrorKind::kCorrupt, "vault_corrupt",
                clip.hex() + " has " + std::to_string(object->size()) + " bytes in the vault and " +
                    std::to_string(sealed_bytes) + " in the journal");
  }
  return std::make_unique<SealedSource>(std::move(object));
}

Result<Bytes> open_derivative(const vault::Vault& vault, const Digest& name,
                              std::span<const age::Identity> identities) {
  HANSOM_TRY_ASSIGN(const std::unique_ptr<vault::SealedObject> object, open_object(vault, name));
  if (object->size() > kThumbnailBytesMax) {
    return fail(ErrorKind::kCorrupt, "vault_corrupt", name.hex() + " is no thumbnail of ours");
  }
  Bytes sealed(object->size());
  HANSOM_TRY(object->read(0, sealed));
  auto opened = age::open(sealed, identities);
  if (!opened) return damaged(std::move(opened).error(), name);
  return opened;
}

std::size_t piece_bytes(std::uint64_t offset, std::uint64_t left) {
  const std::uint64_t to_boundary = kPieceBytes - offset % kPieceBytes;
  return static_cast<std::size_t>(std::min(to_boundary, left));
}

}  // namespace hansom::retrieval
