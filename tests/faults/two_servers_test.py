"""A second server on the data of a running one refuses, says why and harms nothing; of two that start at once one wins.
"""

import os
import subprocess
import unittest

import life
import site_with_faults
from site_with_faults import harness


class TwoServers(unittest.TestCase):
    def setUp(self):
        self.site = site_with_faults.FaultSite()
        self.addCleanup(self.site.close)
        self.life = life.Life(self.site, self.site.template.clips[:3])
        # The same data, other ports.
        text = self.site.config.read_text()
        for section in ("units", "people", "local"):
            text = harness.set_key(text, section, "port", harness.free_port())
        self.second_config = self.site.path / "second.toml"
        self.second_config.write_text(text)

    def start_second(self):
        return subprocess.Popen([str(harness.BIN / "hansomd"), "--config", str(self.second_config)],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ))

    def test_the_second_refuses_and_harms_nothing(self):
        self.site.start()
        clip = self.life.clips[0]
        self.life.create(clip)
        self.life.append(clip, 0, len(clip.sealed) // 2)  # in the spool, where a start would look around
        inode = os.stat(self.site.data).st_ino
        before = sorted(str(path) for path in self.site.data.rglob("*"))
        for _ in range(3):
            second = self.start_second()
            output, _ = second.communicate(timeout=60)
            self.assertNotEqual(second.returncode, 0)
            self.assertIn("store_locked", output)
            self.assertIn("another hansomd", output)
        self.assertEqual(sorted(str(path) for path in self.site.data.rglob("*")), before)
        self.assertEqual(os.stat(self.site.data).st_ino, inode)
        self.life.run()
        self.life.check_ledger()
        self.site.check_record()
        self.site.kill()
        self.site.start()
        self.life.check_ledger()

    def test_two_at_once_one_wins(self):
        for _ in range(5):
            first = self.start_second()
            started = self.site.try_start()
            if started:
                output, _ = first.communicate(timeout=60)
                self.assertIn("store_locked", output)
                self.site.kill()
            else:
                self.assertIn("store_locked", self.site.log_tail())
                first.kill()
                first.communicate()
        self.site.start()
        self.life.run()
        self.life.check_ledger()
        self.site.check_record()


if __name__ == "__main__":
    unittest.main(verbosity=2)
