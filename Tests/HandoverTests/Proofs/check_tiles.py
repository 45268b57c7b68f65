"""Checks a static export of a ledger's log, from the published formats alone.

Usage: check_tiles.py FOLDER VKEY   ends with 0 if all of it holds, with 1 if not.

Formats: c2sp.org/tlog-tiles, c2sp.org/tlog-checkpoint, c2sp.org/signed-note, RFC 9162 section 2.1;
the lines of JSON: docs/proofs.md.
"""
import base64
import hashlib
import json
import pathlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def opened(note, vkey):
    """Name, size and root of a checkpoint that the key has signed."""
    text, signatures = note.split(b"\n\n", 1)
    text += b"\n"
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    assert hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == key_id, "key hash"
    for line in signatures.decode().splitlines():
        _, signer, blob = line.split(" ")
        blob = base64.b64decode(blob)
        if signer == name and blob[:4].hex() == key_id:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(blob[4:], text)
            origin, size, root = text.decode().splitlines()[:3]
            assert origin == name, "the checkpoint is of another log"
            return int(size), base64.b64decode(root)
    raise AssertionError("no signature by the key")


def path_of(content, index, width):
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03}")
    return "/".join(["tile", content] + groups) + (f".p/{width}" if width < 256 else "")


def tiles(folder, content, count):
    """The bytes of all tiles or bundles of a level, in order, and how many items each must have."""
    for index in range((count + 255) // 256):
        width = min(256, count - 256 * index)
        yield width, (folder / path_of(content, index, width)).read_bytes()


def entries(folder, size, lines):
    """The records; those of a bundle that is left out, for one of them is too long, as JSON has them."""
    for index in range((size + 255) // 256):
        first, width = 256 * index, min(256, size - 256 * index)
        path = folder / path_of("entries", index, width)
        given = [base64.b64decode(line["record"]) for line in lines[first : first + width]]
        if not path.exists() and max(map(len, given)) > 65535:
            yield from given
            continue
        bundle = path.read_bytes()
        for _ in range(width):
            length = int.from_bytes(bundle[:2], "big")
            assert len(bundle) >= 2 + length, "a bundle is too short"
            yield bundle[2 : 2 + length]
            bundle = bundle[2 + length :]
        assert not bundle, "a bundle is too long"


def root_of(hashes):
    """RFC 9162, section 2.1.1."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(hashes[:half]) + root_of(hashes[half:])).digest()


def check(folder, vkey):
    size, root = opened((folder / "checkpoint").read_bytes(), vkey)
    text = b"".join(p.read_bytes() for p in sorted((folder / "records").iterdir()))
    lines = list(map(json.loads, text.splitlines()))
    assert len(lines) == size, "another number of lines"
    records = list(entries(folder, size, lines))
    leaves = [hashlib.sha256(b"\x00" + record).digest() for record in records]
    assert root_of(leaves) == root, "another root"
    hashes, level = leaves, 0
    while hashes:
        stored = b"".join(tile for _, tile in tiles(folder, str(level), len(hashes)))
        assert stored == b"".join(hashes), f"the tiles of level {level}"
        whole = len(hashes) // 256
        hashes, level = [root_of(hashes[256 * i : 256 * i + 256]) for i in range(whole)], level + 1
    for index, line in enumerate(lines):
        assert line["position"] == index + 1, "a line is of another position"
        assert base64.b64decode(line["record"]) == records[index], "a line has another record"
        assert line["leafHash"] == leaves[index].hex(), "a line has another hash"
    print(f"{size} records, {level} levels")


try:
    check(pathlib.Path(sys.argv[1]), sys.argv[2])
except (AssertionError, InvalidSignature, ValueError, IndexError, OSError) as error:
    print(f"does not hold: {error!r}", file=sys.stderr)
    sys.exit(1)
