"""Each call of a life that changes or syncs the data folder fails in turn, or is the last before a kill or power cut.
In the short version random ones; HANSOM_FAULT_EVERY=1 takes every call in order."""

import collections
import errno
import os
import random
import unittest

import disk_model
import life
import power_loss
import trial

EVERY = os.environ.get("HANSOM_FAULT_EVERY") == "1"
NEED_ROOM = {disk_model.CREATE, disk_model.WRITE, disk_model.ALLOCATE, disk_model.MAKE_FOLDER, disk_model.RENAME,
             disk_model.LINK, disk_model.SYNC, disk_model.SYNC_ALL}
# With HANSOM_FAULT_EVERY: which of the calls.
PART = os.environ.get("HANSOM_FAULT_PART", "both")  # life, start
FIRST, LAST = (int(os.environ.get(f"HANSOM_FAULT_{name}", all_)) for name, all_ in (("FROM", "1"), ("TO", "1000000")))


def count_calls():
    """The kinds of such calls that the start and the life make when nothing fails, in order as far as threads allow."""
    one = trial.Trial()
    seen = []
    for mask, act in ((trial.CHANGES_AT_START, one.site.start), (trial.CHANGES, one.life.run)):
        one.layer.log.write_bytes(b"")
        one.layer.arm(1 << 40, power_loss.FAIL, mask=mask)
        act()
        kinds = [fields[1] for fields, *_ in disk_model.records(one.layer.log) if mask >> fields[1] & 1]
        seen.append(kinds + [disk_model.WRITE] * (one.layer.steps - len(kinds)))
    one.site.close()
    return seen


def actions_at(kinds, step):
    """What can go wrong at that call: to be cut short, or without room, is not for each."""
    near = set(kinds[max(0, step - 3):step + 2])  # threads: it may come a little earlier or later
    yield from ((power_loss.FAIL, errno.EIO), (power_loss.DIE_BEFORE, 0), (power_loss.DIE_AFTER, 0))
    if near & NEED_ROOM:
        yield power_loss.FAIL, errno.ENOSPC
    if disk_model.WRITE in near:
        yield from ((power_loss.DIE_MIDDLE, 0), (power_loss.SHORT, 0))


def every_fault(start, calls, chance):
    """In order: each call of the life; then each of a start, of a new site and of one that was killed anywhere. Of both
    those that were asked for."""
    parts = {"life": (False, calls), "start": (True, start)}
    for at_start, kinds in parts.values() if PART == "both" else [parts[PART]]:
        for step in range(FIRST, min(LAST, len(kinds)) + 1):
            for action, error in actions_at(kinds, step):
                for after in [None, chance.randrange(1, len(calls) + 1)] if at_start else [None]:
                    yield trial.Fault(action, step, error, at_start=at_start, after=after,
                                      cut=chance.choice([None, *disk_model.WAYS]), seed=chance.randrange(1 << 32))


def count_until(log, kind, is_it):
    """Which of the calls of this kind in a log is the first that is_it."""
    calls = 0
    for fields, name, *_ in disk_model.records(log):
        if fields[1] == kind:
            calls += 1
            if is_it(fields, name):
                return calls
    raise AssertionError(f"the log has no such {disk_model.KIND_NAMES[kind]}")


class SystemCalls(unittest.TestCase):
    def test_after_a_failed_commit_nothing_is_taken_in(self):
        for error in (errno.EIO, errno.ENOSPC):
            with self.subTest(error=errno.errorcode[error]):
                one = trial.Trial()
                self.addCleanup(one.site.close)
                one.site.start()
                one.layer.arm(1, power_loss.FAIL, error, mask=1 << disk_model.SYNC)
                with self.assertRaises(life.Interrupted):
                    one.life.report_events()  # nothing but a commit
                self.assertEqual(one.layer.fired, "sync")
                self.assertFalse(one.life.is_ready())
                one.check_unready()
                self.assertEqual(one.site.stop(), 0)  # whatever goes on in the background has ended
                # Not the log that failed, and no other beside it: nobody tries to mend it while it runs.
                self.assertEqual(one.layer.steps, 1, "a failed sync is tried again")
                one.layer.disarm()
                one.layer.cut_power(disk_model.DROP_ALL, random.Random(1))
                one.site.check_record()
                one.mend()

    def syncs_until_the_vault(self):
        """How many syncs the upload of one clip makes before its bytes go from the spool into the vault."""
        dry = trial.Trial(clips=1)
        self.addCleanup(dry.site.close)
        dry.site.start()
        dry.layer.log.write_bytes(b"")
        dry.life.upload(dry.life.clips[0])
        syncs = 0
        for fields, *_ in disk_model.records(dry.layer.log):
            syncs += fields[1] == disk_model.SYNC
            if fields[1] == disk_model.RENAME and fields[4] != fields[5]:
                return syncs
        self.fail("no clip went into the vault")

    def test_no_room_at_the_sync_that_makes_the_name_in_the_vault_durable(self):
        one = trial.Trial(clips=1)
        one.run(trial.Fault(power_loss.FAIL, self.syncs_until_the_vault() + 1, errno.ENOSPC,
                            mask=1 << disk_model.SYNC, cut=disk_model.DROP_ALL))
        self.assertTrue(one.unready, "a failed sync stops acceptance")

    def test_the_next_process_does_not_take_the_bytes_of_a_failed_sync_for_synced(self):
        for number in range(1, self.syncs_until_the_vault() + 3):  # with those of both folders
            with self.subTest(sync=number):
                one = trial.Trial(clips=1)
                one.run(trial.Fault(power_loss.FAIL, number, mask=1 << disk_model.SYNC))
                self.assertTrue(one.unready, "a failed sync stops acceptance")

    def test_a_start_that_cannot_sync_keeps_what_was_shown(self):
        """It finds bytes of which some were shown, and cannot know which."""
        dry = trial.Trial(clips=1)
        self.addCleanup(dry.site.close)
        dry.site.start()
        dry.layer.arm(1 << 40, power_loss.FAIL, mask=trial.CHANGES)
        clip = dry.life.clips[0]
        dry.life.create(clip)
        dry.life.append(clip, 0, len(clip.sealed) // 2)
        after = dry.layer.steps + 2  # both writes of the second half
        for cut in (None, disk_model.DROP_ALL):
            with self.subTest(cut=cut):
                one = trial.Trial(clips=1)
                one.run(trial.Fault(power_loss.FAIL, 1, mask=1 << disk_model.SYNC_ALL, at_start=True, after=after,
                                    cut=cut))
                self.assertEqual(one.fired, "sync_all")
                self.assertTrue(one.unready, "a failed sync stops acceptance")
                self.assertGreater(one.life.ledger.uploads[clip.number].offset, 0)

    def test_each_write_of_an_upload_fails(self):
        """By a disk that fails the server is stopped, by one that is full for a while; either way what was shown stands.
        In the short version some of them."""
        dry = trial.Trial(clips=1)
        self.addCleanup(dry.site.close)
        dry.site.start()
        dry.layer.log.write_bytes(b"")
        dry.life.upload(dry.life.clips[0])
        # Zeros behind the end of a log are written to spare syncs work, and the mark may stay behind: nothing hangs on
        # either.
        vital = [any(data) and not data.startswith(b"hansom-durable-mark") for fields, _, _, data, _ in disk_model.records(dry.layer.log)
                 if fields[1] == disk_model.WRITE]
        steps = [step for step in range(1, len(vital) + 1) if all(vital[max(0, step - 2):step + 1])]
        self.assertGreater(len(steps), 2)  # threads: it may come a little earlier or later
        cases = [(step, error) for step in steps for error in (errno.EIO, errno.ENOSPC)]
        chance = random.Random(trial.SEED)
        for step, error in cases if EVERY else chance.sample(cases, 4):
            with self.subTest(write=step, error=errno.errorcode[error], seed=trial.SEED):
                one = trial.Trial(clips=1)
                one.run(trial.Fault(power_loss.FAIL, step, error, mask=1 << disk_model.WRITE, cut=disk_model.DROP_ALL))
                self.assertEqual(one.fired, "write")
                self.assertTrue(one.unready or error == errno.ENOSPC, "a failed write stops acceptance")

    def test_the_receipt_comes_though_the_spool_cannot_forget_the_clip(self):
        one = trial.Trial(clips=1)
        one.run(trial.Fault(power_loss.FAIL, 1, mask=1 << disk_model.UNLINK, cut=disk_model.DROP_ALL))
        self.assertEqual(one.fired, "unlink")
        self.assertTrue(one.unready, "a failed removal stops acceptance")

    def die_when_the_name_is_in_the_vault(self):
        """A trial whose server died between the rename into the vault and the sync of it."""
        dry = trial.Trial(clips=1)
        self.addCleanup(dry.site.close)
        dry.site.start()
        dry.layer.log.write_bytes(b"")
        dry.life.upload(dry.life.clips[0])
        renames = count_until(dry.layer.log, disk_model.RENAME, lambda fields, name: fields[4] != fields[5])
        one = trial.Trial(clips=1)
        self.addCleanup(one.site.close)
        one.site.start()
        one.layer.arm(renames, power_loss.DIE_AFTER, mask=1 << disk_model.RENAME)
        with self.assertRaises(life.Interrupted):
            one.life.run()
        one.site.kill()
        one.layer.disarm()
        return one

    def test_a_kill_before_the_sync_of_the_vault_and_a_cut_after_the_commit(self):
        """The next start commits the clip; the cut must not take the name in the vault back."""
        dry = self.die_when_the_name_is_in_the_vault()
        dry.layer.forget()
        dry.site.start()
        dry.life.upload(dry.life.clips[0])  # asks until it is accepted
        unlinks = count_until(dry.layer.log, disk_model.UNLINK, lambda fields, name: name.endswith(".json"))
        one = self.die_when_the_name_is_in_the_vault()
        one.layer.arm(unlinks, power_loss.DIE_BEFORE, mask=1 << disk_model.UNLINK)
        one.site.try_start()
        one.site.server.wait(timeout=60)
        one.layer.disarm()
        self.assertEqual(len(list(one.site.data.glob("spool/*.json"))), 1, "it died before its spool forgot the clip")
        one.layer.cut_power(disk_model.DROP_ALL, random.Random(1))
        one.mend()

    def test_nothing_acknowledged_is_lost_by_a_failed_call(self):
        chance = random.Random(trial.SEED)
        start, calls = count_calls()
        print(f"seed {trial.SEED}: {len(start)} calls at start, {len(calls)} in the life", flush=True)
        self.assertGreater(len(calls), 50, "the life is not seen by the layer")
        hits, failed = collections.Counter(), []
        faults = every_fault(start, calls, chance) if EVERY else (trial.any_fault(chance, len(start), len(calls))
                                                                  for _ in trial.until_over(8))
        for number, fault in enumerate(faults, 1):
            one = trial.Trial()
            try:
                one.run(fault)
            except Exception as error:
                failed.append(str(fault))
                print(f"FAILED {number}: {fault}: hit {one.fired}: {error}\n" + "\n".join(error.__notes__), flush=True)
            hits[one.fired or "none"] += 1
            if number % 50 == 0:
                print(f"trial {number}: {fault}; {len(failed)} failed; {dict(hits)}", flush=True)
        print(f"{sum(hits.values())} trials; calls hit: {dict(hits)}", flush=True)
        self.assertEqual(failed, [], f"seed {trial.SEED}")
        self.assertLess(hits["none"], sum(hits.values()), "no fault was ever met")


if __name__ == "__main__":
    unittest.main(verbosity=2)
