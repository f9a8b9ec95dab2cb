"""The operator's own verifiers: fsck beside a server at work, after kills, on damage; views made again; the scrubber."""

import json
import subprocess
import time
import unittest

import harness


class Fsck(unittest.TestCase):
    SETTINGS = [("retention", "event_days", 0), ("scrub", "bytes_per_second", 1 << 34)]

    def setUp(self):
        self.site = harness.Site(self.SETTINGS)
        self.site.start()
        self.unit = harness.Unit(self.site)

    def tearDown(self):
        self.site.close()

    def send(self, number, wait=True):
        """Seals and uploads one clip; returns its id."""
        path = self.unit.folder / f"media-{number}"
        path.write_bytes(f"clip {number}".encode() * 1000)
        queue = self.unit.folder / f"queue-{number}"
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "seal", path, "--queue", queue,
                    "--clip-number", number, "--registration", "AB12CDE", "--vehicle-licence", "PH-100",
                    "--start", f"2026-03-01T10:{number % 60:02d}:00Z", "--duration-ms", 60000,
                    "--purpose", "event", "--reference", str(number))
        clip = harness.sha256(next(queue.glob("*.age")).read_bytes())
        upload = subprocess.Popen([str(harness.BIN / "hansom-unit"), "--dir", str(self.unit.folder), "upload", "--queue",
                                   str(queue)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not wait:
            return clip, upload
        self.assertEqual(upload.wait(timeout=60), 0)
        self.site.wait_until_inspected(clip)
        return clip

    def fsck(self, *arguments, expect=0):
        done = self.site.hansom("--json", "fsck", *arguments, check=False)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return json.loads(done.stdout) if done.stdout else None

    def test_a_running_a_killed_and_a_stopped_site_are_clean(self):
        self.send(1)
        report = self.fsck()
        self.assertTrue(report["clean"])
        self.assertTrue(report["checked"]["views_compared"])
        self.assertEqual(report["checked"]["vault_objects"], 1)
        for delay in (0.01, 0.05, 0.15):
            clip, upload = self.send(int(delay * 1000) + 2, wait=False)
            time.sleep(delay)  # the moment of the cut, by chance
            self.site.kill()
            self.fsck()
            self.site.start()
            self.assertEqual(upload.wait(timeout=60), 0, "the unit goes on by itself")
            self.site.wait_until_inspected(clip)
        self.assertEqual(self.site.stop(), 0)
        report = self.fsck("--sample", "50%", "--seed", 4)
        self.assertEqual(report["seed"], 4)

    def test_damage_has_its_own_exit_code_and_place(self):
        clip = self.send(1)
        self.assertEqual(self.site.stop(), 0)
        path = next(path for path in self.site.path.rglob(f"{clip}*") if path.is_file())
        path.chmod(0o640)
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
        report = self.fsck(expect=1)
        self.assertEqual([(f["token"], f["where"]) for f in report["findings"]],
                         [("object_damaged", f"vault {clip}")])
        self.assertEqual(self.site.hansom("fsck", check=False).returncode, 1)
        self.fsck("--sample", "0", expect=0)
        self.fsck("--sample", "many", expect=2)
        self.fsck("--config", "/nowhere.toml", expect=2)

    def test_views_are_made_again_the_same_also_after_a_kill(self):
        clips = [self.send(number) for number in range(1, 4)]
        refused = self.site.hansom("reindex", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("store_locked", refused.stderr)
        plan = json.loads(self.site.hansom("--json", "sweep", "plan").stdout)["plan"]
        self.site.hansom("hold", "place", clips[0], "--reason", "appeal lodged")
        self.site.hansom("sweep", "execute", "--plan", plan)
        self.assertEqual(self.site.stop(), 0)
        first = json.loads(self.site.hansom("--json", "reindex").stdout)
        self.assertFalse(first["changed"], first)
        for delay in (0.005, 0.02, 0.04, 0.08):
            cut = subprocess.Popen([str(harness.BIN / "hansom"), "--site", str(self.site.path), "reindex"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(delay)  # the moment of the cut, by chance
            cut.kill()
            cut.wait()
            self.site.start()
            self.assertIn(self.site.people_json(f"/v1/clips/{clips[0]}")["state"], ("inspected", "undecodable"))
            self.assertEqual(self.site.people_json(f"/v1/clips/{clips[1]}")["state"], "destroyed")
            self.assertEqual(self.site.stop(), 0)
            self.fsck()

    def scrub(self):
        return json.loads(self.site.hansom("--json", "scrub", "show").stdout)

    def scrub_once(self):
        """One pass, asked for; returns what is known after it."""
        before = self.scrub()["last"]
        deadline = time.monotonic() + 60
        while self.site.hansom("scrub", "start", check=False).returncode != 0:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)  # polling: the pass of the start still runs; bounded by the deadline
        while self.scrub()["last"] in (before, None) or self.scrub()["running"]:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)  # polling; bounded by the deadline
        return self.scrub()

    def test_scrub_finds_damage_tells_readers_and_leaves_the_object(self):
        clip, sound = self.send(1), self.send(2)
        self.assertEqual(self.scrub_once()["damaged"], [])
        path = next(path for path in self.site.path.rglob(f"{clip}*") if path.is_file())
        original = path.read_bytes()
        path.chmod(0o640)
        path.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
        state = self.scrub_once()
        self.assertEqual([(item["object"], item["found"]) for item in state["damaged"]], [(clip, "digest")])
        self.assertEqual(state["last"]["damaged"], 1)
        for kind in ("media", "sealed"):
            status, _, body = self.site.people(f"/v1/clips/{clip}/{kind}")
            self.assertEqual((status, json.loads(body)["token"]), (500, "object_damaged"))
            self.assertEqual(self.site.people(f"/v1/clips/{sound}/{kind}")[0], 200)
        self.assertEqual(self.site.local("/readyz")[0], 200)
        self.assertRegex(self.site.local("/metrics")[1], r"(?m)^hansom_objects_damaged 1$")
        self.assertEqual(self.site.people_json("/v1/status")["objects_damaged"], 1)
        self.assertIn("object_damaged", self.site.log_tail())
        self.assertTrue(path.exists())
        self.site.kill()
        self.site.start()
        self.assertEqual(self.site.people(f"/v1/clips/{clip}/media")[0], 500, "known over a restart")
        path.write_bytes(original)
        self.assertEqual(self.scrub_once()["damaged"], [])
        self.assertEqual(self.site.people(f"/v1/clips/{clip}/media")[0], 200)
        self.fsck()


if __name__ == "__main__":
    unittest.main(verbosity=2)
