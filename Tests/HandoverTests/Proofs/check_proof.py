"""Checks a C2SP tlog-proof of a ledger's record, from the published formats alone.

Usage: check_proof.py FILE VKEY   ends with 0 if the proof holds, with 1 if not.

Formats: c2sp.org/tlog-proof, c2sp.org/signed-note, c2sp.org/tlog-checkpoint, RFC 9162 section
2.1.3.2; the record in the extra data: docs/record-format.md.
"""
import base64
import hashlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(index, size, leaf, path):
    """RFC 9162, section 2.1.3.2; None if the path has another length."""
    fn, sn, hashed = index, size - 1, leaf
    for sibling in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            hashed = node(sibling, hashed)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            hashed = node(hashed, sibling)
        fn, sn = fn >> 1, sn >> 1
    return hashed if sn == 0 else None


def signed_text(note, vkey):
    """The text of a note that the key has signed."""
    text, signatures = note.split(b"\n\n", 1)
    text += b"\n"
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    assert key[0] == 1, "not an Ed25519 key"
    expected = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    assert expected.hex() == key_id, "the key's hash is not the key's"
    for line in signatures.decode().splitlines():
        dash, signer, blob = line.split(" ")
        blob = base64.b64decode(blob)
        if signer == name and blob[:4] == expected:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(blob[4:], text)
            return name, text
    raise AssertionError("no signature by the key")


def check(proof, vkey):
    head, note = proof.split(b"\n\n", 1)
    lines = head.decode().splitlines()
    assert lines[0] == "c2sp.org/tlog-proof@v1", "another format"
    record = base64.b64decode(lines[1].removeprefix("extra "))
    index = int(lines[2].removeprefix("index "))
    path = [base64.b64decode(line) for line in lines[3:]]
    name, text = signed_text(note, vkey)
    origin, size, root = text.decode().splitlines()[:3]
    assert origin == name, "the checkpoint is of another log"
    assert int.from_bytes(record[8:16], "big") == index + 1, "the record names another position"
    leaf = hashlib.sha256(b"\x00" + record).digest()
    assert root_of(index, int(size), leaf, path) == base64.b64decode(root), "another root"


try:
    check(open(sys.argv[1], "rb").read(), sys.argv[2])
except (AssertionError, InvalidSignature, ValueError, IndexError) as error:
    print(f"does not hold: {error!r}", file=sys.stderr)
    sys.exit(1)
