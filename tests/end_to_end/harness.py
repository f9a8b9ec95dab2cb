"""A site of its own with the real programs, over real TLS, for the end-to-end tests.

Programs come from HANSOM_BIN. Everything lies in one temporary folder and goes with it; servers are ended by pid.
"""

import base64
import hashlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

BIN = pathlib.Path(os.environ["HANSOM_BIN"])
START_SECONDS_MAX = 30
PURPOSE = "end-to-end test"


def run(*command, check=True, env=None, timeout=120, stdin=None, cwd=None):
    """Runs a program to its end; its output is in the error where it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=timeout,
                          env={**os.environ, **(env or {})}, input=stdin, cwd=cwd)
    if check and done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def free_port():
    """One that no outgoing connection is given before the server has it, nor while it is down: below the ephemeral
    ones."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def set_key(text, section, key, value):
    """Sets `key = value` in a section of a TOML text, replacing the line where it stands."""
    lines, inside, out, done = text.split("\n"), False, [], False
    for line in lines:
        header = re.match(r"\s*\[([^\]]+)\]", line)
        if header:
            if inside and not done:
                out.append(f"{key} = {value}")
                done = True
            inside = header.group(1).strip() == section
        if inside and re.match(rf"\s*#?\s*{re.escape(key)}\s*=", line) and not done:
            line, done = f"{key} = {value}", True
        out.append(line)
    if not done:
        if not inside:
            out.append(f"[{section}]")
        out.append(f"{key} = {value}")
    return "\n".join(out)


class Site:
    """One site, its server and one enrolled unit."""

    def __init__(self, settings=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hansom-e2e-"))
        self.path = self.folder / "site"
        self.unit_port, self.people_port, self.local_port = free_port(), free_port(), free_port()
        run(BIN / "hansom", "init", self.path, "--demo")
        self.config = self.path / "hansomd.toml"
        text = self.config.read_text()
        for section, key, value in [("units", "port", self.unit_port), ("people", "port", self.people_port),
                                    ("local", "port", self.local_port), *settings]:
            text = set_key(text, section, key, value)
        self.config.write_text(text)
        self.server = None
        self.log = open(self.folder / "hansomd.log", "ab")

    # --- the server -------------------------------------------------------------------------------------------
    def start(self):
        self.server = subprocess.Popen([str(BIN / "hansomd"), "--config", str(self.config)], stderr=self.log,
                                       stdout=self.log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if self.server.poll() is not None:
                raise AssertionError(f"hansomd ended with {self.server.returncode}:\n{self.log_tail()}")
            try:
                if self.local("/readyz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.01)  # polling for readiness; bounded by the deadline
        raise AssertionError(f"hansomd is not ready after {START_SECONDS_MAX} s:\n{self.log_tail()}")

    def kill(self):
        """As a power cut would: no drain."""
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        return self.server.wait(timeout=60)

    def close(self, keep=False):
        if self.server and self.server.poll() is None:
            self.kill()
        self.log.close()
        if not keep:
            shutil.rmtree(self.folder)

    def log_tail(self):
        self.log.flush()
        return "\n".join((self.folder / "hansomd.log").read_text(errors="replace").split("\n")[-40:])

    def log_size(self):
        return (self.folder / "hansomd.log").stat().st_size

    def wait_for_log(self, event, since=0, seconds=10, **patterns):
        """The first line of this event, written after `since` bytes, whose fields match the patterns."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with open(self.folder / "hansomd.log", encoding="utf-8", errors="replace") as log:
                log.seek(since)
                lines = [json.loads(line) for line in log if line.startswith("{") and line.endswith("\n")]
            for line in lines:
                if line["event"] == event and all(re.search(p, str(line.get(f, ""))) for f, p in patterns.items()):
                    return line
            time.sleep(0.01)  # polling; bounded by the deadline
        raise AssertionError(f"no {event} with {patterns} in the log:\n{self.log_tail()}")

    def resident_bytes(self):
        return int(re.search(r"VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{self.server.pid}/status").read_text())[1]) << 10

    def local(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.local_port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    # --- the operator and the people ----------------------------------------------------------------------------
    def hansom(self, *arguments, check=True, person=None, timeout=120):
        """Runs the operator's tool; `person` names the token file, the operator's by default."""
        token = self.path / f"{person or 'operator'}.token"
        return run(BIN / "hansom", "--site", self.path, "--server", f"https://localhost:{self.people_port}",
                   "--token-file", token, "--purpose", PURPOSE, *arguments, check=check, timeout=timeout)

    def people(self, path, method="GET", body=None, person="investigator", fields=None):
        """One request to the people's listener: status, fields, body."""
        context = ssl.create_default_context(cafile=self.server_ca())
        connection = http.client.HTTPSConnection("localhost", self.people_port, context=context, timeout=60)
        token = (self.path / f"{person}.token").read_text().strip()
        connection.request(method, path, body=body, headers={"Authorization": f"Bearer {token}",
                                                             "Hansom-Purpose": PURPOSE, **(fields or {})})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, dict((k.lower(), v) for k, v in answer.getheaders()), content

    def people_json(self, path, **kwargs):
        status, _, content = self.people(path, **kwargs)
        assert status == 200, (path, status, content)
        return json.loads(content)

    def server_ca(self):
        return str(self.path / "ca" / "server-ca.pem")

    def wait_until_inspected(self, clip, seconds=120):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            facts = self.people_json(f"/v1/clips/{clip}")
            if facts["state"] != "accepted":
                return facts
            time.sleep(0.05)  # polling; bounded by the deadline
        raise AssertionError(f"{clip} is not inspected after {seconds} s:\n{self.log_tail()}")


class Unit:
    """An enrolled recorder unit and its folder."""

    def __init__(self, site, name="unit-1"):
        self.site, self.name = site, name
        self.folder = site.folder / name
        run(BIN / "hansom-unit", "enrol", "--unit", name, "--dir", self.folder)
        request = self.folder / "unit.csr"
        certificate = self.folder / "unit.pem"
        site.hansom("unit", "enrol", "--request", request, "--out", certificate)
        self.certificate, self.key = certificate, self.folder / "unit.key"

    def context(self):
        context = ssl.create_default_context(cafile=self.site.server_ca())
        context.load_cert_chain(str(self.certificate), str(self.key))
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        return context

    def connect(self, timeout=30):
        return http.client.HTTPSConnection("localhost", self.site.unit_port, context=self.context(),
                                           timeout=timeout)

    def tls(self, port=None, timeout=30):
        """A connection that any bytes can be sent over."""
        plain = socket.create_connection(("localhost", port or self.site.unit_port), timeout=timeout)
        return self.context().wrap_socket(plain, server_hostname="localhost")

    def seal_with_age(self, media):
        recipient = json.loads(self.request("GET", "/v1/unit")[2])["vault_recipient"]
        return subprocess.run(["age", "-r", recipient], input=media, capture_output=True, check=True).stdout

    def request(self, method, path, fields=None, body=None):
        connection = self.connect()
        try:
            connection.request(method, path, body=body, headers=fields or {})
            answer = connection.getresponse()
            return answer.status, dict((k.lower(), v) for k, v in answer.getheaders()), answer.read()
        finally:
            connection.close()


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jws(payload, key):
    """ES256 by the openssl command: an implementation that is not ours."""
    signing_input = base64url(b'{"alg":"ES256"}') + "." + base64url(json.dumps(payload).encode())
    der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(key)], input=signing_input.encode(),
                         capture_output=True, check=True).stdout
    return signing_input + "." + base64url(raw_signature(der))


def manifest(unit, sealed, media, number):
    """Of a clip, made without our code."""
    return jws({
        "unit": unit.name, "channel": 1, "clip_number": number,
        "vehicle": {"registration": "AB12CDE", "vin": ""}, "vehicle_licence": "PH-100", "driver_licence": "",
        "start": "2026-03-01T10:00:00Z", "clock_state": "gnss", "duration_ms": 60000, "media_type": "video/mp4",
        "sealed_sha256": sha256(sealed), "sealed_bytes": len(sealed),
        "media_sha256": sha256(media), "media_bytes": len(media),
        "purpose": {"kind": "event", "reference": "7"}, "sound": {"present": False, "trigger": "none"},
    }, unit.key)


def tus_creation(length, signed_manifest):
    """The fields that create an upload."""
    encoded = base64.b64encode(signed_manifest.encode()).decode()
    return {"Tus-Resumable": "1.0.0", "Upload-Length": str(length), "Upload-Metadata": f"manifest {encoded}"}


def raw_signature(der):
    """DER SEQUENCE of two INTEGERs to r || s (RFC 7518, section 3.4)."""
    position, out = 2, b""
    for _ in range(2):
        length = der[position + 1]
        out += int.from_bytes(der[position + 2:position + 2 + length], "big").to_bytes(32, "big")
        position += 2 + length
    return out


def sha256(data):
    return hashlib.sha256(data).hexdigest()
