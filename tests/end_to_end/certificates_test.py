"""Who gets in, as `openssl s_client` sees it: wrong certificates are refused with the right alert and a reason in the
log, resumed sessions are asked again, certificates are renewed beside an upload."""

import hashlib
import json
import re
import signal
import subprocess
import unittest

import harness
from authority import Authority

ASK = b"GET /v1/unit HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
MEDIA_BYTES = 3 << 20

# name: how the certificate is wrong, the alert's number (RFC 8446 section 6.2), what the log says of it.
REFUSED_BY_TLS = {
    "expired": ({"days": (-9, -1)}, 45, "certificate has expired"),
    "not yet valid": ({"days": (1, 9)}, 45, "certificate is not yet valid"),
    "for servers only": ({"usage": "serverAuth"}, 43, "unsuitable certificate purpose|unsupported certificate purpose"),
    "signed by itself": ({"self_signed": True}, 48, "self.signed certificate"),
}
# name: the names in the certificate, the token of the 403, what the log says.
REFUSED_BY_THE_REGISTER = {
    "no SAN": (None, "certificate_unknown", "names no unit"),
    "DNS name only": ("DNS:unit-1", "certificate_unknown", "names no unit"),
    "two units": ("URI:urn:hansom:unit:unit-1,URI:urn:hansom:unit:unit-2", "certificate_unknown", "names two units"),
    "malformed name": ("URI:urn:hansom:unit:", "certificate_unknown", "malformed"),
    "not enrolled": ("URI:urn:hansom:unit:stranger", "unit_unknown", "stranger is not enrolled"),
    "not the enrolled one": ("URI:urn:hansom:unit:unit-1", "certificate_unknown", "with another certificate"),
}


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = harness.Site()
        cls.site.start()
        cls.unit = harness.Unit(cls.site)
        ca = cls.site.path / "ca"
        cls.units_ca = Authority(cls.site.folder / "issued", ca / "unit-ca.pem", ca / "unit-ca-key.pem")
        cls.servers_ca = Authority(cls.site.folder / "servers", ca / "server-ca.pem", ca / "server-ca-key.pem")

    @classmethod
    def tearDownClass(cls):
        cls.site.close()

    def s_client(self, identity, *arguments, port=None, request=ASK):
        """(what it received, what it said) with this certificate and key."""
        shown = ["-cert", str(identity[0]), "-key", str(identity[1])] if identity else []
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port or self.site.unit_port}", "-servername", "localhost",
             "-CAfile", self.site.server_ca(), "-verify_return_error", "-ign_eof", *shown, *map(str, arguments)],
            input=request, capture_output=True, timeout=60, check=False)
        return done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")

    def assert_alert(self, identity, alert, reason, *arguments):
        seen = self.site.log_size()
        received, said = self.s_client(identity, *arguments)
        self.assertNotIn("HTTP/1.1", received)
        self.assertRegex(said, rf"SSL alert number {alert}\b")
        return self.site.wait_for_log("handshake_failed", since=seen, reason=reason)

    def assert_403(self, identity, token, reason, *arguments):
        seen = self.site.log_size()
        received, _ = self.s_client(identity, *arguments)
        self.assertRegex(received, r"HTTP/1\.1 403 ")
        self.assertIn(token, received)
        logged = self.site.wait_for_log("unit_refused", since=seen, message=reason)
        self.assertEqual(logged["token"], token)
        return received

    def assert_in(self, identity, *arguments):
        received, said = self.s_client(identity, *arguments)
        self.assertRegex(received, r"HTTP/1\.1 200 ", said)
        return received

    # --- wrong certificates ---------------------------------------------------------------------------------------
    def test_what_tls_refuses(self):
        for number, (name, (wrong, alert, reason)) in enumerate(REFUSED_BY_TLS.items()):
            with self.subTest(name):
                identity = self.units_ca.issue(f"tls-{number}", "unit-1", names="URI:urn:hansom:unit:unit-1", **wrong)
                logged = self.assert_alert(identity, alert, reason)
                self.assertEqual(logged["certificate"], "CN=unit-1")
        with self.subTest("another authority"):
            other = Authority.make(self.site.folder / "other", "Others")
            self.assert_alert(other.issue("theirs", "unit-1", names="URI:urn:hansom:unit:unit-1"), 48,
                              "unable to get local issuer certificate")
        with self.subTest("another authority of the same name"):
            subject = subprocess.run(["openssl", "x509", "-in", str(self.units_ca.certificate), "-noout", "-subject",
                                      "-nameopt", "multiline"], capture_output=True, text=True, check=True).stdout
            twin = Authority.make(self.site.folder / "twin", re.search(r"commonName\s*= (.*)", subject).group(1))
            # Told by the issuer's key identifier where the certificate has one, else by the signature.
            self.assert_alert(twin.issue("theirs", "unit-1", names="URI:urn:hansom:unit:unit-1"), "(48|51)",
                              "unable to get local issuer certificate|certificate signature failure")
        with self.subTest("none"):
            self.assert_alert(None, 116, "peer did not return a certificate")
        with self.subTest("TLS 1.2"):
            self.assert_alert((self.unit.certificate, self.unit.key), 70, "unsupported protocol", "-tls1_2")
        self.assert_in((self.unit.certificate, self.unit.key))

    def test_what_the_register_refuses(self):
        for number, (name, (names, token, reason)) in enumerate(REFUSED_BY_THE_REGISTER.items()):
            with self.subTest(name):
                self.assert_403(self.units_ca.issue(f"register-{number}", "unit-1", names=names), token, reason)
        with self.subTest("revoked"):
            unit = harness.Unit(self.site, "unit-revoked")
            self.site.hansom("unit", "revoke", unit.name, "--reason", "stolen")
            self.assert_403((unit.certificate, unit.key), "unit_revoked", "is revoked")

    def test_people_and_the_public_log_ask_for_no_certificate(self):
        for identity in (None, self.units_ca.issue("people", "x", days=(-9, -1))):
            received, _ = self.s_client(identity, port=self.site.people_port, request=ASK.replace(
                b"/v1/unit", b"/log/checkpoint"))
            self.assertRegex(received, r"HTTP/1\.1 200 ")
            self.assertIn("— ", received)

    # --- resumption -----------------------------------------------------------------------------------------------
    def test_a_resumed_session_is_asked_again(self):
        unit = harness.Unit(self.site, "unit-resumes")
        identity, session = (unit.certificate, unit.key), unit.folder / "session.pem"
        self.assertIn("New, TLSv1.3", self.assert_in(identity, "-sess_out", session))
        self.assertIn("Reused, TLSv1.3", self.assert_in(identity, "-sess_in", session, "-sess_out", session))
        self.site.hansom("unit", "revoke", unit.name, "--reason", "stolen")
        self.assertIn("Reused, TLSv1.3", self.assert_403(identity, "unit_revoked", "is revoked", "-sess_in", session))

    def test_a_session_of_the_people_is_none_of_a_unit(self):
        session = self.unit.folder / "people.pem"
        self.s_client(None, "-sess_out", session, port=self.site.people_port)
        self.assertTrue(session.exists())
        self.assert_alert(None, 116, "peer did not return a certificate", "-sess_in", session)

    # --- renewal --------------------------------------------------------------------------------------------------
    def shown(self, port):
        """SHA-256 of the certificate that a new connection meets."""
        with self.unit.tls(port) as connection:
            return hashlib.sha256(connection.getpeercert(binary_form=True)).hexdigest()

    def put(self, certificate, key):
        (self.site.path / "tls" / "server.pem").write_bytes(certificate)
        (self.site.path / "tls" / "server-key.pem").write_bytes(key)

    def hang_up(self, event, **fields):
        seen = self.site.log_size()
        self.site.server.send_signal(signal.SIGHUP)
        return [self.site.wait_for_log(event, since=seen, listener=name, **fields) for name in ("units", "people")]

    def test_certificates_are_renewed_beside_an_upload(self):
        media = bytes(MEDIA_BYTES)
        sealed = self.unit.seal_with_age(media)
        connection = self.unit.connect()
        self.addCleanup(connection.close)
        connection.request("POST", "/uploads", headers=harness.tus_creation(
            len(sealed), harness.manifest(self.unit, sealed, media, 1)))
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.read()), (201, b""))
        connection.putrequest("PATCH", answer.getheader("Location"))
        for name, value in {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Length": str(len(sealed)),
                            "Content-Type": "application/offset+octet-stream"}.items():
            connection.putheader(name, value)
        connection.endheaders(sealed[:MEDIA_BYTES // 2])

        first = self.shown(self.site.unit_port)
        good = [path.read_bytes() for path in self.servers_ca.issue(
            "renewed", "localhost", usage="serverAuth", names="DNS:localhost,IP:127.0.0.1")]
        self.put(*good)
        logged = self.hang_up("certificate_renewed")
        second = self.shown(self.site.unit_port)
        self.assertNotEqual(first, second)
        self.assertEqual([second] * 3, [self.shown(self.site.people_port),
                                        *(line["certificate_sha256"] for line in logged)])
        self.assert_bad_files_keep(second, good)

        connection.send(sealed[MEDIA_BYTES // 2:])
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.read()), (204, b""), "the upload outlived every renewal")
        self.assertEqual(answer.getheader("Upload-Offset"), str(len(sealed)))
        self.assertTrue(answer.getheader("Hansom-Receipt"))
        self.assertEqual(self.site.people("/log/checkpoint")[0], 200)

    def assert_bad_files_keep(self, second, good):
        key = self.site.path / "tls" / "server-key.pem"
        expired = [path.read_bytes() for path in self.servers_ca.issue(
            "expired", "localhost", usage="serverAuth", names="DNS:localhost", days=(-9, -1))]
        for files, mode, message in [([b"garbage\n", good[1]], 0o600, "server.pem: not a PEM certificate chain"),
                                     ([good[0], expired[1]], 0o600, "server-key.pem: .*key of the certificate"),
                                     (good, 0o640, "server-key.pem: .*chmod 600"),
                                     (expired, 0o600, "server.pem: the certificate has expired")]:
            with self.subTest(message):
                self.put(*files)
                key.chmod(mode)
                self.hang_up("certificate_not_renewed", message=message)
                self.assertEqual([second, second], [self.shown(self.site.unit_port), self.shown(self.site.people_port)])
        key.chmod(0o600)
        self.put(*good)
        self.hang_up("certificate_renewed")


class Preferences(unittest.TestCase):
    """What [tls] says is what is spoken."""

    SETTINGS = [("tls", "ciphers", '"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"'), ("tls", "groups", '"P-384"')]

    def test_ciphers_and_groups(self):
        site = harness.Site(self.SETTINGS)
        self.addCleanup(site.close)
        site.start()
        unit = harness.Unit(site)
        for port, identity in ((site.unit_port, ["-cert", unit.certificate, "-key", unit.key]), (site.people_port, [])):
            for arguments, expected in [([], "Cipher is TLS_AES_128_GCM_SHA256"),
                                        (["-ciphersuites", "TLS_AES_256_GCM_SHA384"], "Cipher is TLS_AES_256_GCM_SHA384"),
                                        (["-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"], "SSL alert number 40"),
                                        (["-groups", "X25519:P-384"], "ECDH, secp384r1|ECDH, P-384"),
                                        (["-groups", "X25519"], "SSL alert number 40")]:
                with self.subTest(port=port, arguments=arguments):
                    done = subprocess.run(
                        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", site.server_ca(),
                         *map(str, identity), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                        timeout=60, check=False)
                    self.assertRegex(done.stdout + done.stderr, expected)
        self.assertEqual(json.loads(unit.request("GET", "/v1/unit")[2])["unit"], unit.name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
