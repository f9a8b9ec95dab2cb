"""The runbook carried out: every command line of its pages, in their order, on a site of its own, with what a person would
fill in. Where a page says what will be seen then, that is looked for."""

import base64
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

import harness
from backup_test import send
from runbook_test import RUNBOOK

# What a person looks at on the machine: there, or not, without anything of ours.
LOOKING = ("journalctl", "dmesg", "df", "mount")
SHARED_MEMORY = pathlib.Path("/dev/shm")  # mostly another file system than the site's: "another disk"


def pages():
    """Title -> the blocks of shell below it, each a list of lines."""
    out = {}
    for part in re.split(r"(?m)^## ", RUNBOOK.read_text())[1:]:
        title, text = part.split("\n", 1)
        out[title] = [block.splitlines() for block in re.findall(r"```sh\n(.*?)```", text, re.S)]
    return out


class Drill(unittest.TestCase):
    def setUp(self):
        self.pages, self.done = pages(), set()
        self.site = harness.Site([("retention", "event_days", 0), ("scrub", "bytes_per_second", 1 << 34)])
        self.addCleanup(self.site.close)
        self.elsewhere = pathlib.Path(tempfile.mkdtemp(dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None))
        self.addCleanup(shutil.rmtree, self.elsewhere)
        self.running = []
        self.addCleanup(self.end_running)
        self.words = {"http://127.0.0.1:9480": f"http://127.0.0.1:{self.site.local_port}",
                      "/mnt/backup/site": str(self.elsewhere / "backup"), "/mnt/keys/site": str(self.elsewhere / "keys"),
                      "/srv/hansom/restored": str(self.site.folder / "restored")}
        self.site.start()
        self.unit = harness.Unit(self.site)
        self.receipts = {}

    def end_running(self):
        for process in self.running:
            process.terminate()
            process.wait(timeout=30)

    # --- a person at a shell in the site's folder -------------------------------------------------------------------
    def carry_out(self, title, **words):
        """Every block of a page. Returns what the lines printed."""
        return [said for number in range(len(self.pages[title])) for said in self.block(title, number, **words)]

    def block(self, title, number, **words):
        self.done.add((title, number))
        return [self.line(line, words) for line in self.pages[title][number]]

    def line(self, line, words):
        line = line.split("  #")[0]
        for word, meant in {**self.words, **words}.items():
            line = re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", lambda _, meant=meant: str(meant), line)
        command, _, into = line.partition(" > ")
        said = self.command(shlex.split(command))
        if into:
            (self.site.path / into).write_text(said)
        return said

    def command(self, words):
        if words[0] in LOOKING:
            return ""
        if words[0] == "systemctl":
            return self.service(words[1])
        if words[0] == "curl":
            return self.site.local(re.sub(r"^http://[^/]+", "", words[-1]))[1]
        if words[0] == "hansomd" and "--check-config" not in words:  # it stays
            self.site.config = pathlib.Path(words[words.index("--config") + 1])
            self.site.path = self.site.config.parent
            self.site.start()
            return ""
        if words[:3] == ["hansom", "witness", "run"]:
            self.running.append(self.spawn(words))
            return ""
        program = harness.BIN / words[0] if words[0].startswith("hansom") else words[0]
        where = self.unit.folder if words[0] == "hansom-unit" else self.site.path
        with self.subTest(" ".join(words)):
            return harness.run(program, *words[1:], cwd=where, env={"HANSOM_PURPOSE": "a drill"}).stdout

    def spawn(self, words):
        return subprocess.Popen([str(harness.BIN / words[0]), *words[1:]], cwd=self.site.path, stderr=self.site.log,
                                stdout=self.site.log, stdin=subprocess.DEVNULL)

    def service(self, verb):
        if verb in ("stop", "restart") and self.site.server.poll() is None:
            self.assertEqual(self.site.stop(), 0)
        if verb in ("start", "restart") and self.site.server.poll() is not None:
            self.site.start()
        if verb == "reload":
            self.site.server.send_signal(signal.SIGHUP)
        return ""

    def listed(self, *arguments):
        return json.loads(self.site.hansom("--json", *arguments).stdout)

    def object_of(self, clip):
        return next(self.site.path.glob(f"data/vault/*/{clip}.age"))

    def until(self, what, look):
        deadline = time.monotonic() + 60
        while not look():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.05)  # polling; bounded by the deadline

    # --- the pages -----------------------------------------------------------------------------------------------------
    def test_a_bad_night(self):
        first = send(self.unit, 1, self.receipts, purpose="request")
        due = send(self.unit, 2, self.receipts)
        for clip in (first, due):
            self.site.wait_until_inspected(clip)
        self.stand_and_look(due)
        self.inspectors()
        self.damage(first)
        self.restore()
        self.rotate()
        self.leaks()
        self.witness()
        self.assertEqual(self.done, {(title, number) for title, blocks in self.pages.items()
                                     for number in range(len(blocks))}, "every block of the runbook was carried out")

    def stand_and_look(self, due):
        self.assertEqual(self.carry_out("Is it well?")[0], "ready\n")
        self.carry_out("Start and stop")
        self.site.start()
        plan = self.listed("sweep", "plan")
        self.assertEqual([item["clip"] for item in plan["items"]], [due])
        self.carry_out("The disk is full", DIGEST=plan["plan"])
        self.assertEqual(self.site.people_json(f"/v1/clips/{due}")["state"], "destroyed")
        self.carry_out("A write or a sync failed")
        self.service("stop")
        self.carry_out("The store is damaged")
        self.site.start()
        self.carry_out("A certificate ends")
        self.until("the certificates are read again", lambda: "certificate_renewed" in self.site.log_tail())

    def inspectors(self):
        """A limit that the inspector of a thousand key frames cannot keep; then the one from before."""
        title = "Inspectors die"
        if not shutil.which("ffmpeg"):
            print(f"ffmpeg is missing: no footage to make, the page '{title}' is not carried out", flush=True)
            self.done.update((title, number) for number in range(len(self.pages[title])))
            return
        second, media = self.site.folder / "second.mp4", self.site.folder / "busy.mp4"
        harness.run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=25:duration=1", "-c:v",
                    "libx264", "-preset", "ultrafast", "-g", "1", "-pix_fmt", "yuv420p", second)
        harness.run("ffmpeg", "-v", "error", "-stream_loop", "39", "-i", second, "-c", "copy", media)
        enough = self.site.config.read_text()
        self.site.config.write_text(harness.set_key(enough, "inspector", "wall_seconds", 1))
        self.service("restart")
        clip = send(self.unit, 5, self.receipts, purpose="request", media=media.read_bytes())
        self.assertEqual(self.site.wait_until_inspected(clip)["state"], "undecodable")
        said = self.block(title, 0)
        self.assertRegex(said[0], r"(?m)^hansom_inspectors_died_total 3$")
        self.assertRegex(self.site.log_tail(), rf'"inspector_died".*{clip}')
        said = self.block(title, 1, CLIP=clip)
        for line in said:
            self.assertIn("killed_time", line)
        self.site.config.write_text(enough)
        self.block(title, 2, CLIP=clip, TIME="2020-01-01T00:00:00Z")
        self.until("an inspector has looked at it", lambda: len(self.reports(clip)) > 1)
        self.assertEqual([(report["outcome"], report["holds"]) for report in self.reports(clip)],
                         [("undecodable", False), ("decodable", True)])

    def reports(self, clip):
        return json.loads(self.site.hansom("--json", "inspect", "--reports", clip, person="investigator").stdout)["reports"]

    def damage(self, clip):
        """A backup on another disk, a wrong bit, and the object put back from there."""
        self.carry_out("Backup")
        path = self.object_of(clip)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.chmod(0o640)
        path.write_bytes(content)
        path.chmod(0o440)
        self.scrub_until([clip])
        self.assertEqual(json.loads(self.site.people(f"/v1/clips/{clip}/media")[2])["token"], "object_damaged")
        self.assertRegex(self.site.log_tail(), rf'"object_damaged".*{clip}')
        said = self.block("A clip is damaged", 0)[0]
        self.assertIn(clip, said)
        self.until("no pass is running", lambda: not self.listed("scrub", "show")["running"])
        said = self.block("A clip is damaged", 1, BACKUP=self.elsewhere / "backup", AB=clip[:2], OBJECT=clip)
        self.assertTrue(said[0].startswith(clip), "sha256sum says its name")
        self.until("the pass is over", lambda: self.listed("scrub", "show")["damaged"] == [])
        self.assertEqual(self.site.people(f"/v1/clips/{clip}/media")[0], 200)

    def scrub_until(self, damaged):
        def passed():
            self.site.hansom("scrub", "start", check=False)  # refused while one runs
            return [item["object"] for item in self.listed("scrub", "show")["damaged"]] == damaged
        self.until("the scrubber finds it", passed)

    def restore(self):
        self.site.kill()
        self.carry_out("Restore")
        self.assertEqual(self.site.local("/readyz")[0], 200)
        self.assertEqual(self.site.path, self.site.folder / "restored")

    def rotate(self):
        old = self.listed("key", "list")["vault_recipient"]
        enrol = ["hansom", "unit", "enrol", "--request", str(self.unit.folder / "unit.csr"), "--out",
                 str(self.unit.certificate)]
        lines = self.pages["Rotate a key"][0]
        self.done.add(("Rotate a key", 0))
        for line in lines:
            if "retire-units" in line:
                self.command([*enrol, "--keep-previous"])  # "Enrol every unit again ..., then retire the old authority"
            self.line(line, {"AGE1": old})
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "status", "--save")
        self.site.wait_until_inspected(send(self.unit, 3, self.receipts, purpose="request"))

    def leaks(self):
        title = "A key leaked"
        forged = self.site.path / "forged.checkpoint"
        leaked = self.newest("keys/journal*.pem")
        said = self.block(title, 0)
        self.assertIn("is the beginning of this journal", said[-1])
        self.forge(leaked, forged)
        refused = self.site.hansom("journal", "verify", "--from", forged, check=False)
        self.assertEqual(refused.returncode, 5, refused.stdout)
        self.assertIn("old_checkpoint_damaged", refused.stdout)

        recipient = self.listed("key", "list")["vault_recipient"]
        self.block(title, 1, AGE1=recipient)
        self.site.wait_until_inspected(send(self.unit, 4, self.receipts, purpose="request"))

        authority = self.newest("ca/unit-ca*[0-9].pem").relative_to(self.site.path)
        self.block(title, 2, **{"UNIT.csr": self.unit.folder / "unit.csr", "UNIT.pem": self.unit.certificate,
                                "ca/unit-ca.pem": authority})
        self.assertEqual(self.unit.request("GET", "/v1/unit")[0], 200)

        folder = self.site.folder / "unit-again"
        standing = self.unit.connect()
        self.block(title, 3, UNIT=self.unit.name, **{"NEWDIR/unit.csr": folder / "unit.csr",
                                                     "NEWDIR/unit.pem": folder / "unit.pem", "NEWDIR": folder})
        standing.close()
        old, self.unit.folder = self.unit, folder
        self.assertEqual(old.request("GET", "/v1/unit")[0], 403)
        self.unit.certificate, self.unit.key = folder / "unit.pem", folder / "unit.key"
        self.assertEqual(self.unit.request("GET", "/v1/unit")[0], 200)

        leaked = self.site.path / "investigator.token"
        token = next(one for one in self.listed("token", "list")["tokens"] if one["role"] == "investigator")
        self.block(title, 4, ID=token["token_id"], PERSON="somebody")
        self.assertEqual(self.site.people("/v1/whoami")[0], 401, "the leaked one")
        shutil.move(self.site.path / "person.token", leaked)
        self.assertEqual(self.site.people("/v1/whoami")[0], 200)

    def newest(self, pattern):
        return max(self.site.path.glob(pattern), key=lambda path: path.stat().st_mtime_ns)

    def forge(self, key, into):
        """A checkpoint of a longer journal, signed with a key that leaked."""
        note = self.site.hansom("journal", "checkpoint").stdout
        origin, size, _ = note.split("\n")[:3]
        text = f"{origin}\n{int(size) + 1}\n{base64.b64encode(bytes(32)).decode()}\n"
        message = into.with_suffix(".text")
        message.write_text(text)
        signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", str(key), "-rawin", "-in", str(message)],
                                   capture_output=True, check=True).stdout
        public = subprocess.run(["openssl", "pkey", "-in", str(key), "-pubout", "-outform", "DER"], capture_output=True,
                                check=True).stdout[-32:]
        identity = bytes.fromhex(harness.sha256(origin.encode() + b"\n\x01" + public))[:4]
        into.write_text(f"{text}\n\u2014 {origin} {base64.b64encode(identity + signature).decode()}\n")

    def witness(self):
        title = "Witnesses"
        self.block(title, 0, **{"keys/journal.vkey": "keys/journal-newest.vkey"})
        config = self.site.path / "witness" / "witness.toml"
        port = int(re.search(r"(?m)^port = (\d+)$", config.read_text()).group(1))

        def listens():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        self.until("the witness listens", listens)
        policy = re.search(r"```\n(witness main.*?)```", RUNBOOK.read_text(), re.S).group(1)
        key = (self.site.path / "witness" / "witness.vkey").read_text().strip()
        policy = policy.replace("WITNESS-KEY", key).replace("https://witness.example", f"http://127.0.0.1:{port}")
        (self.site.path / "witnesses.policy").write_text(policy)
        text = self.site.config.read_text()
        for name, value in [("policy", '"witnesses.policy"'), ("interval_seconds", 1)]:
            text = harness.set_key(text, "witnesses", name, value)
        self.site.config.write_text(text)
        check, *looks = self.pages[title][1]
        self.done.add((title, 1))
        self.line(check, {})
        self.line(looks[0], {})

        def public():
            return self.site.local("/metrics")[1]
        self.until("the witness has cosigned",
                   lambda: re.search(r'(?m)^hansom_witness_requests_total\{.*outcome="cosigned".*\} [1-9]', public()))
        said = [self.line(line, {}) for line in looks[1:]]
        self.assertIn("hansom_witnesses_behind", said[0])
        self.assertIn("cosigned the checkpoint", said[-1])


if __name__ == "__main__":
    unittest.main(verbosity=2)
