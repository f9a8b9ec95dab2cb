// Promise 3: nothing of an answer leaves before its leaf is durable.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include <boost/json/array.hpp>

#include "tests/index/api/api_rig.h"

namespace hansom::test {
namespace {

using access::Role;
using evidence::Access;

// A disk that lets no file of this process grow beyond a size. RocksDB's write-ahead log must be
// larger than that and its own log of operations smaller: Debian's build aborts when it cannot
// write the latter.
class FullDisk {
 public:
  explicit FullDisk(rlim_t file_bytes_max) {
    before_signal_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit none = before_;
    none.rlim_cur = file_bytes_max;
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, before_signal_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*before_signal_)(int) = nullptr;
};

class Recorded : public testing::Test {
 protected:
  Recorded() {
    ClipSpec spec;
    spec.start = at("2026-03-01T10:00:00Z");
    spec.media = pattern_bytes(300'000, 1);
    clip_ = rig_.accept(spec);
    rig_.inspect(clip_, {pattern_bytes(100, 2)});
    base_ = "/v1/clips/" + clip_.hex();
  }

  ApiRig rig_;
  ClipId clip_;
  std::string base_;
};

TEST_F(Recorded, each_look_is_one_leaf_that_is_there_when_the_first_byte_leaves) {
  const std::vector<std::pair<std::string, Access::Kind>> looks = {
      {"/v1/clips?registration=AB12CDE", Access::SEARCH},
      {base_, Access::VIEW},
      {base_ + "/report", Access::REPORT},
      {base_ + "/reports", Access::REPORT},
      {base_ + "/thumbnails/0", Access::THUMBNAIL},
      {"/v1/inspections", Access::ADMIN},
      {base_ + "/media", Access::PLAY},
      {base_ + "/sealed", Access::FETCH_SEALED},
      {base_ + "/receipt", Access::RECEIPT},
      {base_ + "/proof", Access::PROOF},
      {"/v1/events?unit=cab-7", Access::EVENTS},
      {"/v1/journal/checkpoint", Access::PROOF},
      {"/v1/journal/proof?leaf=0", Access::PROOF},
      {"/v1/holds", Access::ADMIN},
      {"/v1/units/cab-7/clock", Access::ADMIN},
      {"/v1/whoami", Access::ADMIN},
      {"/v1/status", Access::ADMIN},
  };
  for (const auto& [target, kind] : looks) {
    SCOPED_TRACE(target);
    const std::uint64_t before = rig_.journal_size();
    const Reply reply = rig_.get(target);
    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(reply.journal_size_at_release, before + 1);
    EXPECT_EQ(reply.field("Hansom-Journal-Leaf"), std::to_string(before));
    EXPECT_EQ(reply.field("Hansom-Journal-Position"), std::to_string(before));
    const evidence::Record record = rig_.record_at(before);
    EXPECT_EQ(record.access().kind(), kind);
    EXPECT_EQ(record.access().query(), target);
    EXPECT_EQ(record.actor().kind(), evidence::Actor::PERSON);
    EXPECT_EQ(record.actor().id(), "person-investigator");
    EXPECT_EQ(record.actor().role(), "investigator");
    EXPECT_EQ(record.actor().purpose(), "test of the contract");
    EXPECT_FALSE(record.actor().token_id().empty());
    EXPECT_EQ(record.access().clip(), target.starts_with(base_) ? to_text(clip_.span()) : "");
  }
}

TEST_F(Recorded, a_search_tells_how_much_it_found) {
  static_cast<void>(rig_.get("/v1/clips?registration=ZZ99ZZZ"));
  EXPECT_EQ(rig_.record_at(rig_.journal_size() - 1).access().results(), 0U);
  static_cast<void>(rig_.get("/v1/clips?unit=cab-7"));
  EXPECT_EQ(rig_.record_at(rig_.journal_size() - 1).access().results(), 1U);
}

TEST_F(Recorded, an_act_is_its_own_leaf_and_answers_with_its_position) {
  const std::uint64_t before = rig_.journal_size();
  const Reply reply =
      rig_.post("/v1/holds", R"({"clip": ")" + clip_.hex() + R"(", "reason": "case 12"})",
                Role::kInvestigator);
  EXPECT_EQ(reply.status, 201U);
  EXPECT_EQ(reply.journal_size_at_release, before + 1);
  EXPECT_EQ(reply.json().at("journal_position").to_number<std::uint64_t>(), before + 1);
  EXPECT_EQ(rig_.record_at(before).hold_placed().reason(), "case 12");
}

TEST_F(Recorded, a_sweep_is_recorded_leaf_by_leaf_in_the_person_s_name) {
  rig_.clock().advance(std::chrono::days(40));
  const auto plan = rig_.post("/v1/sweeps", "", Role::kOperations).json();
  const std::uint64_t before = rig_.journal_size();
  const Reply done = rig_.post(
      "/v1/sweeps/" + std::string(plan.at("plan").as_string()) + "/execute", "", Role::kOperations);
  EXPECT_EQ(done.status, 200U);
  EXPECT_EQ(done.journal_size_at_release, rig_.journal_size());
  EXPECT_TRUE(rig_.record_at(before).has_sweep_started());
  EXPECT_TRUE(rig_.record_at(before + 1).has_clip_destroyed());
  EXPECT_EQ(rig_.record_at(before + 1).actor().id(), "person-operations");
  EXPECT_TRUE(rig_.record_at(before + 2).has_sweep_finished());
  EXPECT_TRUE(rig_.record_at(before + 3).has_access());
  EXPECT_EQ(done.json().at("journal_position").to_number<std::uint64_t>(), before + 3);
}

TEST_F(Recorded, with_a_failed_journal_no_route_answers_with_content) {
  const auto held =
      rig_.post("/v1/holds", R"({"clip": ")" + clip_.hex() + R"(", "reason": "case 11"})",
                Role::kInvestigator)
          .json();
  const auto plan = rig_.post("/v1/sweeps", "", Role::kOperations).json();
  constexpr std::size_t kLogBytes = std::size_t{1024} * 1024;
  evidence::Record large = record_by_server();
  large.mutable_server_started()->set_version(std::string(2 * kLogBytes, 'v'));
  static_cast<void>(rig_.submit(large));
  const std::uint64_t before = rig_.journal_size();
  {
    const FullDisk full(kLogBytes);
    EXPECT_EQ(rig_.get("/v1/clips?unit=cab-7").status, 503U);
  }
  EXPECT_FALSE(rig_.index().journal().healthy());
  // The disk has room again; a journal that failed once stays failed until a restart.
  const std::string hold = R"({"clip": ")" + clip_.hex() + R"(", "reason": "case 12"})";
  for (const std::string& target :
       {std::string("/v1/clips?unit=cab-7"), base_, base_ + "/report", base_ + "/thumbnails/0",
        base_ + "/media", base_ + "/sealed", base_ + "/receipt", base_ + "/proof",
        std::string("/v1/events?unit=cab-7"), std::string("/v1/journal/checkpoint"),
        std::string("/v1/whoami"), std::string("/v1/status")}) {
    const Reply reply = rig_.get(target);
    EXPECT_EQ(reply.status, 503U) << target;
    EXPECT_EQ(reply.token, "journal_failed") << target;
  }
  EXPECT_EQ(rig_.post("/v1/holds", hold, Role::kInvestigator).token, "journal_failed");
  const Reply token = rig_.post("/v1/tokens", R"({"person": "Ada", "role": "auditor", "days": 3})",
                                Role::kOperations);
  EXPECT_EQ(token.token, "journal_failed");
  EXPECT_EQ(token.body.find("hst_"), std::string::npos);
  EXPECT_EQ(rig_.post("/v1/sweeps", "", Role::kOperations).token, "journal_failed");
  EXPECT_EQ(rig_.post("/v1/sweeps/" + std::string(plan.at("plan").as_string()) + "/execute", "",
                      Role::kOperations)
                .token,
            "journal_failed");
  EXPECT_EQ(rig_.post("/v1/holds/" + std::string(held.at("hold_id").as_string()) + "/release",
                      R"({"reason": "case closed"})", Role::kInvestigator)
                .token,
            "journal_failed");
  EXPECT_EQ(rig_.journal_size(), before);
}

TEST_F(Recorded, while_draining_nothing_is_answered) {
  rig_.people_api().stop();
  EXPECT_EQ(rig_.post("/v1/sweeps", "", Role::kOperations).token, "draining");
  rig_.index().stop();
  EXPECT_EQ(rig_.get(base_ + "/media").token, "draining");
}

}  // namespace
}  // namespace hansom::test
