"""A site to break: copied from one that was set up once, with a unit and sealed clips ready to send."""

import atexit
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "end_to_end"))
import harness  # noqa: E402: where it lies is only known now

SETTINGS = [("retention", "event_days", 0), ("retention", "request_days", 31), ("uploads", "spool_reserve_percent", 0),
            ("units", "address", '"127.0.0.1"'), ("people", "address", '"127.0.0.1"'), ("units", "threads", 1)]
REGISTER = """[[vehicle]]
unit = "unit-1"
registration = "AB12 CDE"
vin = "SALLDHM88KA302912"
vehicle_licence = "PH-100"
operator_licence = "OP-7"
driver_licence = "DR-55"
"""
MEDIA_BYTES = [1, 4096, 65536, 200_000, 70_001, 30_000]
START_SECONDS_MAX = 60
FSCK_SECONDS_MAX = 900  # a site of a thousand kills on a machine that others use as well


class Clip:
    def __init__(self, number, purpose, sealed, manifest, media_sha256):
        self.number, self.purpose, self.sealed, self.manifest = number, purpose, sealed, manifest
        self.media_sha256 = media_sha256
        self.id = harness.sha256(sealed)


def seal(unit, numbers, media_bytes, seed):
    """Clips of random media, sealed by the reference unit; every third is kept for long."""
    chance, clips = random.Random(seed), []
    for number in numbers:
        path, queue = unit.folder / f"media-{number}", unit.folder / f"queue-{number}"
        path.write_bytes(chance.randbytes(media_bytes(number)))
        purpose = "request" if number % 3 == 0 else "event"
        harness.run(harness.BIN / "hansom-unit", "--dir", unit.folder, "seal", path, "--queue", queue,
                    "--clip-number", number, "--registration", "AB12CDE", "--vehicle-licence", "PH-100",
                    "--driver-licence", "DR-55", "--start", f"2026-03-01T{number // 60 % 24:02d}:{number % 60:02d}:00Z",
                    "--duration-ms", 60000, "--purpose", purpose, "--reference", number)
        clips.append(Clip(number, purpose, next(queue.glob("*.age")).read_bytes(),
                          next(queue.glob("*.jws")).read_text().strip(), harness.sha256(path.read_bytes())))
        path.unlink()
        shutil.rmtree(queue)
    return clips


class Template:
    """Made once a process: `site/`, `unit-1/`."""
    _made = {}

    def __init__(self, clips):
        site = harness.Site(SETTINGS)
        atexit.register(shutil.rmtree, site.folder, True)
        site.start()
        unit = harness.Unit(site)
        register = site.folder / "register.toml"
        register.write_text(REGISTER)
        site.hansom("register", "load", register)
        self.clips = seal(unit, range(1, clips + 1), lambda n: MEDIA_BYTES[n % len(MEDIA_BYTES)], 1)
        if site.stop() != 0:
            raise AssertionError(site.log_tail())
        site.log.close()
        self.folder = site.folder

    @classmethod
    def get(cls, clips=12):
        if clips not in cls._made:
            cls._made[clips] = cls(clips)
        return cls._made[clips]


class FaultSite(harness.Site):
    """A copy of the template with ports of its own. `environment` is added to the server's; `parent` is where the site
    lies."""

    def __init__(self, settings=(), template=None, parent=None):
        self.template = template or Template.get()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hansom-faults-", dir=parent)).resolve()
        self.path = self.folder / "site"
        shutil.copytree(self.template.folder / "site", self.path)
        shutil.copytree(self.template.folder / "unit-1", self.folder / "unit-1")
        self.unit_port, self.people_port, self.local_port = (harness.free_port() for _ in range(3))
        self.config = self.path / "hansomd.toml"
        text = self.config.read_text()
        for section, key, value in [("units", "port", self.unit_port), ("people", "port", self.people_port),
                                    ("local", "port", self.local_port), *settings]:
            text = harness.set_key(text, section, key, value)
        self.config.write_text(text)
        self.data = self.path / "data"
        self.environment, self.wrapper = {}, []
        self.sweeping = set()  # clips that somebody asked to destroy
        self.server = None
        self.log = open(self.folder / "hansomd.log", "ab")
        self.unit = object.__new__(harness.Unit)
        self.unit.site, self.unit.name, self.unit.folder = self, "unit-1", self.folder / "unit-1"
        self.unit.certificate, self.unit.key = self.unit.folder / "unit.pem", self.unit.folder / "unit.key"

    def try_start(self):
        """Starts the server; False where it ended instead of getting ready."""
        self.server = subprocess.Popen([*self.wrapper, str(harness.BIN / "hansomd"), "--config", str(self.config)],
                                       stderr=self.log, stdout=self.log, stdin=subprocess.DEVNULL,
                                       env={**os.environ, **self.environment})
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if self.server.poll() is not None:
                return False
            try:
                self.local("/readyz")  # any answer: it may have started and not be ready
                return True
            except OSError:
                time.sleep(0.005)  # polling for an answer; bounded by the deadline
        raise AssertionError(f"hansomd neither ends nor answers after {START_SECONDS_MAX} s:\n{self.log_tail()}")

    def start(self):
        if not self.try_start():
            raise AssertionError(f"hansomd ended with {self.server.returncode}:\n{self.log_tail()}")

    def kill(self):
        if self.server.poll() is None:
            self.server.kill()
        self.server.wait()

    def fsck(self):
        """The operator's own verifier, beside the server or without it: 0 clean, 1 findings, 2 it could not look."""
        done = self.hansom("fsck", check=False, timeout=FSCK_SECONDS_MAX)
        return done.returncode, done.stdout + done.stderr

    def check_record(self):
        code, says = self.fsck()
        if code != 0:
            raise AssertionError(f"hansom fsck ends with {code}:\n{says}\n{self.log_tail()}")
