// Requests with patience.
#include "ingest/unit/server_calls.h"

#include <thread>

#include "ingest/unit/session.h"
#include "ingest/unit/uploader.h"

namespace hansom::ingest {

Result<HttpAnswer> call_server(HttpClient& client, const HttpRequest& request, Random& random,
                               std::chrono::seconds patience) {
  Backoff backoff(random);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    auto answer = client.send(request);
    std::optional<std::chrono::seconds> retry_after;
    Error error;
    if (answer) {
      const Meaning meaning = meaning_of(answer->status, false);
      if (meaning == Meaning::kDone) return answer;
      if (meaning != Meaning::kAgain) {
        const std::string token = answer->problem_token();
        return fail(ErrorKind::kRefused, "server_refused",
                    answer->problem() + (token.empty() ? "" : " (" + token + ")"));
      }
      retry_after = parse_retry_after(answer->field("retry-after"));
      error = {ErrorKind::kUnavailable, "server_unreachable", answer->problem()};
    } else {
      error = std::move(answer).error();
      if (error.kind != ErrorKind::kUnavailable) return fail(std::move(error));
    }
    if (std::chrono::steady_clock::now() >= deadline) return fail(std::move(error).in("gave up"));
    const auto pause = backoff.next(retry_after);
    print_note(error.message + "; again in " + std::to_string(pause.count()) + " ms");
    std::this_thread::sleep_for(pause);  // sleeps because the server or the link needs the time
  }
}

}  // namespace hansom::ingest
