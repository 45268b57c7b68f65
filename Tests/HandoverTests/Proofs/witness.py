"""A witness of logs, from the published formats alone: signs a checkpoint if it continues the last.

Usage: witness.py LOG_VKEY NAME   prints its own vkey and the port it listens on, one a line.

Formats: c2sp.org/tlog-witness, c2sp.org/tlog-cosignature, c2sp.org/signed-note, RFC 9162 section
2.1.4.2.
"""
import base64
import hashlib
import http.server
import sys
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG, NAME = sys.argv[1:3]
KEY = Ed25519PrivateKey.generate()
PUBLIC = b"\x04" + KEY.public_key().public_bytes_raw()
KEY_ID = hashlib.sha256(NAME.encode() + b"\n" + PUBLIC).digest()[:4]
known = (0, b"")


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def grows(first, second, first_root, second_root, path):
    """RFC 9162, section 2.1.4.2."""
    if first == second:
        return not path and first_root == second_root
    if not path:
        return False
    if first & (first - 1) == 0:
        path = [first_root] + path
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for hashed in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(hashed, fr), node(hashed, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, hashed)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


def answer(body):
    """The status and the body of the answer to an add-checkpoint."""
    global known
    head, note = body.split(b"\n\n", 1)
    lines = head.decode().splitlines()
    old, path = int(lines[0].removeprefix("old ")), [base64.b64decode(line) for line in lines[1:]]
    text, signatures = note.split(b"\n\n", 1)
    text += b"\n"
    origin, size, root = text.decode().splitlines()[:3]
    size, root = int(size), base64.b64decode(root)
    name, key_id, key = LOG.split("+", 2)
    if origin != name:
        return 404, b""
    for line in signatures.decode().splitlines():
        _, signer, blob = line.split(" ")
        blob = base64.b64decode(blob)
        if signer == name and blob[:4].hex() == key_id:
            Ed25519PublicKey.from_public_bytes(base64.b64decode(key)[1:]).verify(blob[4:], text)
            break
    else:
        return 403, b""
    if old != known[0]:
        return 409, f"{known[0]}\n".encode()
    if old > size or old and not grows(old, size, known[1], root, path):
        return 422, b""
    known = (size, root)
    now = int(time.time())
    signature = KEY.sign(b"cosignature/v1\ntime %d\n" % now + text)
    blob = base64.b64encode(KEY_ID + now.to_bytes(8, "big") + signature)
    return 200, "— ".encode() + NAME.encode() + b" " + blob + b"\n"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            status, content = answer(body) if self.path == "/add-checkpoint" else (404, b"")
        except InvalidSignature:
            status, content = 403, b""
        except (ValueError, IndexError):
            status, content = 400, b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(f"{NAME}+{KEY_ID.hex()}+{base64.b64encode(PUBLIC).decode()}")
print(server.server_port, flush=True)
server.serve_forever()
