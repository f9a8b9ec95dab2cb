"""What is known of a recorder's clock, end to end: intervals, searches by true and local time, corrections."""

import json
import time
import unittest

import harness

MINUTE_MS = 60_000


class Clock(unittest.TestCase):
    def setUp(self):
        self.site = harness.Site()
        self.site.start()
        self.unit = harness.Unit(self.site)
        self.site.hansom("token", "issue", "--person", "A. Auditor", "--role", "auditor", "--output",
                         self.site.path / "auditor.token")

    def tearDown(self):
        self.site.close()

    def send(self, number, start, clock_state):
        """Seals and uploads one clip as a unit tells it; returns its id."""
        path = self.unit.folder / f"media-{number}"
        path.write_bytes(f"clip {number}".encode() * 1000)
        queue = self.unit.folder / f"queue-{number}"
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "seal", path, "--queue", queue,
                    "--clip-number", number, "--registration", "AB12CDE", "--vehicle-licence", "PH-100",
                    "--start", start, "--clock-state", clock_state, "--duration-ms", MINUTE_MS,
                    "--purpose", "event", "--reference", str(number))
        clip = harness.sha256(next(queue.glob("*.age")).read_bytes())
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "upload", "--queue", queue)
        self.site.wait_until_inspected(clip)
        return clip

    def clock(self, *arguments):
        return json.loads(self.site.hansom("--json", "clock", "unit-1", *arguments, person="investigator").stdout)

    def wait_until_reckoned(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if not self.clock()["waits"]:
                return
            time.sleep(0.05)  # polling; bounded by the deadline
        raise AssertionError(f"unit-1 still waits:\n{self.site.log_tail()}")

    def found(self, *arguments):
        """What a search finds, as {clip: certain or possible}, and how the time was read."""
        answer = json.loads(self.site.hansom("--json", "search", "--vehicle", "AB12CDE", *arguments,
                                             person="investigator").stdout)
        return {clip["clip"]: clip["found"] for clip in answer["clips"]}, answer["asked"]

    def true_time(self, clip):
        return self.site.people_json(f"/v1/clips/{clip}")["time"]

    def test_a_clip_is_found_by_its_true_time_and_says_how_surely(self):
        free = self.send(1, "2026-03-01T08:00:00Z", "manual")
        good = self.send(2, "2026-03-01T10:00:00Z", "gnss")
        self.wait_until_reckoned()
        self.assertEqual(self.true_time(good)["method"], "disciplined")
        self.assertLessEqual(self.true_time(good)["uncertainty_s"], 3)
        self.assertEqual(self.found("--from", "2026-03-01T10:00:10Z", "--to", "2026-03-01T10:00:40Z")[0],
                         {good: "certain"})
        self.assertEqual(self.found("--from", "2026-03-01T09:30:00Z", "--to", "2026-03-01T10:00:00.5Z")[0],
                         {good: "possible"})
        self.assertEqual(self.found("--from", "2026-03-01T09:00:00Z", "--to", "2026-03-01T09:00:01Z")[0],
                         {free: "possible"}, "a free clock may be an hour off")

    def test_a_time_of_day_that_comes_twice_is_both_and_the_answer_says_so(self):
        first = self.send(1, "2025-10-26T00:29:30Z", "gnss")
        second = self.send(2, "2025-10-26T01:29:30Z", "gnss")
        self.wait_until_reckoned()
        clips, asked = self.found("--at", "2025-10-26T01:30")
        self.assertEqual(set(clips), {first, second})
        self.assertEqual([span["from"] for span in asked["spans"]], ["2025-10-26T00:30:00Z", "2025-10-26T01:30:00Z"])
        for offset in ("BST (UTC+01:00)", "GMT (UTC+00:00)"):
            self.assertIn(offset, asked["says"])
        self.assertEqual(set(self.found("--at", "2025-10-26T01:30", "--zone", "UTC")[0]), {second})
        shown = self.site.hansom("search", "--vehicle", "AB12CDE", "--at", "2025-10-26T01:30",
                                 person="investigator").stdout
        self.assertIn("(UTC+01:00)", shown)
        self.assertIn("(UTC+00:00)", shown)
        future, asked = self.found("--at", "2026-10-25 01:30")
        self.assertEqual(future, {})
        self.assertEqual([span["from"] for span in asked["spans"]], ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"])

    def test_a_correction_moves_the_clip_is_stated_in_words_and_can_be_withdrawn(self):
        clip = self.send(1, "2026-03-01T10:03:12Z", "manual")
        self.wait_until_reckoned()
        before = self.true_time(clip)
        made = json.loads(self.site.hansom(
            "--json", "clock", "correct", "unit-1", "--from", "2026-03-01T00:00:00Z", "--until", "2026-03-02T00:00:00Z",
            "--fast", "00:03:12", "--within", "2", "--reason", "held against the speaking clock",
            person="investigator").stdout)
        self.assertEqual(made["text"], "00:03:12 fast, plus or minus 2 s")
        self.wait_until_reckoned()
        self.assertEqual(self.true_time(clip)["method"], "corrected")
        self.assertEqual(self.found("--from", "2026-03-01T10:00:10Z", "--to", "2026-03-01T10:00:50Z")[0],
                         {clip: "certain"})
        self.assertEqual(self.found("--from", "2026-03-01T10:03:12Z", "--to", "2026-03-01T10:04:12Z")[0], {})
        shown = self.site.hansom("clock", "unit-1", "--at", "2026-03-01T10:00:10", person="auditor").stdout
        self.assertIn("On 1 March 2026", shown)
        self.assertIn("the recorder's clock was 00:03:12 fast, plus or minus 2 s", shown)
        self.assertIn("held against the speaking clock", shown)
        # Restarted, and made again from the journal: the same.
        self.assertEqual(self.site.stop(), 0)
        self.site.hansom("reindex")
        self.site.hansom("fsck")
        self.site.start()
        self.assertEqual(self.true_time(clip)["method"], "corrected")
        self.site.hansom("clock", "withdraw", "unit-1", made["correction_id"], "--reason", "another recorder",
                         person="operator")
        self.wait_until_reckoned()
        self.assertEqual(self.true_time(clip), before)
        history = self.clock()["corrections"]
        self.assertEqual([(row["correction_id"], row["withdraw_reason"]) for row in history],
                         [(made["correction_id"], "another recorder")])
        self.site.stop()
        self.site.hansom("journal", "verify")

    def test_who_may_not_correct_and_what_cannot_be_said(self):
        correct = ["clock", "correct", "unit-1", "--from", "2026-03-01T00:00:00Z", "--until", "2026-03-02T00:00:00Z",
                   "--within", "2", "--reason", "measured"]
        refused = self.site.hansom(*correct, "--fast", "1", person="auditor", check=False)
        self.assertEqual(refused.returncode, 3, refused.stderr)
        for wrong in (["--fast", "soon"], ["--fast", "1:75"], []):
            done = self.site.hansom(*correct, *wrong, person="investigator", check=False)
            self.assertEqual(done.returncode, 2, (wrong, done.stderr))
        unknown = self.site.hansom("clock", "unit-9", person="investigator", check=False)
        self.assertEqual(unknown.returncode, 4, unknown.stderr)
        self.assertEqual(self.site.hansom("clock", person="investigator", check=False).returncode, 2)

    def test_what_waits_survives_a_kill(self):
        for number in range(1, 6):
            self.send(number, f"2026-03-01T1{number}:00:00Z", "gnss")
            self.site.kill()
            self.site.start()
        self.wait_until_reckoned()
        answer = self.clock()
        self.assertEqual([channel["clips"] for channel in answer["channels"]], [5])
        self.site.stop()
        self.site.hansom("fsck")


if __name__ == "__main__":
    unittest.main()
