"""tus-js-client, unmodified, over a network that cuts, stalls, truncates and delays (faulty_proxy.py): every clip
arrives whole, once, with its receipt; and over plain HTTP, where what is cut off is not a record but a request."""

import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest

import harness
from faulty_proxy import FaultyProxy

NODE_MODULES = os.environ.get("HANSOM_NODE_MODULES", "")
CLIENT = pathlib.Path(__file__).parent / "tus_js_client.cjs"
SEED = int(os.environ.get("HANSOM_SEED", random.SystemRandom().randrange(1 << 32)))
MEDIA_BYTES = 9 << 20
FAULTS = 8
STRIKES = (1500, MEDIA_BYTES // 3)

# name: how tus-js-client is told to upload.
WAYS = {
    "tus, one request": {},
    "tus, many requests": {"chunkBytes": 3_000_001},
    "tus, bytes with the creation": {"duringCreation": True},
    "tus, parallel": {"parallel": 3},
    # From memory: after a break tus-js-client 4.3 says Upload-Complete: ?0 with the last bytes of a file, and never ?1.
    "IETF draft, interop 5": {"protocol": "ietf-draft-03", "inMemory": True},
    "IETF draft, interop 6": {"protocol": "ietf-draft-05", "inMemory": True},
    "IETF draft, interop 6, many requests": {"protocol": "ietf-draft-05", "inMemory": True, "chunkBytes": 3_000_001},
}


class BadNetwork(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not (NODE_MODULES and shutil.which("node")):
            raise unittest.SkipTest("HANSOM_NODE_MODULES is not set: npm clients not tried")
        print(f"seed {SEED}", flush=True)
        cls.random = random.Random(SEED)
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hansom-bad-network-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)

    def send(self, port, data, way, scheme, **more):
        """What the client printed after it had sent these bytes."""
        path = self.folder / "data"
        path.write_bytes(data)
        proxy = FaultyProxy(port, self.random.randrange(1 << 32), FAULTS, STRIKES)
        try:
            done = harness.run("node", CLIENT, json.dumps({
                "modules": str(pathlib.Path(NODE_MODULES).parent), "file": str(path), "breaks": [],
                "endpoint": f"{scheme}://localhost:{proxy.port}/uploads", **way, **more}))
        finally:
            proxy.close()
        outcome = json.loads(done.stdout.strip().split("\n")[-1])
        print(f"{outcome['requests']} answers, {proxy.connections} connections, faults {dict(proxy.seen)}", flush=True)
        self.assertTrue(outcome["done"], outcome)
        self.assertGreater(sum(proxy.seen.values()), 0, "the network was bad")
        return outcome

    def assert_nothing_left(self, spool, before, way):
        # Whoever loses the answer to a creation that brought bytes creates again.
        if not way.get("duringCreation"):
            self.assertEqual(sorted(path.name for path in spool.iterdir()), before, "nothing is left behind")

    def test_every_way_arrives_at_hansomd(self):
        site = harness.Site()
        self.addCleanup(site.close)
        site.start()
        unit = harness.Unit(site)
        spool = site.path / "data" / "spool"
        for number, (name, way) in enumerate(WAYS.items(), start=1):
            with self.subTest(name):
                media = self.random.randbytes(MEDIA_BYTES)
                sealed = unit.seal_with_age(media)
                manifest = harness.manifest(unit, sealed, media, number)
                fields = ({"Clip-Manifest": manifest} if way.get("protocol") else
                          {"Upload-Metadata": harness.tus_creation(0, manifest)["Upload-Metadata"]})
                before = sorted(path.name for path in spool.iterdir())
                outcome = self.send(site.unit_port, sealed, way, "https", headers=fields,
                                    certificate=str(unit.certificate), key=str(unit.key), authority=site.server_ca())
                self.assertTrue(outcome["receipt"], outcome)
                clip = harness.sha256(sealed)
                status, _, opened = site.people(f"/v1/clips/{clip}/media")
                self.assertEqual((status, harness.sha256(opened)), (200, harness.sha256(media)))
                self.assertEqual(len(site.people_json(f"/v1/clips/{clip}")["arrivals"]), 1)
                self.assert_nothing_left(spool, before, way)

    def test_every_way_arrives_over_plain_http(self):
        folder = self.folder / "sink"
        folder.mkdir()
        with subprocess.Popen([harness.BIN / "upload-sink", "--dir", folder], stdout=subprocess.PIPE, text=True) as sink:
            self.addCleanup(sink.terminate)
            port = int(sink.stdout.readline().split(":")[2].split("/")[0])
            for name, way in WAYS.items():
                with self.subTest(name):
                    data = self.random.randbytes(MEDIA_BYTES)
                    complete = folder / "complete"
                    before = set(complete.iterdir())
                    spooled = sorted(path.name for path in (folder / "spool").iterdir())
                    self.send(port, data, way, "http", headers={})
                    arrived = [harness.sha256(path.read_bytes()) for path in set(complete.iterdir()) - before]
                    self.assertIn(harness.sha256(data), arrived)
                    if not way.get("duringCreation") and not way.get("parallel"):
                        self.assertEqual(len(arrived), 1)
                    self.assert_nothing_left(folder / "spool", spooled, way)
            sink.terminate()


if __name__ == "__main__":
    unittest.main(verbosity=2)
