// The least that taking an upload in can cost on this machine, part by part: AES-256-GCM of TLS
// records and SHA-256 over bytes in memory, a loopback receive, a direct write. Prints processor
// seconds per GB as one line of JSON.
//   upload_floor FOLDER BYTES
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <thread>

#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "benchmarks/load/process_time.h"
#include "proto/base/check.h"
#include "proto/base/durable_file.h"
#include "proto/base/sha256.h"

namespace hansom::bench {
namespace {

constexpr std::size_t kRecordBytes = std::size_t{16} * 1024;
constexpr std::size_t kBlockBytes = std::size_t{512} * 1024;
constexpr std::size_t kPageBytes = 4096;

struct Free {
  void operator()(std::uint8_t* memory) const { std::free(memory); }
};
using Block = std::unique_ptr<std::uint8_t, Free>;

Block make_block() {
  Block block(static_cast<std::uint8_t*>(std::aligned_alloc(kPageBytes, kBlockBytes)));
  HANSOM_CHECK(block != nullptr);
  for (std::size_t i = 0; i < kBlockBytes; ++i) block.get()[i] = static_cast<std::uint8_t>(i * 7);
  return block;
}

// Of this thread, for one GB of what `work` does to one block.
double per_gb(std::uint64_t bytes, const std::function<void()>& work) {
  const double before = thread_seconds();
  const std::uint64_t blocks = bytes / kBlockBytes;
  for (std::uint64_t i = 0; i < blocks; ++i) work();
  return (thread_seconds() - before) * 1e9 / static_cast<double>(blocks * kBlockBytes);
}

double decrypt(std::uint64_t bytes, std::uint8_t* block) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(EVP_CIPHER_CTX_new(),
                                                                               EVP_CIPHER_CTX_free);
  const std::array<std::uint8_t, 32> key{1};
  std::array<std::uint8_t, 12> nonce{2};
  std::array<std::uint8_t, 16> tag{};
  HANSOM_CHECK(
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), nonce.data()) == 1);
  return per_gb(bytes, [&] {
    for (std::size_t at = 0; at < kBlockBytes; at += kRecordBytes) {
      ++nonce[11];
      int moved = 0;
      EVP_DecryptInit_ex(cipher.get(), nullptr, nullptr, nullptr, nonce.data());
      EVP_DecryptUpdate(cipher.get(), block + at, &moved, block + at, kRecordBytes);
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, tag.size(), tag.data());
      EVP_DecryptFinal_ex(cipher.get(), block, &moved);  // the tag is wrong, at the same cost
    }
  });
}

double hash(std::uint64_t bytes, std::uint8_t* block) {
  Sha256 running;
  return per_gb(bytes, [&] { running.update({block, kBlockBytes}); });
}

double receive(std::uint64_t bytes, std::uint8_t* block) {
  const FileDescriptor listener(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  HANSOM_CHECK(::bind(listener.get(), any, length) == 0 && ::listen(listener.get(), 1) == 0 &&
               ::getsockname(listener.get(), any, &length) == 0);
  const FileDescriptor sender(::socket(AF_INET, SOCK_STREAM, 0));
  HANSOM_CHECK(::connect(sender.get(), any, length) == 0);
  const FileDescriptor receiver(::accept(listener.get(), nullptr, nullptr));
  HANSOM_CHECK(receiver.valid());
  const std::jthread sending([&] {
    const Block own = make_block();
    for (std::uint64_t sent = 0; sent < bytes; sent += kRecordBytes) {
      const std::size_t at = sent % kBlockBytes;
      if (::send(sender.get(), own.get() + at, kRecordBytes, MSG_NOSIGNAL) < 0) return;
    }
    ::shutdown(sender.get(), SHUT_WR);
  });
  return per_gb(bytes, [&] {
    std::size_t got = 0;
    while (got < kBlockBytes) {
      const ssize_t some = ::recv(receiver.get(), block + got, kBlockBytes - got, 0);
      if (some <= 0) return;
      got += static_cast<std::size_t>(some);
    }
  });
}

double write(std::uint64_t bytes, const std::uint8_t* block, const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "floor";
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_DIRECT, 0600));
  if (!file.valid() ||
      ::fallocate(file.get(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes)) != 0) {
    std::fprintf(stderr, "%s: no direct writes here\n", path.c_str());
    std::exit(1);
  }
  const double before = thread_seconds();
  double cost = per_gb(bytes, [&] { HANSOM_CHECK(::write(file.get(), block, kBlockBytes) > 0); });
  HANSOM_CHECK(durable::sync_data(file.get(), path).has_value());
  const std::uint64_t whole_blocks_bytes = bytes - bytes % kBlockBytes;
  cost = (thread_seconds() - before) * 1e9 / static_cast<double>(whole_blocks_bytes);
  ::unlink(path.c_str());
  return cost;
}

}  // namespace
}  // namespace hansom::bench

int main(int argc, char** argv) {
  using namespace hansom::bench;
  const std::uint64_t bytes = argc == 3 ? std::strtoull(argv[2], nullptr, 10) : 0;
  if (bytes < kBlockBytes) {
    std::fputs("upload_floor is started by benchmarks/upload_cost\n", stderr);
    return 2;
  }
  const Block block = make_block();
  const double decrypted = decrypt(bytes, block.get());
  const double hashed = hash(bytes, block.get());
  const double received = receive(bytes, block.get());
  const double written = write(bytes, block.get(), argv[1]);
  std::printf(
      "{\"aes_gcm\": %.4f, \"sha256\": %.4f, \"receive\": %.4f, \"direct_write\": %.4f, "
      "\"cpu_per_gb\": %.4f}\n",
      decrypted, hashed, received, written, decrypted + hashed + received + written);
  return 0;
}
