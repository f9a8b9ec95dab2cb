// Signatures as a report holds them: see signed_to_report.h.
#include "ingest/inspect/inspector/signing/signed_to_report.h"

#include <algorithm>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/raw_time.h"
#include "ingest/inspect/inspector/signing/match_signatures.h"

namespace hansom::ingest {
namespace {

using evidence::SignedMedia;

// A picture is what the worst of its units is.
UnitState worse(UnitState one, UnitState other) {
  if (one == UnitState::kBroken || other == UnitState::kBroken) return UnitState::kBroken;
  return one == UnitState::kUnsigned ? one : other;
}

SignedMedia::State span_state(UnitState state) {
  switch (state) {
    case UnitState::kValid:
      return SignedMedia::VALID;
    case UnitState::kBroken:
      return SignedMedia::BROKEN;
    case UnitState::kUnsigned:
      break;
  }
  return SignedMedia::UNSIGNED;
}

// Goes over the pictures in their order and writes what they are.
class PictureWriter {
 public:
  explicit PictureWriter(evidence::SignedStream& out) : out_(out) {}

  void add(const SignedUnit& first_unit, UnitState state) {
    const std::optional<std::int64_t> time = first_unit.media_us;
    if (state == UnitState::kValid) out_.set_pictures_valid(out_.pictures_valid() + 1);
    if (state == UnitState::kUnsigned) out_.set_pictures_unsigned(out_.pictures_unsigned() + 1);
    if (state == UnitState::kBroken) add_broken(first_unit.picture, time);
    const SignedMedia::State told = span_state(state);
    if (span_ == nullptr || span_->state() != told) begin_span(told);
    if (span_ == nullptr) return;
    span_->set_pictures(span_->pictures() + 1);
    if (!time) return;
    span_->set_start_us(span_->has_start_us() ? std::min(span_->start_us(), *time) : *time);
    span_->set_end_us(span_->has_end_us() ? std::max(span_->end_us(), *time) : *time);
  }

  // The times that a signer states for pictures of the span at hand.
  void add_signer_time(std::optional<std::int64_t> unix_us) {
    if (span_ == nullptr || !unix_us || *unix_us < kUnixUsMin || *unix_us > kUnixUsMax) return;
    if (!span_->has_signed_from_unix_us()) span_->set_signed_from_unix_us(*unix_us);
    span_->set_signed_to_unix_us(*unix_us);
  }

 private:
  void begin_span(SignedMedia::State state) {
    out_.set_spans_found(out_.spans_found() + 1);
    if (static_cast<std::size_t>(out_.spans_size()) >= kSignedSpansMax) {
      span_ = nullptr;
      full_ = true;
    }
    if (full_) return;
    span_ = out_.add_spans();
    span_->set_state(state);
  }

  void add_broken(std::uint32_t picture, std::optional<std::int64_t> time) {
    out_.set_pictures_broken(out_.pictures_broken() + 1);
    if (time && (!out_.has_first_broken_us() || *time < out_.first_broken_us())) {
      out_.set_first_broken_us(*time);
    }
    if (static_cast<std::size_t>(out_.broken_size()) >= kBrokenPicturesMax) return;
    evidence::BrokenPicture& broken = *out_.add_broken();
    broken.set_picture(picture);
    if (time) broken.set_media_us(*time);
  }

  evidence::SignedStream& out_;
  evidence::SignedSpan* span_ = nullptr;
  bool full_ = false;
};

void write_pictures(const SignedPictures& pictures, const Matched& matched,
                    evidence::SignedStream& out) {
  PictureWriter writer(out);
  const std::vector<SignedUnit>& units = pictures.units;
  auto range = matched.ranges.begin();
  for (std::size_t i = 0; i < units.size();) {
    const std::size_t first = i;
    UnitState state = UnitState::kValid;
    bool has_picture = false;
    for (; i < units.size() && units[i].picture == units[first].picture; ++i) {
      if (units[i].is_message) continue;
      state = has_picture ? worse(state, matched.states[i]) : matched.states[i];
      has_picture = true;
    }
    if (has_picture) writer.add(units[first], state);
    for (; range != matched.ranges.end() && range->start < i; ++range) {
      const SigningMessage& message = pictures.messages[range->message].message;
      writer.add_signer_time(message.start_unix_us);
      writer.add_signer_time(message.end_unix_us);
    }
  }
  out.set_pictures_unsigned(out.pictures_unsigned() + pictures.pictures_passed);
}

void write_certificates(ByteSpan pem, evidence::SigningChain& out) {
  const Certificates read = read_certificates(pem);
  for (const CertificateFacts& facts : read.facts) {
    evidence::SigningCertificate& certificate = *out.add_certificates();
    certificate.set_subject(facts.subject);
    certificate.set_issuer(facts.issuer);
    if (facts.not_before_us) certificate.set_not_before_unix_us(*facts.not_before_us);
    if (facts.not_after_us) certificate.set_not_after_unix_us(*facts.not_after_us);
    certificate.set_sha256(facts.sha256.data(), facts.sha256.size());
  }
  out.set_chained(read.chained);
  out.set_complete(read.complete);
}

void write_signer(const SignedPictures& pictures, evidence::SignedStream& out) {
  out.set_maker(printable(pictures.maker, kTextBytesMax));
  out.set_serial(printable(pictures.serial, kTextBytesMax));
  out.set_firmware(printable(pictures.firmware, kTextBytesMax));
  out.set_keys(static_cast<std::uint32_t>(pictures.keys.size()));
  if (!pictures.keys.empty()) {
    const SigningKey& key = pictures.keys.front();
    out.set_key_kind(key.kind());
    out.set_key_sha256(key.sha256().data(), key.sha256().size());
  }
  write_certificates(pictures.certificates, *out.mutable_chain());
  if (!pictures.attestation.empty()) {
    write_certificates(pictures.attestation, *out.mutable_attestation());
  }
}

SignedMedia::State state_of(const SignedPictures& pictures, const Matched& matched,
                            const evidence::SignedStream& written) {
  if (written.pictures_broken() > 0 || matched.signatures_wrong > 0 || matched.units_missing > 0 ||
      matched.out_of_place > 0) {
    return SignedMedia::BROKEN;
  }
  if (matched.signatures_missing > 0 || matched.signatures == 0) return SignedMedia::STRIPPED;
  if (matched.ranges.empty() || matched.signatures_unread > 0 || pictures.limited) {
    return SignedMedia::NOT_VERIFIED;
  }
  return SignedMedia::VALID;
}

// From the best to the worst.
int badness(SignedMedia::State state) {
  switch (state) {
    case SignedMedia::BROKEN:
      return 4;
    case SignedMedia::STRIPPED:
      return 3;
    case SignedMedia::NOT_VERIFIED:
      return 2;
    case SignedMedia::VALID:
      return 1;
    default:
      return 0;
  }
}

}  // namespace

void write_signed_stream(const SignedPictures& pictures, std::uint32_t stream, SignedMedia& media) {
  if (pictures.messages.empty()) return;
  const Matched matched = match_signatures(pictures);
  evidence::SignedStream& out = *media.add_streams();
  out.set_stream(stream);
  const bool is_onvif = pictures.messages.front().message.scheme == SigningScheme::kOnvif;
  out.set_scheme(is_onvif ? "onvif_media_signing" : "axis_signed_video");
  write_pictures(pictures, matched, out);
  out.set_signatures(matched.signatures);
  out.set_signatures_wrong(matched.signatures_wrong);
  out.set_signatures_missing(matched.signatures_missing);
  out.set_signatures_elsewhere(matched.signatures_elsewhere);
  out.set_signatures_unread(matched.signatures_unread);
  out.set_units_missing(matched.units_missing);
  out.set_out_of_place(matched.out_of_place);
  out.set_uncovered(pictures.uncovered);
  out.set_limited(pictures.limited);
  write_signer(pictures, out);
  out.set_state(state_of(pictures, matched, out));
  if (badness(out.state()) > badness(media.state())) media.set_state(out.state());
}

void write_unsigned(const std::vector<std::string>& recognised, SignedMedia& media) {
  for (const std::string& name : recognised) media.add_not_verified(name);
  if (media.streams_size() > 0) return;
  media.set_state(recognised.empty() ? SignedMedia::UNSIGNED : SignedMedia::NOT_VERIFIED);
}

}  // namespace hansom::ingest
