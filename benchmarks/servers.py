"""The servers that benchmarks run side by side, on loopback, with one site's certificates.

All need a release build; `find_programs` says so where it is missing. What they store lies in the folder of the run.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
START_SECONDS_MAX = 30


def find_programs(build, names):
    """Ends with what to do where a program is missing."""
    missing = [name for name in names if not (build / "bin" / name).exists()]
    if missing:
        sys.exit(f"not built: {', '.join(missing)} in {build / 'bin'}\n"
                 "cmake --preset release && cmake --build --preset release")
    os.environ["HANSOM_BIN"] = str(build / "bin")


def folder_of_run(name, where):
    """A temporary folder on the file system to be measured; nginx' worker must be able to enter it."""
    folder = tempfile.TemporaryDirectory(prefix=f"{name}.", dir=where)
    pathlib.Path(folder.name).chmod(0o755)
    tempfile.tempdir = folder.name  # what other modules make lies there, too
    return folder


def harness():
    """The sites of the end-to-end tests: real programs, real TLS."""
    sys.path.insert(0, str(ROOT / "tests" / "end_to_end"))
    sys.dont_write_bytecode = True
    import harness as module  # reads HANSOM_BIN when it is imported
    return module


def empty(folder):
    """Gives the room back. The files stay, empty: ext4 without a journal keeps the inodes of deleted ones back for up to
    five minutes, and who creates files meanwhile searches past all of them: a third of the time of a small clip.
    """
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_size > 0:
            os.truncate(path, 0)


def processor_seconds(pid):
    """Of a process and of its children that have ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(word) for word in fields[11:15]) / os.sysconf("SC_CLK_TCK")


class Hansomd:
    """A site with one enrolled unit, without inspection unless it is asked for."""
    protocol = "tus"

    def __init__(self, threads, inspectors=0):
        self.harness = harness()
        # All clips come from one unit; what one may take of a server is measured nowhere here.
        one_unit = [("uploads", "unit_uploads_max", 1024), ("uploads", "unit_bodies_max", 1024),
                    ("uploads", "unit_spool_percent", 100), ("uploads", "spool_percent", 100)]
        self.site = self.harness.Site([("units", "threads", threads), ("inspector", "workers", inspectors),
                                       ("scrub", "bytes_per_second", 0), *one_unit])
        self.site.start()
        self.unit = self.harness.Unit(self.site)
        self.port, self.pid = self.site.unit_port, self.site.server.pid
        answer = json.loads(self.unit.request("GET", "/v1/unit")[2])
        self.recipient = answer["vault_recipient"]
        self.tls = {"certificate": self.site.path / "tls/server.pem", "key": self.site.path / "tls/server-key.pem",
                    "authorities": self.site.path / "ca/unit-ca.pem"}

    def clean(self):
        """The journal keeps what it knows; only bytes must not fill the disk."""
        empty(self.site.path / "data" / "vault")

    def metric(self, name):
        """Its value, summed over its labels."""
        values = [float(line.split()[-1]) for line in self.site.local("/metrics")[1].splitlines()
                  if line.startswith((name + " ", name + "{"))]
        if not values:
            raise AssertionError(f"no metric {name}")
        return sum(values)

    def wait_until_inspected(self, clips):
        while self.metric("hansom_inspections_total") < clips:
            time.sleep(0.05)  # polling; inspections end, each within its own bound

    def stop(self):
        self.site.stop()
        self.site.close()


class Nginx:
    protocol = "put"

    def __init__(self, folder, tls, port):
        if not shutil.which("nginx"):
            sys.exit("nginx is missing: apt-get install nginx")
        self.folder, self.port = folder / "nginx", port
        (self.folder / "uploads").mkdir(parents=True)
        words = {"FOLDER": self.folder, "PORT": port, "CERTIFICATE": tls["certificate"], "KEY": tls["key"],
                 "AUTHORITIES": tls["authorities"], "USER": "user root;" if os.geteuid() == 0 else ""}
        text = (ROOT / "benchmarks" / "nginx.conf").read_text()
        for word, value in words.items():
            text = text.replace(f"@{word}@", str(value))
        (self.folder / "nginx.conf").write_text(text)
        self.process = subprocess.Popen(["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")])
        self.pid = self.worker()

    def worker(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                sys.exit(f"nginx ended: {(self.folder / 'nginx.log').read_text()[-2000:]}")
            if found := children.read_text().split():
                return int(found[0])
            time.sleep(0.01)
        sys.exit("nginx has no worker")

    def clean(self):
        empty(self.folder / "uploads")

    def stop(self):
        self.process.terminate()
        self.process.wait()


class TusServer:
    protocol = "tus"

    def __init__(self, build, folder, tls, port):
        if not shutil.which("node"):
            sys.exit("Node.js is missing: apt-get install nodejs npm")
        modules = self.install(build / "tus_server")
        self.folder, self.port = folder / "tus_server", port
        self.folder.mkdir()
        script = ROOT / "benchmarks" / "tus_server" / "server.mjs"
        self.process = subprocess.Popen(
            ["node", script, modules, str(port), self.folder, tls["certificate"], tls["key"], tls["authorities"]],
            stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            sys.exit("@tus/server did not start")
        self.pid = self.process.pid

    @staticmethod
    def install(where):
        """Into the build folder, and again only when the lock has changed."""
        source, done = ROOT / "benchmarks" / "tus_server", where / "installed-lock.json"
        lock = (source / "package-lock.json").read_text()
        if not done.exists() or done.read_text() != lock:
            where.mkdir(exist_ok=True)
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(source / name, where)
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional",
                            "--loglevel=error"], cwd=where, check=True)
            done.write_text(lock)
        return where

    def clean(self):
        empty(self.folder)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Load:
    """The load program, for any of the servers; a server that is no site of ours gets clips of `site`."""

    def __init__(self, build, site):
        self.program, self.site = build / "bin" / "upload_load", site

    def run(self, server, then=None, **options):
        """One measurement; its figures. `then` is called before what was stored is emptied."""
        site = server if isinstance(server, Hansomd) else self.site
        unit = site.unit
        words = [self.program, "--protocol", server.protocol, "--port", server.port, "--server", server.pid,
                 "--ca", site.site.server_ca(), "--certificate", unit.certificate, "--key", unit.key,
                 "--unit", unit.name, "--recipient", site.recipient]
        for name, value in options.items():
            words += [f"--{name.replace('_', '-')}", value]
        done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"the load on {type(server).__name__} failed")
        if then:
            then()
        server.clean()
        return json.loads(done.stdout)
