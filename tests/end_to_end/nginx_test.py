"""nginx in front, with the configuration that is shipped: units pass through with their certificates, people as HTTP."""

import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import time
import unittest

import harness
from authority import Authority

CONFIG = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "nginx-front.conf"
NODE_MODULES = os.environ.get("HANSOM_NODE_MODULES", "")
CLIENT = pathlib.Path(__file__).parent / "tus_js_client.cjs"
MEDIA_BYTES = 12 << 20
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


class Front:
    """nginx before a site, by the shipped file: only ports, places and the user are others."""

    def __init__(self, site, certificate, key):
        self.folder = site.folder / "nginx"
        self.folder.mkdir()
        self.units, self.people = harness.free_port(), harness.free_port()
        text = CONFIG.read_text()
        for pattern, replacement in [
                (r"^user www-data;$", f"user {os.environ.get('USER', 'root')};"), (r"^worker_processes auto;$", "worker_processes 1;"),
                (r"^worker_rlimit_nofile .*$", ""), (r"worker_connections 30000", "worker_connections 512"),
                (r"/run/nginx\.pid", str(self.folder / "pid")), (r"/var/log/nginx", str(self.folder)),
                (r"listen \[::\].*$", ""), (r"listen 8443 ", f"listen 127.0.0.1:{self.units} "),
                (r"listen 443 ssl", f"listen 127.0.0.1:{self.people} ssl"),
                (r"127\.0\.0\.1:18443", f"127.0.0.1:{site.unit_port}"),
                (r"127\.0\.0\.1:19443", f"127.0.0.1:{site.people_port}"),
                (r"/etc/ssl/evidence\.example/fullchain\.pem", str(certificate)),
                (r"/etc/ssl/evidence\.example/privkey\.pem", str(key)),
                (r"/var/lib/hansom/site", str(site.path)),
                # What Debian's build keeps in /var/lib.
                (r"^  server_tokens off;$", "".join(f"  {name}_temp_path {self.folder / name};\n" for name in (
                    "client_body", "proxy", "fastcgi", "uwsgi", "scgi")) + "  server_tokens off;")]:
            text, found = re.subn(pattern, replacement, text, flags=re.MULTILINE)
            if not found:
                raise AssertionError(f"{CONFIG} has no {pattern}")
        self.config = self.folder / "nginx.conf"
        self.config.write_text(text)
        harness.run(NGINX, "-t", "-q", "-c", self.config, "-e", self.folder / "error.log")
        self.process = subprocess.Popen([NGINX, "-c", self.config, "-e", self.folder / "error.log", "-g", "daemon off;"])
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.people), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise AssertionError((self.folder / "error.log").read_text()) from None
                time.sleep(0.01)  # polling; bounded by the deadline

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=20)


@unittest.skipUnless(NGINX, "nginx is not installed")
class Nginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = harness.Site()
        cls.site.start()
        cls.addClassCleanup(cls.site.close)
        cls.unit = harness.Unit(cls.site)
        public = Authority.make(cls.site.folder / "public", "Public authority")
        cls.public_ca = public.certificate
        certificate, key = public.issue("front", "localhost", usage="serverAuth", names="DNS:localhost")
        cls.front = Front(cls.site, certificate, key)
        cls.addClassCleanup(cls.front.close)
        cls.media = bytes(range(256)) * (MEDIA_BYTES // 256)
        cls.sealed = cls.unit.seal_with_age(cls.media)

    def people(self, path, fields=None):
        context = ssl.create_default_context(cafile=str(self.public_ca))
        connection = http.client.HTTPSConnection("localhost", self.front.people, context=context, timeout=60)
        token = (self.site.path / "investigator.token").read_text().strip()
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}", "Hansom-Purpose": harness.PURPOSE,
                                                 **(fields or {})})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content

    def test_units_show_their_certificates_through_it(self):
        with self.unit.tls(self.front.units) as connection:
            connection.sendall(b"GET /v1/unit HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        self.assertIn(b'"unit":"unit-1"', received)
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{self.front.units}", "-ign_eof"],
                              input=b"GET /v1/unit HTTP/1.1\r\n\r\n", capture_output=True, timeout=60, check=False)
        self.assertIn(b"SSL alert number 116", done.stderr, "hansomd's own refusal")

    def test_interim_answers_pass(self):
        with self.unit.tls(self.front.units) as connection:
            connection.sendall(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                               b"Content-Length: 13\r\nConnection: close\r\n\r\n")
            self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 100 "))
            connection.sendall(b'{"events":[]}')
            self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 200 "))

    @unittest.skipUnless(NODE_MODULES and shutil.which("node"), "HANSOM_NODE_MODULES is not set: npm clients not tried")
    def test_a_clip_arrives_and_is_played_through_it(self):
        path = self.unit.folder / "sealed.age"
        path.write_bytes(self.sealed)
        fields = harness.tus_creation(0, harness.manifest(self.unit, self.sealed, self.media, 1))
        done = harness.run("node", CLIENT, json.dumps({
            "modules": str(pathlib.Path(NODE_MODULES).parent), "file": str(path),
            "endpoint": f"https://localhost:{self.front.units}/uploads", "breaks": [0.3, 0.6], "chunkBytes": 0,
            "headers": {"Upload-Metadata": fields["Upload-Metadata"]}, "certificate": str(self.unit.certificate),
            "key": str(self.unit.key), "authority": self.site.server_ca()}))
        outcome = json.loads(done.stdout.strip().split("\n")[-1])
        self.assertTrue(outcome["done"] and outcome["receipt"], outcome)

        clip = harness.sha256(self.sealed)
        self.assertEqual(self.people(f"/v1/clips/{clip}/media"), (200, self.media))
        self.assertEqual(self.people(f"/v1/clips/{clip}/media", {"Range": "bytes=1000000-1000999"}),
                         (206, self.media[1_000_000:1_001_000]))
        status, found = self.people("/v1/clips?registration=AB12CDE&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z")
        self.assertEqual((status, [one["clip"] for one in json.loads(found)["clips"]]), (200, [clip]))
        self.assertEqual(self.people("/log/checkpoint")[0], 200)
        logged = (self.front.folder / "people.log").read_text()
        self.assertIn(" /v1/clips ", logged)
        self.assertNotIn("AB12CDE", logged, "whom people look for is not nginx's to know")


if __name__ == "__main__":
    unittest.main(verbosity=2)
