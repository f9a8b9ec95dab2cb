// A whole index with a vault and the people's API over it.
#include "tests/index/api/api_rig.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>

#include "proto/base/check.h"
#include "proto/base/durable_file.h"
#include "proto/http/target.h"
#include "proto/http/wire_errors.h"
#include "tests/index/api/value_exchange.h"

namespace hansom::test {
namespace {

template <typename T>
T must(Result<T> result) {
  if (!result) fprintf(stderr, "rig: %s\n", result.error().message.c_str());
  HANSOM_CHECK(result.has_value());
  return std::move(*result);
}

void must(const Status& status) {
  if (!status) fprintf(stderr, "rig: %s\n", status.error().message.c_str());
  HANSOM_CHECK(status.has_value());
}

http::Request to_request(const Ask& ask) {
  http::Request request;
  request.method = ask.method;
  request.target = ask.target;
  http::Target target = must(http::parse_target(ask.target));
  request.path = std::move(target.path);
  request.query = std::move(target.query);
  if (!ask.token.empty()) request.fields.add("Authorization", "Bearer " + ask.token);
  if (!ask.purpose.empty()) request.fields.add("Hansom-Purpose", ask.purpose);
  for (const auto& [name, value] : ask.fields) request.fields.add(name, value);
  request.has_body = !ask.body.empty();
  request.content_length = ask.body.size();
  return request;
}

}  // namespace

Bytes pattern_bytes(std::size_t size, std::uint64_t seed) {
  Bytes out(size);
  seeded_random(seed)->fill(out);
  return out;
}

UtcTime at(std::string_view rfc3339) {
  return must(from_rfc3339(rfc3339));
}

boost::json::object Reply::json() const {
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(body, error);
  HANSOM_CHECK(!error && value.is_object());
  return std::move(value.as_object());
}

std::string Reply::field(std::string_view name) const {
  return std::string(fields.find(name).value_or(""));
}

ApiRig::ApiRig(std::uint64_t scrub_bytes_per_second)
    : clock_(at("2026-03-01T12:00:00Z")), random_(seeded_random(7)) {
  tlog::Signer signer =
      must(tlog::Signer::from_pem("hansom.test/rig", tlog::Signer::generate_pem()));
  verifier_key_ = signer.verifier().text();
  identity_ = std::make_unique<age::Identity>(age::Identity::generate(*random_));
  EvidenceIndexOptions options;
  options.directory = dir_ / "store";
  options.clock = &clock_;
  options.random = random_.get();
  index_ = must(EvidenceIndex::open(std::move(signer), options, store::Mode::kCreate));
  must(durable::make_directories(dir_ / "vault"));
  vault_ = must(vault::open_file_vault(dir_ / "vault"));
  for (const access::Role role :
       {access::Role::kInvestigator, access::Role::kOperations, access::Role::kAuditor}) {
    tokens_[role] = issue(role, clock_.now() + std::chrono::days(300));
  }
  evidence::Record enrolled = record_by_server();
  enrolled.mutable_unit_enrolled()->set_unit("cab-7");
  enrolled.mutable_unit_enrolled()->set_certificate_der("stands for a certificate");
  enrolled.mutable_unit_enrolled()->set_controller("council");
  static_cast<void>(submit(enrolled));

  scrubber_ = std::make_unique<scrub::Scrubber>(
      *index_, *vault_, clock_,
      scrub::ScrubOptions{scrub_bytes_per_second, std::chrono::days(30), dir_ / "scrub.json"});
  use_.scrubber = scrubber_.get();
  use_.index = index_.get();
  use_.vault = vault_.get();
  identities_ = std::make_unique<age::IdentitySet>(identity_->clone());
  use_.identities = identities_.get();
  use_.clock = &clock_;
  use_.random = random_.get();
  use_.controller = "council";
  use_.backups = dir_ / "backup";
  use_.retention.periods = {{evidence::Purpose::EVENT, std::chrono::days(31)},
                            {evidence::Purpose::REQUEST, std::chrono::days(365)},
                            {evidence::Purpose::COMPLIANCE_CHECK, std::chrono::days(7)}};
  api_ = std::make_unique<api::PeopleApi>(use_);
  api_->add_routes(router_);
}

void ApiRig::reopen(const std::function<void(api::PeopleApiDependencies&)>& change) {
  api_->stop();
  router_ = {};
  change(use_);
  api_ = std::make_unique<api::PeopleApi>(use_);
  api_->add_routes(router_);
}

ApiRig::~ApiRig() {
  api_->stop();
  index_->stop();
}

std::string ApiRig::issue(access::Role role, UtcTime expires, std::string* id) {
  access::NewToken made =
      access::make_token("person-" + std::string(access::role_word(role)), role, expires, *random_);
  evidence::Record record = record_by_server();
  *record.mutable_token_issued() = made.issued;
  static_cast<void>(submit(record));
  if (id != nullptr) *id = made.issued.token_id();
  return std::string(made.token.text());
}

LeafIndex ApiRig::submit(evidence::Record record) {
  return must(index_->submit_and_wait(std::move(record))).leaf;
}

ClipId ApiRig::accept(const ClipSpec& spec) {
  const age::Recipient recipient = identity_->recipient();
  const Bytes sealed = must(age::seal(spec.media, std::span(&recipient, 1), *random_));
  const Digest name = must(vault_->put(sealed));
  evidence::Record record = record_by_unit(spec.unit);
  evidence::ClipAccepted& act = *record.mutable_clip_accepted();
  act.set_sealed_sha256(to_text(name.span()));
  act.set_sealed_bytes(sealed.size());
  act.set_upload(UploadId::make(*random_).text());
  act.set_unit(spec.unit);
  act.set_manifest_jws("a.b.c");
  act.set_started_us(to_unix_us(clock_.now()));
  evidence::Manifest& manifest = *act.mutable_manifest();
  manifest.set_unit(spec.unit);
  manifest.set_channel(spec.channel);
  manifest.set_clip_number(1);
  manifest.mutable_vehicle()->set_registration(spec.registration);
  manifest.set_vehicle_licence(spec.vehicle_licence);
  manifest.set_driver_licence(spec.driver_licence);
  manifest.set_start_us(to_unix_us(spec.start));
  manifest.set_clock_state(evidence::CLOCK_STATE_GNSS);
  manifest.set_duration_ms(static_cast<std::uint64_t>(spec.duration.count()));
  manifest.set_media_type(spec.media_type);
  manifest.set_sealed_sha256(to_text(name.span()));
  manifest.set_sealed_bytes(sealed.size());
  manifest.set_media_sha256(to_text(sha256(spec.media).span()));
  manifest.set_media_bytes(spec.media.size());
  manifest.mutable_purpose()->set_kind(spec.purpose);
  manifest.mutable_purpose()->set_reference("1");
  static_cast<void>(submit(record));
  return name;
}

void ApiRig::inspect(const ClipId& clip, const std::vector<Bytes>& pictures,
                     evidence::Report::Outcome outcome) {
  const age::Recipient recipient = identity_->recipient();
  evidence::Record record = record_by_server();
  record.mutable_clip_inspected()->set_sealed_sha256(to_text(clip.span()));
  evidence::Report& report = *record.mutable_clip_inspected()->mutable_report();
  report.set_inspector_version("1");
  report.set_outcome(outcome);
  if (outcome == evidence::Report::UNDECODABLE) report.set_reason_token("damaged");
  report.set_container("mov,mp4");
  report.add_streams()->set_type("video");
  evidence::RawTime& time = *report.add_times();
  time.set_source("mvhd");
  time.set_value("2082844800");
  time.set_unix_us(0);  // 1970: a time like any other
  time.set_stream(-1);
  time.set_clip_offset(52);
  report.add_times()->set_source("tmcd");
  report.set_times_found(3);
  evidence::PositionTrack& track = *report.add_tracks();
  track.set_source("freeGPS");
  track.set_found(2);
  evidence::RawPosition& position = *track.add_positions();
  position.set_latitude_deg(53.43);
  position.set_longitude_deg(-1.3568);
  position.set_speed_kmh(48);
  position.set_time("2026-03-01 10:00:00");
  position.set_media_us(500'000);
  position.set_value("5325.8 N 121.408 W");
  evidence::SignedMedia& signed_media = *report.mutable_signed_media();
  signed_media.set_state(evidence::SignedMedia::BROKEN);
  evidence::SignedStream& signed_stream = *signed_media.add_streams();
  signed_stream.set_scheme("axis_signed_video");
  signed_stream.set_state(evidence::SignedMedia::BROKEN);
  signed_stream.set_pictures_valid(255);
  signed_stream.set_pictures_broken(1);
  signed_stream.set_first_broken_us(5'480'000);
  signed_stream.set_key_kind("EC P-256");
  signed_stream.set_key_sha256(std::string(32, '\x2a'));
  for (const Bytes& picture : pictures) {
    const Bytes sealed = must(age::seal(picture, std::span(&recipient, 1), *random_));
    evidence::Thumbnail& thumbnail = *report.add_thumbnails();
    thumbnail.set_media_type("image/jpeg");
    thumbnail.set_sealed_sha256(to_text(must(vault_->put(sealed)).span()));
    thumbnail.set_image_bytes(picture.size());
  }
  static_cast<void>(submit(record));
}

void ApiRig::inspect_damaged(const ClipId& clip, const Bytes& copy) {
  const age::Recipient recipient = identity_->recipient();
  evidence::Record record = record_by_server();
  record.mutable_clip_inspected()->set_sealed_sha256(to_text(clip.span()));
  evidence::Report& report = *record.mutable_clip_inspected()->mutable_report();
  report.set_inspector_version("1");
  report.set_outcome(evidence::Report::DECODABLE);
  report.set_level(evidence::Report::KEYFRAMES);
  evidence::Finding& finding = *report.add_findings();
  finding.set_kind("cut_off");
  finding.set_stream(-1);
  finding.set_confidence(0.9);
  finding.set_measure(77);
  finding.set_unit("bytes_left_over");
  finding.set_clip_offset(900);
  finding.set_clip_bytes(77);
  evidence::Repair& repair = *report.mutable_repair();
  repair.set_playable_bytes(900);
  repair.set_playable_us(2'000'000);
  repair.set_missing("the last 77 bytes are no whole transport packet");
  if (!copy.empty()) {
    const Bytes sealed = must(age::seal(copy, std::span(&recipient, 1), *random_));
    repair.set_method("prefix");
    repair.set_sealed_sha256(to_text(must(vault_->put(sealed)).span()));
    repair.set_copy_sha256(to_text(sha256(copy).span()));
    repair.set_copy_bytes(copy.size());
  }
  static_cast<void>(submit(record));
}

void ApiRig::report_event(const std::string& unit, std::uint64_t sequence, const std::string& type,
                          UtcTime time) {
  evidence::Record record = record_by_unit(unit);
  record.mutable_events_reported()->set_unit(unit);
  evidence::Event& event = *record.mutable_events_reported()->add_events();
  event.set_sequence(sequence);
  event.set_type(type);
  event.set_known_type(true);
  event.set_time_us(to_unix_us(time));
  event.set_clock_state(evidence::CLOCK_STATE_GNSS);
  event.set_registration("AB12CDE");
  static_cast<void>(submit(record));
}

evidence::Record ApiRig::record_at(std::uint64_t leaf) const {
  const journal::Stored stored = must(index_->journal().read(LeafIndex{leaf}));
  HANSOM_CHECK(stored.record.has_value());
  evidence::Record record;
  HANSOM_CHECK(
      record.ParseFromArray(stored.record->data(), static_cast<int>(stored.record->size())));
  return record;
}

std::filesystem::path ApiRig::vault_file(const Digest& name) const {
  return dir_ / "vault" / name.hex().substr(0, 2) / (name.hex() + ".age");
}

Reply ApiRig::ask(const Ask& ask) {
  boost::asio::io_context context;
  Reply reply;
  const auto note_size = [&] { reply.journal_size_at_release = journal_size(); };
  ValueExchange exchange(context.get_executor(), to_request(ask), ask.body, note_size);
  http::Router::Match match = router_.match(ask.method, exchange.request().path);
  HANSOM_CHECK(match.route != nullptr);
  exchange.mutable_request().path_parameters = std::move(match.parameters);
  Status outcome;
  const auto ended = [&outcome](const std::exception_ptr& thrown, Status status) {
    HANSOM_CHECK(thrown == nullptr);
    outcome = std::move(status);
  };
  boost::asio::co_spawn(context, match.route->handler(exchange), ended);
  context.run();
  http::Response answer = exchange.answer();
  if (!exchange.answered()) {  // as the session does
    HANSOM_CHECK(!outcome);
    answer = http::problem(outcome.error());
  }
  reply.status = answer.status;
  reply.fields = answer.fields;
  reply.cut =
      exchange.answered() && ask.method != "HEAD" && answer.body.size() < exchange.promised_bytes();
  reply.body = std::move(answer.body);
  reply.largest_write_bytes = exchange.largest_write_bytes();
  if (reply.field("Content-Type") == "application/problem+json") {
    reply.token = std::string(reply.json().at("token").as_string());
  }
  if (ask.method == "HEAD") {
    reply.fields.set("Content-Length", std::to_string(exchange.promised_bytes()));
  }
  return reply;
}

Reply ApiRig::get(const std::string& target, access::Role role) {
  Ask question;
  question.target = target;
  question.token = token(role);
  return ask(question);
}

Reply ApiRig::post(const std::string& target, const std::string& json, access::Role role,
                   const std::string& method) {
  Ask question;
  question.method = method;
  question.target = target;
  question.token = token(role);
  question.body = json;
  question.fields = {{"Content-Type", "application/json"}};
  return ask(question);
}

}  // namespace hansom::test
