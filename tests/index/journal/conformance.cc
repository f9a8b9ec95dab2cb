// The clauses of journal.h, one check each.
#include "tests/index/journal/conformance.h"

#include <atomic>
#include <mutex>
#include <thread>

#include "index/journal/rows.h"
#include "tests/index/journal/fixture.h"

namespace hansom::journal {
namespace {

std::string number(std::uint64_t n) {
  return std::to_string(n);
}

// Every leaf of the journal stands under its newest head; empty: proven.
std::string unproven(Bench& bench) {
  const Head head = bench.journal().head();
  const auto checkpoint = tlog::verify_checkpoint(head.checkpoint, bench.key());
  if (!checkpoint) return "the head does not verify: " + checkpoint.error().message;
  if (checkpoint->size != head.size) return "the head speaks of another size";
  UtcTime before = from_unix_us(0);
  for (std::uint64_t i = 0; i < head.size; ++i) {
    const auto stored = bench.journal().read(LeafIndex{i});
    if (!stored) return "leaf " + number(i) + " cannot be read";
    const auto leaf = tlog::Leaf::decode(stored->leaf);
    if (!leaf) return "leaf " + number(i) + " is no leaf";
    if (leaf->time < before) return "time runs backwards at leaf " + number(i);
    before = leaf->time;
    if (stored->record && tlog::commit(*stored->salt, *stored->record) != leaf->commitment) {
      return "record " + number(i) + " is not what its leaf commits to";
    }
    const auto proof = bench.journal().prove_inclusion(LeafIndex{i}, head.size);
    if (!proof || !tlog::verify_inclusion(tlog::leaf_hash(stored->leaf), i, head.size, *proof,
                                          checkpoint->root)) {
      return "leaf " + number(i) + " is not proven";
    }
  }
  return "";
}

// The hold a record places; empty where it is gone or is another act.
std::string hold_at(Bench& bench, std::uint64_t leaf) {
  const auto stored = bench.journal().read(LeafIndex{leaf});
  evidence::Record record;
  if (!stored || !stored->record) return "";
  record.ParseFromArray(stored->record->data(), static_cast<int>(stored->record->size()));
  return record.hold_placed().hold_id();
}

bool has_row(Bench& bench, const std::string& hold_id) {
  const auto row = bench.views()->get(store::Family::kRetention, as_bytes(hold_id));
  return row && *row;
}

// One total order: a thread's commands keep theirs, each has one leaf, none is left out.
std::string check_order(const MakeBench& make) {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kEach = 40;
  const auto bench = make();
  std::mutex mutex;
  std::vector<std::vector<std::uint64_t>> leaves(kThreads);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < kEach; ++i) {
        bench->journal().submit(hold(number(t * 1000 + i)), [&, t](const Result<Committed>& done) {
          const std::lock_guard lock(mutex);
          if (done) leaves.at(t).push_back(to_u64(done->leaf));
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  bench->journal().stop();
  if (bench->journal().head().size != kThreads * kEach) return "leaves are missing";
  for (std::size_t t = 0; t < kThreads; ++t) {
    if (leaves.at(t).size() != kEach) return "a waiter was not answered once";
    for (std::size_t i = 0; i < kEach; ++i) {
      const std::string expected = number(t * 1000 + i);
      if (hold_at(*bench, leaves.at(t).at(i)) != expected) return "a leaf is another command's";
      if (i > 0 && leaves.at(t).at(i) <= leaves.at(t).at(i - 1)) return "a thread's order changed";
    }
  }
  return unproven(*bench);
}

// Whoever is answered finds leaf, record and view rows after a power cut at that moment.
std::string check_durable_before_answered(const MakeBench& make) {
  const auto bench = make();
  for (int i = 0; i < 5; ++i) {
    std::promise<std::string> promise;
    const std::string id = "hold " + number(static_cast<std::uint64_t>(i));
    bench->journal().submit(hold(id), [&](const Result<Committed>& done) {
      if (!done) return promise.set_value("refused: " + done.error().message);
      const auto left = bench->after_power_cut();
      const std::uint64_t leaf = to_u64(done->leaf);
      std::string wrong;
      if (left->journal().head().size <= leaf) wrong = "answered, and not there after a power cut";
      if (wrong.empty() && hold_at(*left, leaf) != id) wrong = "its record is another after a cut";
      if (wrong.empty() && !has_row(*left, id)) wrong = "its view rows are gone after a power cut";
      if (wrong.empty()) wrong = unproven(*left);
      promise.set_value(wrong);
    });
    if (std::string wrong = promise.get_future().get(); !wrong.empty()) return wrong;
  }
  return "";
}

// A refusal leans on what is durable, and leaves nothing behind.
std::string check_refusals(const MakeBench& make) {
  const auto bench = make();
  std::promise<std::string> promise;
  bench->journal().submit(hold("once"), [](const Result<Committed>&) {});
  bench->journal().submit(hold("once"), [&](const Result<Committed>& done) {
    if (done) return promise.set_value("a hold was placed twice");
    if (done.error().token != "already_held") return promise.set_value("refused for another cause");
    const auto left = bench->after_power_cut();
    promise.set_value(has_row(*left, "once") ? "" : "a refusal leans on what is not durable");
  });
  if (std::string wrong = promise.get_future().get(); !wrong.empty()) return wrong;
  if (commit(bench->journal(), hold("half", "apply fails"))) return "a failed rule was committed";
  if (has_row(*bench, "half")) return "a refused command left a row";
  if (bench->journal().head().size != 1) return "a refused command has a leaf";
  return unproven(*bench);
}

// Entries keep their identity: leaf, salt, record and the head that covers them, over restarts.
std::string check_identity(const MakeBench& make) {
  const auto bench = make();
  for (int i = 0; i < 20; ++i) {
    if (!commit(bench->journal(), hold(number(static_cast<std::uint64_t>(i))))) return "refused";
  }
  const auto again = bench->after_power_cut();
  if (again->journal().head().checkpoint != bench->journal().head().checkpoint) {
    return "two heads of one size";
  }
  for (std::uint64_t i = 0; i < 20; ++i) {
    const auto a = bench->journal().read(LeafIndex{i});
    const auto b = again->journal().read(LeafIndex{i});
    if (!a || !b || a->leaf != b->leaf || a->salt != b->salt || a->record != b->record) {
      return "leaf " + number(i) + " changed";
    }
    const auto covering = bench->journal().head_covering(LeafIndex{i});
    const auto later = again->journal().head_covering(LeafIndex{i});
    if (!covering || !later || covering->checkpoint != later->checkpoint || covering->size <= i) {
      return "the head that covers leaf " + number(i) + " changed";
    }
  }
  if (!commit(again->journal(), hold("later"))) return "it does not go on after a power cut";
  return unproven(*again);
}

// Empty: as many rows as leaves after a power cut now, as holds alone make them.
std::string views_apart(Bench& bench) {
  const auto left = bench.after_power_cut();
  const std::uint64_t size = left->journal().head().size;
  std::uint64_t rows = 0;
  const Status scanned = left->views()->scan(store::Family::kRetention, {}, {},
                                             store::Order::kAscending, [&](ByteSpan, ByteSpan) {
                                               ++rows;
                                               return true;
                                             });
  if (scanned && rows == size) return "";
  return number(rows) + " rows stand beside " + number(size) + " leaves after a power cut";
}

// Views and journal are one state: a view never shows a command without its leaf, or less.
std::string check_views(const MakeBench& make) {
  const auto bench = make();
  std::atomic<bool> stop = false;
  std::jthread writer([&] {
    for (std::uint64_t i = 0; !stop && i < 2000; ++i) {
      bench->journal().submit(hold("hold " + number(i)), [](const Result<Committed>&) {});
    }
  });
  std::string wrong;
  for (int i = 0; i < 3 && wrong.empty(); ++i) wrong = views_apart(*bench);
  stop = true;
  writer.join();
  for (std::uint64_t i = 0; i < 20; ++i) {
    ignore(commit(bench->journal(), hold("last " + number(i))), "seen below");
  }
  return wrong.empty() ? views_apart(*bench) : wrong;
}

// A failed commit: nobody is told it happened, everything later is refused, a restart goes on.
std::string check_failed_commit(const MakeBench& make) {
  const auto bench = make();
  if (!commit(bench->journal(), hold("before"))) return "refused";
  bench->fail_next_commit();
  const auto failed = commit(bench->journal(), hold("failed"));
  if (failed) return "a failed commit was acknowledged";
  if (failed.error().token != "journal_failed")
    return "a failed commit says " + std::string(failed.error().token);
  if (bench->journal().healthy()) return "healthy after a failed commit";
  const auto later = commit(bench->journal(), hold("later"));
  if (later || later.error().token != "journal_failed") return "it took a command after a failure";
  if (hold_at(*bench, 0) != "before") return "it cannot be read after a failure";
  const auto again = bench->after_power_cut();
  if (hold_at(*again, 0) != "before") return "an acknowledged command is gone";
  if (has_row(*again, "failed") != (hold_at(*again, 1) == "failed")) return "view and leaf differ";
  if (!commit(again->journal(), hold("again"))) return "a restart does not go on";
  return unproven(*again);
}

// Questions beyond the end are errors; a stop ends in order.
std::string check_bounds(const MakeBench& make) {
  const auto bench = make();
  Journal& journal = bench->journal();
  const auto token = [](const auto& result) {
    return result ? std::string("success") : std::string(result.error().token);
  };
  if (journal.head().size != 0) return "a new journal is not empty";
  if (token(journal.read(LeafIndex{0})) != "leaf_not_found") return "reads beyond the end";
  for (int i = 0; i < 9; ++i) ignore(commit(journal, access()), "counted below");
  if (token(journal.head_covering(LeafIndex{9})) != "leaf_not_found")
    return "a head beyond the end";
  if (token(journal.prove_inclusion(LeafIndex{5}, 5)) != "leaf_not_found")
    return "leaf beyond size";
  if (token(journal.prove_inclusion(LeafIndex{5}, 10)) != "bad_tree_size")
    return "size beyond head";
  if (token(journal.prove_inclusion(LeafIndex{0}, 0)) != "bad_tree_size") return "a size of 0";
  if (token(journal.prove_consistency(3, 2)) != "bad_tree_size") return "sizes backwards";
  const auto last = tlog::verify_checkpoint(journal.head().checkpoint, bench->key());
  for (std::uint64_t old = 1; old <= 9; ++old) {
    const auto proof = journal.prove_consistency(old, 9);
    const auto head = journal.head_covering(LeafIndex{old - 1});
    if (!proof || !head) return "no consistency proof from " + number(old);
    const auto note = tlog::verify_checkpoint(head->checkpoint, bench->key());
    if (note->size == old && !tlog::verify_consistency(old, 9, *proof, note->root, last->root)) {
      return "no consistency from " + number(old);
    }
  }
  int answered = 0;
  for (int i = 0; i < 50; ++i) {
    journal.submit(access(), [&](const Result<Committed>& done) { answered += done ? 1 : 0; });
  }
  journal.stop();
  journal.stop();
  if (answered != 50)
    return "a stop left " + number(50U - static_cast<unsigned>(answered)) + " waiting";
  if (token(commit(journal, access())) != "draining") return "it took a command after a stop";
  return "";
}

// Time never runs backwards, whatever the clock does.
std::string check_time(const MakeBench& make) {
  const auto bench = make();
  const UtcTime start = from_unix_us(1'800'000'000'000'000);
  for (const int seconds : {0, 5, -7, 3, 9}) {
    bench->set_time(start + std::chrono::seconds(seconds));
    if (!commit(bench->journal(), access())) return "refused";
  }
  const auto again = bench->after_power_cut();
  again->set_time(start - std::chrono::hours(1));
  if (!commit(again->journal(), access())) return "refused after a restart";
  return unproven(*again);
}

// An erased record is gone, with its salt, and everything is proven as before.
std::string check_erasure(const MakeBench& make) {
  const auto bench = make();
  for (int i = 0; i < 3; ++i) ignore(commit(bench->journal(), access("a look")), "seen below");
  const Digest clip = sha256("clip");
  if (!commit(bench->journal(), clip_destroyed(clip, {1}))) return "refused";
  const auto again = bench->after_power_cut();
  for (Bench* each : {bench.get(), again.get()}) {
    const auto stored = each->journal().read(LeafIndex{1});
    if (!stored || stored->record || stored->salt) return "an erased record can be read";
    if (!each->journal().read(LeafIndex{2})->record) return "a record nobody erased is gone";
    if (std::string wrong = unproven(*each); !wrong.empty()) return wrong;
  }
  return "";
}

}  // namespace

const std::vector<Check>& conformance_checks() {
  static const std::vector<Check> checks{
      {"Order", check_order},       {"DurableBeforeAnswered", check_durable_before_answered},
      {"Refusals", check_refusals}, {"Identity", check_identity},
      {"Views", check_views},       {"FailedCommit", check_failed_commit},
      {"Bounds", check_bounds},     {"Time", check_time},
      {"Erasure", check_erasure},
  };
  return checks;
}

}  // namespace hansom::journal
