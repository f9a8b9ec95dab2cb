"""Seal, break the connection anywhere, kill -9 the server any time, resume, receive: the bytes fetched equal the
bytes recorded. HANSOM_CYCLES cycles (200) from HANSOM_SEED (printed)."""

import json
import os
import random
import socket
import ssl
import subprocess
import threading
import unittest

import harness

CYCLES = int(os.environ.get("HANSOM_CYCLES", "200"))
SEED = int(os.environ.get("HANSOM_SEED", random.SystemRandom().randrange(1 << 32)))
MEDIA_BYTES_MAX = 3 << 20
ATTEMPTS_MAX = 60


class Broken(Exception):
    """The connection went, by us or by the server's death."""


class RawUpload:
    """A tus uploader that can stop after any byte."""

    def __init__(self, unit, sealed, manifest):
        self.unit, self.sealed, self.manifest = unit, sealed, manifest
        self.url, self.receipt_path = None, None
        self.shown = 0  # the largest offset the server has shown us

    def exchange(self, head, body=b"", stop_after=None):
        """Sends one request, at most stop_after bytes of its body, and reads the answer's head."""
        try:
            with socket.create_connection(("127.0.0.1", self.unit.site.unit_port), timeout=30) as plain:
                with self.unit.context().wrap_socket(plain, server_hostname="localhost") as tls:
                    tls.sendall(head)
                    if stop_after is not None and stop_after < len(body):
                        tls.sendall(body[:stop_after])
                        raise Broken("we broke it")
                    tls.sendall(body)
                    answer = b""
                    while b"\r\n\r\n" not in answer:
                        more = tls.recv(65536)
                        if not more:
                            raise Broken("no answer")
                        answer += more
        except (OSError, ssl.SSLError) as error:
            raise Broken(str(error)) from error
        if answer.startswith(b"HTTP/1.1 503"):
            raise Broken("asked to come again: " + answer.decode(errors="replace"))
        lines = answer.split(b"\r\n\r\n")[0].decode().split("\r\n")
        fields = dict((k.strip().lower(), v.strip()) for k, v in (line.split(":", 1) for line in lines[1:]))
        return int(lines[0].split()[1]), fields

    def head(self, method, path, fields):
        text = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nConnection: close\r\n"
        return (text + "".join(f"{k}: {v}\r\n" for k, v in fields.items()) + "\r\n").encode()

    def create(self):
        manifest = harness.base64.b64encode(self.manifest.encode()).decode()
        status, fields = self.exchange(self.head("POST", "/uploads", {
            "Upload-Length": len(self.sealed), "Upload-Metadata": f"manifest {manifest}", "Content-Length": 0}))
        assert status == 201, (status, fields)
        self.url = fields["location"]
        if self.url.startswith("http"):
            self.url = "/" + self.url.split("/", 3)[3]

    def offset(self):
        status, fields = self.exchange(self.head("HEAD", self.url, {}))
        assert status in (200, 204), (status, fields)
        offset = int(fields["upload-offset"])
        assert offset >= self.shown, f"an offset shown before was {self.shown}, now it is {offset}"
        self.shown = offset
        return offset

    def append(self, offset, stop_after):
        body = self.sealed[offset:]
        status, fields = self.exchange(self.head("PATCH", self.url, {
            "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream",
            "Content-Length": len(body)}), body, stop_after)
        if status == 409:  # the request broken off before was still being kept: ask for the offset again
            raise Broken("the offset has moved on")
        assert status == 204, (status, fields)
        self.shown = int(fields["upload-offset"])
        assert self.shown == len(self.sealed), fields
        self.receipt_path = fields["hansom-receipt"]


class Cycles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"seed {SEED}, {CYCLES} cycles", flush=True)
        cls.random = random.Random(SEED)
        cls.site = harness.Site()
        cls.site.start()
        cls.unit = harness.Unit(cls.site)
        cls.kills = cls.breaks = cls.deferrals = 0

    @classmethod
    def tearDownClass(cls):
        print(f"{cls.breaks} broken connections, {cls.deferrals} of them deferrals, {cls.kills} kills", flush=True)
        cls.site.close()

    def seal(self, number, media):
        """By the reference unit; returns the sealed bytes and the manifest JWS."""
        folder = self.unit.folder / f"clip-{number}"
        path = self.unit.folder / f"media-{number}.mp4"
        path.write_bytes(media)
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "seal", path, "--queue", folder,
                    "--clip-number", number, "--registration", "AB12 CDE", "--vehicle-licence", "PH-100",
                    "--start", "2026-03-01T10:00:00Z", "--duration-ms", 60000, "--clock-state", "gnss",
                    "--purpose", "event", "--reference", "7")
        path.unlink()
        sealed = next(folder.glob("*.age"))
        return folder, sealed, sealed.read_bytes(), next(folder.glob("*.jws")).read_text().strip()

    def kill_soon(self):
        """Kills the server from another thread at a random moment of the request that follows."""
        timer = threading.Timer(self.random.random() * 0.06, self.site.kill)
        timer.start()
        return timer

    def upload_raw(self, sealed, manifest):
        upload = RawUpload(self.unit, sealed, manifest)
        for _ in range(ATTEMPTS_MAX):
            trouble = self.random.choice(["none", "break", "break", "kill"])
            timer = self.kill_soon() if trouble == "kill" else None
            try:
                if upload.url is None:
                    upload.create()
                offset = upload.offset()
                if offset == len(sealed):
                    status, fields = upload.exchange(upload.head("HEAD", upload.url, {}))
                    upload.receipt_path = fields.get("hansom-receipt")
                    if upload.receipt_path:
                        return upload
                stop = self.random.randrange(len(sealed) - offset + 1) if trouble == "break" else None
                upload.append(offset, stop)
                return upload
            except Broken as broken:
                type(self).breaks += 1
                if "come again" in str(broken):
                    type(self).deferrals += 1
            finally:
                if timer:
                    timer.join()
                    type(self).kills += 1
                    self.site.start()
        raise AssertionError(f"not uploaded after {ATTEMPTS_MAX} attempts")

    def upload_with_unit(self, folder):
        """hansom-unit by itself, the server killed under it."""
        client = subprocess.Popen([str(harness.BIN / "hansom-unit"), "--dir", str(self.unit.folder), "upload",
                                   "--queue", str(folder), "--limit-rate", "8M"], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
        for _ in range(self.random.randrange(3)):
            timer = self.kill_soon()
            timer.join()
            type(self).kills += 1
            self.site.start()
        output, _ = client.communicate(timeout=120)
        self.assertEqual(client.returncode, 0, output)

    def check(self, media, sealed):
        clip = harness.sha256(sealed)
        status, _, opened = self.site.people(f"/v1/clips/{clip}/media")
        self.assertEqual(status, 200, opened[:300])
        self.assertEqual(harness.sha256(opened), harness.sha256(media))
        status, _, stored = self.site.people(f"/v1/clips/{clip}/sealed")
        self.assertEqual((status, harness.sha256(stored)), (200, clip))
        facts = self.site.people_json(f"/v1/clips/{clip}")
        return facts

    def test_cycles(self):
        for number in range(1, CYCLES + 1):
            media = self.random.randbytes(self.random.choice([0, 1, 65535, 65536, 65537]) if number % 10 == 0
                                          else self.random.randrange(MEDIA_BYTES_MAX))
            folder, _, sealed, manifest = self.seal(number, media)
            with self.subTest(cycle=number, media_bytes=len(media), seed=SEED):
                if number % 2:
                    upload = self.upload_raw(sealed, manifest)
                    first = self.unit.request("GET", upload.receipt_path)
                    second = self.unit.request("GET", upload.receipt_path)
                    self.assertEqual(first[0], 200, first)
                    self.assertEqual(first[2], second[2], "the receipt is the same each time")
                    receipt = self.unit.folder / f"receipt-{number}.json"
                    receipt.write_bytes(first[2])
                    self.site.hansom("receipt", "verify", receipt)
                    self.assertEqual(json.loads(first[2])["clip"], harness.sha256(sealed))
                else:
                    self.upload_with_unit(folder)
                facts = self.check(media, sealed)
                self.assertEqual(len(facts["arrivals"]), 1, facts)

    def test_the_journal_verifies_afterwards(self):
        self.assertEqual(self.site.stop(), 0, self.site.log_tail())
        self.site.hansom("journal", "verify")


if __name__ == "__main__":
    unittest.main(verbosity=2)
