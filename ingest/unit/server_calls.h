// Small requests that may be sent again: each is tried until it is answered or patience ends.
#pragma once

#include <chrono>

#include "ingest/unit/backoff.h"
#include "ingest/unit/http_client.h"

namespace hansom::ingest {

// Sends `request`, again after 5xx, 408, 409, 423 and broken connections. Returns a 2xx answer.
// Errors: kUnavailable `server_unreachable` when patience ended; kRefused `server_refused`; those
// of HttpClient. Requires: the request may be repeated. Blocks.
[[nodiscard]] Result<HttpAnswer> call_server(HttpClient& client, const HttpRequest& request,
                                             Random& random, std::chrono::seconds patience);

}  // namespace hansom::ingest
