// Reading a policy and holding a note against it.
#include "proto/tlog/policy.h"

#include <algorithm>
#include <map>
#include <optional>

#include "proto/tlog/note_text.h"

namespace hansom::tlog {
namespace {

using Words = std::vector<std::string>;

// Words between spaces and tabs; nullopt for another control character.
std::optional<Words> split_words(std::string_view line) {
  Words words;
  bool inside = false;
  for (const char c : line) {
    if (c == ' ' || c == '\t') {
      inside = false;
      continue;
    }
    if ((c >= 0 && c < ' ') || c == 0x7f) return std::nullopt;
    if (!inside) words.emplace_back();
    inside = true;
    words.back() += c;
  }
  return words;
}

class Reader {
 public:
  // Returns what is wrong with the line; empty: nothing.
  std::string read(const Words& words) {
    if (words.empty() || words.front().starts_with('#')) return {};
    if (words.front() == "log") return read_log(words);
    if (words.front() == "witness") return read_witness(words);
    if (words.front() == "group") return read_group(words);
    if (words.front() == "quorum") return read_quorum(words);
    return "a line begins with log, witness, group or quorum";
  }
  [[nodiscard]] bool has_quorum() const { return has_quorum_; }
  [[nodiscard]] WitnessPolicy take() { return std::move(policy_); }

 private:
  std::string read_log(const Words& words) {
    if (words.size() != 2 && words.size() != 3) return "log KEY [URL]";
    const auto key = VerifierKey::parse(words[1]);
    if (!key) return key.error().message;
    if (key->type != kEd25519) return "that is not a log's key";
    for (const VerifierKey& other : policy_.logs) {
      if (other.key == key->key) return "the log's key stands there twice";
    }
    if (policy_.logs.size() == kPolicyNamesMax) return "over 64 logs";
    policy_.logs.push_back(*key);
    return {};
  }

  std::string read_witness(const Words& words) {
    if (words.size() != 3 && words.size() != 4) return "witness NAME KEY [URL]";
    const auto key = VerifierKey::parse(words[2]);
    if (!key) return key.error().message;
    if (key->type != kCosignatureV1) return "that is not a witness's key";
    for (const WitnessPolicy::Witness& other : policy_.witnesses) {
      if (other.key.key == key->key) return "the witness's key stands there twice";
    }
    if (policy_.witnesses.size() == kPolicyNamesMax) return "over 64 witnesses";
    if (std::string wrong = define(words[1]); !wrong.empty()) return wrong;
    policy_.witnesses.push_back({words[1], *key, words.size() == 4 ? words[3] : ""});
    return {};
  }

  std::string read_group(const Words& words) {
    if (words.size() < 4) return "group NAME all|any|COUNT MEMBER...";
    WitnessPolicy::Group group{words[1], 0, {words.begin() + 3, words.end()}};
    const auto count = parse_decimal(words[2]);
    if (words[2] == "all") {
      group.threshold = group.members.size();
    } else if (words[2] == "any") {
      group.threshold = 1;
    } else if (count && *count >= 1 && *count <= group.members.size()) {
      group.threshold = static_cast<std::size_t>(*count);
    } else {
      return "a group needs all, any, or a count from 1 to the number of its members";
    }
    for (const std::string& member : group.members) {
      const auto known = in_group_.find(member);
      if (known == in_group_.end()) return member + " is not defined before this line";
      if (known->second) return member + " is in a group already";
      known->second = true;
    }
    if (policy_.groups.size() == kPolicyNamesMax) return "over 64 groups";
    if (std::string wrong = define(words[1]); !wrong.empty()) return wrong;
    policy_.groups.push_back(std::move(group));
    return {};
  }

  std::string read_quorum(const Words& words) {
    if (words.size() != 2) return "quorum NAME";
    if (has_quorum_) return "a second quorum line";
    if (words[1] != "none" && !in_group_.contains(words[1])) {
      return words[1] + " is not defined before this line";
    }
    policy_.quorum = words[1];
    has_quorum_ = true;
    return {};
  }

  std::string define(const std::string& name) {
    if (name == "none") return "none is a name of its own";
    if (!in_group_.emplace(name, false).second) return name + " is defined already";
    return {};
  }

  WitnessPolicy policy_;
  std::map<std::string, bool> in_group_;  // every name; whether a group has it
  bool has_quorum_ = false;
};

}  // namespace

Result<WitnessPolicy> WitnessPolicy::parse(std::string_view text) {
  Reader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto bad = [number](const std::string& why) {
      return fail(ErrorKind::kInvalid, "bad_policy", "line " + std::to_string(number) + ": " + why);
    };
    const auto line = take_line(text);
    if (!line) return bad("it does not end in a newline");
    const auto words = split_words(*line);
    if (!words) return bad("it has a control character");
    if (const std::string wrong = reader.read(*words); !wrong.empty()) return bad(wrong);
  }
  if (!reader.has_quorum()) {
    return fail(ErrorKind::kInvalid, "bad_policy", "the quorum line is missing");
  }
  return reader.take();
}

bool WitnessPolicy::met_by(const std::set<std::string>& names) const {
  if (quorum == "none") return true;
  std::set<std::string> met;
  for (const Witness& witness : witnesses) {
    if (names.contains(witness.name)) met.insert(witness.name);
  }
  for (const Group& group : groups) {
    const auto count =
        std::count_if(group.members.begin(), group.members.end(),
                      [&](const std::string& member) { return met.contains(member); });
    if (static_cast<std::size_t>(count) >= group.threshold) met.insert(group.name);
  }
  return met.contains(quorum);
}

Result<std::vector<Witnessed>> verify_witnesses(std::string_view note,
                                                const WitnessPolicy& policy) {
  HANSOM_TRY_ASSIGN(const SignedNote parsed, SignedNote::parse(note));
  std::vector<Witnessed> seen;
  std::set<std::string> names;
  for (const WitnessPolicy::Witness& witness : policy.witnesses) {
    const auto time = find_cosignature(parsed, witness.key);
    if (!time) continue;
    seen.push_back({witness.name, *time});
    names.insert(witness.name);
  }
  if (policy.met_by(names)) return seen;
  std::string who;
  for (const std::string& name : names) who += (who.empty() ? "" : ", ") + name;
  return fail(ErrorKind::kCorrupt, "policy_unmet",
              "the policy's quorum is not there; cosigned by: " + (who.empty() ? "nobody" : who));
}

}  // namespace hansom::tlog
