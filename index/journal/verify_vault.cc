// The verifier's second half: every object the journal names is in the vault and hashes to its
// name; nothing else is.
#include <algorithm>
#include <array>

#include "index/journal/verify_facts.h"
#include "index/vault/vault.h"

namespace hansom::journal {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1024} * 1024;

std::string place(const Digest& name) {
  return "vault " + name.hex();
}

Result<Digest> hash_object(const vault::SealedObject& object, VerifyReport& report) {
  Sha256 hash;
  Bytes buffer(kReadBytes);
  for (std::uint64_t offset = 0; offset < object.size();) {
    const std::size_t size = std::min<std::uint64_t>(buffer.size(), object.size() - offset);
    const MutableByteSpan part = MutableByteSpan(buffer).first(size);
    HANSOM_TRY(object.read(offset, part));
    hash.update(part);
    offset += size;
    report.vault_bytes_read += size;
  }
  return hash.finish();
}

void check_object(const vault::Vault& vault, const Digest& name, const ExpectedObject& expected,
                  bool read_it, VerifyReport& report) {
  const std::string named_by = "named by leaf " + std::to_string(expected.leaf);
  const auto object = vault.open(name);
  if (!object) {
    add_problem(report, "object_unreadable", place(name), object.error().message);
    return;
  }
  ++report.vault_objects;
  const std::uint64_t size = (*object)->size();
  if (expected.bytes != 0 && size != expected.bytes) {
    add_problem(report, "object_damaged", place(name),
                "it is " + std::to_string(size) + " bytes long, recorded were " +
                    std::to_string(expected.bytes) + "; " + named_by);
    return;
  }
  if (!read_it) return;
  const auto digest = hash_object(**object, report);
  if (!digest) {
    add_problem(report, "object_unreadable", place(name), digest.error().message);
  } else if (*digest != name) {
    add_problem(report, "object_damaged", place(name),
                "its bytes hash to " + digest->hex() + "; " + named_by);
  }
}

}  // namespace

void add_problem(VerifyReport& report, std::string what, std::string where, std::string detail) {
  ++report.problems_found;
  if (report.problems.size() < kProblemsMax) {
    report.problems.push_back({std::move(what), std::move(where), std::move(detail)});
  }
}

void VaultFacts::expect(std::string_view name, ExpectedObject object) {
  const auto digest = Digest::from_span(as_bytes(name));
  if (!digest) return;  // a thumbnail that was never stored has no name
  destroyed_.erase(*digest);
  expected_.try_emplace(*digest, object);
}

void VaultFacts::destroy(std::string_view name) {
  const auto digest = Digest::from_span(as_bytes(name));
  if (!digest) return;
  expected_.erase(*digest);
  destroyed_.insert(*digest);
}

void VaultFacts::add(std::uint64_t leaf, const evidence::Record& record) {
  if (record.has_clip_accepted()) {
    expect(record.clip_accepted().sealed_sha256(), {leaf, record.clip_accepted().sealed_bytes()});
  } else if (record.has_clip_inspected()) {
    for (const evidence::Thumbnail& thumbnail : record.clip_inspected().report().thumbnails()) {
      expect(thumbnail.sealed_sha256(), {leaf, 0});
    }
  } else if (record.has_clip_destroyed()) {
    destroy(record.clip_destroyed().clip());
    for (const std::string& name : record.clip_destroyed().derived()) destroy(name);
    for (const std::uint64_t erased : record.clip_destroyed().erased_leaves()) {
      erased_.insert(erased);
    }
  }
}

void verify_vault(const VerifyOptions& options, VaultFacts& facts,
                  const std::function<void()>& catch_up, VerifyReport& report) {
  const auto vault = vault::open_file_vault(*options.vault);
  if (!vault) {
    add_problem(report, "vault_unreadable", options.vault->string(), vault.error().message);
    return;
  }
  std::unordered_set<Digest> present;
  const Status listed = (*vault)->for_each([&](const Digest& name, std::uint64_t) {
    present.insert(name);
    return true;
  });
  if (!listed) {
    add_problem(report, "vault_unreadable", options.vault->string(), listed.error().message);
  }
  catch_up();

  std::uint64_t done = 0;
  for (const auto& [name, expected] : facts.expected()) {
    if (options.progress && done % 16 == 0) {
      options.progress("vault", done, facts.expected().size());
    }
    const bool read_it = options.vault_every != 0 && done++ % options.vault_every == 0;
    // Listed before the facts were caught up: a clip of a moment ago is opened, whatever the list
    // says.
    if (present.contains(name) || (*vault)->open(name)) {
      check_object(**vault, name, expected, read_it, report);
    } else {
      add_problem(report, "object_missing", place(name),
                  "named by leaf " + std::to_string(expected.leaf));
    }
  }
  if (options.progress) options.progress("vault", done, facts.expected().size());

  for (const Digest& name : present) {
    if (facts.expected().contains(name)) continue;
    if (!facts.is_destroyed(name)) {
      add_problem(report, "object_unknown", place(name),
                  "no record names it: an upload that is just completing looks the same, so look"
                  " again; else its commit failed");
    } else if ((*vault)->open(name)) {
      add_problem(report, "destroyed_object_survives", place(name),
                  "its destruction is recorded; the next start of hansomd removes it");
    }
  }
}

}  // namespace hansom::journal
