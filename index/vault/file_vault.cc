// The file vault: one file an object, in 256 folders by the first byte of its name.
#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index/vault/vault.h"
#include "proto/base/durable_file.h"
#include "proto/base/log.h"

namespace hansom::vault {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kObjectMode = 0440;
constexpr unsigned kFolderMode = 0750;
constexpr unsigned kFolders = 256;
constexpr std::string_view kExtension = ".age";

class FileObject final : public SealedObject {
 public:
  FileObject(FileDescriptor fd, std::uint64_t size, fs::path path)
      : fd_(std::move(fd)), size_(size), path_(std::move(path)) {}

  [[nodiscard]] std::uint64_t size() const override { return size_; }

  [[nodiscard]] Status read(std::uint64_t offset, MutableByteSpan out) const override {
    if (offset > size_ || out.size() > size_ - offset) return ends_early();
    while (!out.empty()) {
      const ssize_t n = ::pread(fd_.get(), out.data(), out.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return fail(durable::storage_error(errno, "read", path_));
      if (n == 0) return ends_early();
      out = out.subspan(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
    return {};
  }

 private:
  [[nodiscard]] tl::unexpected<Error> ends_early() const {
    return fail(ErrorKind::kCorrupt, "vault_corrupt",
                path_.string() + ": ends before the bytes asked for");
  }

  FileDescriptor fd_;
  std::uint64_t size_;
  fs::path path_;
};

// The size of a regular file; nullopt where there is none.
Result<std::optional<std::uint64_t>> size_of(const fs::path& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return std::optional<std::uint64_t>();
    return fail(durable::storage_error(errno, "stat", path));
  }
  if (!S_ISREG(found.st_mode)) {
    return fail(ErrorKind::kCorrupt, "vault_corrupt", path.string() + ": not a regular file");
  }
  return static_cast<std::uint64_t>(found.st_size);
}

class FileVault final : public Vault {
 public:
  explicit FileVault(fs::path directory) : directory_(std::move(directory)) {}

  [[nodiscard]] Result<fs::path> adopt(const fs::path& spool_file, const Digest& name) override {
    const fs::path path = path_of(name);
    fs::path folder = path.parent_path();
    if (::chmod(spool_file.c_str(), kObjectMode) != 0) {
      if (errno != ENOENT) return fail(durable::storage_error(errno, "chmod", spool_file));
      // It was moved in before a crash.
      HANSOM_TRY_ASSIGN(const auto present, size_of(path));
      if (present) return folder;
      return fail(ErrorKind::kNotFound, "vault_missing", "the vault has no object " + name.hex());
    }
    Status renamed = durable::rename_unsynced(spool_file, path);
    // The spool's folder needs no sync: a name that a power cut brings back there is of this file.
    if (renamed) return folder;
    if (renamed.error().kind != ErrorKind::kConflict) return fail(std::move(renamed).error());
    // It is here already: one master. Its name may be younger than its folder's last sync.
    HANSOM_TRY_ASSIGN(const auto arrived, size_of(spool_file));
    HANSOM_TRY(check_present(path, arrived.value_or(0)));
    HANSOM_TRY(durable::remove_synced(spool_file));
    return folder;
  }

  [[nodiscard]] Result<Digest> put(ByteSpan bytes) override {
    const Digest name = sha256(bytes);
    const fs::path path = path_of(name);
    Status made = durable::create_once(path, bytes, kObjectMode);
    if (!made && made.error().kind == ErrorKind::kConflict) {
      made = check_present(path, bytes.size());
    }
    HANSOM_TRY(made);
    return name;
  }

  [[nodiscard]] Result<std::unique_ptr<SealedObject>> open(const Digest& name) const override {
    const fs::path path = path_of(name);
    FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.valid() && errno == ENOENT) {
      return fail(ErrorKind::kNotFound, "vault_missing", "the vault has no object " + name.hex());
    }
    if (!fd.valid()) return fail(durable::storage_error(errno, "open", path));
    struct stat found {};
    if (::fstat(fd.get(), &found) != 0) return fail(durable::storage_error(errno, "stat", path));
    if (!S_ISREG(found.st_mode)) {
      return fail(ErrorKind::kCorrupt, "vault_corrupt", path.string() + ": not a regular file");
    }
    return std::make_unique<FileObject>(std::move(fd), static_cast<std::uint64_t>(found.st_size),
                                        path);
  }

  [[nodiscard]] Status destroy(const Digest& name) override {
    return durable::remove_synced(path_of(name));
  }

  [[nodiscard]] Status for_each(
      const std::function<bool(const Digest& name, std::uint64_t bytes)>& visit) const override {
    for (unsigned n = 0; n < kFolders; ++n) {
      const fs::path folder = directory_ / folder_name(n);
      HANSOM_TRY_ASSIGN(const std::vector<Digest> names, names_in(folder));
      for (const Digest& name : names) {
        HANSOM_TRY_ASSIGN(const auto bytes, size_of(path_of(name)));
        if (bytes && !visit(name, *bytes)) return {};
      }
    }
    return {};
  }

  [[nodiscard]] static std::string folder_name(unsigned number) {
    return to_hex(std::array{static_cast<std::uint8_t>(number)});
  }

 private:
  [[nodiscard]] fs::path path_of(const Digest& name) const {
    const std::string hex = name.hex();
    return directory_ / hex.substr(0, 2) / (hex + std::string(kExtension));
  }

  // An object under its name is whole, or the vault is damaged: then nothing is thrown away for it.
  [[nodiscard]] static Status check_present(const fs::path& path, std::uint64_t bytes) {
    HANSOM_TRY_ASSIGN(const auto present, size_of(path));
    if (!present || *present != bytes) {
      return fail(ErrorKind::kCorrupt, "vault_corrupt",
                  path.string() + ": has " + std::to_string(present.value_or(0)) + " bytes where " +
                      std::to_string(bytes) + " belong; run hansom fsck");
    }
    return durable::sync_directory(path.parent_path());
  }

  // Objects of one folder, sorted. What is no object is list_foreign_files' affair.
  [[nodiscard]] Result<std::vector<Digest>> names_in(const fs::path& folder) const {
    std::vector<Digest> names;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      const fs::path& path = entry->path();
      const Result<Digest> name = Digest::from_hex(path.stem().string());
      if (name && path == path_of(*name)) {
        names.push_back(*name);
      }
    }
    // A folder that is missing has no objects; what should be in it is missing by name.
    if (error && error != std::errc::no_such_file_or_directory) {
      return fail(durable::storage_error(error.value(), "list", folder));
    }
    std::ranges::sort(names);
    return names;
  }

  fs::path directory_;
};

}  // namespace

namespace {

Status make_folders(const fs::path& directory) {
  HANSOM_TRY(durable::make_directories(directory, kFolderMode));
  for (unsigned n = 0; n < kFolders; ++n) {
    const fs::path folder = directory / FileVault::folder_name(n);
    if (::mkdir(folder.c_str(), kFolderMode) != 0 && errno != EEXIST) {
      return fail(durable::storage_error(errno, "mkdir", folder));
    }
  }
  // Also where they were there before: whoever made them may have been stopped before this line.
  return durable::sync_directory(directory);
}

// Leftovers go; anything else that is no object is told to the operator and left alone.
Status remove_leftovers(const fs::path& directory) {
  HANSOM_TRY_ASSIGN(const std::vector<ForeignFile> files, list_foreign_files(directory));
  for (const ForeignFile& file : files) {
    log(LogLevel::kWarning, file.leftover ? "vault_leftover_removed" : "vault_foreign_file",
        {{"path", file.path.string()}});
    if (file.leftover) HANSOM_TRY(durable::remove_synced(file.path));
  }
  return {};
}

// Whether durable::create_once would have called its unfinished file so: ".<name>.age.<random>".
bool is_leftover(const std::string& name) {
  const std::size_t extension = name.rfind(kExtension);
  if (!name.starts_with('.') || extension == std::string::npos) return false;
  return Digest::from_hex(name.substr(1, extension - 1)).has_value();
}

}  // namespace

Result<std::vector<ForeignFile>> list_foreign_files(const fs::path& directory) {
  std::vector<ForeignFile> foreign;
  std::error_code error;
  for (fs::directory_iterator folder(directory, error), end; !error && folder != end;
       folder.increment(error)) {
    const std::string folder_name = folder->path().filename().string();
    std::error_code unknown;
    const bool ours = folder_name.size() == 2 && from_hex(folder_name).has_value() &&
                      folder->symlink_status(unknown).type() == fs::file_type::directory;
    if (!ours) {
      foreign.push_back({folder->path(), false});
      continue;
    }
    for (fs::directory_iterator file(folder->path(), error); !error && file != end;
         file.increment(error)) {
      const fs::path& path = file->path();
      const Result<Digest> name = Digest::from_hex(path.stem().string());
      const bool object = name && path.filename() == name->hex() + std::string(kExtension) &&
                          name->hex().starts_with(folder_name) &&
                          file->symlink_status(unknown).type() == fs::file_type::regular;
      if (!object) foreign.push_back({path, is_leftover(path.filename().string())});
    }
    if (error) break;
  }
  if (error) return fail(durable::storage_error(error.value(), "list", directory));
  std::ranges::sort(foreign, {}, &ForeignFile::path);
  return foreign;
}

Result<std::unique_ptr<Vault>> open_file_vault(const fs::path& directory, VaultMode mode) {
  std::error_code ignored;
  if (mode == VaultMode::kServe) {
    HANSOM_TRY(make_folders(directory));
    HANSOM_TRY(remove_leftovers(directory));
  } else if (!fs::is_directory(directory, ignored)) {
    return fail(ErrorKind::kNotFound, "not_found", directory.string() + ": no vault is there");
  }
  return std::make_unique<FileVault>(directory);
}

}  // namespace hansom::vault
