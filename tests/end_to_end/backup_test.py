"""Backup of a running server, loss of everything, restore: what was acknowledged before is there, the rest is told."""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import threading
import unittest

import harness

SITE_RESTORED = 77  # the act's number in proto/evidence/journal.proto


class Load:
    """Seals and uploads clips until told to stop; `receipts` holds what the server acknowledged."""

    def __init__(self, unit, first=100):
        self.unit, self.number, self.receipts, self.failed = unit, first, {}, None
        self.ends, self.thread = threading.Event(), threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()

    def run(self):
        try:
            while not self.ends.is_set():
                self.number += 1
                send(self.unit, self.number, self.receipts)
        except Exception as error:  # told by the test that waits for it
            self.failed = error

    def wait_for(self, count):
        """Until so many more clips are acknowledged."""
        wanted = len(self.receipts) + count
        while len(self.receipts) < wanted and self.failed is None:
            self.ends.wait(0.01)  # polling; ends with the load
        if self.failed:
            raise self.failed


def seal(unit, number, purpose="event", media=None):
    path = unit.folder / f"media-{number}"
    path.write_bytes(media or os.urandom(20000))
    queue = unit.folder / f"queue-{number}"
    harness.run(harness.BIN / "hansom-unit", "--dir", unit.folder, "seal", path, "--queue", queue, "--clip-number",
                number, "--registration", "AB12CDE", "--vehicle-licence", "PH-100", "--start",
                f"2026-03-01T{number // 60 % 24:02d}:{number % 60:02d}:00Z", "--duration-ms", 60000, "--purpose", purpose,
                "--reference", number)
    return queue


def send(unit, number, receipts, purpose="event", media=None):
    queue = seal(unit, number, purpose, media)
    clip = harness.sha256(next(queue.glob("*.age")).read_bytes())
    harness.run(harness.BIN / "hansom-unit", "--dir", unit.folder, "upload", "--queue", queue)
    receipt = next(path for path in queue.rglob("*receipt*") if path.is_file())
    receipts[clip] = receipt.read_text()
    return clip


class Backup(unittest.TestCase):
    SETTINGS = [("retention", "event_days", 0), ("retention", "request_days", 31)]

    def setUp(self):
        self.site = harness.Site(self.SETTINGS)
        self.site.start()
        self.unit = harness.Unit(self.site)
        self.backup, self.keys = self.site.folder / "backup", self.site.folder / "keys-apart"

    def tearDown(self):
        self.site.close()

    def take(self, *arguments, check=True):
        done = self.site.hansom("--json", "backup", "--out", self.backup, *arguments, check=check)
        return json.loads(done.stdout) if check else done

    def restore(self, *arguments, check=True):
        to = self.site.folder / "restored"
        done = harness.run(harness.BIN / "hansom", "--json", "restore", "--from", self.backup, "--to", to, *arguments,
                           check=check)
        if done.returncode == 0:
            self.site.path, self.site.config = to, to / "hansomd.toml"
        return done

    def confirm(self):
        self.site.hansom("restore-confirm", "--newer-heads-lost", "the machine burnt")

    def leaf_type(self, index):
        leaf = base64.b64decode(self.site.people_json(f"/v1/journal/proof?leaf={index}")["leaf"])
        return int.from_bytes(leaf[1:3], "big")

    def test_the_drill(self):
        """Under upload load: backup, everything wrecked, restore, start, verify."""
        with Load(self.unit) as load:
            load.wait_for(5)
            before = dict(load.receipts)
            taken = self.take("--keys", self.keys)
            during = set(load.receipts) - set(before)
            load.wait_for(5)
        self.assertEqual(taken["objects_missing"], 0)
        self.assertGreaterEqual(taken["vault_objects"], len(before))
        harness.run("sha256sum", "--check", "--quiet", f"SHA256SUMS-{taken['backup']}", check=True,
                    cwd=self.backup)
        self.site.kill()
        shutil.rmtree(self.site.path)

        self.assertEqual(json.loads(self.restore("--keys", self.keys).stdout)["tree_size"], taken["tree_size"])
        refused = subprocess.run([str(harness.BIN / "hansomd"), "--config", str(self.site.config)], capture_output=True,
                                 text=True, timeout=30)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("restore_unconfirmed", refused.stderr)
        self.confirm()
        self.site.hansom("fsck")
        self.site.start()
        for clip, text in before.items():
            self.assertEqual(self.site.people(f"/v1/clips/{clip}/media")[0], 200, clip)
            receipt = self.site.folder / "receipt.json"
            receipt.write_text(text)
            self.site.hansom("receipt", "verify", receipt)
        lost = [clip for clip in load.receipts if self.site.people(f"/v1/clips/{clip}")[0] == 404]
        self.assertGreaterEqual(len(lost), 5, "what was sent after the backup is gone, and said to be gone")
        self.assertTrue(set(lost).isdisjoint(before))
        self.assertEqual(self.leaf_type(taken["tree_size"]), SITE_RESTORED, "the first leaf says so")
        send(self.unit, 900, {})  # the unit goes on as if nothing had been
        self.site.stop()
        self.site.hansom("fsck")
        self.site.start()  # a second start records nothing more
        self.assertNotEqual(self.leaf_type(taken["tree_size"] + 1), SITE_RESTORED)
        print(f"drill: {len(before)} clips before, {len(during)} during the backup, {len(lost)} lost after it")

    def test_a_second_backup_takes_what_is_new_and_drops_what_was_destroyed(self):
        receipts = {}
        first, kept = send(self.unit, 1, receipts), send(self.unit, 2, receipts, purpose="request")
        for clip in (first, kept):
            self.site.wait_until_inspected(clip)
        self.assertEqual(self.take()["objects_new"], 2)
        plan = json.loads(self.site.hansom("--json", "sweep", "plan").stdout)
        self.site.hansom("sweep", "execute", "--plan", plan["plan"])
        third = send(self.unit, 3, receipts, purpose="request")
        again = self.take()
        self.assertEqual((again["objects_new"], again["objects_removed"], again["vault_objects"]), (1, 1, 2))
        self.assertEqual(list(self.backup.rglob(f"{first}*")), [], "a destroyed clip leaves the backup")
        self.assertEqual(len(list(self.backup.glob("store-*"))), 1)
        self.assertEqual(len(list(self.backup.rglob(f"{third}.age"))), 1)
        self.assertEqual(list((self.site.path / "data" / "backup").glob("*")), [], "the server's copy is gone")

    def test_no_secret_is_in_a_backup(self):
        send(self.unit, 1, {})
        self.take("--keys", self.keys)
        secrets = [path for path in self.site.path.rglob("*") if path.is_file() and path.stat().st_mode & 0o077 == 0
                   and "data" not in path.relative_to(self.site.path).parts]
        self.assertGreaterEqual(len(secrets), 6, "journal key, identity, two authorities, TLS key, token")
        stored = [path.read_bytes() for path in self.backup.rglob("*") if path.is_file()]
        for secret in secrets:
            content = secret.read_bytes().strip()
            self.assertFalse(any(content in one for one in stored), secret)
            apart = self.keys / secret.relative_to(self.site.path)
            self.assertEqual(apart.read_bytes().strip(), content)
            self.assertEqual(apart.stat().st_mode & 0o777, 0o600)
        refused = self.take("--keys", self.backup / "keys", check=False)
        self.assertNotEqual(refused.returncode, 0, "keys inside the backup")

    def test_who_may_and_where(self):
        refused = self.site.hansom("backup", "--out", self.backup, check=False, person="investigator")
        self.assertEqual(refused.returncode, 3)
        stranger = self.site.folder / "stranger"
        stranger.mkdir()
        (stranger / "file").write_text("somebody's")
        refused = self.site.hansom("backup", "--out", stranger, check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertEqual([path.name for path in stranger.iterdir()], ["file"])
        status, _, _ = self.site.people("/v1/backups/0000000000000000/finish", method="POST", person="operator", body=json.dumps(
            {"manifest_sha256": "0" * 64, "root": "0" * 64, "tree_size": 1, "vault_objects": 0, "vault_bytes": 0}),
            fields={"Content-Type": "application/json"})
        self.assertEqual(status, 404)

    def test_damage_in_a_backup_is_found(self):
        clip = send(self.unit, 1, {})
        taken = self.take("--keys", self.keys)
        self.site.stop()
        flip(next(self.backup.rglob(f"{clip}.age")))
        done = self.restore(check=False)
        self.assertEqual(done.returncode, 5)
        self.assertIn('"vault_damaged":1', done.stdout, "restored, without that object")
        self.assertTrue((self.site.folder / "restored" / "data" / "store").is_dir())
        self.assertEqual(self.restore(check=False).returncode, 1, "a site is never built over another")
        shutil.rmtree(self.site.folder / "restored")
        flip(max((self.backup / f"store-{taken['backup']}").iterdir(), key=lambda path: path.stat().st_size))
        self.assertEqual(self.restore(check=False).returncode, 5)
        self.assertEqual([path.name for path in self.site.folder.glob("*restor*")], [], "nothing is left of it")

    def test_power_gone_in_the_middle(self):
        """A backup that was killed leaves the one before it whole, and the next one succeeds."""
        send(self.unit, 1, {})
        before = self.take()
        with Load(self.unit, first=200) as load:
            load.wait_for(2)
            command = [str(harness.BIN / "hansom"), "--site", str(self.site.path), "--purpose", harness.PURPOSE, "backup",
                       "--out", str(self.backup)]
            for delay in (0.01, 0.05, 0.1):
                running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    running.wait(timeout=delay)
                except subprocess.TimeoutExpired:
                    running.kill()
                running.wait()
                manifest = json.loads((self.backup / "manifest.json").read_text())
                harness.run("sha256sum", "--check", "--quiet", manifest["list"], cwd=self.backup)
        after = self.take("--keys", self.keys)
        self.assertGreater(after["tree_size"], before["tree_size"])
        self.site.stop()
        self.restore("--keys", self.keys, "--newer-heads-lost", "a drill")
        self.site.hansom("journal", "verify")
        self.site.start()


def flip(path):
    content = bytearray(pathlib.Path(path).read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o640)
    path.unlink()  # the object may share its bytes with the vault
    path.write_bytes(content)


if __name__ == "__main__":
    unittest.main(verbosity=2)
