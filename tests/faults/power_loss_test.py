"""The power-loss layer against a program whose lost bytes are known: what it says was lost was lost, and no more."""

import errno
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest

import disk_model
import power_loss

VICTIM = str(power_loss.VICTIM)


class PowerLoss(unittest.TestCase):
    def setUp(self):
        self.side = pathlib.Path(tempfile.mkdtemp(prefix="hansom-power-"))
        self.folder = self.side / "data"
        (self.folder / "sub").mkdir(parents=True)
        (self.folder / "old").write_bytes(b"old bytes")
        self.layer = power_loss.Layer(self.folder, self.side, power_loss.VICTIM.name)

    def tearDown(self):
        shutil.rmtree(self.side)

    def act(self, *words, dies=False):
        """What the program printed."""
        done = subprocess.run([VICTIM, *words], cwd=self.folder, env={**os.environ, **self.layer.environment},
                              capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, -9 if dies else 0, done.stderr)
        return done.stdout.split("\n")[:-1]

    def cut(self, way=disk_model.DROP_ALL, seed=1):
        self.layer.cut_power(way, random.Random(seed))
        return {str(path.relative_to(self.folder)): path.read_bytes()
                for path in sorted(self.folder.rglob("*")) if path.is_file()}

    def test_what_was_not_synced_is_lost(self):
        for words, left in [
                (["write:old: and more"], {"old": b"old bytes"}),
                (["write:old: and more", "sync:old"], {"old": b"old bytes and more"}),
                (["write:old:!", "sync:old", "write:old:?"], {"old": b"old bytes!"}),
                (["overwrite:old:NEW"], {"old": b"old bytes"}),
                (["truncate:old:3"], {"old": b"old bytes"}),
                (["truncate:old:3", "sync:old"], {"old": b"old"}),
                (["unlink:old"], {"old": b"old bytes"}),
                (["unlink:old", "syncfolder:."], {}),
                (["write:new:x", "sync:new"], {"old": b"old bytes"}),
                (["write:new:x", "syncfolder:."], {"old": b"old bytes", "new": b""}),
                (["write:new:x", "sync:new", "syncfolder:."], {"old": b"old bytes", "new": b"x"}),
                (["write:new:x", "syncall:."], {"old": b"old bytes", "new": b"x"}),
                (["rename:old:sub/there"], {"old": b"old bytes"}),
                (["rename:old:sub/there", "syncfolder:sub"], {"old": b"old bytes", "sub/there": b"old bytes"}),
                (["rename:old:sub/there", "syncfolder:."], {"sub/there": b"old bytes"}),
                (["rename:old:other"], {"old": b"old bytes"}),
                (["rename:old:other", "syncfolder:."], {"other": b"old bytes"}),
                (["link:old:second", "syncfolder:."], {"old": b"old bytes", "second": b"old bytes"}),
                (["mkdir:deep", "write:deep/x:1", "syncfolder:deep", "sync:deep/x"], {"old": b"old bytes"}),
        ]:
            with self.subTest(words=words):
                self.assertEqual(self.act(*words), ["ok"] * len(words))
                self.assertEqual(self.cut(), left)
            self.tearDown()
            self.setUp()

    def test_what_a_failed_sync_should_have_covered_is_not_saved_by_the_next(self):
        self.layer.arm(2, power_loss.FAIL, errno.EIO, mask=1 << disk_model.SYNC)
        said = self.act("write:old:1", "sync:old", "write:old:2", "sync:old", "sync:old")
        self.assertEqual(said, ["ok", "ok", "ok", "storage_failed", "ok"])
        self.assertEqual(self.cut(), {"old": b"old bytes1"})

    def test_a_sync_that_finds_no_room_is_a_failed_sync_and_not_a_full_disk(self):
        for verb in ("sync:old", "syncfolder:.", "syncall:."):
            self.layer.arm(1, power_loss.FAIL, errno.ENOSPC, mask=1 << disk_model.SYNC | 1 << disk_model.SYNC_ALL)
            self.assertEqual(self.act(verb), ["storage_failed"], verb)

    def test_a_kill_without_a_cut_loses_nothing_and_a_later_cut_remembers(self):
        self.layer.arm(3, power_loss.DIE_BEFORE, mask=1 << disk_model.WRITE)
        self.assertEqual(self.act("write:old:1", "write:old:2", "write:old:3", dies=True), ["ok", "ok"])
        self.layer.disarm()
        self.assertEqual((self.folder / "old").read_bytes(), b"old bytes12")
        self.act("write:other:x", "sync:other", "syncfolder:.")
        self.assertEqual(self.cut(), {"old": b"old bytes", "other": b"x"})

    def test_a_write_may_be_short_or_the_last_half(self):
        self.layer.arm(1, power_loss.SHORT, mask=1 << disk_model.WRITE)
        self.act("write:old:abcd")
        self.assertEqual((self.folder / "old").read_bytes(), b"old bytesab")
        self.layer.arm(1, power_loss.DIE_MIDDLE, mask=1 << disk_model.WRITE)
        self.act("write:old:efgh", dies=True)
        self.assertEqual((self.folder / "old").read_bytes(), b"old bytesabef")

    def test_random_parts_stay(self):
        """Each way leaves only what that way may, and over many seeds leaves different things."""
        for way in (disk_model.PREFIX, disk_model.SECTORS):
            seen = set()
            for seed in range(60):
                self.act("write:old:" + "a" * 2048, "write:old:" + "b" * 2048, "rename:old:moved")
                left = self.cut(way, seed)
                self.assertEqual(len(left), 1, left)
                name, content = left.popitem()
                seen.add((name, content))
                self.assertTrue(content.startswith(b"old bytes"), content)
                self.assertLessEqual(set(content[9:]), set(b"ab" if way == disk_model.PREFIX else b"ab\0"))
                if way == disk_model.PREFIX:
                    self.assertEqual(content[9:], (b"a" * 2048 + b"b" * 2048)[:len(content) - 9])
                self.tearDown()
                self.setUp()
            self.assertGreater(len(seen), 10, way)

    def test_a_change_past_the_layer_is_found(self):
        self.act("write:old:1")
        (self.folder / "behind").write_bytes(b"x")
        with self.assertRaisesRegex(AssertionError, "past the layer"):
            self.cut()


if __name__ == "__main__":
    unittest.main(verbosity=2)
