"""Every file of real footage goes through the whole server and yields a report or a recorded reason; reports agree
with ffprobe on container, codecs, duration and packet counts."""

import csv
import json
import os
import pathlib
import shutil
import subprocess
import unittest

import harness

SHARED = os.environ.get("HANSOM_SHARED", "")
DURATION_TOLERANCE_US = 50_000


def ffprobe(path):
    done = subprocess.run(["ffprobe", "-v", "quiet", "-count_packets", "-show_streams", "-show_format", "-of", "json",
                           str(path)], capture_output=True, text=True)
    return json.loads(done.stdout or "{}")


def media_type(path):
    return {".avi": "video/x-msvideo", ".ts": "video/mp2t", ".mkv": "video/x-matroska", ".mov": "video/quicktime",
            ".mpg": "video/mpeg"}.get(path.suffix.lower(), "video/mp4")


@unittest.skipUnless(SHARED, "HANSOM_SHARED is not set: real footage not tried")
@unittest.skipUnless(shutil.which("ffprobe"), "ffprobe is missing: reports not compared")
class Footage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = harness.Site()
        cls.site.start()
        cls.unit = harness.Unit(cls.site)
        cls.folder = pathlib.Path(SHARED) / "footage"
        with open(cls.folder / "MANIFEST.tsv", newline="") as table:
            cls.files = [cls.folder / row["path"] for row in csv.DictReader(table, delimiter="\t")]

    @classmethod
    def tearDownClass(cls):
        cls.site.close()

    def clip_of(self, number, path):
        """Seals the file and returns the clip's id; the upload follows for all at once."""
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "seal", path, "--queue",
                    self.unit.folder / "queue", "--clip-number", number, "--registration", "AB12CDE",
                    "--vehicle-licence", "PH-100", "--start", "2026-03-01T10:00:00Z", "--duration-ms", 10000,
                    "--media-type", media_type(path), "--purpose", "compliance_check", "--reference", f"C-{number}")

    def compare(self, path, report):
        theirs = ffprobe(path)
        streams = theirs.get("streams", [])
        if report["outcome"] != "decodable":
            self.assertTrue(report["reason_token"], path)
            return "undecodable: " + report["reason_token"]
        self.assertEqual(report["container"], theirs["format"]["format_name"], path)
        self.assertEqual([s["codec"] for s in report["streams"]],
                         [s.get("codec_name", "unknown") for s in streams], path)
        self.assertEqual([s["packets"] for s in report["streams"]],
                         [int(s.get("nb_read_packets", 0)) for s in streams], path)
        if "duration" in theirs["format"]:
            self.assertAlmostEqual(report["duration_us"], float(theirs["format"]["duration"]) * 1e6,
                                   delta=DURATION_TOLERANCE_US, msg=str(path))
        return "decodable"

    def test_every_file_yields_a_report_or_a_reason(self):
        clips = {}
        for number, path in enumerate(self.files, start=1):
            self.clip_of(number, path)
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "upload", "--queue",
                    self.unit.folder / "queue", timeout=300)
        cursor = ""
        while True:
            page = self.site.people_json(f"/v1/clips?unit={self.unit.name}&limit=50" +
                                         (f"&cursor={cursor}" if cursor else ""))
            for clip in page["clips"]:
                clips[clip["media_sha256"]] = clip["clip"]
            cursor = page.get("next_cursor")
            if not cursor:
                break
        outcomes = {}
        for path in self.files:
            with self.subTest(file=str(path.relative_to(self.folder))):
                clip = clips[harness.sha256(path.read_bytes())]
                self.site.wait_until_inspected(clip, seconds=180)
                report = self.site.people_json(f"/v1/clips/{clip}/report")
                outcome = self.compare(path, report)
                outcomes[outcome] = outcomes.get(outcome, 0) + 1
        print(outcomes, flush=True)
        self.assertGreater(outcomes.get("decodable", 0), len(self.files) // 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
