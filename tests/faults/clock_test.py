"""The clock is set back, and forward and back, under a running server and between two runs: the journal's time never
runs backwards, nothing is due before its time, what was acknowledged stays, people and units are still served."""

import json
import pathlib
import struct
import unittest

import life
import site_with_faults
from site_with_faults import harness

LIBRARY = harness.BIN / "libclock_offset.so"
HALF_HOUR = 1800


class Clock(unittest.TestCase):
    def setUp(self):
        self.site = site_with_faults.FaultSite()
        self.addCleanup(self.site.close)
        self.offset = pathlib.Path(self.site.folder / "clock-offset")
        self.offset.write_bytes(struct.pack("<q", 0))
        self.site.environment = {"LD_PRELOAD": str(LIBRARY), "HANSOM_CLOCK_OFFSET": str(self.offset)}
        self.clips = self.site.template.clips

    def set_clock(self, seconds):
        """Relative to the real time. Written in place: the server has the file mapped."""
        with open(self.offset, "r+b") as file:
            file.write(struct.pack("<q", seconds))

    def take_in(self, clips):
        one = life.Life(self.site, clips)
        for clip in clips:
            one.upload(clip)
        one.report_events()
        for clip in clips:
            one.wait_inspected(clip.id)
        return one

    def planned(self, one):
        return {item["clip"] for item in json.loads(one.ask("POST", "/v1/sweeps")[1])["items"]}

    def check(self, *lives):
        for one in lives:
            one.check_ledger()
        self.site.check_record()  # says time_backwards where a leaf is older than the one before

    def test_back_under_a_running_server(self):
        self.site.start()
        first = self.take_in(self.clips[:2])
        due = {clip.id for clip in self.clips[:2]}
        self.set_clock(-HALF_HOUR)
        self.assertEqual(self.planned(first), set(), "accepted in the future: not due before its time")
        second = self.take_in(self.clips[3:5])  # number 4 and 5; number 3 is kept for long
        self.assertEqual(self.planned(second), set())
        first.hold(self.clips[1].id)
        self.check(first, second)
        self.site.kill()
        self.site.start()  # in the past
        self.check(first, second)
        self.assertEqual(self.planned(first), set())
        self.set_clock(0)
        self.assertEqual(self.planned(first), (due | {clip.id for clip in self.clips[3:5]}) - {self.clips[1].id})
        second.sweep()
        self.check(first, second)

    def test_forward_and_back_again(self):
        """What was accepted while the clock ran ahead is kept until the true time has come that far."""
        self.site.start()
        first = self.take_in(self.clips[:1])
        self.set_clock(HALF_HOUR)
        ahead = self.take_in(self.clips[1:2])
        self.set_clock(0)
        after = self.take_in(self.clips[3:4])  # its time in the journal is not before the leaf in front of it
        self.assertEqual(self.planned(first), {self.clips[0].id})
        self.check(first, ahead, after)
        self.site.kill()
        self.site.start()
        self.check(first, ahead, after)
        self.assertEqual(self.planned(first), {self.clips[0].id})

    def test_a_plan_from_before_the_clock_was_set_back_destroys_only_what_it_lists(self):
        self.site.start()
        first = self.take_in(self.clips[:2])
        plan = json.loads(first.ask("POST", "/v1/sweeps")[1])
        self.set_clock(-HALF_HOUR)
        later = self.take_in(self.clips[3:5])
        self.site.sweeping |= {item["clip"] for item in plan["items"]}
        outcome = json.loads(first.ask("POST", f"/v1/sweeps/{plan['plan']}/execute")[1])
        self.assertEqual((outcome["destroyed"], outcome["barred"]), (2, 0))
        self.check(first, later)
        for clip in self.clips[3:5]:
            self.assertNotEqual(later.state(clip.id), "destroyed")


if __name__ == "__main__":
    unittest.main(verbosity=2)
