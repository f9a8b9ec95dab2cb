// The catalogue's keys.
#include "index/catalogue/keys.h"

namespace hansom::catalogue {

Bytes short_hash(std::string_view text) {
  const Digest digest = sha256(text);
  return {digest.bytes.begin(), digest.bytes.begin() + 16};
}

Bytes clips_of_registration(std::string_view normalised) {
  return key_of('r', short_hash(normalised));
}
Bytes clips_of_vehicle_licence(std::string_view normalised) {
  return key_of('p', short_hash(normalised));
}
Bytes clips_of_driver_licence(std::string_view normalised) {
  return key_of('d', short_hash(normalised));
}
Bytes clips_of_unit(std::string_view unit) {
  return key_of('u', short_hash(unit));
}
Bytes all_clips() {
  return key_of('a', ByteSpan());
}

Bytes upload_that_begins_with(std::string_view part) {
  return to_bytes("parts/" + std::string(part));
}

Bytes objects_of_clip(ByteSpan clip) {
  return key_of('o', clip);
}
Bytes clips_of_object(ByteSpan object) {
  return key_of('c', object);
}

Bytes event_suffix(std::string_view unit, std::uint64_t sequence) {
  Bytes suffix = short_hash(unit);
  append_u64be(suffix, sequence);
  return suffix;
}
Bytes event_key_of_suffix(ByteSpan suffix) {
  return key_of('s', suffix);
}
Bytes event_key(std::string_view unit, std::uint64_t sequence) {
  return event_key_of_suffix(event_suffix(unit, sequence));
}
Bytes events_of_registration(std::string_view normalised) {
  return key_of('r', short_hash(normalised));
}
Bytes events_of_registration_and_type(std::string_view normalised, std::string_view type) {
  Bytes key = key_of('v', short_hash(normalised));
  const Bytes kind = short_hash(type);
  key.insert(key.end(), kind.begin(), kind.end());
  return key;
}
Bytes events_of_type(std::string_view type) {
  return key_of('t', short_hash(type));
}
Bytes events_of_unit(std::string_view unit) {
  return key_of('u', short_hash(unit));
}
Bytes all_events() {
  return key_of('a', ByteSpan());
}

}  // namespace hansom::catalogue
