"""curl, as an installer tries a unit's certificate by hand: an upload created, broken off, resumed and finished."""

import unittest

import harness

MEDIA_BYTES = 6 << 20
OCTETS = "Content-Type: application/offset+octet-stream"
TUS = "Tus-Resumable: 1.0.0"
TIMED_OUT = 28  # curl's exit status at --max-time


class Curl(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = harness.Site()
        cls.site.start()
        cls.addClassCleanup(cls.site.close)
        cls.unit = harness.Unit(cls.site)
        cls.media = bytes(range(256)) * (MEDIA_BYTES // 256)
        cls.sealed = cls.unit.seal_with_age(cls.media)
        cls.file = cls.unit.folder / "sealed.age"
        cls.file.write_bytes(cls.sealed)

    def curl(self, path, *arguments, check=True, stdin=None):
        """(status, fields, what curl -v said, exit status) of the last answer."""
        fields = self.unit.folder / "fields"
        fields.write_text("")
        done = harness.run("curl", "-sS", "-v", "--http1.1", "--tlsv1.3", "--cacert", self.site.server_ca(), "--cert", self.unit.certificate,
                           "--key", self.unit.key, "-D", fields, "-o", self.unit.folder / "body", "-H", TUS,
                           *arguments, f"https://localhost:{self.site.unit_port}{path}", check=check, stdin=stdin)
        answers = fields.read_bytes().decode().split("\r\n\r\n")[:-1]
        if not answers:
            return None, {}, done.stderr, done.returncode
        first, *lines = answers[-1].split("\r\n")
        named = (line.split(":", 1) for line in lines)
        return int(first.split()[1]), {n.lower(): v.strip() for n, v in named}, done.stderr, done.returncode

    def create(self, number, *arguments):
        fields = harness.tus_creation(len(self.sealed), harness.manifest(self.unit, self.sealed, self.media, number))
        return self.curl("/uploads", "-X", "POST", "-H", f"Upload-Length: {len(self.sealed)}",
                         "-H", f"Upload-Metadata: {fields['Upload-Metadata']}", *arguments)

    def assert_complete(self, status, fields, expected):
        self.assertEqual((status, fields.get("upload-offset")), (expected, str(len(self.sealed))))
        self.assertTrue(fields["hansom-receipt"])

    def test_resumed_after_a_break(self):
        status, fields, _, _ = self.create(1, "--data-binary", "")
        self.assertEqual(status, 201)
        upload = fields["location"]
        self.assertNotIn("//", upload, "a name that holds behind any proxy")
        _, _, _, ended = self.curl(upload, "-X", "PATCH", "-H", OCTETS, "-H", "Upload-Offset: 0", "-T", self.file,
                                   "--limit-rate", "2M", "--max-time", "1", check=False)
        self.assertEqual(ended, TIMED_OUT)
        status, fields, _, _ = self.curl(upload, "--head")
        offset = int(fields["upload-offset"])
        self.assertEqual(status, 200)
        self.assertTrue(0 < offset < len(self.sealed), offset)

        rest = self.unit.folder / "rest"
        half = (offset + len(self.sealed)) // 2
        rest.write_bytes(self.sealed[offset:half])
        # -T from a pipe has no length: the chunked coding.
        done = harness.run("sh", "-c", 'cat "$1" | curl -sS --cacert "$2" --cert "$3" --key "$4" -D - -o /dev/null -X PATCH '
                           '-H "$5" -H "$6" -H "$7" -T - "$8"', "sh", rest, self.site.server_ca(), self.unit.certificate,
                           self.unit.key, TUS, OCTETS, f"Upload-Offset: {offset}",
                           f"https://localhost:{self.site.unit_port}{upload}")
        self.assertIn("204 No Content", done.stdout)
        self.assertIn(f"Upload-Offset: {half}", done.stdout)

        rest.write_bytes(self.sealed[half:])
        last = ("-X", "PATCH", "-H", OCTETS, "-H", f"Upload-Offset: {half}", "--data-binary", f"@{rest}")
        status, fields, _, _ = self.curl(upload, *last)
        self.assert_complete(status, fields, 204)
        first_receipt = fields["hansom-receipt"]
        status, fields, _, _ = self.curl(upload, *last)
        self.assert_complete(status, fields, 204)
        self.assertEqual(fields["hansom-receipt"], first_receipt, "the last request may be repeated")
        self.assertEqual(self.curl(upload + "/receipt")[0], 200)

    def test_100_continue_comes_only_when_the_body_is_wanted(self):
        status, fields, said, _ = self.create(2, "-T", self.file, "-H", OCTETS, "-H", "Expect: 100-continue",
                                              "--expect100-timeout", "60")
        self.assertIn("< HTTP/1.1 100 Continue", said)
        self.assert_complete(status, fields, 201)

        status, _, said, _ = self.curl("/uploads", "-X", "POST", "-H", "Upload-Length: 99999999999999", "-T", self.file,
                                       "-H", OCTETS, "-H", "Expect: 100-continue", "--expect100-timeout", "60")
        self.assertEqual(status, 413)
        self.assertNotIn("100 Continue", said)
        self.assertNotIn("We are completely uploaded", said)

    def test_wrong_requests_say_what_is_wrong(self):
        _, fields, _, _ = self.create(3, "--data-binary", "")
        upload = fields["location"]
        for arguments, expected in [
                (["-X", "PATCH", "-H", OCTETS, "-H", "Upload-Offset: 7", "--data-binary", "x"], 409),
                (["-X", "PATCH", "-H", "Upload-Offset: 0", "--data-binary", "x"], 415),
                (["-X", "PATCH", "-H", OCTETS, "--data-binary", "x"], 400),
                (["-X", "DELETE"], 204),
                (["--head"], 404)]:
            with self.subTest(arguments):
                status, fields, _, _ = self.curl(upload, *arguments)
                self.assertEqual(status, expected)
                self.assertEqual("upload-offset" in fields, expected == 409)


if __name__ == "__main__":
    unittest.main(verbosity=2)
