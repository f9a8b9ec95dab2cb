"""Witnesses from end to end: a real server, three real witnesses of which two are enough, one that is down, one that
lies, restarts, a split view by two servers of one key, and everything verified offline with the shipped tool."""
import http.client
import http.server
import json
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

from harness import BIN, Site, Unit, free_port, manifest, run, set_key, sha256, tus_creation

SECONDS_MAX = 60


def wait_for(what, condition):
    deadline = time.monotonic() + SECONDS_MAX
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)  # polling; bounded by the deadline
    raise AssertionError(f"after {SECONDS_MAX} s: {what}")


class Witness:
    """One `hansom witness` in a folder of its own."""

    def __init__(self, folder, name, logs):
        self.folder, self.name, self.port = folder / name, name, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        arguments = [part for log in logs for part in ("--log", log)]
        made = run(BIN / "hansom", "--json", "witness", "init", self.folder, "--name", f"{name}.example",
                   "--port", self.port, *arguments)
        self.key = json.loads(made.stdout)["verifier_key"]
        self.log_file = folder / f"{name}.log"

    def start(self):
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([str(BIN / "hansom"), "witness", "run", str(self.folder)], stderr=log,
                                            stdout=log, stdin=subprocess.DEVNULL)
        wait_for(f"{self.name} listens", lambda: self.process.poll() is not None or self.listens())
        assert self.process.poll() is None, self.log()

    def listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def log(self):
        return self.log_file.read_text(errors="replace")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()


class Liar(http.server.ThreadingHTTPServer):
    """Answers every request with what it was told to."""

    def __init__(self):
        liar = self
        self.answer, self.asked = (200, "\u2014 liar.example AAAAAAAA\n"), 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                liar.asked += 1
                status, text = liar.answer
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()

    def close(self):
        self.shutdown()
        self.thread.join()
        self.server_close()


class WitnessTest(unittest.TestCase):
    def setUp(self):
        self.site = Site(settings=[("witnesses", "policy", '"witnesses.policy"'),
                                   ("witnesses", "interval_seconds", 1), ("witnesses", "timeout_seconds", 5)])
        self.addCleanup(self.site.close)
        self.journal_key = self.site.path / "keys" / "journal.vkey"
        self.witnesses = {}
        for name in ("a", "b", "c"):
            self.witnesses[name] = Witness(self.site.folder, name, [self.journal_key])
            self.addCleanup(self.witnesses[name].close)
        self.policy = self.site.path / "witnesses.policy"

    def write_policy(self, urls=None, quorum=2):
        lines = [f"witness {name} {w.key} {(urls or {}).get(name, w.url)}" for name, w in self.witnesses.items()]
        self.policy.write_text("\n".join(lines + [f"group most {quorum} a b c", "quorum most", ""]))

    def metric(self, name, **labels):
        pattern = name + (r"\{" + ",".join(f'{k}="{v}"' for k, v in labels.items()) + r"\}" if labels else "")
        found = re.search(rf"^{pattern} (\S+)$", self.site.local("/metrics")[1], re.MULTILINE)
        return float(found.group(1)) if found else None

    def public(self, path):
        """As anybody on the network sees it: no token, no purpose."""
        context = ssl.create_default_context(cafile=self.site.server_ca())
        connection = http.client.HTTPSConnection("localhost", self.site.people_port, context=context, timeout=60)
        try:
            connection.request("GET", "/log/" + path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def size_of(self, note):
        return int(note.decode().split("\n")[1])

    def witnessed(self, at_least=1):
        """The public checkpoint once it has that size."""
        def look():
            status, note = self.public("checkpoint")
            return note if status == 200 and self.size_of(note) >= at_least else None
        return wait_for(f"a witnessed checkpoint of {at_least}", look)

    def grow(self):
        """Every look at the index is a leaf. Returns the size there is then."""
        self.site.people_json("/v1/whoami")
        return self.size_of(self.public("newest")[1])

    def verify(self, *arguments, check=True):
        return run(BIN / "hansom", "--json", "journal", "verify", "--key", self.journal_key, "--policy", self.policy,
                   *arguments, check=check)

    def test_two_of_three_are_enough_and_everything_verifies_offline(self):
        self.write_policy()
        self.site.start()
        self.assertEqual(self.public("checkpoint")[0], 503)  # nobody has cosigned
        for name in ("a", "b"):
            self.witnesses[name].start()  # c is down
        note = self.witnessed()
        for witness in ("a.example", "b.example"):
            self.assertIn(f"\u2014 {witness} ", note.decode())
        wait_for("c is missed", lambda: self.metric("hansom_witness_requests_total", witness="c",
                                                    outcome="unreachable"))
        self.assertEqual(self.metric("hansom_witnesses_behind"), 1)
        self.assertEqual(self.metric("hansom_witness_forks_total"), 0)

        # A copy of the log, and its verification without the server.
        mirror, old = self.site.folder / "mirror", self.site.folder / "old.checkpoint"
        self.mirror(mirror)
        shutil.copy(mirror / "checkpoint", old)
        for _ in range(270):
            size = self.grow()
        self.witnessed(size)
        copied = self.mirror(mirror)
        self.assertGreaterEqual(copied["tree_size"], size)
        proven = json.loads(self.verify("--mirror", mirror, "--from", old).stdout)
        self.assertTrue(proven["valid"])
        self.assertEqual(proven["leaves"], proven["tree_size"])
        self.assertEqual(proven["old_size"], self.size_of(old.read_bytes()))

        # A proof to carry.
        proof = self.site.folder / "leaf.tlog-proof"
        proof.write_bytes(self.public("proof/3")[1])
        self.assertEqual(json.loads(self.verify("--proof", proof).stdout)["leaf_index"], 3)
        proof.write_bytes(proof.read_bytes().replace(b"index 3\n", b"index 4\n"))
        self.assertEqual(self.verify("--proof", proof, check=False).returncode, 5)

        # Damage to the copy is found.
        tile = mirror / "tile" / "0" / "000"
        bits = bytearray(tile.read_bytes())
        bits[4000] ^= 4
        tile.write_bytes(bits)
        self.assertEqual(self.verify("--mirror", mirror, check=False).returncode, 5)

        # Restarts: of the server, which shows what was cosigned before it asks anybody, and of a witness.
        self.site.kill()
        self.witnesses["b"].kill()
        self.witnesses["b"].start()
        self.witnesses["c"].start()
        self.witnesses["a"].close()
        self.site.start()
        self.assertEqual(self.public("checkpoint")[0], 200)
        self.witnessed(self.grow())
        self.assertEqual(self.metric("hansom_witness_forks_total"), 0)
        self.assertEqual(self.witnesses["b"].stop(), 0)

    def mirror(self, folder):
        return json.loads(run(BIN / "hansom", "--json", "--server", f"https://localhost:{self.site.people_port}",
                              "--authority", self.site.server_ca(), "journal", "mirror", folder, "--key",
                              self.journal_key).stdout)

    def deliver(self):
        """A clip that is in the journal. Returns its digest and its media."""
        unit = Unit(self.site)
        media = bytes(range(256)) * 500
        sealed = unit.seal_with_age(media)
        status, _, body = unit.request("POST", "/uploads", {
            **tus_creation(len(sealed), manifest(unit, sealed, media, 1)),
            "Content-Type": "application/offset+octet-stream"}, sealed)
        self.assertEqual(status, 201, body)
        return sha256(sealed), media

    def test_what_is_exported_is_witnessed_first_and_proves_itself(self):
        """The witnesses are asked only once, at the start, unless an export asks them."""
        self.site.config.write_text(set_key(self.site.config.read_text(), "witnesses", "interval_seconds", 86400))
        self.write_policy()
        for name in ("a", "b"):
            self.witnesses[name].start()
        self.site.start()
        before = self.size_of(self.witnessed())
        clip, media = self.deliver()
        self.assertEqual(self.size_of(self.public("checkpoint")[1]), before)

        bundle = self.site.folder / "bundle"
        made = json.loads(self.site.hansom("--json", "export", clip, "-o", bundle, "--sealed",
                                          person="investigator").stdout)
        self.assertEqual((bundle / made["media"]).read_bytes(), media)
        self.assertGreater(made["tree_size"], made["leaf_index"])
        self.assertEqual(made["tree_size"], self.size_of(self.public("checkpoint")[1]))
        # The witnessed head covers that it was taken out: facts, media, sealed bytes and receipt are leaves.
        self.assertGreaterEqual(made["tree_size"], made["leaf_index"] + 5)

        # The server is gone; the files are enough.
        self.assertEqual(self.site.stop(), 0)
        proven = json.loads(self.verify("--bundle", bundle).stdout)
        self.assertTrue(proven["valid"] and proven["sealed_bytes_checked"])
        self.assertEqual((proven["clip"], proven["media_sha256"]), (clip, sha256(media)))
        self.assertIn("cosigned the checkpoint: a ", " ".join(proven["checked"]))
        for name in (made["media"], "clip.age", "receipt.json", "accepted.tlog-proof"):
            with self.subTest(name):
                whole = (bundle / name).read_bytes()
                at = whole.index(b"leaf") if name == "receipt.json" else len(whole) // 2
                (bundle / name).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
                self.assertNotEqual(self.verify("--bundle", bundle, check=False).returncode, 0)
                (bundle / name).unlink()
                # The sealed bytes may be left out; then nothing is said of them.
                self.assertEqual(self.verify("--bundle", bundle, check=False).returncode == 0, name == "clip.age")
                (bundle / name).write_bytes(whole)
        stranger = self.site.folder / "stranger.policy"
        stranger.write_text(f"witness c {self.witnesses['c'].key}\nquorum c\n")
        self.assertNotEqual(self.verify("--bundle", bundle, "--policy", stranger, check=False).returncode, 0)

        # Without the quorum nothing leaves, and nothing half is left.
        self.site.start()
        self.witnesses["b"].kill()
        refused = self.site.hansom("export", clip, "-o", self.site.folder / "second", check=False,
                                   person="investigator")
        self.assertIn("not_witnessed", refused.stdout + refused.stderr)
        self.assertEqual(list(self.site.folder.glob("second*")), [])
        again = self.site.hansom("export", clip, "-o", bundle, check=False, person="investigator")
        self.assertIn("already_exists", again.stdout + again.stderr)

    def test_a_liar_harms_nobody(self):
        liar = Liar()
        self.addCleanup(liar.close)
        self.write_policy(urls={"c": liar.url})
        for name in ("a", "b"):
            self.witnesses[name].start()
        self.site.start()
        self.assertNotIn("liar", self.witnessed().decode())
        wait_for("the lie is counted", lambda: self.metric("hansom_witness_requests_total", witness="c",
                                                           outcome="bad_answer"))
        self.assertEqual(self.metric("hansom_witness_forks_total"), 0)
        # It says that it saw more than there is: an alarm, and still two are enough.
        liar.answer = (409, "123456789\n")
        size = self.grow()
        wait_for("the alarm", lambda: self.metric("hansom_witness_forks_total"))
        self.assertIn("journal_forked", self.site.log_tail())
        self.witnessed(size)

    def test_a_split_view_is_seen(self):
        """Two servers with one key and one past go different ways; the witness cosigns one of them."""
        self.write_policy(quorum=1)
        self.witnesses["a"].start()
        self.site.start()
        self.witnessed()
        self.assertEqual(self.site.stop(), 0)
        first = self.site.path / "data"
        second = self.site.folder / "data-of-the-other"
        shutil.copytree(first, second)
        # The first goes on and is cosigned.
        self.site.start()
        for _ in range(5):
            size = self.grow()
        self.witnessed(size)
        self.assertEqual(self.metric("hansom_witness_forks_total"), 0)
        self.assertEqual(self.site.stop(), 0)
        # The other begins where both stood.
        shutil.rmtree(first)
        second.rename(first)
        self.site.start()
        wait_for("the alarm", lambda: self.metric("hansom_witness_forks_total"))
        self.assertIn("journal_forked", self.site.log_tail())
        for _ in range(20):  # also when it has grown past the first
            self.grow()
        forks = self.metric("hansom_witness_forks_total")
        wait_for("another alarm", lambda: self.metric("hansom_witness_forks_total") > forks)
        self.assertEqual(self.metric("hansom_witness_requests_total", witness="a", outcome="cosigned"), 0)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
