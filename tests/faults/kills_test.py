"""kill -9 at random moments under load, again and again on one site: after each start everything that was answered
stands. HANSOM_KILLS gives a least number of kills (1,000 in the long version)."""

import os
import random
import unittest

import load
import site_with_faults
import trial

KILLS = int(os.environ.get("HANSOM_KILLS", "10"))
LIVES, CLIPS_EACH = 3, 3
VERIFY_EVERY = 10  # kills; the verifier reads the whole vault


class Kills(unittest.TestCase):
    def test_told_to_stop_as_soon_as_it_answers_it_ends_well(self):
        site = site_with_faults.FaultSite()
        self.addCleanup(site.close)
        for _ in range(15):
            site.start()
            self.assertEqual(site.stop(), 0, site.log_tail())

    def test_kill_after_kill(self):
        print(f"seed {trial.SEED}", flush=True)
        chance = random.Random(trial.SEED)
        site = site_with_faults.FaultSite()
        self.addCleanup(site.close)
        site.start()
        busy = load.Load(site, LIVES, CLIPS_EACH, trial.SEED)
        kills = 0
        try:
            for kills in trial.until_over(KILLS):
                busy.start()
                after = chance.choice([0.01, 0.05, 0.2, 0.6]) * chance.random()
                for thread in busy.threads[:1]:
                    thread.join(timeout=after)  # the moment of the kill, not a wait for anything
                site.kill()
                busy.join()
                site.start()
                busy.check()
                busy.refresh()
                if kills % VERIFY_EVERY == VERIFY_EVERY - 1:
                    site.check_record()
                    print(f"{kills + 1} kills, {len(busy.completed)} lives completed", flush=True)
        except Exception as error:
            error.add_note(f"seed {trial.SEED}, kill {kills + 1}\n{site.log_tail()}")
            raise
        for one in busy.lives:
            one.run()
        busy.check(len(busy.completed))
        self.assertEqual(site.stop(), 0, site.log_tail())
        site.check_record()
        print(f"{kills + 1} kills, {len(busy.completed) + LIVES} lives completed", flush=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
