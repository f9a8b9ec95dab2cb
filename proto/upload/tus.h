// tus 1.0.0 (tus.io/protocols/resumable-upload): core, creation, creation-with-upload,
// creation-defer-length, expiration, checksum, checksum-trailer, concatenation and termination.
#pragma once

#include "proto/upload/dialect.h"

namespace hansom::upload {

class Tus final : public Dialect {
 public:
  static constexpr std::string_view kVersion = "1.0.0";
  static constexpr std::string_view kExtensions =
      "creation,creation-with-upload,creation-defer-length,expiration,checksum,checksum-trailer,"
      "concatenation,termination";
  // Of one concatenation.
  static constexpr std::size_t kPartsMax = 256;

  // Every answer but that to OPTIONS carries Tus-Resumable, which the router adds. Errors of all
  // readers: also kUnsupported `unsupported_tus_version`.
  [[nodiscard]] Result<CreateRequest> read_create(const RequestHead& head) const override;
  [[nodiscard]] Result<AppendRequest> read_append(const RequestHead& head) const override;
  [[nodiscard]] Status read_plain(const RequestHead& head) const override;
  [[nodiscard]] Result<Checksums> read_trailers(const FieldList& trailers) const override;

  [[nodiscard]] Reply created(const std::string& location, const Facts& facts,
                              const CreateRequest& request) const override;
  [[nodiscard]] Reply appended(const Facts& facts) const override;
  [[nodiscard]] Reply described(const Facts& facts) const override;
  [[nodiscard]] Reply terminated() const override;
  [[nodiscard]] Reply refused(Refusal refusal, const Limits& limits) const override;
  // tus has no interim answers.
  [[nodiscard]] std::optional<Reply> announced(const std::string& location,
                                               const Facts& facts) const override;
  [[nodiscard]] std::optional<Reply> progress(std::uint64_t offset) const override;
  [[nodiscard]] bool length_completes() const override { return true; }

  // An integer as tus has it: digits only, no leading zero, below 2^63.
  [[nodiscard]] static std::optional<std::uint64_t> parse_integer(std::string_view text);
};

}  // namespace hansom::upload
