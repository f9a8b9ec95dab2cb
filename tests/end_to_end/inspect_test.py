"""Clips looked at again: orders, levels, several reports of a clip, what crashes and sweeps make of them."""

import json
import shutil
import subprocess
import time
import unittest

import harness


@unittest.skipUnless(shutil.which("ffmpeg"), "ffmpeg is missing: no footage to make")
class Inspect(unittest.TestCase):
    SETTINGS = [("retention", "event_days", 0), ("inspector", "workers", 2)]
    LEVELS = '[{ purpose = "compliance_check", level = "headers" }]'

    def setUp(self):
        self.site = harness.Site([*self.SETTINGS, ("inspector", "levels", self.LEVELS)])
        self.site.start()
        self.unit = harness.Unit(self.site)

    def tearDown(self):
        self.site.close()

    def send(self, number, purpose="event"):
        """Two seconds of footage, each its own; returns the clip's id once it is inspected."""
        media = self.unit.folder / f"made-{number}.mp4"
        harness.run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=duration=2:size=160x120:rate={10 + number}",
                    "-f", "lavfi", "-i", "sine=duration=2", "-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-c:a",
                    "aac", media)
        queue = self.unit.folder / f"queue-{number}"
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "seal", media, "--queue", queue,
                    "--clip-number", number, "--registration", "AB12CDE", "--vehicle-licence", "PH-100", "--start",
                    f"2026-03-01T10:{number:02d}:00Z", "--clock-state", "gnss", "--duration-ms", 2000, "--purpose", purpose,
                    "--reference", str(number))
        clip = harness.sha256(next(queue.glob("*.age")).read_bytes())
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "upload", "--queue", queue)
        self.site.wait_until_inspected(clip)
        return clip

    def inspect(self, *arguments, person="investigator", check=True):
        done = self.site.hansom("--json", "inspect", *arguments, person=person, check=check)
        return json.loads(done.stdout if check else done.stderr)

    def reports(self, clip):
        return self.inspect("--reports", clip)["reports"]

    def wait_until_done(self, order, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            orders = {row["order_id"]: row for row in self.inspect("--status")["orders"]}
            if orders[order]["waiting"] == 0:
                return orders[order]
            time.sleep(0.05)  # polling; bounded by the deadline
        raise AssertionError(f"{order} still has clips that wait:\n{self.site.log_tail()}")

    def restart_with(self, workers):
        self.site.kill()
        self.site.config.write_text(harness.set_key(self.site.config.read_text(), "inspector", "workers", workers))
        self.site.start()

    def fsck(self):
        return self.site.hansom("fsck", check=False)

    def test_a_clip_is_looked_at_more_closely_and_keeps_both_reports(self):
        clip = self.send(1)
        self.assertEqual([(r["report"], r["level"], r["holds"]) for r in self.reports(clip)], [(1, "keyframes", True)])
        order = self.inspect(clip, "--level", "full", "--reason", "a complaint about the picture")
        self.assertEqual((order["clips"], order["passed_over"], order["level"]), (1, 0, "full"))
        done = self.wait_until_done(order["order_id"])
        self.assertEqual(done["reason"], "a complaint about the picture")
        self.assertEqual(done["purpose"], harness.PURPOSE)
        self.assertEqual([(r["report"], r["level"], r["holds"], r["order_id"]) for r in self.reports(clip)],
                         [(1, "keyframes", False, None), (2, "full", True, order["order_id"])])
        now = self.site.people_json(f"/v1/clips/{clip}/report")
        self.assertEqual((now["report"], now["reports"], now["level"]), (2, 2, "full"))
        first = self.site.people_json(f"/v1/clips/{clip}/report?report=1")
        self.assertEqual((first["report"], first["level"], first["holds"]), (1, "keyframes", False))
        for report in (1, 2):
            status, _, image = self.site.people(f"/v1/clips/{clip}/thumbnails/0?report={report}")
            self.assertEqual((status, image[:2]), (200, b"\xff\xd8"))
        self.assertEqual(self.fsck().returncode, 0)

    def test_levels_follow_the_purpose(self):
        clip = self.send(1, purpose="compliance_check")
        self.assertEqual(self.reports(clip)[0]["level"], "headers")
        # An order without a level is by the same rule.
        self.wait_until_done(self.inspect("--again", "--all", "--reason", "once more")["order_id"])
        self.assertEqual([r["level"] for r in self.reports(clip)], ["headers", "headers"])

    def test_a_range_of_clips_is_chosen_as_in_a_search(self):
        clips = [self.send(number) for number in (1, 2, 3)]
        order = self.inspect("--again", "--vehicle", "ab12 cde", "--from", "2026-03-01T10:01:30Z", "--to",
                             "2026-03-01T10:02:30Z", "--reason", "one minute of it")
        self.assertEqual(order["clips"], 1)
        self.wait_until_done(order["order_id"])
        self.assertEqual([len(self.reports(clip)) for clip in clips], [1, 2, 1])
        nothing = self.inspect("--again", "--before-version", "0.0.1", "--reason", "none is that old", check=False)
        self.assertEqual(nothing["token"], "nothing_to_inspect")
        older = self.inspect("--again", "--before-version", "rules 1000000", "--reason", "a new inspector", person="operator")
        self.assertEqual(older["clips"], 3)
        self.wait_until_done(older["order_id"])
        listed = self.unit.folder / "clips.txt"
        listed.write_text("\n".join(clips[:2]) + "\n")
        self.wait_until_done(self.inspect("--again", "--clips", listed, "--reason", "these two")["order_id"])
        self.assertEqual([len(self.reports(clip)) for clip in clips], [3, 4, 2])

    def test_an_order_outlives_a_kill_and_a_reindex(self):
        clips = [self.send(number) for number in (1, 2)]
        self.restart_with(0)
        order = self.inspect("--again", "--unit", "unit-1", "--level", "full", "--reason", "all of it")
        self.assertEqual(order["waiting"], 2)
        again = self.inspect("--again", "--unit", "unit-1", "--level", "full", "--reason", "twice", check=False)
        self.assertEqual(again["token"], "nothing_to_inspect")
        self.site.kill()
        self.site.hansom("reindex")
        self.site.start()
        self.assertEqual(self.inspect("--status")["waiting_ordered"], 2)
        self.restart_with(2)
        self.wait_until_done(order["order_id"])
        for clip in clips:
            self.assertEqual([r["level"] for r in self.reports(clip)], ["keyframes", "full"])
        self.assertEqual(self.site.stop(), 0)
        self.assertEqual(self.fsck().returncode, 0)

    def test_a_clip_that_is_destroyed_takes_all_reports_and_its_place_with_it(self):
        clip, held = self.send(1), self.send(2)
        self.wait_until_done(self.inspect(clip, held, "--level", "full", "--reason", "closely")["order_id"])
        pictures = {thumbnail["sealed_sha256"] for number in (1, 2)
                    for thumbnail in self.site.people_json(f"/v1/clips/{clip}/report?report={number}")["thumbnails"]}
        self.assertTrue(pictures)
        self.restart_with(0)
        self.site.hansom("hold", "place", held, "--reason", "case 7")
        order = self.inspect(clip, held, "--reason", "again")
        plan = json.loads(self.site.hansom("--json", "sweep", "plan").stdout)
        self.site.hansom("sweep", "execute", "--plan", plan["plan"])
        for name in (clip, *pictures):
            self.assertEqual(list(self.site.path.rglob(f"{name}*")), [])
        self.assertEqual(self.inspect(clip, "--reason", "too late", check=False)["token"], "destroyed")
        self.restart_with(1)
        self.wait_until_done(order["order_id"])
        self.assertEqual(len(self.reports(held)), 3)
        self.assertEqual(self.site.stop(), 0)
        self.assertEqual(self.fsck().returncode, 0)

    def test_who_may_and_what_must_be_said(self):
        clip = self.send(1)
        self.site.hansom("token", "issue", "--person", "A. Auditor", "--role", "auditor", "--output",
                         self.site.path / "auditor.token")
        self.assertEqual(self.inspect(clip, "--reason", "look", person="auditor", check=False)["token"], "forbidden")
        self.assertEqual(self.inspect("--status", person="auditor")["orders"], [])
        for arguments in ((clip,), ("--reason", "why"), (clip, "--again", "--all", "--reason", "why"),
                          (clip, "--unit", "unit-1", "--reason", "why")):
            self.assertEqual(self.inspect(*arguments, check=False)["token"], "bad_parameter", arguments)
        self.assertEqual(self.inspect("0" * 64, "--reason", "look", check=False)["token"], "clip_not_found")
        self.assertEqual(len(self.reports(clip)), 1)

    def test_the_inspectors_die_with_the_server(self):
        self.send(1)
        parents = subprocess.run(["pgrep", "-P", str(self.site.server.pid)], capture_output=True, text=True, check=True)
        processes = [int(word) for word in parents.stdout.split()]
        self.assertTrue(processes, "a warm parent waits")
        self.site.kill()
        deadline = time.monotonic() + 10
        while any(self.lives(process) for process in processes):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)  # polling; bounded by the deadline

    @staticmethod
    def lives(process):
        """Whether it is there and no zombie that nobody has waited for."""
        try:
            with open(f"/proc/{process}/stat", encoding="ascii") as stat:
                return stat.read().rpartition(")")[2].split()[0] not in ("Z", "X")
        except OSError:
            return False


if __name__ == "__main__":
    unittest.main(verbosity=2)
