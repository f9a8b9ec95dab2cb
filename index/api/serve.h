// THE LIFE OF A QUERY: identify, require, read, journal, answer. The only place where an answer of
// the people's API leaves.
#pragma once

#include "index/api/route.h"

namespace hansom::api {

// Requires: context and route outlive the exchange. Errors are for the session to render; nothing
// of an answer has left then, except when a stream broke in its middle (the connection ends).
[[nodiscard]] http::Awaitable<Status> serve(Context& context, const Route& route,
                                            http::Exchange& exchange);

}  // namespace hansom::api
