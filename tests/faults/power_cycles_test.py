"""The power goes at random moments under load, again and again on one site, sometimes with kills without a power cut
before it: what was answered before any of them stands after each."""

import random
import unittest

import disk_model
import load
import power_loss
import site_with_faults
import trial

LIVES, CLIPS_EACH = 2, 2
CALLS_MAX = 400  # of the data folder, from the start of the load to the end of the power
NEW_SITE_EVERY = 25  # cuts: the layer holds the whole folder in memory


class PowerCycles(unittest.TestCase):
    def setUp(self):
        self.open_site(trial.SEED)

    def open_site(self, seed):
        self.site = site_with_faults.FaultSite()
        self.layer = power_loss.Layer(self.site.data, self.site.folder, "hansomd")
        self.site.environment = self.layer.environment
        self.site.start()
        self.busy = load.Load(self.site, LIVES, CLIPS_EACH, seed)

    def tearDown(self):
        self.site.close()

    def end_under_load(self, chance):
        """By a call of the data folder, so that the log of the layer is whole."""
        self.layer.arm(chance.randrange(1, CALLS_MAX), chance.choice([
            power_loss.DIE_BEFORE, power_loss.DIE_AFTER, power_loss.DIE_MIDDLE]))
        self.busy.start()
        self.busy.join()
        self.site.kill()
        self.layer.disarm()

    def restart(self, chance):
        """Sometimes it dies once more while it starts."""
        if chance.random() < 0.2:
            self.layer.arm(chance.randrange(1, 300), chance.choice([power_loss.DIE_BEFORE, power_loss.DIE_AFTER]))
            self.site.try_start()
            self.site.kill()
            self.layer.disarm()
            self.layer.cut_power(chance.choice(disk_model.WAYS), chance)
        self.site.start()

    def test_cut_after_cut(self):
        print(f"seed {trial.SEED}", flush=True)
        chance = random.Random(trial.SEED)
        uncovered, cut = [], 0
        try:
            for cut in trial.until_over(5):
                self.end_under_load(chance)
                if chance.random() < 0.3:  # a kill, a start that finds unsynced things, and only then the cut
                    self.site.start()
                    self.busy.check()
                    self.end_under_load(chance)
                uncovered.append(self.layer.cut_power(chance.choice(disk_model.WAYS), chance))
                self.restart(chance)
                self.busy.check()
                self.busy.refresh()
                if cut % 10 == 9:
                    self.site.check_record()
                    print(f"{cut + 1} cuts, {len(self.busy.completed)} lives completed", flush=True)
                if cut % NEW_SITE_EVERY == NEW_SITE_EVERY - 1:
                    self.finish()
                    self.tearDown()
                    self.open_site(trial.SEED + cut)
            self.finish()
        except Exception as error:
            error.add_note(f"seed {trial.SEED}, cut {cut + 1}\n{self.site.log_tail()}")
            raise
        print(f"{cut + 1} cuts; files and folders with something to lose: {sorted(uncovered)}", flush=True)
        # One of them is the store's durable-mark, which is never synced.
        self.assertGreater(max(uncovered), 1, "no cut ever had anything to lose")

    def finish(self):
        for one in self.busy.lives:
            one.run()
        self.busy.check(len(self.busy.completed))
        self.site.kill()
        self.layer.cut_power(disk_model.DROP_ALL, random.Random(trial.SEED))
        self.site.start()
        self.busy.check(len(self.busy.completed))
        self.assertEqual(self.site.stop(), 0, self.site.log_tail())
        self.site.check_record()


if __name__ == "__main__":
    unittest.main(verbosity=2)
