// Admission control: how much of the server uploads may take at once, and how much of that one unit
// may. What is refused here is refused before a byte of it is read, and may come back later.
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "proto/base/ids.h"

namespace hansom::ingest {

// Each at least 1. `spool` counts open uploads at their full length, come or not: that is what is
// preallocated for them.
struct AdmissionLimits {
  std::uint64_t unit_uploads_max = 64;  // open uploads of one unit
  std::uint64_t unit_bodies_max = 16;   // of its requests whose bodies are being received
  std::uint64_t bytes_in_flight_max = std::uint64_t{1} << 30;  // received and not written yet
  std::uint64_t spool_bytes_max = std::uint64_t{1} << 40;
  std::uint64_t unit_spool_bytes_max = std::uint64_t{1} << 38;
};

// What open uploads take, of one unit or of all.
struct SpoolUse {
  std::uint64_t uploads = 0;
  std::uint64_t bytes = 0;
};

// What bodies that are being received take.
struct BodyUse {
  std::uint64_t bodies = 0;
  std::uint64_t bytes = 0;
};

// The rules, pure. Whoever has nothing gets one in, however large: a limit below the length of a
// clip must not keep it out for ever. Errors: kUnavailable `unit_uploads_full`, `unit_spool_full`,
// `spool_full`.
[[nodiscard]] Status judge_upload(const AdmissionLimits& limits, const SpoolUse& unit,
                                  const SpoolUse& all, std::uint64_t bytes);
// Errors: kUnavailable `unit_bodies_full`, `bytes_in_flight_full`.
[[nodiscard]] Status judge_body(const AdmissionLimits& limits, const BodyUse& unit,
                                const BodyUse& all, std::uint64_t bytes);

// Keeps the books. In memory only: after a restart the spool says what is there. Any thread.
class Admission {
 public:
  // One body that is being received; gives its place back when destroyed.
  class Body {
   public:
    Body(Body&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)),
          unit_(std::move(other.unit_)),
          bytes_(other.bytes_) {}
    Body& operator=(Body&&) = delete;
    Body(const Body&) = delete;
    Body& operator=(const Body&) = delete;
    ~Body() {
      if (admission_ != nullptr) admission_->end_body(unit_, bytes_);
    }

   private:
    friend class Admission;
    Body(Admission& admission, UnitId unit, std::uint64_t bytes)
        : admission_(&admission), unit_(std::move(unit)), bytes_(bytes) {}
    Admission* admission_;
    UnitId unit_;
    std::uint64_t bytes_;
  };

  explicit Admission(AdmissionLimits limits) : limits_(limits) {}

  // An upload comes into being; judged by judge_upload, then counted until leave().
  [[nodiscard]] Status enter(const UploadId& upload, const UnitId& unit, std::uint64_t bytes);
  // One that is there already: counted, never refused.
  void take_in(const UploadId& upload, const UnitId& unit, std::uint64_t bytes);
  // Its length has become known: counted with that, never refused. Requires: it is counted.
  void resize(const UploadId& upload, std::uint64_t bytes);
  // Nothing happens where it is not counted.
  void leave(const UploadId& upload);

  // `bytes`: what the body may have in memory at once.
  [[nodiscard]] Result<Body> begin_body(const UnitId& unit, std::uint64_t bytes);

  [[nodiscard]] const AdmissionLimits& limits() const { return limits_; }
  [[nodiscard]] SpoolUse spool_use() const;
  [[nodiscard]] BodyUse body_use() const;

 private:
  struct Unit {
    SpoolUse spool;
    BodyUse bodies;
  };
  struct Counted {
    UnitId unit;
    std::uint64_t bytes = 0;
  };
  // mutex_ held
  void count(const UploadId& upload, const UnitId& unit, std::uint64_t bytes);
  void end_body(const UnitId& unit, std::uint64_t bytes);
  void forget_if_idle(const UnitId& unit);  // mutex_ held

  const AdmissionLimits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<UnitId, Unit> units_;         // those that have something; by mutex_
  std::unordered_map<UploadId, Counted> uploads_;  // by mutex_
  Unit all_;                                       // by mutex_
};

}  // namespace hansom::ingest
