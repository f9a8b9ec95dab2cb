// Findings as a report holds them: see findings_to_report.h.
#include "ingest/inspect/inspector/findings_to_report.h"

#include "ingest/inspect/inspector/limits.h"

namespace hansom::ingest {
namespace {

Finding of_span(const evidence::Span& span) {
  Finding finding;
  finding.start_us = span.start_us();
  finding.end_us = span.end_us();
  finding.stream = static_cast<std::int32_t>(span.stream());
  finding.measure = span.measure();
  return finding;
}

Finding of_sound(const evidence::Span& span) {
  Finding finding = of_span(span);
  finding.kind = "sound";
  finding.unit = "dbfs";
  finding.confidence = 0.9;
  finding.count = 1;
  return finding;
}

// A packet that the container calls damaged, or whose parts do not fit, may decode all the same.
Finding of_damage(const evidence::Span& span) {
  Finding finding = of_span(span);
  finding.kind = span.kind() == "decode_error" ? "decode_damage" : "packet_damage";
  finding.unit = "faults";
  finding.confidence = span.kind() == "decode_error" ? 0.95 : 0.8;
  finding.count = static_cast<std::uint64_t>(span.measure());
  return finding;
}

void write(const Finding& finding, evidence::Finding& out) {
  out.set_kind(std::string(finding.kind));
  out.set_start_us(finding.start_us);
  out.set_end_us(finding.end_us);
  out.set_stream(finding.stream);
  out.set_confidence(finding.confidence);
  out.set_measure(finding.measure);
  out.set_unit(std::string(finding.unit));
  out.set_count(finding.count);
  if (!finding.clip_offset) return;
  out.set_clip_offset(*finding.clip_offset);
  out.set_clip_bytes(finding.clip_bytes);
}

}  // namespace

void write_findings(std::vector<Finding> findings, evidence::Report& report) {
  for (const evidence::Span& span : report.sound()) findings.push_back(of_sound(span));
  for (const evidence::Span& span : report.damage()) findings.push_back(of_damage(span));
  for (const Finding& finding : bounded(std::move(findings), kFindingsPerKindMax)) {
    write(finding, *report.add_findings());
  }
}

}  // namespace hansom::ingest
