"""A real kernel over a real disk that fails: the server dies between a sync that failed and the cutting back of what it
should have covered, and the page cache goes on showing those bytes as clean. The disk is a loop device whose backing
file finds no room; where none may be mounted the test says so."""

import errno
import subprocess
import unittest

import disk_model
import life
import power_loss
import site_with_faults

IMAGE_BYTES, ROOM_BYTES = 64 << 20, 32 << 20
PAGE = 4096
SHOWN = 8 * PAGE  # the next byte is in a block that the backing file does not have yet
UNSYNCED = 1000   # less than a page: it goes through the page cache


class FailingDisk:
    """An ext4 mounted at a folder. fill(): blocks never written before cannot be written; free(): they can."""

    def __init__(self, folder, at):
        self.backing, self.at = folder / "backing", at
        self.backing.mkdir()
        self.mounted, self.why = [], ""
        image = self.backing / "image"
        if not self._mount("-t", "tmpfs", "-o", f"size={ROOM_BYTES}", "tmpfs", self.backing):
            return
        with open(image, "wb") as file:
            file.truncate(IMAGE_BYTES)
        # A journal that finds no room would make the file system read-only: then there is no trap.
        make = ["mkfs.ext4", "-q", "-b", str(PAGE), "-O", "^has_journal", image]
        subprocess.run(make, check=True, capture_output=True)
        self.ready = self.attach()

    ready = False

    def _mount(self, *arguments):
        done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
        self.why = done.stderr.strip()
        if done.returncode == 0:
            self.mounted.append(arguments[-1])
        return done.returncode == 0

    def attach(self):
        return self._mount("-o", "loop,errors=continue", self.backing / "image", self.at)

    def detach(self):
        subprocess.run(["umount", str(self.mounted.pop())], check=True)

    def fill(self):
        with open(self.backing / "ballast", "wb", buffering=0) as file:
            try:
                while file.write(bytes(PAGE)):  # what statvfs tells is not exact
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self):
        (self.backing / "ballast").unlink()

    def close(self):
        while self.mounted:
            self.detach()


class WriteBack(unittest.TestCase):
    def setUp(self):
        self.site = site_with_faults.FaultSite()
        self.addCleanup(self.site.close)
        self.spool = self.site.data / "spool"
        self.disk = FailingDisk(self.site.folder, self.spool)
        self.addCleanup(self.disk.close)
        if not self.disk.ready:
            self.skipTest(f"no disk of our own may be mounted: {self.disk.why}")
        self.layer = power_loss.Layer(self.site.data, self.site.folder, "hansomd")
        self.site.environment = self.layer.environment
        self.life = life.Life(self.site, self.site.template.clips[2:3])
        self.clip = self.life.clips[0]

    def test_a_kill_between_a_failed_sync_and_the_cutting_back(self):
        self.site.start()
        self.life.create(self.clip)
        self.life.append(self.clip, 0, SHOWN)
        self.disk.fill()
        self.layer.arm(1, power_loss.DIE_BEFORE, mask=1 << disk_model.TRUNCATE)
        with self.assertRaises(life.Interrupted):
            self.life.append(self.clip, SHOWN, SHOWN + UNSYNCED)
        self.site.server.wait(timeout=60)
        self.assertEqual(self.layer.fired, "truncate", "the sync failed, and nothing was cut back")
        self.layer.disarm()
        self.disk.free()
        clip_file = next(self.spool.glob("*.clip"))
        self.assertEqual(clip_file.stat().st_size, SHOWN + UNSYNCED, "the trap: they look as if they were there")

        self.site.start()  # the kernel tells it of the failure, though the disk is sound by now
        self.assertEqual(self.site.local("/readyz")[0], 503, "a start that took them for synced")
        with self.assertRaisesRegex(life.Interrupted, "503"):
            self.life.ask_offset(self.clip)
        self.assertTrue((self.spool / "in-doubt").exists(), self.site.log_tail())
        self.site.kill()

        self.site.start()  # and the next one writes them again
        self.assertEqual(self.site.local("/readyz")[0], 200, self.site.log_tail())
        self.assertEqual(self.life.ask_offset(self.clip)[0], SHOWN + UNSYNCED)
        self.assertFalse((self.spool / "in-doubt").exists())
        self.site.kill()
        self.disk.detach()  # nothing of the page cache is left
        self.assertTrue(self.disk.attach(), self.disk.why)
        self.assertEqual(clip_file.read_bytes(), self.clip.sealed[:SHOWN + UNSYNCED])
        self.site.start()
        self.assertEqual(self.life.ask_offset(self.clip)[0], SHOWN + UNSYNCED)
        self.site.kill()


if __name__ == "__main__":
    unittest.main(verbosity=2)
