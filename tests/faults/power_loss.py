"""Runs a program with the power-loss layer loaded, and steers it: see power_loss/README.md."""

import errno
import mmap
import os
import pathlib
import struct

import disk_model

BIN = pathlib.Path(os.environ["HANSOM_BIN"])
LIBRARY = BIN / "libpower_loss.so"
VICTIM = BIN / "power_loss_victim"
CONTROL = struct.Struct("<IIQQQIIQIIQ")
CONTROL_MAGIC = 0x48464354
FAIL, DIE_BEFORE, DIE_AFTER, DIE_MIDDLE, SHORT = range(1, 6)
ACTION_NAMES = {FAIL: "fail", DIE_BEFORE: "die_before", DIE_AFTER: "die_after", DIE_MIDDLE: "die_middle",
                SHORT: "short"}
ALL_KINDS = (1 << 13) - 1
SPACE_KINDS = sum(1 << kind for kind in (disk_model.CREATE, disk_model.WRITE, disk_model.ALLOCATE,
                                         disk_model.MAKE_FOLDER))


class Layer:
    """The layer over one folder. `side` is a folder outside it for log and control page."""

    def __init__(self, folder, side, program):
        self.folder, self.program = pathlib.Path(folder).resolve(), program
        self.log, page = side / "changes.log", side / "control.page"
        page.write_bytes(bytes(mmap.PAGESIZE))
        with open(page, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        self.environment = {"LD_PRELOAD": str(LIBRARY), "HANSOM_POWER_LOSS_FOLDER": str(self.folder),
                            "HANSOM_POWER_LOSS_LOG": str(self.log), "HANSOM_POWER_LOSS_CONTROL": str(page),
                            "HANSOM_POWER_LOSS_PROGRAM": program}
        self.log.write_bytes(b"")
        self.disk = disk_model.Disk(self.folder)
        self._set(steps=0, sequence=0)

    def _get(self):
        names = ["magic", "action", "steps", "fire_at", "mask", "error", "sticky", "fired_at", "fired_kind", "_",
                 "sequence"]
        return dict(zip(names, CONTROL.unpack_from(self.page)))

    def _set(self, steps=None, sequence=None, action=0, fire_at=0, mask=ALL_KINDS, error=0, sticky=False):
        now = self._get()
        CONTROL.pack_into(self.page, 0, CONTROL_MAGIC, action, now["steps"] if steps is None else steps, fire_at, mask,
                          error, sticky, 0, 0, 0, now["sequence"] if sequence is None else sequence)

    def arm(self, step, action, error=errno.EIO, mask=ALL_KINDS, sticky=False):
        """Acts at the step-th call from now on (1: the next). Requires: the program does not run, or is idle."""
        self._set(action=action, fire_at=step, steps=0, mask=mask, error=error, sticky=sticky)

    def disarm(self):
        self._set()

    @property
    def steps(self):
        return self._get()["steps"]

    @property
    def fired(self):
        """The kind of call that was acted at; None before."""
        now = self._get()
        return disk_model.KIND_NAMES[now["fired_kind"]] if now["fired_at"] else None

    def cut_power(self, way, random):
        """Requires: the program is dead. The folder becomes what a power cut would leave; returns how many files
        and folders had something to lose."""
        self.disk.follow(self.log)
        self.disk.check_complete()
        uncovered = self.disk.cut(way, random)
        self.log.write_bytes(b"")
        return uncovered

    def forget(self):
        """Everything is durable, as after a sync of the whole disk. Requires: the program is dead."""
        self.disk.take()
        self.log.write_bytes(b"")
