"""One flipped bit in each kind of file: it is found by hansom fsck, or the server does not start, with an
error that names the matter; the bytes of a clip are never served changed, and nothing acknowledged is quietly gone."""

import base64
import collections
import http.client
import random
import shutil
import struct
import subprocess
import unittest

import life
import site_with_faults
import trial
from site_with_faults import harness

# A flip may be without effect in what is taken for advice, and in bytes of the spool that the manifest's digest will
# refuse when the last byte is in. Anywhere else it must be found.
HARMLESS = {"IDENTITY", "OPTIONS", "durable-mark", "spool clip", "spool facts"}
LOG_BLOCK_BYTES, LOG_HEADER = 32768, struct.Struct("<IHB")  # checksum, length, type: RocksDB's log format


def last_record(log):
    """Where the last record of a write-ahead log begins, and where it ends: zeros may follow, in which nothing lies."""
    position, last = 0, None
    while position + LOG_HEADER.size <= len(log):
        room = LOG_BLOCK_BYTES - position % LOG_BLOCK_BYTES
        if room < LOG_HEADER.size:
            position += room
            continue
        _, length, kind = LOG_HEADER.unpack_from(log, position)
        if kind == 0:
            break
        last = position
        position += LOG_HEADER.size + length
    return last, position


def public_key(path):
    """Of a private key in PEM. Nothing where it holds none."""
    found = subprocess.run(["openssl", "pkey", "-in", path, "-pubout"], capture_output=True, check=False)
    return found.stdout if found.returncode == 0 else None


def kind_of(path, data):
    """What the file is to the site."""
    name, folder = path.name, path.relative_to(data).parts[0] if path.is_relative_to(data) else "keys"
    if folder == "store":
        for prefix in ("MANIFEST", "OPTIONS", "CURRENT", "IDENTITY", "LOCK"):
            if name.startswith(prefix):
                return prefix
        return {".sst": "table", ".log": "write-ahead log"}.get(path.suffix, name)
    if folder == "spool":
        return {".json": "spool facts"}.get(path.suffix, "spool clip")
    return {"vault": "vault object"}.get(folder, name)


class BitRot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A site with clips accepted, held, destroyed and under way, with tables in its store; stopped."""
        print(f"seed {trial.SEED}", flush=True)
        cls.chance = random.Random(trial.SEED)
        cls.site = site_with_faults.FaultSite()
        cls.site.start()
        cls.life = life.Life(cls.site, cls.site.template.clips[:4])
        cls.life.run()
        cls.under_way = cls.site.template.clips[5]
        cls.life.create(cls.under_way)
        cls.life.append(cls.under_way, 0, len(cls.under_way.sealed) // 2)
        cls.life.clips = [*cls.life.clips, cls.under_way]
        cls.life.ledger.events = []  # the clip under way has none
        # Each start turns the log of the run before into tables.
        for _ in range(2):
            assert cls.site.stop() == 0
            cls.site.start()
        cls.life.hold(cls.life.clips[2].id)  # the last acknowledged thing lies in the write-ahead log alone
        cls.site.kill()
        cls.sound = cls.site.folder / "sound"
        shutil.copytree(cls.site.path, cls.sound)
        # A kill leaves tables that compaction has replaced, in which nothing is lost: a start removes them.
        cls.site.start()
        cls.tables_in_use = {path.name for path in cls.site.data.glob("store/*.sst")}

    @classmethod
    def tearDownClass(cls):
        cls.site.close()

    def test_the_length_of_the_last_record_of_the_log(self):
        """Longer than the file it looks like a commit that a crash cut short, which nobody would miss."""
        for bit in (0, 7, 9, 12, 15):  # of sixteen: shorter, longer, beyond the file
            with self.subTest(bit=bit):
                self.restore()
                path = max(self.site.data.glob("store/*.log"), key=lambda log: log.stat().st_size)
                log = bytearray(path.read_bytes())
                log[last_record(log)[0] + 4 + bit // 8] ^= 1 << bit % 8
                path.write_bytes(log)
                code, says = self.site.fsck()
                self.assertNotEqual(code, 0, says)
                self.assertFalse(self.site.try_start(), "it starts without an acknowledged hold")

    def restore(self):
        self.site.kill()
        shutil.rmtree(self.site.path)
        shutil.copytree(self.sound, self.site.path)

    def flip(self, path):
        content = bytearray(path.read_bytes())
        size = last_record(content)[1] if path.suffix == ".log" else len(content)
        bit = self.chance.randrange(size * 8)
        content[bit // 8] ^= 1 << bit % 8
        mode = path.stat().st_mode
        path.chmod(0o640)
        path.write_bytes(content)
        path.chmod(mode)
        return bit

    def outcome_of(self, path):
        """How the flip was met. Raises where something acknowledged is gone or served changed without a word."""
        before = harness.sha256(path.read_bytes())
        bit = self.flip(path)
        try:
            code, says = self.site.fsck()
            found = "found by fsck" if code != 0 else None
            if found and not says.strip():
                raise AssertionError("fsck fails and says nothing")
            mark = self.site.folder.joinpath("hansomd.log").stat().st_size
            if not self.site.try_start():
                said = self.site.folder.joinpath("hansomd.log").read_bytes()[mark:]
                if b'"error"' not in said:
                    raise AssertionError(f"the server ends and says nothing: {said[-500:]!r}")
                return found or "found at start"
            try:
                self.check_served()
                self.life.check_ledger()
                if found:
                    return found
                return "found by fsck while it runs" if self.site.fsck()[0] != 0 else self.unnoticed(path)
            except (AssertionError, life.Interrupted, http.client.HTTPException) as error:
                if found:
                    return found
                said = self.site.folder.joinpath("hansomd.log").read_bytes()[mark:]
                if b'"error"' in said:
                    return "found while it runs"
                raise AssertionError(f"not found, and: {error}") from error
        except AssertionError as error:
            error.add_note(f"bit {bit} of {path} (SHA-256 was {before}), seed {trial.SEED}\n{self.site.log_tail()}")
            raise

    def unnoticed(self, path):
        """The last line's end and a few bits of PKCS #8's first bytes (RFC 5958) say nothing of the key: with such a flip
        it is the key it was."""
        key = path.suffix == ".pem" and public_key(path)
        same = key and key == public_key(self.sound / path.relative_to(self.site.path))
        return "the same key" if same else "without effect"

    def check_served(self):
        """Whatever is damaged: media is opened right or not at all, sealed bytes that are not right are not what the
        answer says they are."""
        for clip in self.life.clips:
            status, _, media = self.site.people(f"/v1/clips/{clip.id}/media")
            if status == 200 and harness.sha256(media) != clip.media_sha256:
                raise AssertionError(f"changed media of {clip.id} were served")
            status, fields, sealed = self.site.people(f"/v1/clips/{clip.id}/sealed")
            said = f"sha-256=:{base64.b64encode(bytes.fromhex(clip.id)).decode()}:"
            if status == 200 and sealed != clip.sealed and fields.get("repr-digest") != said:
                raise AssertionError(f"changed sealed bytes of {clip.id} were served without their digest")

    def test_each_kind_of_file(self):
        self.restore()
        keys = [path.relative_to(self.site.path) for path in sorted((self.site.path / "keys").iterdir())
                if path.name in ("journal.pem", "vault-identity.txt")]
        files = [path.relative_to(self.site.path) for path in sorted(self.site.data.rglob("*"))
                 if path.is_file() and path.stat().st_size and (path.suffix != ".sst" or path.name in self.tables_in_use)
                 and (path.suffix != ".log" or last_record(path.read_bytes())[1])] + keys
        kinds = collections.defaultdict(list)
        for path in files:
            kinds[kind_of(self.site.path / path, self.site.data)].append(path)
        for needed in ("MANIFEST", "CURRENT", "table", "write-ahead log", "vault object", "spool clip", "spool facts"):
            self.assertIn(needed, kinds)
        outcomes = collections.defaultdict(collections.Counter)
        for _ in trial.until_over(2):
            for kind, paths in sorted(kinds.items()):
                with self.subTest(kind=kind):
                    self.restore()
                    outcomes[kind][self.outcome_of(self.site.path / self.chance.choice(paths))] += 1
        for kind, counts in sorted(outcomes.items()):
            print(f"{kind:18} {dict(counts)}", flush=True)
            if kind not in HARMLESS:
                self.assertNotIn("without effect", counts, kind)


if __name__ == "__main__":
    unittest.main(verbosity=2)
