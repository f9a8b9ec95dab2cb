"""What operators and people do over a clip's life: search, hold, sweep, revoke, restart, verify."""

import json
import shutil
import subprocess
import threading
import unittest

import harness

REGISTER = """
[[vehicle]]
unit = "unit-1"
registration = "AB12 CDE"
vin = "SALLDHM88KA302912"
vehicle_licence = "PH-100"
operator_licence = "OP-7"
driver_licence = "DR-55"
"""


class Operations(unittest.TestCase):
    # The event's retention is over at once; a request's is not.
    SETTINGS = [("retention", "event_days", 0), ("retention", "request_days", 31)]

    def setUp(self):
        self.site = harness.Site(self.SETTINGS)
        self.site.start()
        self.unit = harness.Unit(self.site)
        register = self.site.folder / "register.toml"
        register.write_text(REGISTER)
        self.site.hansom("register", "load", register)

    def tearDown(self):
        self.site.close()

    def send(self, number, purpose="event", media=None):
        """Seals and uploads one clip; returns its id."""
        media = media if media is not None else f"clip {number}".encode() * 1000
        path = self.unit.folder / f"media-{number}"
        path.write_bytes(media)
        queue = self.unit.folder / f"queue-{number}"
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "seal", path, "--queue", queue,
                    "--clip-number", number, "--registration", "AB12CDE", "--vehicle-licence", "PH-100",
                    "--driver-licence", "DR-55", "--start", f"2026-03-01T10:{number:02d}:00Z", "--duration-ms", 60000,
                    "--purpose", purpose, "--reference", str(number))
        clip = harness.sha256(next(queue.glob("*.age")).read_bytes())
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "upload", "--queue", queue)
        self.site.wait_until_inspected(clip)
        return clip

    def found(self, query):
        return [clip["clip"] for clip in self.site.people_json(f"/v1/clips?{query}")["clips"]]

    def plan(self):
        done = self.site.hansom("--json", "sweep", "plan")
        return json.loads(done.stdout)

    def execute(self, plan):
        return json.loads(self.site.hansom("--json", "sweep", "execute", "--plan", plan["plan"]).stdout)

    def test_search_by_vehicle_licence_driver_event_and_time(self):
        first, second = self.send(1), self.send(2)
        events = self.unit.folder / "events.json"
        events.write_text(json.dumps({"events": [
            {"sequence": 1, "type": "panic_button", "time": "2026-03-01T10:02:30Z", "clock_state": "gnss",
             "actor": "passenger"}]}))
        for _ in range(2):  # sent twice: one event
            harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "events", events)
        for query in ["registration=ab12%20cde", "vehicle_licence=PH-100", "driver_licence=DR-55", "unit=unit-1"]:
            self.assertEqual(self.found(query + "&order=oldest"), [first, second], query)
        self.assertEqual(self.found("registration=AB12CDE&event_type=panic_button"), [second])
        self.assertIn(first, self.found("registration=AB12CDE&from=2026-03-01T10:01:59.989Z&to=2026-03-01T10:01:59.990Z"),
                      "overlap, not start time, is the question")
        self.assertEqual(len(self.site.people_json("/v1/events?registration=AB12CDE")["events"]), 1)

    def test_a_hold_between_plan_and_execution_wins(self):
        swept, held, kept = self.send(1), self.send(2), self.send(3, purpose="request")
        plan = self.plan()
        self.assertEqual(sorted(item["clip"] for item in plan["items"]), sorted([swept, held]))
        self.site.hansom("hold", "place", held, "--reason", "appeal lodged")
        outcome = self.execute(plan)
        self.assertEqual((outcome["destroyed"], outcome["barred"]), (1, 1), outcome)
        self.assertEqual(self.site.people(f"/v1/clips/{swept}/media")[0], 410)
        self.assertEqual(self.site.people_json(f"/v1/clips/{swept}")["state"], "destroyed")
        self.assertIn(swept, self.found("registration=AB12CDE"), "its tombstone is found")
        self.assertNotIn(swept, self.found("driver_licence=DR-55"), "but not by whom it was about")
        for clip in (held, kept):
            self.assertEqual(self.site.people(f"/v1/clips/{clip}/media")[0], 200)
        self.assertEqual(list(self.site.path.rglob(f"{swept}*")), [], "nothing of it lies on the disk")
        self.execute(plan)  # again: nothing more happens
        self.assertEqual(self.site.people(f"/v1/clips/{held}/media")[0], 200)
        self.assertEqual(self.site.stop(), 0)
        self.site.hansom("journal", "verify")

    def test_a_sweep_survives_kills(self):
        clips = [self.send(number) for number in range(1, 9)]
        plan = self.plan()
        for delay in (0.005, 0.02, 0.05):
            timer = threading.Timer(delay, self.site.kill)
            timer.start()
            self.site.hansom("sweep", "execute", "--plan", plan["plan"], check=False)
            timer.join()
            self.site.start()
        self.site.hansom("sweep", "execute", "--plan", plan["plan"], check=False)
        for clip in clips:
            self.assertEqual(self.site.people_json(f"/v1/clips/{clip}")["state"], "destroyed")
            self.assertEqual(list(self.site.path.rglob(f"{clip}*")), [])
        self.site.stop()
        self.site.hansom("journal", "verify")

    def test_a_revoked_unit_is_refused_at_once_also_on_its_open_connection(self):
        connection = self.unit.connect()
        connection.request("GET", "/v1/unit")
        self.assertEqual(connection.getresponse().read() and 200, 200)
        self.site.hansom("unit", "revoke", "unit-1", "--reason", "stolen")
        connection.request("GET", "/v1/unit")
        answer = connection.getresponse()
        self.assertEqual(answer.status, 403)
        self.assertIn(b"unit_revoked", answer.read())
        self.assertEqual(self.unit.request("GET", "/v1/unit")[0], 403)

    def test_journal_verify_names_a_flipped_bit_in_the_vault(self):
        clip = self.send(1)
        self.assertEqual(self.site.stop(), 0)
        self.site.hansom("journal", "verify")
        path = next(path for path in self.site.path.rglob(f"{clip}*") if path.is_file())
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.chmod(0o640)
        path.write_bytes(content)
        done = self.site.hansom("--json", "journal", "verify", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(clip, done.stdout)

    def test_a_second_server_on_the_same_data_refuses(self):
        second = subprocess.run([str(harness.BIN / "hansomd"), "--config", str(self.site.config)],
                                capture_output=True, text=True, timeout=30)
        self.assertNotEqual(second.returncode, 0)
        self.assertIn("store_locked", second.stderr)

    @unittest.skipUnless(shutil.which("ffmpeg"), "ffmpeg is missing: no footage to make")
    def test_pending_inspections_survive_a_kill(self):
        media = self.unit.folder / "made.mp4"
        harness.run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=duration=12:size=320x240:rate=25",
                    "-f", "lavfi", "-i", "sine=duration=12", "-c:v", "libx264", "-preset", "ultrafast", "-g", "50",
                    "-c:a", "aac", media)
        queue = self.unit.folder / "pending"
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "seal", media, "--queue", queue,
                    "--clip-number", 1, "--registration", "AB12CDE", "--vehicle-licence", "PH-100", "--start",
                    "2026-03-01T10:00:00Z", "--duration-ms", 12000, "--purpose", "event", "--reference", "1")
        clip = harness.sha256(next(queue.glob("*.age")).read_bytes())
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "upload", "--queue", queue)
        self.site.kill()
        self.site.start()
        facts = self.site.wait_until_inspected(clip)
        self.assertEqual(facts["state"], "inspected")
        report = self.site.people_json(f"/v1/clips/{clip}/report")
        self.assertEqual(report["outcome"], "decodable")
        self.assertEqual(len(report["thumbnails"]), 2, "one in ten seconds of twelve")
        status, fields, image = self.site.people(f"/v1/clips/{clip}/thumbnails/0")
        self.assertEqual((status, fields["content-type"], image[:2]), (200, "image/jpeg", b"\xff\xd8"))

    def test_health_readiness_and_metrics(self):
        self.send(1)
        self.assertEqual(self.site.local("/healthz"), (200, "ok\n"))
        self.assertEqual(self.site.local("/readyz"), (200, "ready\n"))
        status, metrics = self.site.local("/metrics")
        self.assertEqual(status, 200)
        self.assertRegex(metrics, r"(?m)^hansom_clips_accepted_total 1$")
        self.assertRegex(metrics, r"(?m)^# TYPE hansom_upload_bytes_total counter$")


if __name__ == "__main__":
    unittest.main(verbosity=2)
