// A journal and its witnesses in one process: real witnesses behind a transport that tests can cut,
// and liars.
#include "index/witness/witnesses.h"

#include <fstream>
#include <mutex>

#include "index/witness/witness_server.h"
#include "proto/base/durable_file.h"
#include "proto/tlog/witness.h"
#include "tests/index/journal/fixture.h"

namespace hansom::witness {
namespace {

constexpr std::chrono::seconds kPatience{20};

// Witnesses by address. A request goes to whatever function stands there.
class Network {
 public:
  using Answer = std::function<HttpAnswer(const std::string& body)>;
  void set(const std::string& url, Answer answer) {
    const std::lock_guard lock(mutex_);
    answers_[url] = std::move(answer);
  }
  [[nodiscard]] Post post() {
    return [this](const HttpRequest& request) -> Result<HttpAnswer> {
      Answer answer;
      {
        const std::lock_guard lock(mutex_);
        const auto found = answers_.find(request.url);
        if (found != answers_.end()) answer = found->second;
        bodies_.push_back(request.body);
      }
      if (!answer) return fail(ErrorKind::kUnavailable, "witness_failed", "nobody there");
      return answer(request.body);
    };
  }
  [[nodiscard]] std::vector<std::string> bodies() {
    const std::lock_guard lock(mutex_);
    return bodies_;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Answer> answers_;
  std::vector<std::string> bodies_;
};

class WitnessesTest : public journal::JournalTest {
 protected:
  WitnessesTest() {
    restart();
    for (const std::string name : {"a", "b", "c"}) {
      secrets_.push_back(tlog::Ed25519Key::generate_pem());
      add_witness(name, secrets_.back());
    }
    commit_many(3);
  }
  ~WitnessesTest() override { witnesses_.reset(); }
  WitnessesTest(const WitnessesTest&) = delete;
  WitnessesTest& operator=(const WitnessesTest&) = delete;

  static std::string url(const std::string& name) { return "http://" + name + ".example"; }

  void add_witness(const std::string& name, const Secret& pem) {
    auto cosigner = tlog::Cosigner::from_pem("w/" + name, pem).value();
    policy_text_ += "witness " + name + " " + cosigner.verifier().text() + " " + url(name) + "\n";
    WitnessServerOptions options;
    options.state = folder_ / ("witness-" + name);
    options.logs = {{signer().verifier().name, {signer().verifier()}}};
    options.clock = &clock_;
    servers_[name] = WitnessServer::open(std::move(cosigner), std::move(options)).value();
    bring_up(name);
  }
  void bring_up(const std::string& name) {
    network_.set(url(name) + "/add-checkpoint",
                 [server = servers_.at(name).get()](const std::string& body) {
                   const http::Response response = server->add_checkpoint(body);
                   return HttpAnswer{static_cast<long>(response.status), response.body};
                 });
  }
  void take_down(const std::string& name) { network_.set(url(name) + "/add-checkpoint", {}); }
  void answer(const std::string& name, long status, const std::string& body) {
    network_.set(url(name) + "/add-checkpoint", [status, body](const std::string&) {
      return HttpAnswer{status, body};
    });
  }

  [[nodiscard]] tlog::WitnessPolicy policy() const {
    return tlog::WitnessPolicy::parse(policy_text_ + "group g 2 a b c\nquorum g\n").value();
  }
  [[nodiscard]] std::filesystem::path kept() const { return folder_ / "witnessed.checkpoint"; }
  void open() {
    witnesses_.reset();
    WitnessesOptions options;
    options.policy = policy();
    options.journal_key = signer().verifier();
    options.file = kept();
    options.interval = std::chrono::hours(1);  // tests ask
    witnesses_ = Witnesses::open(*journal_, clock_, std::move(options), network_.post()).value();
  }
  void start() {
    open();
    witnesses_->start();
  }
  // Two of three have cosigned the present head.
  void expect_witnessed() {
    const std::uint64_t size = journal_->head().size;
    const auto head = witnesses_->ask_now(kPatience);
    ASSERT_TRUE(head) << head.error().message;
    EXPECT_GE(head->size, size);
    EXPECT_TRUE(tlog::verify_checkpoint(head->checkpoint, signer().verifier()));
    const auto seen = tlog::verify_witnesses(head->checkpoint, policy());
    ASSERT_TRUE(seen) << seen.error().message;
    EXPECT_GE(seen->size(), 2U);
    const std::string file = to_text(durable::read_file(kept(), 1 << 20).value());
    EXPECT_TRUE(tlog::verify_witnesses(file, policy()));
  }
  std::uint64_t asked(const std::string& name, Outcome outcome) {
    for (const WitnessCounters& one : witnesses_->counters().witnesses) {
      if (one.name == name) return one.asked.at(static_cast<std::size_t>(outcome));
    }
    return 0;
  }
  // Asks until a witness's answer has been counted; the quorum may be there before.
  void ask_until(const std::string& name, Outcome outcome) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (asked(name, outcome) == 0) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << name << " " << word_of(outcome);
      ignore(witnesses_->ask_now(std::chrono::milliseconds(20)),
             "the counter is what is waited for");
    }
  }

  std::vector<Secret> secrets_;
  std::map<std::string, std::unique_ptr<WitnessServer>> servers_;
  Network network_;
  std::string policy_text_;
  std::unique_ptr<Witnesses> witnesses_;
};

TEST_F(WitnessesTest, TheNewestHeadIsShownWhenTheQuorumCosignedIt) {
  open();
  EXPECT_FALSE(witnesses_->newest());
  witnesses_->start();
  expect_witnessed();
  commit_many(400);
  expect_witnessed();
  EXPECT_EQ(witnesses_->newest()->size, 403U);
  EXPECT_EQ(witnesses_->counters().size, 403U);
  EXPECT_EQ(witnesses_->counters().forks, 0U);
}

TEST_F(WitnessesTest, OneMayBeDownAndCatchesUp) {
  take_down("b");
  start();
  expect_witnessed();
  ask_until("b", Outcome::kUnreachable);
  EXPECT_EQ(witnesses_->counters().behind, 1U);
  commit_many(20);
  bring_up("b");
  expect_witnessed();
  ask_until("b", Outcome::kCosigned);
}

TEST_F(WitnessesTest, WithoutTheQuorumNothingIsShown) {
  take_down("a");
  take_down("c");
  start();
  const auto head = witnesses_->ask_now(std::chrono::milliseconds(50));
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().token, "not_witnessed");
  EXPECT_FALSE(witnesses_->newest());
  EXPECT_FALSE(std::filesystem::exists(kept()));
  bring_up("c");
  expect_witnessed();
}

TEST_F(WitnessesTest, ARestartGoesOnFromWhereTheWitnessesStand) {
  start();
  expect_witnessed();
  const auto before = witnesses_->newest();
  commit_many(10);
  open();
  ASSERT_TRUE(witnesses_->newest());
  // A third cosignature may have come in between.
  EXPECT_TRUE(witnesses_->newest()->checkpoint.starts_with(before->checkpoint));
  witnesses_->start();
  expect_witnessed();
  EXPECT_EQ(witnesses_->counters().forks, 0U);
}

TEST_F(WitnessesTest, AWitnessThatForgotIsTakenAlong) {
  start();
  for (const std::string name : {"a", "b", "c"}) ask_until(name, Outcome::kCosigned);
  for (const std::string name : {"a", "b", "c"}) {
    servers_.at(name).reset();
    std::filesystem::remove_all(folder_ / ("witness-" + name));
  }
  policy_text_.clear();
  add_witness("a", secrets_[0]);
  add_witness("b", secrets_[1]);
  add_witness("c", secrets_[2]);
  commit_many(5);
  expect_witnessed();
  EXPECT_EQ(witnesses_->counters().forks, 0U);
}

TEST_F(WitnessesTest, NonsenseIsCountedAndHarmsNobody) {
  const struct {
    long status;
    std::string body;
    Outcome outcome;
  } rows[] = {{200, "", Outcome::kBadAnswer},      {200, "hello\n", Outcome::kBadAnswer},
              {409, "", Outcome::kBadAnswer},      {409, "x\n", Outcome::kBadAnswer},
              {400, "", Outcome::kRefused},        {403, "", Outcome::kRefused},
              {404, "", Outcome::kRefused},        {500, "", Outcome::kRefused},
              {302, "", Outcome::kRefused},        {422, "", Outcome::kRefused},
              {409, "999999\n", Outcome::kForked}, {409, "0\n", Outcome::kForked}};
  for (const auto& row : rows) {
    SCOPED_TRACE(std::to_string(row.status) + " " + row.body);
    answer("a", row.status, row.body);
    start();
    expect_witnessed();
    ask_until("a", row.outcome);
    EXPECT_EQ(witnesses_->counters().forks > 0, row.outcome == Outcome::kForked);
    commit_many(1);
  }
}

TEST_F(WitnessesTest, ACosignatureOfAnotherTextOrByAnotherKeyIsNone) {
  const auto stranger = tlog::Cosigner::from_pem("w/a", tlog::Ed25519Key::generate_pem()).value();
  answer("a", 200, stranger.cosign("other\n", clock_.now()).line());
  start();
  expect_witnessed();
  ask_until("a", Outcome::kBadAnswer);
  EXPECT_EQ(asked("a", Outcome::kCosigned), 0U);
}

// The journal's own key signs two trees: the witness that saw the other one says so.
TEST_F(WitnessesTest, ASplitViewRaisesTheAlarm) {
  std::vector<Digest> other(2, sha256(std::string_view("another history")));
  tlog::AddCheckpoint request;
  request.checkpoint = signer().sign_note(tlog::Checkpoint{
      signer().verifier().name,
      2,
      tlog::node_hash(other[0], other[1]),
      {}}.text());
  ASSERT_EQ(servers_.at("b")->add_checkpoint(request.text()).status, 200U);
  start();
  expect_witnessed();  // a and c
  ask_until("b", Outcome::kForked);
  EXPECT_GE(witnesses_->counters().forks, 1U);
  EXPECT_EQ(asked("b", Outcome::kCosigned), 0U);
}

TEST_F(WitnessesTest, AJournalThatWasRolledBackIsNoticedAtItsStart) {
  start();
  expect_witnessed();
  witnesses_.reset();
  // What is kept is signed and witnessed, and larger than the journal.
  const std::string text =
      tlog::Checkpoint{signer().verifier().name, 9999, sha256(std::string_view("r")), {}}.text();
  std::string note = signer().sign_note(text);
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string name = i == 0 ? "w/a" : "w/b";
    note += tlog::Cosigner::from_pem(name, secrets_[i])->cosign(text, clock_.now()).line();
  }
  std::ofstream(kept(), std::ios::binary | std::ios::trunc) << note;
  open();
  EXPECT_FALSE(witnesses_->newest());
  EXPECT_EQ(witnesses_->counters().forks, 1U);
}

TEST_F(WitnessesTest, ADamagedKeptCheckpointIsDroppedWithoutAlarm) {
  start();
  expect_witnessed();
  witnesses_.reset();
  std::ofstream(kept(), std::ios::binary | std::ios::trunc) << "damage";
  open();
  EXPECT_FALSE(witnesses_->newest());
  EXPECT_EQ(witnesses_->counters().forks, 0U);
  witnesses_->start();
  expect_witnessed();
}

TEST_F(WitnessesTest, WhatCannotBeKeptIsNotShown) {
  std::filesystem::create_directory(kept());  // no file can take its place
  start();
  EXPECT_FALSE(witnesses_->ask_now(std::chrono::milliseconds(200)));
  EXPECT_FALSE(witnesses_->newest());
}

TEST_F(WitnessesTest, AStopEndsWhatWaits) {
  take_down("a");
  take_down("b");
  start();
  std::thread waiting([&] { EXPECT_FALSE(witnesses_->ask_now(std::chrono::hours(1))); });
  witnesses_->stop();
  waiting.join();
  witnesses_->stop();
}

TEST_F(WitnessesTest, APolicyThatCannotBeAskedIsRefused) {
  const std::string key =
      tlog::Cosigner::from_pem("w", tlog::Ed25519Key::generate_pem())->verifier().text();
  for (const std::string& text :
       {"witness a " + key + "\nquorum a\n", "witness a " + key + " ftp://a\nquorum a\n",
        "witness a " + key + " http://a/\nquorum a\n", std::string("quorum none\n")}) {
    WitnessesOptions options;
    options.policy = tlog::WitnessPolicy::parse(text).value();
    options.journal_key = signer().verifier();
    options.file = kept();
    const auto opened = Witnesses::open(*journal_, clock_, std::move(options), network_.post());
    ASSERT_FALSE(opened) << text;
    EXPECT_EQ(opened.error().token, "bad_policy");
  }
}

}  // namespace
}  // namespace hansom::witness
