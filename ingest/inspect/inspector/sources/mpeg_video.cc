// Time codes in MPEG video: see mpeg_video.h.
#include "ingest/inspect/inspector/sources/mpeg_video.h"

#include <array>
#include <cstdio>

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/search.h"

namespace hansom::ingest {

void read_mpeg_groups(ByteSpan packet, const PacketPlace& place, Found& found) {
  constexpr std::string_view kGroup{"\0\0\1\xb8", 4};
  Search search(packet, kGroup);
  while (const auto at = search.next()) {
    ByteReader reader(packet.subspan(*at + kGroup.size()));
    const std::uint32_t bits = reader.u32be();  // 25 of them
    const std::uint32_t hours = bits >> 26U & 31U;
    const std::uint32_t minutes = bits >> 20U & 63U;
    const bool marker = (bits >> 19U & 1U) != 0;
    const std::uint32_t seconds = bits >> 13U & 63U;
    const std::uint32_t pictures = bits >> 7U & 63U;
    if (!reader.ok() || !marker || hours > 23 || minutes > 59 || seconds > 59) continue;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%02u:%02u:%02u%c%02u", hours, minutes, seconds,
                  bits >> 31U != 0 ? ';' : ':', pictures);
    found.add(FoundTime{place.behind(*at), "mpeg2:gop", text.data()});
  }
}

}  // namespace hansom::ingest
