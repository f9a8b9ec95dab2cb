// Every threshold behind a finding, in one place; ../README.md gives the reasons. How much may be
// found at most is limits.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hansom::ingest {

// Pictures. Brightness is 0 to 255, luma as coded.
inline constexpr double kDarkBrightness = 24;  // mean, and 95 in 100 samples under:
inline constexpr double kDarkBrightPart = 56;
inline constexpr double kFlatCellFine = 1.0;        // mean square step between neighbours in a cell
inline constexpr double kCoveredFlatShare = 0.97;   // of the cells
inline constexpr double kCoveredContrastMax = 900;  // a bright sky beside a dark car is not covered
inline constexpr double kDefocusSharpnessMax = 1.6;
inline constexpr double kDefocusContrastMin = 100;
inline constexpr double kColourMin = 1.0;
inline constexpr double kFrozenDifference = 0.02;     // mean step of a sample, between key frames:
inline constexpr double kFrozenKeyDifference = 0.75;  // which are coded anew; and no cell by:
inline constexpr double kFrozenKeyCell = 3;
inline constexpr double kStillContrastMin = 25;  // less has nothing in it that could move
inline constexpr double kJumpDifference = 25;
inline constexpr double kJumpHistogram = 0.4;
inline constexpr double kJumpLikeness = 0.3;
inline constexpr std::int64_t kJumpEveryUs = 500'000;  // pictures further apart are told apart less
inline constexpr double kDuplicateShare = 0.1;         // of how the pictures around it change:
inline constexpr double kMovingDifference = 1.5;       // around a picture that is a duplicate
inline constexpr std::int64_t kMovingAroundUs = 500'000;
inline constexpr std::int64_t kDuplicateMergeUs = 2'000'000;
inline constexpr std::int64_t kStateUs = 1'000'000;  // shorter states are not told
inline constexpr std::int64_t kFrozenUs = 2'000'000;
inline constexpr std::size_t kStatePictures = 2;
inline constexpr std::size_t kMeasuredRows = 96;  // of a picture, evenly spaced

// Sound.
inline constexpr std::int64_t kSilenceUs = 2'000'000;  // shorter pauses are not told
inline constexpr double kSilenceFloorDbfs = -120;      // what nothing but zeros is called

// Times. A stream that ends early does so by this much of what the container claims, at least:
inline constexpr std::int64_t kShortFloorUs = 1'000'000;
inline constexpr std::int64_t kShortParts = 50;      // and by one part of these
inline constexpr double kDroppedIrregularMax = 0.2;  // of the distances; more is a variable rate
inline constexpr std::int64_t kDroppedMergeUs = 1'000'000;

// Bytes.
inline constexpr std::size_t kZeroRunBytes = 4096;

}  // namespace hansom::ingest
