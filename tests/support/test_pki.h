// Certificates for tests: an authority, server certificates, unit certificates and wrong ones, as
// PEM files.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "proto/base/sha256.h"

namespace hansom::test {

// A certificate and its key on disk. Files live as long as the folder given to TestPki.
struct Identity {
  std::filesystem::path certificate;  // PEM, the leaf alone
  std::filesystem::path key;          // PEM (PKCS #8), mode 0600
  Bytes der;
  Bytes spki_der;
  Digest sha256;  // of der
};

enum class Usage { kServer, kClient };

struct IssueOptions {
  std::string common_name;
  Usage usage = Usage::kClient;
  std::vector<std::string> san_uris;
  std::vector<std::string> san_dns;
  std::vector<std::string> san_ips;    // "127.0.0.1"
  std::chrono::seconds starts{-3600};  // relative to now
  std::chrono::seconds ends{24 * 3600};
};

// A certificate authority with a P-256 key. Makes what it is asked for, also what nobody should
// accept. Aborts on failure: a test cannot go on without. Not thread-safe.
class TestPki {
 public:
  // Requires: `folder` exists and outlives the use of the files; two authorities in one folder have
  // two names.
  explicit TestPki(std::filesystem::path folder, std::string name = "ca");
  ~TestPki();
  TestPki(const TestPki&) = delete;
  TestPki& operator=(const TestPki&) = delete;

  [[nodiscard]] const std::filesystem::path& authority() const { return authority_; }  // PEM
  [[nodiscard]] const std::filesystem::path& authority_key() const {
    return authority_key_;
  }  // PEM

  [[nodiscard]] Identity issue(const IssueOptions& options);
  // For 127.0.0.1, ::1 and localhost.
  [[nodiscard]] Identity server();
  // With the SAN URI urn:hansom:unit:<unit>.
  [[nodiscard]] Identity unit(const std::string& unit);
  [[nodiscard]] Identity expired_unit(const std::string& unit);
  [[nodiscard]] Identity future_unit(const std::string& unit);
  // Signed by its own key instead of by this authority.
  [[nodiscard]] Identity self_signed_unit(const std::string& unit);

 private:
  struct Impl;
  [[nodiscard]] Identity make(const IssueOptions& options, bool self_signed);

  std::filesystem::path folder_;
  std::string name_;
  std::filesystem::path authority_;
  std::filesystem::path authority_key_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hansom::test
