#!/usr/bin/env python3
"""Reads a backup by docs/backup.md alone: the root at its end, and at each position asked for.

Usage: read_backup.py FOLDER [POSITION...]   prints a line `position root` for each.
"""
import hashlib, json, os, sys


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def manifest(folder):
    name = sorted(n for n in os.listdir(folder + "/manifests") if n.endswith(".json"))[-1]
    content = open(f"{folder}/manifests/{name}", "rb").read()
    assert name.endswith(f"-{sha(content).hex()[:16]}.json"), name
    return json.loads(content)


def records(folder, segments):
    for segment in segments:
        content = open(f"{folder}/{segment['file']}", "rb").read()
        assert len(content) == segment["bytes"], segment
        assert sha(content).hex() == segment["sha256"], segment
        place, position = 0, segment["first"]
        while place < len(content):
            end = place + 4 + int.from_bytes(content[place:place + 4], "big")
            record = content[place + 4:end]
            assert record[0] in (1, 2) and int.from_bytes(record[8:16], "big") == position, position
            yield position, record
            place, position = end, position + 1
        assert position == segment["last"] + 1, segment


def root(edge):
    hashes = [hash for _, hash in edge]
    while len(hashes) > 1:
        hashes[-2:] = [sha(b"\1", hashes[-2], hashes[-1])]
    return (hashes[0] if hashes else sha()).hex()


def main(folder, wanted):
    found, edge, last = manifest(folder), [], 0
    for last, record in records(folder, found["segments"]):
        edge.append((0, sha(b"\0", record)))
        while len(edge) > 1 and edge[-2][0] == edge[-1][0]:
            (level, left), (_, right) = edge[-2:]
            edge[-2:] = [(level + 1, sha(b"\1", left, right))]
        if last in wanted:
            print(last, root(edge))
    assert last == found["position"] and root(edge) == found["root"], "the root is another one"
    print(last, root(edge))


main(sys.argv[1], set(map(int, sys.argv[2:])))
