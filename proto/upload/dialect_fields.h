// What both dialects need to read and write header fields.
#pragma once

#include "proto/upload/dialect.h"

namespace hansom::upload {

// The field that carries a clip's manifest, a JWS in compact form, in either dialect; and the key
// of Upload-Metadata that does the same.
inline constexpr std::string_view kManifestField = "Clip-Manifest";
inline constexpr std::string_view kManifestKey = "manifest";

[[nodiscard]] bool same_ignoring_case(std::string_view a, std::string_view b);

// The value of a field that may stand once; nullopt when it does not stand at all. Error: kInvalid
// `bad_upload_field` when it stands twice.
[[nodiscard]] Result<std::optional<std::string_view>> single_field(const FieldList& fields,
                                                                   std::string_view name);
// All lines of a field as one value, ", " between them (RFC 9110 section 5.3); nullopt: none.
[[nodiscard]] std::optional<std::string> joined_field(const FieldList& fields,
                                                      std::string_view name);
// Whether a comma-separated list of names ("Trailer: a, b") has this one.
[[nodiscard]] bool lists_name(const FieldList& fields, std::string_view field,
                              std::string_view name);
[[nodiscard]] bool has_content(const RequestHead& head);

// Reads Clip-Manifest and Upload-Metadata into `request`. Errors: `bad_upload_field`, also where
// both have a manifest and they differ; `metadata_invalid`.
[[nodiscard]] Status read_description(const RequestHead& head, CreateRequest& request);

// The media type without parameters, which neither protocol has. Error: kUnsupported
// `unsupported_media_type`.
[[nodiscard]] Status require_media_type(const RequestHead& head, std::string_view type);

// IMF-fixdate (RFC 9110 section 5.6.7).
[[nodiscard]] std::string http_date(UtcTime time);

}  // namespace hansom::upload
