"""Peers that mean ill, or are broken, against the real server over real TLS: each ends in a clear refusal or a closed
connection, and the server's memory stays where it was."""

import concurrent.futures
import re
import socket
import struct
import time
import unittest

import harness

HEAD = "POST /v1/events HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n\r\n"
NO_EVENTS = '{"events":[]}'
# Deadlines short enough to wait for, long enough for a loaded machine to shake hands in.
DEADLINE_MS = 1500
SETTINGS = [("limits", name, DEADLINE_MS) for name in (
    "handshake_timeout_ms", "header_timeout_ms", "idle_timeout_ms", "progress_timeout_ms")]
ROUNDS = 6
GROWTH_BYTES_MAX = 12 << 20


def get(fields="", target="/v1/unit", version="HTTP/1.1", method="GET"):
    return f"{method} {target} {version}\r\nHost: x\r\n{fields}\r\n"


# name: (what is sent, status of the answer, token in it). The connection must end after each.
REFUSED = {
    # Two parsers might see two messages.
    "both lengths": (HEAD + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "bad_framing"),
    "both lengths, reversed": (HEAD + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400, "bad_framing"),
    "two lengths": (HEAD + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400, "bad_framing"),
    "one length twice": (HEAD + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400, "bad_framing"),
    "list of lengths": (HEAD + "Content-Length: 5, 5\r\n\r\n", 400, "bad_framing"),
    "signed length": (HEAD + "Content-Length: +5\r\n\r\n", 400, "bad_framing"),
    "negative length": (HEAD + "Content-Length: -1\r\n\r\n", 400, "bad_framing"),
    "hexadecimal length": (HEAD + "Content-Length: 0x5\r\n\r\n", 400, "bad_framing"),
    "empty length": (HEAD + "Content-Length: \r\n\r\n", 400, "bad_framing"),
    "length of 2^64 + 5": (HEAD + "Content-Length: 18446744073709551621\r\n\r\n", 400, "bad_framing"),
    "coding twice": (HEAD + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "bad_framing"),
    "coding in a list": (HEAD + "Transfer-Encoding: gzip, chunked\r\n\r\n", 400, "bad_framing"),
    "coding not last": (HEAD + "Transfer-Encoding: chunked, identity\r\n\r\n", 400, "bad_framing"),
    "coding unknown": (HEAD + "Transfer-Encoding: xchunked\r\n\r\n", 400, "bad_framing"),
    "coding in quotes": (HEAD + 'Transfer-Encoding: "chunked"\r\n\r\n', 400, "bad_framing"),
    "coding with a vertical tab": (HEAD + "Transfer-Encoding:\x0bchunked\r\n\r\n", 400, "bad_head"),
    "coding under HTTP/1.0": (CHUNKED.replace("HTTP/1.1", "HTTP/1.0"), 400, "bad_framing"),
    "folded line": (get("X: a\r\n b\r\n"), 400, "bad_head"),
    "folded first line": (get(" X: a\r\n"), 400, "bad_head"),
    "folded with a tab": (get("Content-Length:\r\n\t5\r\n"), 400, "bad_head"),
    "bare LF": (get("X: a\nContent-Length: 5\r\n"), 400, "bad_head"),
    "nothing but LF": ("GET /v1/unit HTTP/1.1\nHost: x\n\n", 400, "bad_head"),
    "bare CR": (get("X: a\rContent-Length: 5\r\n"), 400, "bad_head"),
    "space before the colon": (get("Content-Length : 5\r\n"), 400, "bad_head"),
    "space in a name": (get("X Y: 5\r\n"), 400, "bad_head"),
    "no name": (get(": 5\r\n"), 400, "bad_head"),
    "no colon": (get("X\r\n"), 400, "bad_head"),
    "NUL in a value": (get("X: a\0b\r\n"), 400, "bad_head"),
    "NUL in a name": (get("X\0: b\r\n"), 400, "bad_head"),
    "NUL in the target": (get(target="/v1/\0unit"), 400, "bad_head"),
    "Host twice": (get("Host: y\r\n"), 400, "bad_head"),
    "no Host": ("GET /v1/unit HTTP/1.1\r\n\r\n", 400, "bad_head"),
    "two spaces": ("GET  /v1/unit HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_head"),
    "tabs for spaces": ("GET\t/v1/unit\tHTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_head"),
    "no version": ("GET /v1/unit\r\nHost: x\r\n\r\n", 400, "bad_head"),
    "HTTP/2.0": (get(version="HTTP/2.0"), 400, "bad_head"),
    "HTTP/2 preface": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "bad_head"),
    "lower-case version": (get(version="http/1.1"), 400, "bad_head"),
    "authority form": (get(target="localhost:443", method="CONNECT"), 400, "bad_target"),
    "authority form for GET": (get(target="localhost:443"), 400, "bad_target"),
    "another scheme": (get(target="ftp://x/v1/unit"), 400, "bad_target"),
    "dots": (get(target="/v1/../v1/unit"), 400, "bad_target"),
    "encoded dots": (get(target="/v1/%2e%2e/unit"), 400, "bad_target"),
    "encoded slash": (get(target="/v1%2funit"), 400, "bad_target"),
    "encoded NUL": (get(target="/v1/unit%00"), 400, "bad_target"),
    "half an encoding": (get(target="/v1/unit%4"), 400, "bad_target"),
    "fragment": (get(target="/v1/unit#x"), 400, "bad_target"),
    "bytes beyond ASCII in the target": (get(target="/v1/\xfcnit"), 400, "bad_target"),
    # More than anybody needs.
    "long field": (get(f"X: {'a' * 140_000}\r\n"), 431, "header_too_large"),
    "long name": (get(f"{'a' * 140_000}: x\r\n"), 431, "header_too_large"),
    "long target": (get(target="/" + "a" * 140_000), 431, "header_too_large"),
    "head without an end": ("GET / HTTP/1.1\r\n" + "X: y\r\n" * 30_000, 431, "header_too_large"),
    "many fields": (get("X: y\r\n" * 200), 431, "header_too_large"),
    # The chunked coding.
    "chunk size is no number": (CHUNKED + "G\r\n", 400, "bad_chunk"),
    "chunk size is signed": (CHUNKED + "-1\r\n", 400, "bad_chunk"),
    "chunk size with a prefix": (CHUNKED + "0x5\r\nhello\r\n0\r\n\r\n", 400, "bad_chunk"),
    "chunk size after a space": (CHUNKED + " 5\r\nhello\r\n0\r\n\r\n", 400, "bad_chunk"),
    "chunk size before a space": (CHUNKED + "5 \r\nhello\r\n0\r\n\r\n", 400, "bad_chunk"),
    "chunk size is empty": (CHUNKED + "\r\nhello\r\n", 400, "bad_chunk"),
    "chunk size of 2^64 + 5": (CHUNKED + "10000000000000005\r\nhello\r\n0\r\n\r\n", 400, "bad_chunk"),
    "chunk size of many zeros": (CHUNKED + "0" * 40 + "\r\n\r\n", 400, "bad_chunk"),
    "chunk size ends with LF": (CHUNKED + "5\nhello\r\n0\r\n\r\n", 400, "bad_chunk"),
    "chunk longer than its size": (CHUNKED + "5\r\nhello!\r\n0\r\n\r\n", 400, "bad_chunk"),
    "chunk ends with LF": (CHUNKED + "5\r\nhello\n0\r\n\r\n", 400, "bad_chunk"),
    "long extension": (CHUNKED + f"5;{'a' * 300}\r\nhello\r\n0\r\n\r\n", 400, "bad_chunk"),
    "LF in an extension": (CHUNKED + "5;a\nb\r\nhello\r\n0\r\n\r\n", 400, "bad_chunk"),
    "NUL in an extension": (CHUNKED + "5;a\0b\r\nhello\r\n0\r\n\r\n", 400, "bad_chunk"),
    "long trailer": (CHUNKED + f"0\r\nX: {'a' * 9000}\r\n\r\n", 400, "bad_chunk"),
    "many trailers": (CHUNKED + "0\r\n" + "X: y\r\n" * 2500 + "\r\n", 400, "bad_chunk"),
    "NUL in a trailer": (CHUNKED + "0\r\nX: a\0b\r\n\r\n", 400, "bad_chunk"),
    "trailer ends with LF": (CHUNKED + "0\r\nX: a\n\r\n", 400, "bad_chunk"),
}

# name: what is sent, with pauses ("..." waits for the deadline), and the status that is answered before the end, if any.
SILENT = {
    "no head": ([], None),
    "half a head": (["GET /v1/unit HT"], 408),
    "a head byte by byte": (["GET /v1/unit HTTP/1.1\r\nX: ", *"abcdefghijklmnopqrstuvwxyz0123456789"], 408),
    "empty lines": (["\r\n"] * 40, 408),
    "no body": ([HEAD + "Content-Length: 9\r\n\r\n"], 408),
    "half a body": ([HEAD + "Content-Length: 9\r\n\r\nhalf"], 408),
    "half a chunk": ([CHUNKED + "9\r\nhalf"], 408),
    "chunks without an end": ([CHUNKED, *["1\r\n \r\n"] * 60], 408),
    "a body byte by byte": ([HEAD + "Content-Length: 999\r\n\r\n", *[" "] * 60], 408),
    "a trailer without an end": ([CHUNKED + "2\r\n[]\r\n0\r\nX: ", *"abcdefghijklmnopqrstuvwxyz0123456789"], 408),
}
STEP_SECONDS = 0.1  # between two pieces: well below every deadline


class Abuse(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = harness.Site(SETTINGS)
        cls.site.start()
        cls.unit = harness.Unit(cls.site)
        cls.context = cls.unit.context()

    @classmethod
    def tearDownClass(cls):
        cls.site.close()

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.site.unit_port), timeout=30)
        return self.context.wrap_socket(plain, server_hostname="localhost")

    @staticmethod
    def rest(connection):
        """All that comes until the connection ends, however it ends."""
        received = b""
        try:
            while part := connection.recv(65536):
                received += part
        except OSError:
            pass
        return received.decode(errors="replace")

    def send(self, text):
        """What the server says to this before it closes."""
        with self.connect() as connection:
            try:
                connection.sendall(text.encode("latin-1"))
            except OSError:
                pass  # refused before the end: the answer says why
            return self.rest(connection)

    def metric(self, name):
        return float(re.search(rf'(?m)^{name}\{{listener="units"\}} (\S+)$', self.site.local("/metrics")[1])[1])

    def wait_until_alone(self):
        deadline = time.monotonic() + 30
        while self.metric("hansom_connections_open") > 0:
            self.assertLess(time.monotonic(), deadline, "a connection stays open")
            time.sleep(0.02)  # polling; bounded by the deadline

    def assert_refused(self, text, status, token):
        said = self.send(text)
        self.assertTrue(said.startswith(f"HTTP/1.1 {status} "), said[:200] or "nothing")
        self.assertIn(token, said)
        self.assertIn("Connection: close\r\n", said)
        self.assertEqual(said.count("HTTP/1.1 "), 1, "what follows a refusal is nobody's request")

    # --- one at a time ---------------------------------------------------------------------------------------------
    def test_each_wrong_form_is_refused(self):
        smuggled = get(target="/v1/unit/keys")
        for name, (text, status, token) in REFUSED.items():
            with self.subTest(name):
                self.assert_refused(text + smuggled, status, token)

    def test_what_is_unusual_and_allowed(self):
        close = "Connection: close\r\n"
        for name, text, statuses in [
                ("absolute form", get(close, target="https://localhost/v1/unit"), [200]),
                ("empty line before the request", "\r\n" + get(close), [200]),
                ("HTTP/1.0", get(version="HTTP/1.0"), [200]),
                ("names in any case", get("cONNECTION: cLOSE\r\n"), [200]),
                ("pipelined", get() * 50 + get(close), [200] * 51),
                ("pipelined behind a body", HEAD + "Content-Length: 13\r\n\r\n" + NO_EVENTS + get(close), [200, 200]),
                ("pipelined behind chunks", CHUNKED + f"d;x=y\r\n{NO_EVENTS}\r\n0\r\nX: y\r\n\r\n" + get(close), [200, 200]),
                ("asterisk form", get(close, target="*", method="OPTIONS"), [404]),
                ("unknown method", get(close, method="BREW"), [405])]:
            with self.subTest(name):
                self.assertEqual([int(status) for status in re.findall(r"HTTP/1\.1 (\d+) ", self.send(text))], statuses)

    def test_one_byte_writes(self):
        with self.connect() as connection:
            for byte in get("Connection: close\r\n").encode():
                connection.sendall(bytes([byte]))
            self.assertTrue(self.rest(connection).startswith("HTTP/1.1 200 "))

    def test_silent_and_dribbling_peers_are_dropped(self):
        def run(name):
            pieces, status = SILENT[name]
            with self.connect() as connection:
                begun = time.monotonic()
                try:
                    for piece in pieces:
                        connection.sendall(piece.encode())
                        time.sleep(STEP_SECONDS)  # the subject of the test
                except OSError:
                    pass  # closed meanwhile
                return name, status, self.rest(connection), time.monotonic() - begun

        with concurrent.futures.ThreadPoolExecutor(len(SILENT)) as pool:
            for name, status, said, seconds in pool.map(run, SILENT):
                with self.subTest(name):
                    expected = f"HTTP/1.1 {status} " if status else ""
                    self.assertEqual(said[:len("HTTP/1.1 408 ")], expected)
                    self.assertGreater(seconds, DEADLINE_MS / 1000 * 0.9)
        self.wait_until_alone()

    def test_handshakes_that_do_not_end(self):
        hello = bytes.fromhex("160301020001 0001fc") + bytes(100)
        with self.connect() as connection:
            connection.sendall(get("Connection: close\r\n").encode())
            self.assertTrue(self.rest(connection))
        for name, sent in [("silence", b""), ("half a hello", hello), ("plain HTTP", get().encode()),
                           ("noise", bytes(range(256)) * 8)]:
            with self.subTest(name), socket.create_connection(("127.0.0.1", self.site.unit_port), timeout=30) as plain:
                plain.sendall(sent)
                self.assertNotIn("HTTP", self.rest(plain))
        self.wait_until_alone()

    def test_an_answer_that_nobody_takes(self):
        with self.connect() as connection:
            connection.settimeout(0.5)
            sent = 0
            try:
                while sent < 64 << 20:
                    sent += connection.send(get().encode() * 100)
            except OSError:
                pass  # the server reads no further, and then has gone
            self.assertLess(sent, 64 << 20)
            self.wait_until_alone()

    # --- many times ------------------------------------------------------------------------------------------------
    def leave(self, text, how):
        """Sends this and goes in the middle of it."""
        connection = self.connect()
        connection.sendall(text.encode())
        if how == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif how == "half closed":
            connection.shutdown(socket.SHUT_WR)
            self.rest(connection)
        connection.close()

    def one_round(self):
        for text, _, _ in REFUSED.values():
            self.send(text)
        for text in ("", "GET /v1/unit HT", get(), get() * 20, HEAD + "Content-Length: 9\r\n\r\nhalf",
                     HEAD + "Content-Length: 900000\r\n\r\n" + " " * 300_000, CHUNKED + "9\r\nhalf"):
            for how in ("reset", "half closed", "closed"):
                self.leave(text, how)

    def test_memory_stays_flat(self):
        self.one_round()
        self.wait_until_alone()
        before = self.site.resident_bytes()
        for _ in range(ROUNDS):
            self.one_round()
        self.wait_until_alone()
        after = self.site.resident_bytes()
        connections = ROUNDS * (len(REFUSED) + 21)
        print(f"resident {before >> 10} KiB, {after >> 10} KiB after {connections} more connections", flush=True)
        self.assertLess(after - before, GROWTH_BYTES_MAX)
        self.assertEqual(self.site.local("/readyz")[0], 200)
        self.assertEqual(self.unit.request("GET", "/v1/unit")[0], 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
