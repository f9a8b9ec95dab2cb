"""One life with one fault: the fault, a restart with or without a power cut before it, the rest of the life, the check
of all that was acknowledged, one more power cut and the same check."""

import errno
import os
import random
import time

import disk_model
import life
import power_loss
import site_with_faults

SEED = int(os.environ.get("HANSOM_SEED", random.SystemRandom().randrange(1 << 32)))
SECONDS = float(os.environ.get("HANSOM_FAULT_SECONDS", "60"))  # of each test that repeats itself
ROUNDS_MAX = 4
CHANGES = power_loss.ALL_KINDS & ~(1 << disk_model.OPEN)
# A start makes the 256 folders of the vault, which are there: all else counts.
CHANGES_AT_START = CHANGES & ~(1 << disk_model.MAKE_FOLDER)


def until_over(least=1):
    """Counts from 0 while the time of the test lasts, at least so many times."""
    end, number = time.monotonic() + SECONDS, 0
    while number < least or time.monotonic() < end:
        yield number
        number += 1


class Fault:
    """What goes wrong, and what the power does after that. `after` is the call of the life at which an earlier process
    was killed, for a fault of the start that follows."""

    def __init__(self, action, step, error=errno.EIO, mask=None, sticky=False, at_start=False, after=None, cut=None,
                 seed=0):
        self.action, self.step, self.error, self.sticky = action, step, error, sticky
        self.mask = mask or (CHANGES_AT_START if at_start else CHANGES)
        self.at_start, self.after, self.cut, self.seed = at_start, after, cut, seed

    def __str__(self):
        what = power_loss.ACTION_NAMES[self.action]
        if self.action == power_loss.FAIL:
            what = f"{errno.errorcode[self.error]}{' from' if self.sticky else ''}"
        start = f"the start after a kill at call {self.after}" if self.after else "the start"
        return (f"{what} at call {self.step} of {start if self.at_start else 'the life'}, "
                f"then {self.cut or 'no'} power cut, seed {self.seed}")


def any_fault(chance, start, steps):
    """A random one among the calls of the start or of the life."""
    at_start = chance.random() < 0.2
    action = chance.choice([power_loss.FAIL, power_loss.FAIL, power_loss.DIE_BEFORE, power_loss.DIE_AFTER,
                            power_loss.DIE_MIDDLE, power_loss.SHORT])
    error = chance.choice([errno.EIO, errno.ENOSPC])
    after = chance.randrange(1, steps + 1) if at_start and chance.random() < 0.8 else None
    return Fault(action, chance.randrange(1, (start if at_start else steps) + 1), error, at_start=at_start, after=after,
                 cut=chance.choice([None, *disk_model.WAYS]), seed=chance.randrange(1 << 32))


class Trial:
    """Requires: run() once. `fired` is the kind of call it hit, None where the life had fewer calls."""

    def __init__(self, clips=3):
        self.site = site_with_faults.FaultSite()
        self.layer = power_loss.Layer(self.site.data, self.site.folder, "hansomd")
        self.site.environment = self.layer.environment
        first = 2 if clips == 1 else 0  # one alone is one that is kept for long: it must be there at the end
        self.life = life.Life(self.site, self.site.template.clips[first:first + clips])
        self.fired, self.unready = None, False

    def run(self, fault):
        chance = random.Random(fault.seed)
        try:
            self._break(fault)
            self.layer.disarm()
            if fault.cut:
                self.layer.cut_power(fault.cut, chance)
            self.site.check_record()  # what a crash leaves is a note at most
            self.mend()
            self.site.kill()
            self.layer.cut_power(disk_model.DROP_ALL, chance)
            self.mend()
            if self.site.stop() != 0:
                raise AssertionError(f"the server does not stop well:\n{self.site.log_tail()}")
        except Exception as error:
            error.add_note(f"fault: {fault}; hit: {self.fired}")
            error.add_note(self.site.log_tail())
            raise
        finally:
            self.site.close()

    def _break(self, fault):
        if fault.after:
            self._kill_at(fault.after)
        if fault.at_start:
            self._arm(fault)
        started = self.site.try_start()
        if not fault.at_start:
            self._arm(fault)
        if started:
            self._live()
        self.fired = self.layer.fired
        self.site.kill()

    def _live(self):
        """Until the life is over, or the server dead or no longer ready."""
        for _ in range(ROUNDS_MAX):
            try:
                self.life.run()
                return
            except life.Interrupted:
                if self.site.server.poll() is not None:
                    return
                if not self.life.is_ready():
                    self.check_unready()
                    return

    def _kill_at(self, step):
        self.site.start()
        self.layer.arm(step, power_loss.DIE_AFTER, mask=CHANGES)
        self._live()
        self.site.kill()
        self.layer.disarm()

    def _arm(self, fault):
        self.layer.arm(fault.step, fault.action, fault.error, fault.mask, fault.sticky)

    def check_unready(self):
        """It says why, and takes nothing in."""
        self.unready = True
        try:
            status, reasons = self.site.local("/readyz")
        except OSError:
            return  # it has died since
        if status != 503 or not reasons.strip():
            raise AssertionError(f"not ready, and /readyz says {status} {reasons!r}")
        try:
            self.check_operators_know(reasons)
        except OSError:
            return  # it has died since
        try:
            self.life.create(self.site.template.clips[-1])
        except life.Interrupted:
            return
        raise AssertionError("an upload was created on a server that is not ready")

    def check_operators_know(self, reasons):
        """The metrics and the log say it, too."""
        _, metrics = self.site.local("/metrics")
        expected = ["hansom_accepting_uploads 0\n"]
        if "journal:" in reasons:
            expected.append("hansom_journal_healthy 0\n")
        missing = [line for line in expected if line not in metrics]
        self.site.log.flush()
        log = (self.site.folder / "hansomd.log").read_text(errors="replace")
        wanted = {"journal:": "journal", "storage:": "storage_fault", "disk:": "disk_"}
        missing += [event for reason, event in wanted.items() if reason in reasons and event not in log]
        if missing:
            raise AssertionError(f"/readyz says {reasons!r}; metrics or log do not say {missing}")

    def mend(self):
        self.site.start()
        self.life.check_ledger()
        for attempt in range(ROUNDS_MAX):
            try:
                self.life.run()
                break
            except life.Interrupted:
                if attempt == ROUNDS_MAX - 1:
                    raise
        self.life.check_ledger()
        self.site.check_record()
