"""tus-js-client, unmodified, over a network that cuts, stalls, truncates and delays (faulty_proxy.py): in each of its
protocols and in parallel, every clip arrives whole, once, with its receipt."""

import json
import os
import pathlib
import random
import shutil
import unittest

import harness
from faulty_proxy import FaultyProxy

NODE_MODULES = os.environ.get("HANSOM_NODE_MODULES", "")
CLIENT = pathlib.Path(__file__).parent / "tus_js_client.cjs"
SEED = int(os.environ.get("HANSOM_SEED", random.SystemRandom().randrange(1 << 32)))
MEDIA_BYTES = 24 << 20
FAULTS = 10

# name: how tus-js-client is told to upload.
WAYS = {
    "tus, one request": {},
    "tus, many requests": {"chunkBytes": 3_000_001},
    "tus, bytes with the creation": {"duringCreation": True},
}


@unittest.skipUnless(NODE_MODULES and shutil.which("node"), "HANSOM_NODE_MODULES is not set: npm clients not tried")
class BadNetwork(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"seed {SEED}", flush=True)
        cls.random = random.Random(SEED)
        cls.site = harness.Site()
        cls.site.start()
        cls.addClassCleanup(cls.site.close)
        cls.unit = harness.Unit(cls.site)

    def upload(self, number, way):
        """(the clip's id, what the client printed) of fresh bytes sent that way."""
        media = self.random.randbytes(MEDIA_BYTES)
        sealed = self.unit.seal_with_age(media)
        path = self.unit.folder / f"sealed-{number}"
        path.write_bytes(sealed)
        manifest = harness.manifest(self.unit, sealed, media, number)
        proxy = FaultyProxy(self.site.unit_port, self.random.randrange(1 << 32), FAULTS)
        try:
            done = harness.run("node", CLIENT, json.dumps({
                "modules": str(pathlib.Path(NODE_MODULES).parent), "file": str(path), "breaks": [],
                "endpoint": f"https://localhost:{proxy.port}/uploads",
                "certificate": str(self.unit.certificate), "key": str(self.unit.key),
                "authority": self.site.server_ca(), "headers": self.creation_fields(way, manifest), **way}))
        finally:
            proxy.close()
        outcome = json.loads(done.stdout.strip().split("\n")[-1])
        print(f"{outcome['requests']} answers, {proxy.connections} connections, faults {dict(proxy.seen)}", flush=True)
        self.assertTrue(outcome["done"] and outcome["receipt"], outcome)
        self.assertGreater(sum(proxy.seen.values()), 1, "the network was bad")
        status, _, opened = self.site.people(f"/v1/clips/{harness.sha256(sealed)}/media")
        self.assertEqual((status, harness.sha256(opened)), (200, harness.sha256(media)))
        self.assertEqual(len(self.site.people_json(f"/v1/clips/{harness.sha256(sealed)}")["arrivals"]), 1)

    @staticmethod
    def creation_fields(way, manifest):
        return {"Upload-Metadata": harness.tus_creation(0, manifest)["Upload-Metadata"]}

    def test_every_way_arrives(self):
        for number, (name, way) in enumerate(WAYS.items(), start=1):
            with self.subTest(name):
                before = self.spooled()
                self.upload(number, way)
                # Whoever loses the answer to a creation that brought bytes creates again.
                if not way.get("duringCreation"):
                    self.assertEqual(self.spooled(), before, "nothing is left behind")

    def spooled(self):
        return sorted(path.name for path in (self.site.path / "data" / "spool").iterdir())


if __name__ == "__main__":
    unittest.main(verbosity=2)
