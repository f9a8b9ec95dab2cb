"""Programs we did not write: tus-js-client uploads, age and age-encryption seal, age opens what we seal."""

import json
import os
import pathlib
import random
import shutil
import subprocess
import unittest

import harness

NODE_MODULES = os.environ.get("HANSOM_NODE_MODULES", "")
HERE = pathlib.Path(__file__).parent
SEED = int(os.environ.get("HANSOM_SEED", random.SystemRandom().randrange(1 << 32)))
MEDIA_BYTES = 5 << 20
INTERRUPTED_BYTES = 48 << 20  # far more than the sockets between client and server hold


class ForeignClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"seed {SEED}", flush=True)
        cls.random = random.Random(SEED)
        cls.site = harness.Site()
        cls.site.start()
        cls.unit = harness.Unit(cls.site)
        cls.recipient = json.loads(cls.unit.request("GET", "/v1/unit")[2])["vault_recipient"]

    @classmethod
    def tearDownClass(cls):
        cls.site.close()

    def upload(self, sealed, jws):
        """In one request, with Python's own HTTP client."""
        return self.unit.request("POST", "/uploads", {
            **harness.tus_creation(len(sealed), jws), "Content-Type": "application/offset+octet-stream"}, sealed)

    def assert_fetched(self, sealed, media):
        clip = harness.sha256(sealed)
        status, _, opened = self.site.people(f"/v1/clips/{clip}/media")
        self.assertEqual((status, harness.sha256(opened)), (200, harness.sha256(media)))

    def test_a_clip_sealed_by_age_is_taken_and_opened(self):
        media = self.random.randbytes(MEDIA_BYTES)
        sealed = self.unit.seal_with_age(media)
        status, fields, body = self.upload(sealed, harness.manifest(self.unit, sealed, media, 1))
        self.assertEqual(status, 201, body)
        self.assertEqual(int(fields["upload-offset"]), len(sealed))
        self.assert_fetched(sealed, media)

    def test_age_opens_what_the_unit_seals(self):
        media = self.random.randbytes(200_000)
        path = self.unit.folder / "media.mp4"
        path.write_bytes(media)
        queue = self.unit.folder / "for-age"
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "seal", path, "--queue", queue,
                    "--clip-number", 3, "--registration", "AB12CDE", "--vehicle-licence", "PH-100",
                    "--start", "2026-03-01T10:00:00Z", "--duration-ms", 1000, "--purpose", "request",
                    "--reference", "R-1")
        identity = self.site.path / "keys" / "vault-identity.txt"
        opened = subprocess.run(["age", "-d", "-i", str(identity), str(next(queue.glob("*.age")))],
                                capture_output=True, check=True).stdout
        self.assertEqual(opened, media)

    @unittest.skipUnless(NODE_MODULES and shutil.which("node"), "HANSOM_NODE_MODULES is not set: npm clients not tried")
    def test_a_clip_sealed_by_age_encryption_is_taken_and_opened(self):
        media = self.random.randbytes(MEDIA_BYTES)
        script = f"""
            import {{ Encrypter }} from {json.dumps(str(pathlib.Path(NODE_MODULES) / "age-encryption/dist/index.js"))};
            import fs from 'node:fs';
            const encrypter = new Encrypter();
            encrypter.addRecipient({json.dumps(self.recipient)});
            process.stdout.write(await encrypter.encrypt(fs.readFileSync(0)));
        """
        sealed = subprocess.run(["node", "--input-type=module", "-e", script], input=media, capture_output=True,
                                check=True).stdout
        status, _, body = self.upload(sealed, harness.manifest(self.unit, sealed, media, 2))
        self.assertEqual(status, 201, body)
        self.assert_fetched(sealed, media)

    @unittest.skipUnless(NODE_MODULES and shutil.which("node"), "HANSOM_NODE_MODULES is not set: npm clients not tried")
    def test_tus_js_client_uploads_with_interruptions(self):
        media = self.random.randbytes(INTERRUPTED_BYTES)
        sealed = self.unit.seal_with_age(media)
        path = self.unit.folder / "tus-js.age"
        path.write_bytes(sealed)
        for number, chunk_bytes in enumerate([0, 7_000_001], start=10):
            with self.subTest(chunk_bytes=chunk_bytes):
                arguments = {
                    "modules": str(pathlib.Path(NODE_MODULES).parent),
                    "endpoint": f"https://localhost:{self.site.unit_port}/uploads", "file": str(path),
                    "headers": {"Upload-Metadata": harness.tus_creation(
                        0, harness.manifest(self.unit, sealed, media, number))["Upload-Metadata"]},
                    "certificate": str(self.unit.certificate), "key": str(self.unit.key),
                    "authority": self.site.server_ca(), "breaks": [0.15, 0.4, 0.7], "chunkBytes": chunk_bytes,
                }
                done = harness.run("node", HERE / "tus_js_client.cjs", json.dumps(arguments))
                outcome = json.loads(done.stdout.strip().split("\n")[-1])
                self.assertTrue(outcome["done"], outcome)
                self.assertTrue(outcome["receipt"], outcome)
                self.assertGreater(outcome["broken"], 0, "the interruptions did interrupt")
        self.assert_fetched(sealed, media)
        facts = self.site.people_json(f"/v1/clips/{harness.sha256(sealed)}")
        self.assertEqual(len(facts["arrivals"]), 2, "twice sent: one master, two arrivals")


if __name__ == "__main__":
    unittest.main(verbosity=2)
