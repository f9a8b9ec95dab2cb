"""Several lives at once against one server: units upload, people hold and sweep, while the server is killed. Each life
has its own clips and its own ledger; all are checked after every fault."""

import random
import threading

import life
import site_with_faults


class Load:
    def __init__(self, site, lives, clips_each, seed):
        self.site, self.random = site, random.Random(seed)
        self.clips_each, self.number = clips_each, 1000
        self.lives = [self._new_life() for _ in range(lives)]
        self.completed = []
        self.errors = []

    def _new_life(self):
        self.number += self.clips_each
        numbers = range(self.number - self.clips_each, self.number)
        clips = site_with_faults.seal(self.site.unit, numbers, lambda n: n * 7919 % 120_000, self.random.random())
        return life.Life(self.site, clips)

    def refresh(self):
        """Finished lives make room for new ones; they stay in the check."""
        for position, one in enumerate(self.lives):
            if one.done:
                self.completed.append(one)
                self.lives[position] = self._new_life()

    def start(self):
        self.threads = [threading.Thread(target=self._live, args=(one,)) for one in self.lives]
        for thread in self.threads:
            thread.start()

    def _live(self, one):
        try:
            while not one.done:
                one.run()
        except life.Interrupted:
            pass  # the server is gone; the ledger says where to go on
        except Exception as error:  # told by check()
            self.errors.append(error)

    def join(self):
        for thread in self.threads:
            thread.join(timeout=180)
            if thread.is_alive():
                raise AssertionError("a client does not end although the server is gone")
        if self.errors:
            raise self.errors[0]

    def check(self, earlier_max=5):
        """The lives under way, and some of the finished ones."""
        for one in self.lives + self.random.sample(self.completed, min(earlier_max, len(self.completed))):
            one.check_ledger()
