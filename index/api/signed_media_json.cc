// What signers left in a clip's pictures, as JSON and in a sentence.
#include <boost/json/array.hpp>
#include <cstdio>

#include "index/api/json.h"
#include "index/api/seconds.h"

namespace hansom::api {

namespace json = boost::json;

namespace {

using evidence::SignedMedia;

const char* state_word(SignedMedia::State state) {
  switch (state) {
    case SignedMedia::UNSIGNED:
      return "unsigned";
    case SignedMedia::VALID:
      return "valid";
    case SignedMedia::BROKEN:
      return "broken";
    case SignedMedia::STRIPPED:
      return "stripped";
    case SignedMedia::NOT_VERIFIED:
      return "not_verified";
    default:
      return "unknown";
  }
}

const char* scheme_name(const std::string& scheme) {
  if (scheme == "axis_signed_video") return "Axis signed video";
  return scheme == "onvif_media_signing" ? "ONVIF Media Signing" : "an unknown scheme";
}

// "5.480 s".
std::string seconds_text(std::int64_t us) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f s", seconds(us));
  return text.data();
}

std::string count_of(std::uint64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string key_words(const evidence::SignedStream& stream) {
  std::string out = "; checked with the " + stream.key_kind() +
                    " key that the clip carries (SHA-256 " + hex(stream.key_sha256()) + ")";
  const auto& certificates = stream.chain().certificates();
  if (certificates.empty()) return out + "; whose key that is is not shown";
  return out + ", which a certificate in the clip gives to \"" + certificates[0].subject() +
         "\"; that certificate is not checked against anything trusted";
}

std::string broken_words(const evidence::SignedStream& stream) {
  const std::uint64_t all =
      stream.pictures_valid() + stream.pictures_broken() + stream.pictures_unsigned();
  std::string out = std::string("signed (") + scheme_name(stream.scheme()) + ") and BROKEN";
  if (stream.pictures_broken() > 0) {
    out += ": " + std::to_string(stream.pictures_broken()) + " of " +
           count_of(all, "picture", "pictures") + " not as signed";
    if (stream.has_first_broken_us())
      out += ", the first at " + seconds_text(stream.first_broken_us());
  }
  if (stream.units_missing() > 0) {
    out += "; " + count_of(stream.units_missing(), "signed picture is", "signed pictures are") +
           " missing";
  }
  if (stream.out_of_place() > 0) {
    out += "; " + count_of(stream.out_of_place(), "group", "groups") + " of pictures out of place";
  }
  if (stream.signatures_wrong() > 0) {
    out += "; " + count_of(stream.signatures_wrong(), "signature", "signatures") + " wrong";
  }
  if (stream.keys() > 1) out += "; the key changes within the clip";
  return out;
}

std::string stream_words(const evidence::SignedStream& stream) {
  const std::string scheme = scheme_name(stream.scheme());
  const std::string pictures = count_of(stream.pictures_valid(), "picture", "pictures");
  std::string out;
  switch (stream.state()) {
    case SignedMedia::VALID:
      out = "signed (" + scheme + ") and valid: " + pictures + " as signed";
      break;
    case SignedMedia::BROKEN:
      out = broken_words(stream);
      break;
    case SignedMedia::STRIPPED:
      if (stream.signatures() == 0) {
        return scheme + " messages are there, but their signatures are missing";
      }
      out = "signed (" + scheme + "), but " +
            count_of(stream.signatures_missing(), "signature is", "signatures are") + " missing; " +
            pictures + " as signed";
      break;
    default:
      return scheme + " signatures are there and could not be checked";
  }
  if (stream.pictures_unsigned() > 0) {
    out += "; " + std::to_string(stream.pictures_unsigned()) + " without a signature";
  }
  return out + key_words(stream);
}

json::array chain_json(const evidence::SigningChain& chain) {
  json::array out;
  for (const evidence::SigningCertificate& certificate : chain.certificates()) {
    json::object item;
    item["subject"] = certificate.subject();
    item["issuer"] = certificate.issuer();
    item["sha256"] = hex(certificate.sha256());
    if (certificate.has_not_before_unix_us()) {
      item["not_before"] = to_rfc3339(from_unix_us(certificate.not_before_unix_us()));
    }
    if (certificate.has_not_after_unix_us()) {
      item["not_after"] = to_rfc3339(from_unix_us(certificate.not_after_unix_us()));
    }
    out.push_back(std::move(item));
  }
  return out;
}

json::object span_json(const evidence::SignedSpan& span) {
  json::object out;
  out["state"] = state_word(span.state());
  if (span.has_start_us()) out["start_us"] = span.start_us();
  if (span.has_end_us()) out["end_us"] = span.end_us();
  out["pictures"] = span.pictures();
  if (span.has_signed_from_unix_us()) {
    out["signed_from"] = to_rfc3339(from_unix_us(span.signed_from_unix_us()));
    out["signed_to"] = to_rfc3339(from_unix_us(span.signed_to_unix_us()));
  }
  return out;
}

json::object key_json(const evidence::SignedStream& stream) {
  json::object out;
  out["kind"] = stream.key_kind();
  out["sha256"] = hex(stream.key_sha256());
  out["keys"] = stream.keys();
  out["certificates"] = chain_json(stream.chain());
  out["chained"] = stream.chain().chained();
  out["complete"] = stream.chain().complete();
  out["attestation"] = chain_json(stream.attestation());
  return out;
}

json::object stream_json(const evidence::SignedStream& stream) {
  json::object out;
  out["stream"] = stream.stream();
  out["scheme"] = stream.scheme();
  out["state"] = state_word(stream.state());
  out["says"] = stream_words(stream);
  json::array spans;
  for (const evidence::SignedSpan& span : stream.spans()) spans.push_back(span_json(span));
  out["spans"] = std::move(spans);
  out["spans_found"] = stream.spans_found();
  out["pictures_valid"] = stream.pictures_valid();
  out["pictures_broken"] = stream.pictures_broken();
  out["pictures_unsigned"] = stream.pictures_unsigned();
  if (stream.has_first_broken_us()) out["first_broken_us"] = stream.first_broken_us();
  json::array broken;
  for (const evidence::BrokenPicture& picture : stream.broken()) {
    json::object item;
    item["picture"] = picture.picture();
    if (picture.has_media_us()) item["media_us"] = picture.media_us();
    broken.push_back(std::move(item));
  }
  out["broken"] = std::move(broken);
  out["units_missing"] = stream.units_missing();
  out["out_of_place"] = stream.out_of_place();
  out["uncovered"] = stream.uncovered();
  out["signatures"] = stream.signatures();
  out["signatures_wrong"] = stream.signatures_wrong();
  out["signatures_missing"] = stream.signatures_missing();
  out["signatures_elsewhere"] = stream.signatures_elsewhere();
  out["signatures_unread"] = stream.signatures_unread();
  out["limited"] = stream.limited();
  out["key_in_stream"] = key_json(stream);
  out["maker"] = stream.maker();
  out["serial"] = stream.serial();
  out["firmware"] = stream.firmware();
  return out;
}

}  // namespace

json::object signed_media_json(const SignedMedia& media) {
  json::object out;
  out["state"] = state_word(media.state());
  std::string says;
  json::array streams;
  for (const evidence::SignedStream& stream : media.streams()) {
    if (!says.empty()) says += ". ";
    says += "stream " + std::to_string(stream.stream()) + ": " + stream_words(stream);
    streams.push_back(stream_json(stream));
  }
  json::array not_verified;
  for (const std::string& name : media.not_verified()) {
    if (!says.empty()) says += ". ";
    says += (name == "c2pa" ? "C2PA" : name) + " manifest: recognised, not verified";
    not_verified.push_back(json::string(name));
  }
  if (says.empty()) {
    says = media.state() == SignedMedia::UNSIGNED
               ? "unsigned: nothing of a known signer is in the clip"
               : "not known";
  }
  out["says"] = says;
  out["streams"] = std::move(streams);
  out["not_verified"] = std::move(not_verified);
  return out;
}

}  // namespace hansom::api
