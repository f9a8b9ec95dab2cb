// Waits between attempts: they double, jitter, stop growing, and are never shorter than the server
// asked for.
#include <gtest/gtest.h>

#include "ingest/unit/backoff.h"
#include "ingest/unit/rate.h"
#include "ingest/unit/uploader.h"

namespace hansom::ingest {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Backoff, DoublesWithJitterUpToItsBound) {
  const auto random = seeded_random(1);
  Backoff backoff(*random, {.first = milliseconds(100), .longest = milliseconds(5000)});
  milliseconds step(100);
  for (int i = 0; i < 40; ++i) {
    const auto wait = backoff.next();
    EXPECT_GE(wait, step / 2) << i;
    EXPECT_LE(wait, step) << i;
    step = std::min(step * 2, milliseconds(5000));
  }
  EXPECT_EQ(backoff.attempts(), 40U);
}

TEST(Backoff, TwoUnitsDoNotComeBackTogether) {
  const auto one = seeded_random(1);
  const auto other = seeded_random(2);
  Backoff first(*one);
  Backoff second(*other);
  bool differ = false;
  for (int i = 0; i < 5; ++i) differ = first.next() != second.next() || differ;
  EXPECT_TRUE(differ);
}

TEST(Backoff, StartsAgainAfterProgress) {
  const auto random = seeded_random(3);
  Backoff backoff(*random, {.first = milliseconds(100), .longest = milliseconds(5000)});
  for (int i = 0; i < 10; ++i) static_cast<void>(backoff.next());
  backoff.reset();
  EXPECT_LE(backoff.next(), milliseconds(100));
}

TEST(Backoff, IsNeverShorterThanTheServerAskedFor) {
  const auto random = seeded_random(4);
  Backoff backoff(*random, {.first = milliseconds(100), .longest = milliseconds(5000)});
  const auto wait = backoff.next(seconds(30));
  EXPECT_GE(wait, seconds(30));
  EXPECT_LE(wait, milliseconds(30'100));
  EXPECT_LE(backoff.next(seconds(999'999)), seconds(3601));
}

TEST(RetryAfter, IsASmallNumberOfSeconds) {
  EXPECT_EQ(parse_retry_after("0"), seconds(0));
  EXPECT_EQ(parse_retry_after("120"), seconds(120));
  for (const auto* text :
       {"", "-1", "1.5", "soon", "1 ", "Fri, 31 Dec 1999 23:59:59 GMT", "9999999999"}) {
    EXPECT_EQ(parse_retry_after(text), std::nullopt) << text;
  }
}

TEST(Rate, HasAUnit) {
  EXPECT_EQ(parse_rate("").value(), 0U);
  EXPECT_EQ(parse_rate("1200").value(), 1200U);
  EXPECT_EQ(parse_rate("500k").value(), 500'000U);
  EXPECT_EQ(parse_rate("8M").value(), 8'000'000U);
  EXPECT_EQ(parse_rate("1G").value(), 1'000'000'000U);
  for (const auto* text : {"0", "-1", "M", "8 M", "8MB", "1.5M", "99999999999999999999"}) {
    EXPECT_FALSE(parse_rate(text)) << text;
  }
}

TEST(Meaning, FollowsTheRetryTableOfTusClients) {
  for (const unsigned status : {200U, 201U, 204U})
    EXPECT_EQ(meaning_of(status, true), Meaning::kDone);
  for (const unsigned status : {408U, 409U, 423U, 500U, 502U, 503U, 507U}) {
    EXPECT_EQ(meaning_of(status, true), Meaning::kAgain) << status;
    EXPECT_EQ(meaning_of(status, false), Meaning::kAgain) << status;
  }
  for (const unsigned status : {404U, 410U}) {
    EXPECT_EQ(meaning_of(status, true), Meaning::kAnew) << status;
    EXPECT_EQ(meaning_of(status, false), Meaning::kNever) << status;
  }
  for (const unsigned status : {301U, 400U, 401U, 403U, 412U, 413U, 415U, 422U, 460U}) {
    EXPECT_EQ(meaning_of(status, true), Meaning::kNever) << status;
  }
}

}  // namespace
}  // namespace hansom::ingest
