"""Keys rotated beside running uploads, in files and in a token: the journal's and the vault's."""

import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import harness
from backup_test import Load, send

SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "4711-secret-pin"


class Keys(unittest.TestCase):
    def setUp(self):
        self.site = harness.Site()
        self.prepare()
        self.site.start()
        self.unit = harness.Unit(self.site)

    def prepare(self):
        """What a test does to the site before its first start."""

    def tearDown(self):
        self.site.close()

    def rotate(self, *arguments, check=True):
        done = self.site.hansom("--json", "key", "rotate-journal", "--reason", "a drill", *arguments, check=check)
        return json.loads(done.stdout) if check else done

    def holds(self, text, *arguments):
        """Whether a receipt verifies."""
        receipt = self.site.folder / "receipt.json"
        receipt.write_text(text)
        done = self.site.hansom("receipt", "verify", receipt, *arguments, check=False)
        self.assertIn(done.returncode, (0, 5), done.stderr)
        return done.returncode == 0

    def refuses_to_start(self):
        done = subprocess.run([str(harness.BIN / "hansomd"), "--config", str(self.site.config)], capture_output=True,
                              text=True, timeout=30)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def set_top(self, key, value):
        text = self.site.config.read_text()
        self.site.config.write_text(re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", text))


class JournalKey(Keys):
    def test_rotation_under_load(self):
        """No upload fails; what was signed before holds with the old key, what comes after by the chain alone."""
        first = (self.site.path / "keys" / "journal.vkey").read_text()
        alone, copy = self.site.folder / "first.vkey", self.site.folder / "copy"
        alone.write_text(first)
        with Load(self.unit) as load:
            load.wait_for(3)
            before = dict(load.receipts)
            self.site.hansom("journal", "mirror", copy, "--key", alone)
            one = self.rotate()
            self.assertEqual(one["old_key"], first.strip())
            load.wait_for(3)
            two = self.rotate()
            self.assertEqual(two["old_key"], one["new_key"])
            load.wait_for(3)
            self.site.hansom("journal", "verify")
        self.assertIsNone(load.failed)
        nothing = self.site.folder / "no-chain.json"
        nothing.write_text('{"format": "hansom-key-chain-v1", "links": []}')
        for text in load.receipts.values():
            self.assertTrue(self.holds(text), "by the site's key and chain")
        for text in before.values():
            self.assertTrue(self.holds(text, "--key", alone, "--keys", nothing), "an old receipt by the old key alone")
        newest = list(load.receipts.values())[-1]
        self.assertFalse(self.holds(newest, "--key", alone, "--keys", nothing), "a new one not without the chain")
        second = self.site.folder / "second.vkey"
        second.write_text(one["new_key"] + "\n")
        self.assertTrue(self.holds(newest, "--key", second), "the chain can be entered in the middle")
        self.assertFalse(self.holds(list(before.values())[0], "--key", second), "and does not lead back")
        self.check_damaged_chains(newest)
        self.check_copy(copy, alone, nothing)
        self.site.hansom("journal", "checkpoint")
        self.site.stop()
        for key in (alone, second):
            self.site.hansom("journal", "verify", "--key", key)
        stranger = self.site.folder / "stranger.vkey"
        other = harness.Site()
        stranger.write_text((other.path / "keys" / "journal.vkey").read_text())
        other.close()
        self.assertEqual(self.site.hansom("journal", "verify", "--key", stranger, check=False).returncode, 5)

    def check_copy(self, copy, first, nothing):
        """A copy begun before the rotations goes on after them, by the chain from the first key."""
        old = self.site.folder / "old.checkpoint"
        shutil.copy(copy / "checkpoint", old)
        self.site.hansom("journal", "mirror", copy, "--key", first)
        proof = self.site.folder / "leaf.tlog-proof"
        proof.write_bytes(self.site.people("/log/proof/3")[2])
        verify = ["journal", "verify", "--key", first]
        says = json.loads(self.site.hansom("--json", *verify, "--mirror", copy, "--from", old).stdout)
        self.assertLess(0, says["old_size"])
        self.site.hansom(*verify, "--proof", proof, "--keys", copy / "journal-chain.json")
        for refused in (["--mirror", copy], ["--proof", proof]):
            self.assertEqual(self.site.hansom(*verify, *refused, "--keys", nothing, check=False).returncode, 5)
        says = json.loads(self.site.hansom("--json", "journal", "verify", "--from", old).stdout)
        self.assertIn("is the beginning of this journal", says["checked"][-1])
        self.assertEqual(says["leaves"], int(re.match(r".*: (\d+) leaves", says["checked"][0]).group(1)))

    def check_damaged_chains(self, receipt):
        """A chain with anything changed, left out or turned round leads nowhere."""
        chain = json.loads((self.site.path / "keys" / "journal-chain.json").read_text())
        self.assertEqual(len(chain["links"]), 2)
        damaged = []
        for member in ("leaf", "salt", "record"):
            copy = json.loads(json.dumps(chain))
            content = bytearray(base64.b64decode(copy["links"][0][member]))
            content[-1] ^= 1
            copy["links"][0][member] = base64.b64encode(content).decode()
            damaged.append(copy)
        for signature in (-2, -3):  # one of the two signatures of the head is taken away
            copy = json.loads(json.dumps(chain))
            lines = copy["links"][0]["checkpoint"].split("\n")
            del lines[signature]
            copy["links"][0]["checkpoint"] = "\n".join(lines)
            damaged.append(copy)
        damaged.append({**chain, "links": chain["links"][1:]})
        damaged.append({**chain, "links": chain["links"][::-1]})
        file = self.site.folder / "damaged.json"
        for copy in damaged:
            file.write_text(json.dumps(copy))
            self.assertFalse(self.holds(receipt, "--keys", file), copy)

    def test_power_gone_and_restarts_around_a_rotation(self):
        receipts = {}
        for number in range(1, 5):
            send(self.unit, number, receipts)
            process = subprocess.Popen([str(harness.BIN / "hansom"), "--site", str(self.site.path), "--purpose",
                                        harness.PURPOSE, "key", "rotate-journal", "--reason", "a drill"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=0.02 * number)
            except subprocess.TimeoutExpired:
                pass
            self.site.kill()
            process.wait(timeout=60)
            self.site.start()  # whichever key signed last signs on
            self.site.hansom("journal", "verify")
        last = self.rotate()
        send(self.unit, 9, receipts)
        for text in receipts.values():
            self.assertTrue(self.holds(text))
        self.site.stop()
        self.set_top("journal_key", json.dumps(last["place"]))  # the old keys leave
        self.site.start()
        send(self.unit, 10, receipts)
        self.site.stop()
        self.set_top("journal_key", '"keys/journal.pem"')  # a key that was left cannot sign again
        self.assertIn("journal_corrupt", self.refuses_to_start())

    def test_wrong_rotations(self):
        first = json.loads(self.site.hansom("--json", "key", "list").stdout)["journal_key"]
        refused = self.site.hansom("key", "rotate-journal", "--reason", "x", check=False, person="investigator")
        self.assertEqual(refused.returncode, 3)
        fields = {"Content-Type": "application/json"}

        def post(body):
            status, _, content = self.site.people("/v1/keys/journal/rotate", method="POST", person="operator",
                                                  body=json.dumps(body), fields=fields)
            return status, json.loads(content).get("token")

        self.assertEqual(post({"new_key": first, "reason": "again"}), (409, "key_known"))
        other = harness.Site()
        stranger = (other.path / "keys" / "journal.vkey").read_text().strip()
        other.close()
        self.assertEqual(post({"new_key": stranger, "reason": "not loaded"}), (409, "key_not_loaded"))
        self.assertEqual(post({"new_key": "nonsense", "reason": "x"}), (400, "bad_verifier_key"))
        self.assertEqual(post({"new_key": first}), (400, "bad_parameter"))
        self.rotate()
        self.assertEqual(post({"new_key": first, "reason": "back"}), (409, "key_known"))

    def test_a_key_that_others_can_read_is_refused(self):
        self.site.stop()
        for name in ("keys/journal.pem", "keys/vault-identity.txt"):
            path = self.site.path / name
            path.chmod(0o640)
            self.assertIn("key_readable", self.refuses_to_start())
            path.chmod(0o600)
        self.site.start()
        (self.site.path / "keys" / "journal-9.pem").write_text("not a key")
        done = self.rotate("--new", self.site.path / "keys" / "journal-9.pem", check=False)
        self.assertIn("chmod 600", done.stderr)


class VaultIdentity(Keys):
    def test_rotation_under_load(self):
        with Load(self.unit) as load:
            load.wait_for(2)
            old = list(load.receipts)
            first = json.loads(self.site.hansom("--json", "key", "list").stdout)["vault_recipient"]
            new = json.loads(self.site.hansom("--json", "key", "rotate-vault", "--reason", "a drill").stdout)["recipient"]
            load.wait_for(2)  # sealed to the old recipient still, and accepted
        self.assertIsNone(load.failed)
        told = json.loads(self.unit.request("GET", "/v1/unit")[2])
        self.assertEqual(told["vault_recipient"], new)
        harness.run(harness.BIN / "hansom-unit", "--dir", self.unit.folder, "status", "--save")
        receipts = {}
        sealed_new = send(self.unit, 500, receipts)
        refused = self.site.hansom("key", "retire-vault", new, "--reason", "x", check=False)
        self.assertNotEqual(refused.returncode, 0, "units are told this one")
        self.site.hansom("key", "retire-vault", first, "--accepted-days", 0, "--reason", "leaked")
        self.site.stop()
        self.site.start()
        for clip in [*old, sealed_new]:
            self.assertEqual(self.site.people(f"/v1/clips/{clip}/media")[0], 200, "every clip opens")
        site_toml = self.unit.folder / "site.toml"
        site_toml.write_text(site_toml.read_text().replace(new, first))
        with self.assertRaisesRegex(AssertionError, "not_for_vault"):
            send(self.unit, 501, receipts)  # sealed to the retired one


@unittest.skipUnless(pathlib.Path(SOFTHSM).exists(), "SoftHSM is not installed: apt-get install softhsm2")
class TokenKey(Keys):
    def prepare(self):
        tokens = self.site.folder / "tokens"
        tokens.mkdir()
        configuration = self.site.folder / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = str(configuration)
        self.addCleanup(os.environ.pop, "SOFTHSM2_CONF", None)
        harness.run("softhsm2-util", "--init-token", "--free", "--label", "hansom", "--pin", PIN, "--so-pin", "12345678")
        self.pin = self.site.folder / "pin"
        self.pin.write_text(PIN + "\n")
        self.pin.chmod(0o600)

    def uri(self, label, token="hansom", pin=None, module=SOFTHSM):
        return f"pkcs11:token={token};object={label}?module-path={module}&pin-source=file:{pin or self.pin}"

    def make(self, label, number):
        pem = self.site.folder / f"{label}.pem"
        harness.run("openssl", "genpkey", "-algorithm", "ED25519", "-out", pem)
        harness.run("softhsm2-util", "--import", pem, "--token", "hansom", "--label", label, "--id", number, "--pin", PIN)
        return self.uri(label)

    def test_the_journal_signs_with_a_token(self):
        receipts = {}
        send(self.unit, 1, receipts)
        self.rotate("--new", self.make("journal", "a1"))  # from a file into the token
        send(self.unit, 2, receipts)
        self.rotate("--new", self.make("journal-2", "a2"))  # from one key of the token to another
        send(self.unit, 3, receipts)
        self.site.stop()
        self.site.hansom("journal", "verify")
        self.site.start()
        send(self.unit, 4, receipts)
        for text in receipts.values():
            self.assertTrue(self.holds(text))
        everything = [self.site.config.read_text(), self.site.log_tail()]
        self.assertFalse(any(PIN in text for text in everything), "the PIN is nowhere")

    def test_a_token_signs_the_units(self):
        pem = self.site.folder / "authority.pem"
        harness.run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", pem)
        harness.run("softhsm2-util", "--import", pem, "--token", "hansom", "--label", "units", "--id", "b1", "--pin", PIN)
        pem.unlink()
        added = json.loads(self.site.hansom("--json", "key", "rotate-units", "--reason", "a drill", "--new",
                                            self.uri("units")).stdout)
        place = self.site.path / added["place"]
        self.assertNotIn("PRIVATE", (place.parent / (place.stem + "-key.pem")).read_text())
        unit = harness.Unit(self.site, "unit-2")
        harness.run("openssl", "verify", "-CAfile", place, unit.certificate)
        self.assertEqual(unit.request("GET", "/v1/unit")[0], 200)
        self.assertEqual(self.unit.request("GET", "/v1/unit")[0], 200)
        shutil.move(self.site.folder / "tokens", self.site.folder / "away")
        (self.site.folder / "tokens").mkdir()
        refused = self.site.hansom("unit", "enrol", "--request", unit.folder / "unit.csr", check=False)
        self.assertIn("key_unavailable", refused.stderr)

    def test_what_is_missing_is_named(self):
        self.make("journal", "a1")
        wrong = self.site.folder / "wrong-pin"
        wrong.write_text("0000\n")
        wrong.chmod(0o600)
        open_pin = self.site.folder / "open-pin"
        open_pin.write_text(PIN)
        open_pin.chmod(0o644)
        for uri, says in [(self.uri("journal", token="elsewhere"), "no token of that label"),
                          (self.uri("nothing"), "no such key"),
                          (self.uri("journal", pin=wrong), "PIN"),
                          (self.uri("journal", pin=open_pin), "chmod 600"),
                          (self.uri("journal", module="/nowhere/module.so"), "cannot be loaded"),
                          ("pkcs11:token=hansom;object=journal", "module-path"),
                          ("pkcs11:token=hansom;object=journal?pin-value=1234", "does not belong here")]:
            done = self.rotate("--new", uri, check=False)
            self.assertNotEqual(done.returncode, 0, uri)
            self.assertIn(says, done.stderr)
            self.assertNotIn(PIN, done.stderr)
        self.assertEqual(len(json.loads(self.site.hansom("--json", "key", "list").stdout)["journal_rotations"]), 0)

    def test_a_token_that_is_gone_at_the_start(self):
        self.rotate("--new", self.make("journal", "a1"))
        self.site.stop()
        shutil.move(self.site.folder / "tokens", self.site.folder / "away")
        (self.site.folder / "tokens").mkdir()
        self.assertIn("key_unavailable", self.refuses_to_start())
        shutil.rmtree(self.site.folder / "tokens")
        shutil.move(self.site.folder / "away", self.site.folder / "tokens")
        self.site.start()
        send(self.unit, 1, {})


if __name__ == "__main__":
    unittest.main(verbosity=2)
