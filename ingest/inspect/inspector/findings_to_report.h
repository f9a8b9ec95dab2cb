// Findings, as a report holds them.
#pragma once

#include <vector>

#include "ingest/inspect/inspector/finding.h"
#include "proto/evidence/report.pb.h"

namespace hansom::ingest {

// Appends them to `report`, bounded (finding.h), and with them what the report's own spans of sound
// and of damage tell.
void write_findings(std::vector<Finding> findings, evidence::Report& report);

}  // namespace hansom::ingest
