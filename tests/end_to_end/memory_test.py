"""The server's memory stays under the formula of ingest/README.md, however many units are there.

By default a thousand idle units and two hundred that upload; HANSOM_IDLE and HANSOM_UPLOADING ask for more.
Those that upload have sent a part and stand still, then send a little more.
"""

import os
import pathlib
import resource
import socket
import ssl
import time
import unittest

import harness

IDLE = int(os.environ.get("HANSOM_IDLE", "1000"))
UPLOADING = int(os.environ.get("HANSOM_UPLOADING", "200"))
CLIP_BYTES = 16 << 20
FIRST_BYTES = 100_001  # off any page
MORE_BYTES = 1_000
WAIT_SECONDS_MAX = 120

# The formula of ingest/README.md.
KIB, MIB = 1 << 10, 1 << 20
PROGRAM = 192 * MIB
CONNECTION = 64 * KIB
UPLOAD = 160 * KIB
BUFFER, BUFFERS_MAX = 512 * KIB, 2048


def allowed(connections, uploads):
    return PROGRAM + connections * CONNECTION + uploads * UPLOAD + min(2 * uploads, BUFFERS_MAX) * BUFFER


class Memory(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 4 * (IDLE + UPLOADING) + 1000
        if hard != resource.RLIM_INFINITY and hard < IDLE + 4 * UPLOADING + 1000:
            raise unittest.SkipTest(f"no more than {hard} descriptors a process are allowed here (ulimit -Hn)")
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        long = 600_000
        one_unit = [("unit_uploads_max", UPLOADING), ("unit_bodies_max", UPLOADING), ("unit_spool_percent", 100),
                    ("spool_percent", 100), ("spool_reserve_percent", 0)]
        cls.site = harness.Site([("uploads", name, value) for name, value in one_unit] +
                                [("limits", name, long) for name in
                                 ("progress_timeout_ms", "idle_timeout_ms", "header_timeout_ms")])
        cls.site.start()
        cls.unit = harness.Unit(cls.site)
        cls.context = cls.unit.context()
        cls.open = []

    @classmethod
    def tearDownClass(cls):
        for connection in cls.open:
            connection.close()
        cls.site.close()

    def connect(self):
        raw = socket.create_connection(("127.0.0.1", self.site.unit_port), timeout=60)
        connection = self.context.wrap_socket(raw, server_hostname="localhost")
        self.open.append(connection)
        return connection

    @staticmethod
    def ask(connection, head):
        connection.sendall(("\r\n".join([*head, "Host: localhost", "Tus-Resumable: 1.0.0", "", ""])).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            got = connection.recv(65536)
            if not got:
                raise AssertionError(f"the server closed after {answer}")
            answer += got
        return answer.decode().split("\r\n")

    def resident(self):
        for line in pathlib.Path(f"/proc/{self.site.server.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * KIB
        raise AssertionError("no VmRSS")

    def received(self):
        lines = self.site.local("/metrics")[1].splitlines()
        return next(int(float(line.split()[1])) for line in lines if line.startswith("hansom_upload_bytes_total "))

    def wait_for_bytes(self, wanted):
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while self.received() < wanted:
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.received()} of {wanted} bytes were taken in")
            time.sleep(0.05)  # polling; bounded by the deadline

    def upload(self, metadata):
        """Creates an upload and sends the first part of its bytes."""
        connection = self.connect()
        answer = self.ask(connection, ["POST /uploads HTTP/1.1", f"Upload-Length: {CLIP_BYTES}",
                                       f"Upload-Metadata: {metadata}", "Content-Length: 0"])
        self.assertIn(" 201 ", answer[0], answer)
        path = next(line.split(": ")[1] for line in answer if line.lower().startswith("location:"))
        head = [f"PATCH {path} HTTP/1.1", "Host: localhost", "Tus-Resumable: 1.0.0", "Upload-Offset: 0",
                "Content-Type: application/offset+octet-stream", f"Content-Length: {CLIP_BYTES}", "", ""]
        connection.sendall("\r\n".join(head).encode() + bytes(FIRST_BYTES))
        return connection

    def test_resident_size_stays_under_the_formula(self):
        self.ask(self.connect(), ["GET /v1/unit HTTP/1.1"])
        start = self.resident()
        for _ in range(IDLE):
            answer = self.ask(self.connect(), ["HEAD /uploads/0123456789abcdef0123456789abcdef HTTP/1.1"])
            self.assertIn(" 404 ", answer[0], answer)
        idle = self.resident()
        each = (idle - start) / IDLE
        print(f"{IDLE} idle connections: {idle / MIB:.0f} MiB, {each / KIB:.1f} KiB each", flush=True)
        self.assertLess(each, CONNECTION)
        self.assertLess(idle, allowed(IDLE + 1, 0))

        manifest = harness.jws({
            "unit": self.unit.name, "channel": 1, "clip_number": 1,
            "vehicle": {"registration": "AB12CDE", "vin": ""}, "vehicle_licence": "PH-100", "driver_licence": "",
            "start": "2026-03-01T10:00:00Z", "clock_state": "gnss", "duration_ms": 60000, "media_type": "video/mp4",
            "sealed_sha256": "0" * 64, "sealed_bytes": CLIP_BYTES, "media_sha256": "0" * 64, "media_bytes": CLIP_BYTES,
            "purpose": {"kind": "event", "reference": "7"}, "sound": {"present": False, "trigger": "none"},
        }, self.unit.key)
        metadata = f"manifest {harness.base64.b64encode(manifest.encode()).decode()}"
        before = self.received()
        uploads = [self.upload(metadata) for _ in range(UPLOADING)]
        for connection in uploads:
            connection.sendall(bytes(MORE_BYTES))
        self.wait_for_bytes(before + UPLOADING * (FIRST_BYTES + MORE_BYTES))
        full = self.resident()
        bound = allowed(IDLE + UPLOADING + 1, UPLOADING)
        print(f"and {UPLOADING} that upload: {full / MIB:.0f} MiB of {bound / MIB:.0f} MiB allowed", flush=True)
        self.assertLess(full, bound)


if __name__ == "__main__":
    unittest.main(verbosity=2)
