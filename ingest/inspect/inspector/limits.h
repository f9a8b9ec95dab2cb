// Every bound of an inspection, in one place, and how they relate.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hansom::ingest {

// What may go in and come out.
inline constexpr std::uint64_t kInspectedClipBytesMax = 1ULL << 30;  // of opened bytes, in memory
inline constexpr std::size_t kAnswerBytesMax = 12ULL * 1024 * 1024;  // the serialized report

// What a report may hold.
inline constexpr std::size_t kStreamsMax = 32;
inline constexpr std::size_t kRunsPerStreamMax = 1024;
inline constexpr std::size_t kSpansMax = 2048;  // of sound, of damage, of gaps
inline constexpr std::size_t kFindingsPerKindMax = 100;
inline constexpr std::size_t kFindingKindsMax = 24;
inline constexpr std::size_t kFindingsMax = kFindingsPerKindMax * kFindingKindsMax;
inline constexpr std::size_t kPlacesMax = 100;  // findings in the bytes
inline constexpr std::size_t kRepairPiecesMax = 2 * kStreamsMax + 2;
inline constexpr std::size_t kRepairLiteralBytesMax = 2ULL * 1024 * 1024;  // of all pieces
inline constexpr std::size_t kTimesMax = 1024;
inline constexpr std::size_t kTimesPerSourceMax = 32;  // of one source in one stream
inline constexpr std::size_t kTracksMax = 16;          // of positions: one a source and stream
inline constexpr std::size_t kPositionsMax = 4096;     // of all tracks together
inline constexpr std::size_t kPositionValueBytesMax = 160;
inline constexpr std::size_t kPositionTimeBytesMax = 32;
inline constexpr std::size_t kTextBytesMax = 256;  // of any text found in a clip
inline constexpr std::size_t kThumbnailsMax = 360;
inline constexpr std::size_t kThumbnailBytesMax = 64ULL * 1024;
inline constexpr std::size_t kThumbnailBytesTotalMax = 5ULL * 1024 * 1024;
inline constexpr std::size_t kSignedStreamsMax = 8;
inline constexpr std::size_t kSignedSpansMax = 256;  // of one stream, like these:
inline constexpr std::size_t kBrokenPicturesMax = 256;
inline constexpr std::size_t kSigningCertificatesMax = 8;  // of one chain

// The most that one of these takes on the wire: ten bytes a number, a few for tags and lengths.
inline constexpr std::size_t kRunWireBytesMax = 40;
inline constexpr std::size_t kSpanWireBytesMax = 80;
inline constexpr std::size_t kFindingTextBytesMax = 32;  // of a kind, of a unit
inline constexpr std::size_t kFindingWireBytesMax = 2 * kFindingTextBytesMax + 96;
inline constexpr std::size_t kRepairWireBytesMax =
    kRepairPiecesMax * 32 + kRepairLiteralBytesMax + kTextBytesMax + 128;
inline constexpr std::size_t kStreamWireBytesMax = 1024;
inline constexpr std::size_t kTimeWireBytesMax = 2 * kTextBytesMax + 64;
inline constexpr std::size_t kTrackWireBytesMax = kTextBytesMax + 32;
inline constexpr std::size_t kPositionWireBytesMax =
    kPositionValueBytesMax + kPositionTimeBytesMax + 112;
inline constexpr std::size_t kThumbnailWireBytesMax = 96;  // beside the picture
inline constexpr std::size_t kSigningChainWireBytesMax =
    kSigningCertificatesMax * (2 * kTextBytesMax + 96) + 32;
inline constexpr std::size_t kSignedStreamWireBytesMax =
    kSignedSpansMax * 96 + kBrokenPicturesMax * 32 + 2 * kSigningChainWireBytesMax +
    4 * kTextBytesMax + 512;
static_assert(kStreamsMax * (kStreamWireBytesMax + kRunsPerStreamMax * kRunWireBytesMax) +
                      3 * kSpansMax * kSpanWireBytesMax + kTimesMax * kTimeWireBytesMax +
                      kFindingsMax * kFindingWireBytesMax + kRepairWireBytesMax +
                      kTracksMax * kTrackWireBytesMax + kPositionsMax * kPositionWireBytesMax +
                      kThumbnailsMax * kThumbnailWireBytesMax + kThumbnailBytesTotalMax +
                      kSignedStreamsMax * kSignedStreamWireBytesMax + 16 * kTextBytesMax <=
                  kAnswerBytesMax,
              "the largest report must fit the answer");
static_assert(kThumbnailBytesMax <= kThumbnailBytesTotalMax);

// How much work a clip may ask for. These stop the same clip at the same place every time; the
// limits on time and memory stand behind them.
inline constexpr std::uint64_t kPacketsMax = 4'000'000;
inline constexpr std::uint64_t kReadFactorMax = 64;  // times the clip's own size, plus this:
inline constexpr std::uint64_t kReadSlackBytesMax = 64ULL * 1024 * 1024;
inline constexpr std::uint64_t kReadCallsMax = 8'000'000;
inline constexpr std::size_t kSoundWindowsMax = 2'000'000;      // of 100 ms: over two days
inline constexpr std::size_t kTimesBackMax = 10'000;            // of one stream
inline constexpr std::size_t kMeasuredPicturesMax = 1'000'000;  // of one stream
inline constexpr std::int64_t kPixelsMax = 8192LL * 4608;       // one picture
inline constexpr std::size_t kAllocationBytesMax = 256ULL * 1024 * 1024;  // one allocation of libav
inline constexpr std::int64_t kPictureFormatBytesMax = 8;                 // a pixel, widest format
static_assert(kPixelsMax * kPictureFormatBytesMax <= 2LL * kAllocationBytesMax);
// A time further than a century from a clip's start is not believed.
inline constexpr std::int64_t kClipTimeUsMax = 100LL * 366 * 86'400 * 1'000'000;
// Instants that a report tells, microseconds since 1970: the years 1 to 9999.
inline constexpr std::int64_t kUnixUsMin = -62'135'596'800'000'000;
inline constexpr std::int64_t kUnixUsMax = 253'402'300'799'999'999;

// The sources of times and positions (sources/).
inline constexpr std::size_t kBoxesMax = 4'000'000;  // of MP4, each looked at once by each source
inline constexpr std::size_t kSamplesMax = 400'000;  // of tracks that are neither picture nor sound
inline constexpr std::uint64_t kLookedBytesMax = 128ULL * 1024 * 1024;  // that their parsers see
inline constexpr std::size_t kMovieTracksMax = kStreamsMax;
inline constexpr std::size_t kMovieKeysMax = 256;
inline constexpr std::size_t kPrivatePacketBytesMax = 64ULL * 1024;  // of a PES packet, gathered
inline constexpr std::size_t kPrivatePidsMax = 16;                   // gathered at a time
inline constexpr std::size_t kSeiBytesMax = 64ULL * 1024;            // of one NAL unit of messages

// Signatures of pictures (signing/), of one stream.
inline constexpr std::uint64_t kSignedBytesMax = 5ULL << 28;  // hashed: 1.25 times the largest clip
inline constexpr std::size_t kSignedUnitsMax = 1'000'000;     // NAL units of pictures
inline constexpr std::size_t kSigningMessagesMax = 10'000;    // each checked in half a millisecond
inline constexpr std::size_t kSigningMessageBytesMax = 192ULL * 1024;
inline constexpr std::uint64_t kSigningMessagesBytesMax = 64ULL * 1024 * 1024;  // kept of all
inline constexpr std::size_t kSigningKeysMax = 4;
inline constexpr std::size_t kUnsignedUnitsKept = 2'000;  // let go of where so many pictures, and
inline constexpr std::size_t kUnsignedGopsKept = 8;       // so many groups of them, had no signer
static_assert(kSignedBytesMax >= kInspectedClipBytesMax);

// What is looked for.
inline constexpr std::int64_t kThumbnailEveryUs = 10'000'000;
inline constexpr int kThumbnailWidthPx = 320;
inline constexpr int kThumbnailHeightMaxPx = 640;
inline constexpr std::int64_t kSoundWindowUs = 100'000;
inline constexpr double kSoundThresholdDbfs = -60.0;
inline constexpr std::int64_t kSoundBridgeWindows = 3;  // a silence as short as this ends nothing
inline constexpr std::int64_t kTimelineToleranceUs = 1000;
inline constexpr std::int64_t kGapFloorUs = 250'000;
inline constexpr std::int64_t kGapSpacings = 3;  // a gap is longer than these many usual spacings
inline constexpr std::int64_t kDamageMergeUs = 1'000'000;

}  // namespace hansom::ingest
