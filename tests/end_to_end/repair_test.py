"""A damaged clip through the whole server: how far it plays is told, its repaired copy is fetched and is destroyed
with it, and the clip itself stays as it arrived."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import harness


def make(suffix, *words):
    """Four seconds of picture and sound."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / f"clip{suffix}"
        harness.run("ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=4",
                    "-f", "lavfi", "-i", "sine=duration=4:sample_rate=16000", "-c:v", "libx264", "-preset",
                    "ultrafast", "-g", "25", *words, path)
        return path.read_bytes()


def packets(path):
    """Of the first stream, as ffprobe counts them; it has to have nothing to complain of."""
    done = subprocess.run(["ffprobe", "-v", "error", "-count_packets", "-show_streams", "-of", "json", str(path)],
                          capture_output=True, text=True, check=True)
    assert done.stderr == "", done.stderr
    return int(json.loads(done.stdout)["streams"][0]["nb_read_packets"])


@unittest.skipUnless(shutil.which("ffmpeg"), "ffmpeg is missing: no clip was made")
class Repair(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = harness.Site([("retention", "event_days", 0)])
        cls.site.start()
        cls.unit = harness.Unit(cls.site)

    @classmethod
    def tearDownClass(cls):
        cls.site.close()

    def send(self, number, media):
        path = self.unit.folder / f"media-{number}"
        path.write_bytes(media)
        queue = self.unit.folder / f"queue-{number}"
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "seal", path, "--queue", queue,
                    "--clip-number", number, "--registration", "AB12CDE", "--vehicle-licence", "PH-100", "--start",
                    f"2026-03-01T10:{number:02d}:00Z", "--duration-ms", 4000, "--media-type", "video/mp2t", "--purpose",
                    "event", "--reference", str(number))
        clip = harness.sha256(next(queue.glob("*.age")).read_bytes())
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "upload", "--queue", queue)
        self.site.wait_until_inspected(clip)
        return clip

    def fetch(self, clip, name, *flags, check=True):
        path = self.site.folder / name
        return path, self.site.hansom("fetch", clip, *flags, "--output", path, check=check, person="investigator")

    def vault_objects(self):
        return {path.stem for path in (self.site.path / "data" / "vault").rglob("*.age")}

    def test_a_cut_transport_stream_and_an_avi_that_was_never_closed(self):
        stream = make(".ts", "-c:a", "aac")
        cut = stream[:len(stream) * 6 // 10 // 188 * 188 + 77]
        avi = bytearray(make(".avi", "-c:a", "pcm_s16le"))
        del avi[len(avi) * 6 // 10:]
        avi[4:8] = bytes(4)
        movi = avi.index(b"movi")
        avi[movi - 4:movi] = bytes(4)
        for number, (media, words) in enumerate([(cut, "the clip is cut off"), (bytes(avi), "the index is missing")],
                                                start=1):
            clip = self.send(number, media)
            shown = self.site.hansom("show", clip, person="investigator").stdout
            self.assertIn(words, shown)
            self.assertIn("hansom fetch --repaired", shown)
            report = self.site.people_json(f"/v1/clips/{clip}/report")
            self.assertGreater(report["repair"]["playable_us"], 1_500_000)
            self.assertLess(report["repair"]["playable_us"], 3_000_000)
            copy, _ = self.fetch(clip, f"copy-{number}", "--repaired")
            self.assertEqual(harness.sha256(copy.read_bytes()), report["repair"]["copy_sha256"])
            self.assertGreater(packets(copy), 40)
            master, _ = self.fetch(clip, f"master-{number}")
            self.assertEqual(master.read_bytes(), media, "the master is what arrived")

    def test_a_whole_clip_has_no_copy_and_says_so(self):
        clip = self.send(5, make(".ts", "-c:a", "aac"))
        _, done = self.fetch(clip, "none", "--repaired", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("needs no repair", done.stderr)
        self.assertEqual(self.site.people(f"/v1/clips/{clip}/repaired")[0], 404)

    def test_the_copy_is_destroyed_with_its_clip(self):
        before = self.vault_objects()
        stream = make(".ts", "-c:a", "aac")
        clip = self.send(6, stream[:-100])
        copy = self.site.people_json(f"/v1/clips/{clip}/report")["repair"]["sealed_sha256"]
        self.assertIn(copy, self.vault_objects() - before)
        plan = json.loads(self.site.hansom("--json", "sweep", "plan").stdout)
        self.site.hansom("sweep", "execute", "--plan", plan["plan"])
        self.assertEqual(self.site.people(f"/v1/clips/{clip}/repaired")[0], 410)
        self.assertEqual(self.vault_objects() & {clip, copy}, set(), "nothing of it lies on the disk")
        self.assertEqual(self.site.stop(), 0)
        self.site.hansom("fsck")
        self.site.start()


if __name__ == "__main__":
    unittest.main(verbosity=2)
