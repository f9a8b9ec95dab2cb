// Resumable uploads of the IETF (draft-ietf-httpbis-resumable-upload): interop versions 5, 6 and 8,
// and the form without a version that the RFC will have.
#pragma once

#include "proto/upload/dialect.h"

namespace hansom::upload {

class Ietf final : public Dialect {
 public:
  static constexpr std::string_view kMediaType = "application/partial-upload";

  // `interop`: what the client said in Upload-Draft-Interop-Version; 0: nothing, or a version that
  // is not known here. Then no interim answers are sent.
  explicit Ietf(unsigned interop) : interop_(interop) {}

  // A malformed structured field counts as missing. Errors of all: `bad_upload_field`; of
  // read_create also kInvalid `inconsistent_length`.
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
  [[nodiscard]] std::optional<Reply> announced(const std::string& location,
                                               const Facts& facts) const override;
  [[nodiscard]] std::optional<Reply> progress(std::uint64_t offset) const override;
  [[nodiscard]] bool length_completes() const override { return false; }

  // Upload-Limit of an upload, or of all: then without a lifetime.
  [[nodiscard]] std::string limit_field(std::uint64_t bytes_max,
                                        std::optional<std::chrono::seconds> lifetime) const;
  // The version a request asks for, where it is one of ours; else 0.
  [[nodiscard]] static unsigned interop_of(const FieldList& fields);

 private:
  [[nodiscard]] Reply reply(unsigned status) const;
  void add_state(Reply& reply, const Facts& facts) const;

  unsigned interop_;
};

}  // namespace hansom::upload
