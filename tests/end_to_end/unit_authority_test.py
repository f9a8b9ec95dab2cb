"""The authority of units rotates beside running uploads, and a unit's certificate is renewed without a gap."""

import copy
import json
import unittest

import harness
from backup_test import Load
from keys_test import Keys


class UnitAuthority(Keys):
    def rotate_units(self, *arguments, check=True):
        return self.site.hansom("--json", "key", "rotate-units", "--reason", "a drill", *arguments, check=check)

    def retire(self, file, check=True):
        return self.site.hansom("--json", "key", "retire-units", file, "--reason", "a drill", check=check)

    def enrol_again(self, unit, *options):
        self.site.hansom("unit", "enrol", "--request", unit.folder / "unit.csr", "--out", unit.certificate, *options)

    def with_certificate(self, unit, name, content):
        """The same unit, speaking with another certificate."""
        other = copy.copy(unit)
        other.certificate = unit.folder / name
        other.certificate.write_bytes(content)
        return other

    def accepts(self, unit):
        try:
            return unit.request("GET", "/v1/unit")[0] == 200
        except OSError:  # refused in the handshake
            return False

    def test_rotation_under_load(self):
        """No upload fails while both are in force; the retired one takes along whom nobody enrolled again."""
        forgotten = harness.Unit(self.site, "unit-2")
        old = self.site.path / "ca" / "unit-ca.pem"
        with Load(self.unit) as load:
            load.wait_for(2)
            added = json.loads(self.rotate_units().stdout)
            new = self.site.path / added["place"]
            load.wait_for(2)  # new connections too, with a certificate of the old one
            before = self.with_certificate(self.unit, "before.pem", self.unit.certificate.read_bytes())
            self.enrol_again(self.unit, "--keep-previous")  # which the unit has only later
            load.wait_for(2)
        self.assertIsNone(load.failed)
        self.assertTrue(self.accepts(before), "what it had is good until the authority retires")
        standing = before.connect()
        standing.request("GET", "/v1/unit")
        self.assertEqual(standing.getresponse().read() and 200, 200)
        harness.run("openssl", "verify", "-CAfile", new, self.unit.certificate)
        listening = forgotten.connect()  # its handshake is over when the authority goes
        listening.request("GET", "/v1/unit")
        self.assertEqual(listening.getresponse().read() and 200, 200)
        self.assertNotEqual(self.site.people("/v1/keys/units/retire", method="POST", person="operator", body=json.dumps(
            {"certificate_sha256": added["certificate_sha256"], "reason": "in force"}),
            fields={"Content-Type": "application/json"})[0], 200)
        retired = json.loads(self.retire(old).stdout)
        self.assertEqual(retired["units_revoked"], ["unit-2"])
        listening.request("GET", "/v1/unit")
        self.assertEqual(listening.getresponse().status, 403, "also on a connection that stood")
        listening.close()
        standing.request("GET", "/v1/unit")
        self.assertEqual(standing.getresponse().status, 403, "the certificate before went with its authority")
        standing.close()
        self.assertFalse(self.accepts(before))
        for _ in range(2):
            self.assertTrue(self.accepts(self.unit))
            self.assertFalse(self.accepts(forgotten))
            self.site.stop()
            self.site.start()
        self.enrol_again(forgotten)
        self.assertTrue(self.accepts(forgotten), "enrolled again it is back")
        listed = json.loads(self.site.hansom("--json", "key", "list").stdout)["unit_authorities"]
        self.assertEqual(sum(bool(one["retired"]) for one in listed), 1)
        self.assertEqual(len(listed), 2)
        self.site.hansom("journal", "verify")
        self.assertEqual(self.site.hansom("fsck").returncode, 0)

    def test_a_certificate_before_is_kept_only_when_asked(self):
        first = self.with_certificate(self.unit, "first.pem", self.unit.certificate.read_bytes())
        self.enrol_again(self.unit, "--keep-previous")
        second = self.with_certificate(self.unit, "second.pem", self.unit.certificate.read_bytes())
        self.assertTrue(self.accepts(first) and self.accepts(second))
        self.enrol_again(self.unit, "--keep-previous")
        self.assertEqual([self.accepts(unit) for unit in (first, second, self.unit)], [False, True, True])
        self.enrol_again(self.unit)
        self.assertEqual([self.accepts(unit) for unit in (second, self.unit)], [False, True])
        self.site.hansom("unit", "revoke", "unit-1", "--reason", "stolen")
        third = self.with_certificate(self.unit, "third.pem", self.unit.certificate.read_bytes())
        self.enrol_again(self.unit, "--keep-previous")
        self.assertEqual([self.accepts(unit) for unit in (third, self.unit)], [False, True], "a revoked one never again")
        self.assertEqual(self.site.hansom("fsck").returncode, 0, "the register is as the journal makes it")

    def test_wrong_rotations(self):
        only = self.site.path / "ca" / "unit-ca.pem"
        self.assertIn("key_in_use", self.retire(only, check=False).stderr)
        key = self.site.path / "ca" / "unit-ca-key.pem"
        key.chmod(0o640)
        refused = self.site.hansom("unit", "enrol", "--request", self.unit.folder / "unit.csr", check=False)
        self.assertIn("chmod 600", refused.stderr)
        key.chmod(0o600)

        def post(place, body):
            status, _, content = self.site.people(f"/v1/keys/units/{place}", method="POST", person="operator",
                                                  body=json.dumps(body), fields={"Content-Type": "application/json"})
            return status, json.loads(content).get("token")

        other = harness.Site()
        stranger = (other.path / "ca" / "unit-ca.pem").read_text()
        other.close()
        self.assertEqual(post("add", {"certificate_pem": stranger, "reason": "x"}), (409, "key_not_loaded"))
        self.assertEqual(post("add", {"certificate_pem": "nonsense", "reason": "x"}), (400, "bad_certificate"))
        self.assertEqual(post("add", {"certificate_pem": stranger + stranger, "reason": "x"}), (400, "bad_certificate"))
        self.assertEqual(post("add", {"certificate_pem": only.read_text()}), (400, "bad_parameter"))
        self.assertEqual(post("retire", {"certificate_sha256": "x", "reason": "x"}), (400, "bad_digest"))
        self.rotate_units()
        again = self.rotate_units("--new", self.site.path / "ca" / "unit-ca-2.pem", check=False)
        self.assertIn("key_known", again.stderr)
        self.assertTrue(self.accepts(self.unit))


if __name__ == "__main__":
    unittest.main(verbosity=2)
