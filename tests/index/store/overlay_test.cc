// Changes on top of a store: marks and undoing.
#include "index/store/overlay.h"

#include <gtest/gtest.h>

namespace hansom::store {
namespace {

TEST(Overlay, RollsBackToTheMarkAndNotBeyond) {
  Overlay overlay;
  overlay.set(Family::kClip, "kept", "1");
  overlay.set(Family::kClip, "changed", "1");
  overlay.mark();
  overlay.set(Family::kClip, "changed", "2");
  overlay.set(Family::kClip, "changed", std::nullopt);
  overlay.set(Family::kClip, "new", "1");
  overlay.set(Family::kEvent, "new", "1");
  overlay.roll_back();
  EXPECT_EQ(*overlay.find(Family::kClip, "kept"), "1");
  EXPECT_EQ(*overlay.find(Family::kClip, "changed"), "1");
  EXPECT_EQ(overlay.find(Family::kClip, "new"), nullptr);
  EXPECT_EQ(overlay.find(Family::kEvent, "new"), nullptr);
}

TEST(Overlay, ANewMarkKeepsWhatCameBeforeIt) {
  Overlay overlay;
  overlay.mark();
  overlay.set(Family::kClip, "a", "1");
  overlay.mark();
  overlay.set(Family::kClip, "b", "1");
  overlay.roll_back();
  overlay.roll_back();  // nothing more to undo
  EXPECT_NE(overlay.find(Family::kClip, "a"), nullptr);
  EXPECT_EQ(overlay.find(Family::kClip, "b"), nullptr);
}

TEST(Overlay, ADeletedRowIsKnownAsDeleted) {
  Overlay overlay;
  overlay.set(Family::kClip, "a", std::nullopt);
  ASSERT_NE(overlay.find(Family::kClip, "a"), nullptr);
  EXPECT_FALSE(overlay.find(Family::kClip, "a")->has_value());
}

}  // namespace
}  // namespace hansom::store
