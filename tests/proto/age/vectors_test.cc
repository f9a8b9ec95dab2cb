// The official age vectors (C2SP testkit): each binary X25519 one must end exactly as it says, with
// exactly the payload it says released. The others are counted under the reason they do not apply.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include <gtest/gtest.h>
#include <zlib.h>

#include "proto/age/age.h"
#include "proto/base/sha256.h"

namespace hansom::age {
namespace {

// Vectors of the version this was written against; other numbers mean another version: look before
// changing them.
constexpr std::size_t kVectorsThatApply = 67;
constexpr std::size_t kVectorsThatDoNot = 76;

struct Vector {
  std::string name;
  std::string expect;
  std::string payload;  // hex SHA-256; empty when not stated
  std::vector<std::string> identities;
  bool passphrase = false;
  bool armored = false;
  Bytes object;
};

Bytes inflate_all(const Bytes& in) {
  z_stream stream{};
  EXPECT_EQ(inflateInit(&stream), Z_OK);
  stream.next_in = const_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  Bytes out;
  Bytes block(1 << 16);
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = block.data();
    stream.avail_out = static_cast<uInt>(block.size());
    status = inflate(&stream, Z_NO_FLUSH);
    out.insert(out.end(), block.begin(), block.end() - stream.avail_out);
  }
  EXPECT_EQ(status, Z_STREAM_END);
  inflateEnd(&stream);
  return out;
}

Vector read_vector(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  Vector vector;
  vector.name = path.filename();
  bool compressed = false;
  std::size_t at = 0;
  while (true) {
    const auto end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty()) break;
    const auto colon = line.find(": ");
    const auto key = line.substr(0, colon);
    const auto value = line.substr(colon + 2);
    if (key == "expect") vector.expect = value;
    if (key == "payload") vector.payload = value;
    if (key == "identity") vector.identities.push_back(value);
    if (key == "passphrase") vector.passphrase = true;
    if (key == "armored") vector.armored = true;
    if (key == "compressed") compressed = true;
  }
  vector.object = to_bytes(std::string_view(text).substr(at));
  if (compressed) vector.object = inflate_all(vector.object);
  return vector;
}

// Empty when the vector concerns us.
std::string reason_not_to_apply(const Vector& vector) {
  if (vector.armored)
    return "armor: units upload the binary form; a PEM file is refused as not age";
  if (vector.passphrase)
    return "scrypt: nobody types a passphrase for a vault; such stanzas do not match";
  for (const auto& identity : vector.identities) {
    if (identity.starts_with("AGE-SECRET-KEY-PQ-")) {
      return "hybrid: needs ML-KEM-768, which OpenSSL 3.0 has not; such stanzas are ignored";
    }
  }
  return {};
}

std::vector<Identity> identities_of(const Vector& vector) {
  std::vector<Identity> identities;
  for (const auto& text : vector.identities) {
    auto identity = Identity::parse(text);
    EXPECT_TRUE(identity) << identity.error().message;
    if (identity) identities.push_back(*std::move(identity));
  }
  return identities;
}

std::string outcome(const Error& error) {
  const std::map<std::string_view, std::string> outcomes = {{"age_header", "header failure"},
                                                            {"age_truncated", "header failure"},
                                                            {"age_no_match", "no match"},
                                                            {"age_header_mac", "HMAC failure"},
                                                            {"age_payload", "payload failure"}};
  const auto found = outcomes.find(error.token);
  return found == outcomes.end() ? std::string(error.token) : found->second;
}

struct Outcome {
  std::string expect;
  std::string payload;  // hex SHA-256 of what was released; empty when the header failed
  std::string message;
};

// As a stream, in pieces of `piece_bytes`.
Outcome open_in_pieces(const Vector& vector, std::size_t piece_bytes) {
  const auto identities = identities_of(vector);
  auto header = open_header(vector.object, identities);
  if (!header) return {outcome(header.error()), "", header.error().message};
  Sha256 released;
  const auto sink = [&released](ByteSpan plain) -> Status {
    released.update(plain);
    return {};
  };
  StreamOpener stream(std::move(header->payload_key));
  ByteSpan rest = ByteSpan(vector.object).subspan(header->payload_offset);
  Status status;
  while (status && !rest.empty()) {
    const auto piece = rest.first(std::min(piece_bytes, rest.size()));
    rest = rest.subspan(piece.size());
    status = stream.update(piece, sink);
  }
  if (status) status = stream.finish(sink);
  const auto payload = released.finish().hex();
  if (status) return {"success", payload, ""};
  return {outcome(status.error()), payload, status.error().message};
}

// By random access, the whole in one read.
Outcome open_by_range(const Vector& vector) {
  const auto identities = identities_of(vector);
  const auto read = [&vector](std::uint64_t offset, MutableByteSpan out) -> Status {
    if (offset + out.size() > vector.object.size()) {
      return fail(ErrorKind::kInternal, "internal", "read past the end");
    }
    std::copy_n(vector.object.begin() + static_cast<std::ptrdiff_t>(offset), out.size(),
                out.begin());
    return {};
  };
  auto opener = Opener::open(read, vector.object.size(), identities);
  if (!opener) return {outcome(opener.error()), "", opener.error().message};
  Bytes plain(opener->size());
  const auto status = opener->read(0, plain);
  if (!status) return {outcome(status.error()), "", status.error().message};
  return {"success", sha256(plain).hex(), ""};
}

void check(const Vector& vector) {
  SCOPED_TRACE(vector.name);
  for (const std::size_t piece_bytes : {vector.object.size() + 1, std::size_t{4099}}) {
    const auto streamed = open_in_pieces(vector, piece_bytes);
    EXPECT_EQ(streamed.expect, vector.expect) << streamed.message;
    // A vector states its payload where something is released, be it nothing but the empty string.
    EXPECT_EQ(streamed.payload, vector.payload) << streamed.message;
  }
  const auto ranged = open_by_range(vector);
  EXPECT_EQ(ranged.expect, vector.expect) << ranged.message;
  if (vector.expect == "success") {
    EXPECT_EQ(ranged.payload, vector.payload);
  }
}

TEST(AgeVectors, EveryBinaryX25519VectorEndsAsItSays) {
  const char* shared = std::getenv("HANSOM_SHARED");
  if (shared == nullptr) {
    GTEST_SKIP() << "HANSOM_SHARED is not set: the official age vectors were not run";
  }
  const auto folder = std::filesystem::path(shared) / "vectors/age/testdata";
  std::size_t applied = 0;
  std::map<std::string, std::vector<std::string>> skipped;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const Vector vector = read_vector(entry.path());
    const auto reason = reason_not_to_apply(vector);
    if (!reason.empty()) {
      skipped[reason].push_back(vector.name);
      continue;
    }
    check(vector);
    ++applied;
  }
  std::size_t skipped_count = 0;
  std::cout << applied << " vectors applied\n";
  for (const auto& [reason, names] : skipped) {
    std::cout << names.size() << " do not apply (" << reason << ")\n";
    skipped_count += names.size();
  }
  EXPECT_EQ(applied, kVectorsThatApply);
  EXPECT_EQ(skipped_count, kVectorsThatDoNot);
}

}  // namespace
}  // namespace hansom::age
