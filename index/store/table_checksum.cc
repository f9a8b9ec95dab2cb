// Compares a table with what the manifest says of it.
#include "index/store/table_checksum.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include <rocksdb/sst_file_reader.h>

#include "proto/base/durable_file.h"

namespace hansom::store {
namespace {

constexpr std::size_t kReadAtOnce = std::size_t{64} * 1024;

rocksdb::Status check_blocks(const std::string& path) {
  // As DB::VerifyChecksum does, but that warns of every table it opens, for want of the identity
  // that the manifest has for it. Identities were compared when the store was opened.
  rocksdb::Options options;
  options.verify_sst_unique_id_in_manifest = false;
  rocksdb::SstFileReader reader(options);
  const auto status = reader.Open(path);
  return status.ok() ? reader.VerifyChecksum() : status;
}

rocksdb::Status failed_to(const char* what, const std::string& path) {
  const int error = errno;
  if (error == ENOENT) return rocksdb::Status::PathNotFound(path);
  return rocksdb::Status::IOError(std::string(what) + " " + path, std::strerror(error));
}

}  // namespace

std::shared_ptr<rocksdb::FileChecksumGenFactory> table_checksums() {
  static const auto factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  return factory;
}

rocksdb::Status check_table(const rocksdb::LiveFileMetaData& table) {
  const std::string path = table.db_path + table.name;
  if (table.file_checksum_func_name != rocksdb::kStandardDbFileChecksumFuncName) {
    return check_blocks(path);
  }
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return failed_to("open", path);
  const auto sum = table_checksums()->CreateFileChecksumGenerator({path, {}});
  std::array<char, kReadAtOnce> piece;
  for (;;) {
    const ssize_t size = ::read(file.get(), piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed_to("read", path);
    if (size == 0) break;
    sum->Update(piece.data(), static_cast<std::size_t>(size));
  }
  sum->Finalize();
  if (sum->GetChecksum() == table.file_checksum) return {};
  return rocksdb::Status::Corruption("the table is not as it was written", path);
}

}  // namespace hansom::store
