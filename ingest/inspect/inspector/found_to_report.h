// Times and positions found, as a report holds them.
#pragma once

#include "ingest/inspect/inspector/sources/found.h"
#include "proto/evidence/report.pb.h"

namespace hansom::ingest {

// Appends them to `report`.
void write_found(const Found& found, evidence::Report& report);

}  // namespace hansom::ingest
