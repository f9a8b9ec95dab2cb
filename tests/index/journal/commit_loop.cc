// Commits for ever, and writes each acknowledged leaf to stdout as "<index> <leaf in hex>\n", until
// it is killed. Usage: journal_commit_loop STORE KEY.pem
#include <cstdio>

#include <unistd.h>

#include "proto/base/check.h"
#include "proto/base/durable_file.h"
#include "tests/index/journal/fixture.h"

int main(int argc, char** argv) {
  using namespace hansom;
  HANSOM_CHECK(argc == 3);
  const Secret pem(ByteSpan(durable::read_file(argv[2], 4096).value()));
  const auto store = store::Store::open(argv[1], store::Mode::kCreate).value();
  const journal::TestRules rules;
  const auto journal =
      journal::open_embedded(*store, rules, tlog::Signer::from_pem(journal::kOrigin, pem).value(),
                             system_clock(), system_random(), {.group_max = 16})
          .value();
  // One write a line: a line that was read whole was acknowledged.
  const journal::Done acknowledge = [&journal](const Result<journal::Committed>& committed) {
    HANSOM_CHECK(committed.has_value());
    const auto stored = journal->read(committed->leaf).value();
    const std::string line =
        std::to_string(to_u64(committed->leaf)) + " " + to_hex(stored.leaf) + "\n";
    HANSOM_CHECK(::write(STDOUT_FILENO, line.data(), line.size()) ==
                 static_cast<ssize_t>(line.size()));
  };
  while (true) {
    for (int i = 0; i < 40; ++i) journal->submit(journal::access("loop"), acknowledge);
    HANSOM_CHECK(journal::commit(*journal, journal::access("round")).has_value());
  }
}
