"""A full disk: the server refuses what it cannot keep, keeps what it answered, and with room again goes on. On a small
file system of its own where we may mount one; by failing calls in any case."""

import errno
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

import disk_model
import life
import power_loss
import site_with_faults
from site_with_faults import harness

FILE_SYSTEM_BYTES = 96 << 20  # RocksDB reserves some tens of megabytes for its logs
BALLAST_LEFT_BYTES = 1 << 20
READY_SECONDS_MAX = 30


class SmallFileSystem:
    """A tmpfs; None where that is not allowed."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hansom-small-"))
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={FILE_SYSTEM_BYTES}", "tmpfs", str(self.folder)],
                              capture_output=True, text=True)
        self.mounted, self.why = done.returncode == 0, done.stderr

    def fill(self, but):
        """Ballast on all of it but so many bytes."""
        facts = os.statvfs(self.folder)
        room = facts.f_bavail * facts.f_frsize - but
        with open(self.folder / "ballast", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, room)

    def free(self):
        (self.folder / "ballast").unlink()

    def close(self):
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)
        self.folder.rmdir()


class DiskFull(unittest.TestCase):
    def go_on(self, site, lives):
        """After the operator made room and restarted."""
        site.start()
        self.assertEqual(site.local("/readyz")[0], 200, site.log_tail())
        for one in lives:
            one.check_ledger()
            one.run()
            one.check_ledger()
        self.assertEqual(site.stop(), 0, site.log_tail())
        site.check_record()

    def test_a_small_file_system_fills(self):
        small = SmallFileSystem()
        self.addCleanup(small.close)
        if not small.mounted:
            self.skipTest(f"no file system of our own may be mounted: {small.why}")
        site = site_with_faults.FaultSite(parent=small.folder)
        self.addCleanup(site.close)
        site.start()
        before, after = life.Life(site, site.template.clips[:3]), life.Life(site, site.template.clips[3:8])
        before.run()
        filling = life.Life(site, site_with_faults.seal(site.unit, range(20000, 20012), lambda n: 300_000, 1))
        small.fill(BALLAST_LEFT_BYTES)
        with self.assertRaisesRegex(life.Interrupted, ": 507 ") as refusal:
            for clip in filling.clips:
                filling.upload(clip)
        self.assertRegex(str(refusal.exception), "disk_full|disk_reserve", "the unit is told that there is no room")
        for _ in range(3):
            with self.assertRaises(life.Interrupted):
                after.run()
        site.kill()
        small.free()
        self.go_on(site, [before, after, filling])

    def test_with_room_again_it_goes_on_by_itself(self):
        """A full disk is no fault: it is said, and when there is room again nobody has to do anything."""
        site = site_with_faults.FaultSite()
        self.addCleanup(site.close)
        layer = power_loss.Layer(site.data, site.folder, "hansomd")
        site.environment = layer.environment
        site.start()
        one = life.Life(site, site.template.clips[:3])
        layer.arm(1, power_loss.FAIL, errno.ENOSPC, mask=1 << disk_model.ALLOCATE)
        with self.assertRaisesRegex(life.Interrupted, ": 507 .*disk_full"):
            one.run()
        self.assertEqual(layer.fired, "allocate")
        status, says = site.local("/readyz")
        self.assertEqual(status, 503)
        self.assertIn("disk:", says)
        metrics = site.local("/metrics")[1]
        self.assertIn("hansom_accepting_uploads 0\n", metrics)
        self.assertIn("hansom_disk_full_total 1\n", metrics)
        with self.assertRaisesRegex(life.Interrupted, ": 507 .*disk_full"):
            one.run()  # the pause: nothing is tried
        deadline = time.monotonic() + READY_SECONDS_MAX
        while site.local("/readyz")[0] != 200:
            self.assertLess(time.monotonic(), deadline, "it stays closed though there is room")
            time.sleep(0.1)  # polling for readiness; bounded by the deadline
        one.run()
        one.check_ledger()
        site.log.flush()
        log = (site.folder / "hansomd.log").read_text()
        self.assertEqual(log.count('"event":"disk_full"'), 1, "said once")
        self.assertIn("disk_has_room_again", log)
        self.assertEqual(site.stop(), 0, site.log_tail())
        site.check_record()

    def test_every_call_that_needs_room_fails_from_somewhere_on(self):
        for step in (1, 2, 4, 8, 16, 24, 32):
            with self.subTest(step=step):
                site = site_with_faults.FaultSite()
                layer = power_loss.Layer(site.data, site.folder, "hansomd")
                site.environment = layer.environment
                site.start()
                layer.arm(step, power_loss.FAIL, errno.ENOSPC, mask=power_loss.SPACE_KINDS, sticky=True)
                one = life.Life(site, site.template.clips[:3])
                try:
                    with self.assertRaises(life.Interrupted):
                        one.run()
                    with self.assertRaises(life.Interrupted):
                        one.run()  # and goes on refusing
                    self.assertIsNotNone(layer.fired)
                    status, says = site.local("/readyz")
                    self.assertTrue(status == 200 or says.strip(), (status, says))
                    site.kill()
                    layer.disarm()
                    self.go_on(site, [one])
                finally:
                    site.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
