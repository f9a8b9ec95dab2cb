// Dispatches each act to the room it belongs to.
#include "index/rules.h"

#include "index/access/token_rules.h"
#include "index/backup/backup_rules.h"
#include "index/catalogue/clip_rules.h"
#include "index/catalogue/event_rules.h"
#include "index/clocks/clock_rules.h"
#include "index/inspections/inspection_rules.h"
#include "index/inspections/order_rules.h"
#include "index/keys/key_rules.h"
#include "index/recorded.h"
#include "index/register/unit_rules.h"
#include "index/retention/destroy_rules.h"
#include "index/retention/hold_rules.h"
#include "index/retention/sweep_rules.h"
#include "index/scrub/scrub_rules.h"
#include "index/site_rules.h"

namespace hansom {
namespace {

class AllRules final : public journal::Rules {
 public:
  [[nodiscard]] Status validate(evidence::Record& record,
                                const store::Reader& state) const override;
  [[nodiscard]] Status apply(const evidence::Record& record, LeafIndex leaf,
                             store::Batch& batch) const override;
};

Status AllRules::validate(evidence::Record& record, const store::Reader& state) const {
  using R = evidence::Record;
  switch (record.act_case()) {
    case R::kSiteOpened:
      return validate_site_opened(state);
    case R::kServerStarted:
      return {};
    case R::kUnitEnrolled:
      return registry::validate_unit_enrolled(*record.mutable_unit_enrolled(), state);
    case R::kUnitRevoked:
      return registry::validate_unit_revoked(*record.mutable_unit_revoked(), state);
    case R::kTokenIssued:
      return access::validate_token_issued(*record.mutable_token_issued(), state);
    case R::kTokenRevoked:
      return access::validate_token_revoked(*record.mutable_token_revoked(), state);
    case R::kRegisterLoaded:
      return registry::validate_register_loaded(*record.mutable_register_loaded(), state);
    case R::kClipAccepted:
      return catalogue::validate_clip_accepted(*record.mutable_clip_accepted(), state);
    case R::kClipInspected:
      return inspections::validate_clip_inspected(*record.mutable_clip_inspected(), state);
    case R::kInspectorDied:
      return inspections::validate_inspector_died(record.inspector_died(), state);
    case R::kInspectionOrdered:
      return inspections::validate_inspection_ordered(*record.mutable_inspection_ordered(), state);
    case R::kEventsReported:
      return catalogue::validate_events_reported(*record.mutable_events_reported(), state);
    case R::kClipTimed:
      return clocks::validate_clip_timed(*record.mutable_clip_timed(), state);
    case R::kUnitTimed:
      return clocks::validate_unit_timed(record.unit_timed());
    case R::kClockCorrected:
      return clocks::validate_clock_corrected(record.clock_corrected(), state);
    case R::kClockCorrectionWithdrawn:
      return clocks::validate_clock_correction_withdrawn(record.clock_correction_withdrawn(),
                                                         state);
    case R::kAccess:
      return validate_access(record.access());
    case R::kHoldPlaced:
      return retention::validate_hold_placed(*record.mutable_hold_placed(), state);
    case R::kHoldReleased:
      return retention::validate_hold_released(*record.mutable_hold_released(), state);
    case R::kSweepPlanned:
      return retention::validate_sweep_planned(*record.mutable_sweep_planned(), state);
    case R::kSweepStarted:
      return retention::validate_sweep_started(*record.mutable_sweep_started(), state);
    case R::kClipDestroyed:
      return retention::validate_clip_destroyed(*record.mutable_clip_destroyed(), state);
    case R::kSweepFinished:
      return retention::validate_sweep_finished(*record.mutable_sweep_finished(), state);
    case R::kObjectDamaged:
      return scrub::validate_object_damaged(record.object_damaged(), state);
    case R::kObjectMended:
      return scrub::validate_object_mended(record.object_mended(), state);
    case R::kScrubPassed:
      return {};
    case R::kJournalKeyRotated:
      return keys::validate_journal_key_rotated(record.journal_key_rotated(), state);
    case R::kVaultIdentityAdded:
      return keys::validate_vault_identity_added(record.vault_identity_added(), state);
    case R::kVaultIdentityRetired:
      return keys::validate_vault_identity_retired(record.vault_identity_retired(), state);
    case R::kUnitAuthorityAdded:
      return keys::validate_unit_authority_added(record.unit_authority_added(), state);
    case R::kUnitAuthorityRetired:
      return keys::validate_unit_authority_retired(record.unit_authority_retired(), state);
    case R::kBackupStarted:
      return backup::validate_backup_started(record.backup_started());
    case R::kBackupTaken:
      return backup::validate_backup_taken(record.backup_taken());
    case R::kSiteRestored:
      return backup::validate_site_restored(record.site_restored());
    case R::ACT_NOT_SET:
      break;
  }
  return fail(ErrorKind::kInvalid, "bad_record", "the record says nothing that happened");
}

// An act of two rooms: the authority's row, and the units and certificates it takes with it.
Status apply_unit_authority_retired(const evidence::UnitAuthorityRetired& act, const Recorded& at,
                                    store::Batch& batch) {
  HANSOM_TRY(keys::apply_unit_authority_retired(act, at, batch));
  evidence::UnitRevoked revoked;
  revoked.set_reason(act.reason());
  for (const std::string& unit : act.units()) {
    revoked.set_unit(unit);
    HANSOM_TRY(registry::apply_unit_revoked(revoked, at, batch));
  }
  for (const std::string& unit : act.previous_ended()) {
    HANSOM_TRY(registry::end_previous_certificate(unit, batch));
  }
  return {};
}

// Acts on clips and events are the catalogue's first, and tell something of a clock.
Status apply_clip_accepted(const evidence::ClipAccepted& act, const Recorded& at,
                           store::Batch& batch) {
  HANSOM_TRY_ASSIGN(const bool is_new, catalogue::apply_clip_accepted(act, at, batch));
  if (is_new) clocks::note_clip_accepted(act, at, batch);
  return {};
}
Status apply_clip_inspected(const evidence::ClipInspected& act, const Recorded& at,
                            store::Batch& batch) {
  HANSOM_TRY(inspections::apply_clip_inspected(act, at, batch));
  return clocks::note_clip_inspected(act, at, batch);
}
Status apply_events_reported(const evidence::EventsReported& act, const Recorded& at,
                             store::Batch& batch) {
  HANSOM_TRY(catalogue::apply_events_reported(act, at, batch));
  return clocks::note_events_reported(act, at, batch);
}
Status apply_clip_destroyed(const evidence::ClipDestroyed& act, const Recorded& at,
                            store::Batch& batch) {
  HANSOM_TRY(inspections::note_clip_destroyed(act, batch));
  HANSOM_TRY(retention::apply_clip_destroyed(act, at, batch));
  return clocks::note_clip_destroyed(act, at, batch);
}

Status AllRules::apply(const evidence::Record& record, LeafIndex leaf, store::Batch& batch) const {
  using R = evidence::Record;
  const Recorded at{leaf, record.time_us(), record.actor()};
  apply_beginning(record, leaf, batch);
  switch (record.act_case()) {
    case R::kUnitEnrolled:
      return registry::apply_unit_enrolled(record.unit_enrolled(), at, batch);
    case R::kUnitRevoked:
      return registry::apply_unit_revoked(record.unit_revoked(), at, batch);
    case R::kTokenIssued:
      return access::apply_token_issued(record.token_issued(), at, batch);
    case R::kTokenRevoked:
      return access::apply_token_revoked(record.token_revoked(), at, batch);
    case R::kRegisterLoaded:
      return registry::apply_register_loaded(record.register_loaded(), at, batch);
    case R::kClipAccepted:
      return apply_clip_accepted(record.clip_accepted(), at, batch);
    case R::kClipInspected:
      return apply_clip_inspected(record.clip_inspected(), at, batch);
    case R::kInspectorDied:
      return inspections::apply_inspector_died(record.inspector_died(), at, batch);
    case R::kInspectionOrdered:
      return inspections::apply_inspection_ordered(record.inspection_ordered(), at, batch);
    case R::kEventsReported:
      return apply_events_reported(record.events_reported(), at, batch);
    case R::kClipTimed:
      return clocks::apply_clip_timed(record.clip_timed(), at, batch);
    case R::kUnitTimed:
      return clocks::apply_unit_timed(record.unit_timed(), batch);
    case R::kClockCorrected:
      return clocks::apply_clock_corrected(record.clock_corrected(), at, batch);
    case R::kClockCorrectionWithdrawn:
      return clocks::apply_clock_correction_withdrawn(record.clock_correction_withdrawn(), at,
                                                      batch);
    case R::kHoldPlaced:
      return retention::apply_hold_placed(record.hold_placed(), at, batch);
    case R::kHoldReleased:
      return retention::apply_hold_released(record.hold_released(), at, batch);
    case R::kSweepPlanned:
      return retention::apply_sweep_planned(record.sweep_planned(), at, batch);
    case R::kSweepStarted:
      return retention::apply_sweep_started(record.sweep_started(), at, batch);
    case R::kClipDestroyed:
      return apply_clip_destroyed(record.clip_destroyed(), at, batch);
    case R::kSweepFinished:
      return retention::apply_sweep_finished(record.sweep_finished(), at, batch);
    case R::kObjectDamaged:
      return scrub::apply_object_damaged(record.object_damaged(), at, batch);
    case R::kObjectMended:
      return scrub::apply_object_mended(record.object_mended(), batch);
    case R::kScrubPassed:
      return scrub::apply_scrub_passed(record.scrub_passed(), at, batch);
    case R::kJournalKeyRotated:
      return keys::apply_journal_key_rotated(record.journal_key_rotated(), at, batch);
    case R::kVaultIdentityAdded:
      return keys::apply_vault_identity_added(record.vault_identity_added(), at, batch);
    case R::kVaultIdentityRetired:
      return keys::apply_vault_identity_retired(record.vault_identity_retired(), at, batch);
    case R::kUnitAuthorityAdded:
      return keys::apply_unit_authority_added(record.unit_authority_added(), at, batch);
    case R::kUnitAuthorityRetired:
      return apply_unit_authority_retired(record.unit_authority_retired(), at, batch);
    case R::kSiteOpened:
    case R::kServerStarted:
    case R::kAccess:
    case R::kBackupStarted:
    case R::kBackupTaken:
    case R::kSiteRestored:
    case R::ACT_NOT_SET:
      return {};  // recorded; no view follows
  }
  return {};
}

}  // namespace

std::unique_ptr<journal::Rules> make_rules() {
  return std::make_unique<AllRules>();
}

}  // namespace hansom
