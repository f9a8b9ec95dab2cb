"""Makes journal.json: a small journal computed from index/FORMAT.md alone, by the Python standard library.

Nothing here comes from the programs: the Merkle tree is RFC 6962's recursion, the records are encoded by hand after the
Protocol Buffers encoding, Ed25519 is RFC 8032's reference arithmetic. Run it in this folder to write the file again.
"""

import base64
import hashlib
import json

ORIGIN = "hansom.example/vectors"
SEED = bytes(range(32))  # the Ed25519 private key
GROUPS = [1, 2, 4, 250, 43]  # commands a commit: 300 leaves, one full tile
ERASED_BY = {4: [1, 2]}  # leaf 4 destroys a clip whose records are leaves 1 and 2


# --- Protocol Buffers, the few forms that are needed ------------------------------------------------------------------
def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value) if value else b""


def text(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value if value else b""


def message(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def record_of(index):
    """(act's field number, the act) of leaf `index`: proto/evidence/journal.proto."""
    clip = hashlib.sha256(b"clip").digest()
    if index == 0:
        return 10, text(1, ORIGIN) + text(3, "age1vectors") + text(4, "council")
    if index == 1:
        return 20, text(1, clip) + number(2, 1000) + text(3, "0" * 32) + text(4, "unit-1")
    if index == 2:
        return 20, text(1, clip) + number(2, 1000) + text(3, "1" * 32) + text(4, "unit-1")
    if index == 3:
        return 40, text(1, "hold-1") + text(2, clip) + text(3, "appeal \u00a3")
    if index in ERASED_BY:
        packed = b"".join(varint(leaf) for leaf in ERASED_BY[index])
        return 52, text(2, clip) + text(3, "event:31d") + text(13, packed)
    return 30, number(1, 1) + text(3, f"/v1/clips?page={index}") + number(4, index)


# --- RFC 6962 ---------------------------------------------------------------------------------------------------------
def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def split(size):
    half = 1
    while half * 2 < size:
        half *= 2
    return half


def root(leaves):
    if not leaves:
        return sha()
    if len(leaves) == 1:
        return sha(b"\0", leaves[0])
    half = split(len(leaves))
    return sha(b"\1", root(leaves[:half]), root(leaves[half:]))


def inclusion(index, leaves):
    if len(leaves) == 1:
        return []
    half = split(len(leaves))
    if index < half:
        return inclusion(index, leaves[:half]) + [root(leaves[half:])]
    return inclusion(index - half, leaves[half:]) + [root(leaves[:half])]


def consistency(old, leaves, whole=True):
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    half = split(len(leaves))
    if old <= half:
        return consistency(old, leaves[:half], whole) + [root(leaves[half:])]
    return consistency(old - half, leaves[half:], False) + [root(leaves[:half])]


# --- Ed25519, RFC 8032 section 6 --------------------------------------------------------------------------------------
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P


def recover_x(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return P - x if x & 1 != sign else x


def add(a, b):
    m = (a[1] - a[0]) * (b[1] - b[0]) % P
    n = (a[1] + a[0]) * (b[1] + b[0]) % P
    c = 2 * a[3] * b[3] * D % P
    d = 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, point):
    out = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            out = add(out, point)
        point, scalar = add(point, point), scalar >> 1
    return out


def compress(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % P)


def expand(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, digest[32:]


def public_key(seed):
    return compress(times(expand(seed)[0], BASE))


def sign(seed, data):
    scalar, prefix = expand(seed)
    public = public_key(seed)
    nonce = int.from_bytes(hashlib.sha512(prefix + data).digest(), "little") % L
    point = compress(times(nonce, BASE))
    challenge = int.from_bytes(hashlib.sha512(point + public + data).digest(), "little") % L
    return point + ((nonce + challenge * scalar) % L).to_bytes(32, "little")


# --- the journal ------------------------------------------------------------------------------------------------------
def key_id(seed):
    return sha(ORIGIN.encode(), b"\n", b"\x01", public_key(seed))[:4]


def head(leaves):
    note = f"{ORIGIN}\n{len(leaves)}\n{base64.b64encode(root(leaves)).decode()}\n"
    signature = base64.b64encode(key_id(SEED) + sign(SEED, note.encode())).decode()
    return f"{note}\n\u2014 {ORIGIN} {signature}\n"


def private_key_pem(seed):
    der = bytes.fromhex("302e020100300506032b657004220420") + seed  # RFC 8410, section 7
    body = base64.b64encode(der).decode()
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"


def main():
    rows, leaves, sizes = [], [], [0]
    for index in range(sum(GROUPS)):
        act, content = record_of(index)
        time_us = 1_772_323_200_000_000 + index * 1_000_003
        record = number(1, time_us) + message(2, number(1, 3) + text(2, "hansomd")) + message(act, content)
        salt = sha(b"salt", index.to_bytes(4, "big"))
        leaf = b"\x01" + act.to_bytes(2, "big") + time_us.to_bytes(8, "big") + sha(salt, record)
        leaves.append(leaf)
        rows.append({"time_us": time_us, "type": act, "salt": salt.hex(), "record": record.hex(), "leaf": leaf.hex()})
    for group in GROUPS:
        sizes.append(sizes[-1] + group)
    last = len(leaves)
    vectors = {
        "origin": ORIGIN,
        "private_key": private_key_pem(SEED),
        "verifier_key": f"{ORIGIN}+{key_id(SEED).hex()}+{base64.b64encode(b'%c' % 1 + public_key(SEED)).decode()}",
        "groups": GROUPS,
        "rows": rows,
        "erased": {str(leaf): by for by, erased in ERASED_BY.items() for leaf in erased},
        "heads": {str(size): head(leaves[:size]) for size in sizes},
        "tile_0_000": b"".join(sha(b"\0", leaf) for leaf in leaves[:256]).hex(),
        "inclusion": [{"leaf": leaf, "size": size, "hashes": [h.hex() for h in inclusion(leaf, leaves[:size])]}
                      for leaf, size in [(0, 1), (0, last), (1, 3), (2, 7), (255, 256), (256, last), (last - 1, last)]],
        "consistency": [{"old": old, "new": new, "hashes": [h.hex() for h in consistency(old, leaves[:new])]}
                        for old, new in [(1, 3), (3, 7), (7, 257), (256, last), (257, last)]],
    }
    with open("journal.json", "w", encoding="utf-8") as out:
        json.dump(vectors, out, indent=1)
        out.write("\n")


if __name__ == "__main__":
    main()
