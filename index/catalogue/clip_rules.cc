// What an arrival does to the catalogue.
#include "index/catalogue/clip_rules.h"

#include "index/catalogue/clip_rows.h"
#include "index/catalogue/keys.h"
#include "index/catalogue/row_io.h"
#include "index/inspections/keys.h"
#include "index/register/unit_rules.h"
#include "proto/evidence/manifest.h"

namespace hansom::catalogue {
namespace {

using store::Family;

// Whether two manifests of the same bytes tell different stories.
bool conflicting(const evidence::Manifest& a, const evidence::Manifest& b) {
  return a.vehicle().registration() != b.vehicle().registration() ||
         a.vehicle().vin() != b.vehicle().vin() || a.vehicle_licence() != b.vehicle_licence() ||
         a.driver_licence() != b.driver_licence() || a.start_us() != b.start_us() ||
         a.channel() != b.channel() || a.clip_number() != b.clip_number();
}

}  // namespace

Status validate_clip_accepted(evidence::ClipAccepted& act, const store::Reader& state) {
  HANSOM_TRY(Digest::from_span(as_bytes(act.sealed_sha256())));
  HANSOM_TRY(UploadId::parse(act.upload()));
  for (const std::string& part : act.parts()) HANSOM_TRY(UploadId::parse(part));
  HANSOM_TRY_ASSIGN(const UnitRow unit, registry::get_admitted_unit(state, act.unit()));
  HANSOM_TRY_ASSIGN(const std::optional<Bytes> known,
                    state.get(Family::kUpload, as_bytes(act.upload())));
  if (known) {
    return fail(
        ErrorKind::kConflict, "upload_already_accepted",
        "upload " + act.upload() + " was accepted as leaf " + std::to_string(read_u64be(*known)));
  }
  if (auto clip = get_live_clip(state, as_bytes(act.sealed_sha256()));
      !clip && clip.error().kind != ErrorKind::kNotFound) {
    return fail(std::move(clip).error());
  }
  if (act.controller().empty()) act.set_controller(unit.controller());
  return {};
}

Result<bool> apply_clip_accepted(const evidence::ClipAccepted& act, const Recorded& at,
                                 store::Batch& batch) {
  batch.put(Family::kUpload, as_bytes(act.upload()), u64_key(to_u64(at.leaf)));
  HANSOM_TRY_ASSIGN(std::optional<ClipRow> row, get_clip(batch, as_bytes(act.sealed_sha256())));
  Arrival arrival;
  arrival.set_leaf(to_u64(at.leaf));
  arrival.set_time_us(at.time_us);
  arrival.set_unit(act.unit());
  arrival.set_upload(act.upload());
  if (!act.parts().empty()) {
    arrival.set_first_part(act.parts(0));
    batch.put(Family::kUpload, upload_that_begins_with(act.parts(0)), u64_key(to_u64(at.leaf)));
  }
  if (row) {
    arrival.set_conflicting(conflicting(row->manifest(), act.manifest()));
    *row->add_arrivals() = arrival;
    put_clip_facts(batch, *row);
    return false;
  }
  row.emplace();
  row->set_id(act.sealed_sha256());
  row->set_sealed_bytes(act.sealed_bytes());
  *row->mutable_manifest() = act.manifest();
  row->set_controller(act.controller());
  row->set_accepted_us(at.time_us);
  row->set_accepted_leaf(to_u64(at.leaf));
  *row->add_arrivals() = arrival;
  settle_interval(*row);
  row->mutable_waiting()->set_queued_leaf(to_u64(at.leaf));
  batch.put(Family::kQueue, inspections::queue_key(inspections::kFirst, to_u64(at.leaf)),
            as_bytes(row->id()));
  put_clip(batch, *row);
  return true;
}

}  // namespace hansom::catalogue
