# SPDX-License-Identifier: MIT
"""Clients of the newer transports, from the published formulas, for tests of
the simulator: KLAP, AES and TPAP over plain HTTP, and discovery by TDP."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import socket
import ssl
import struct
import time
import zlib

from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import (AESCCM,
                                                         ChaCha20Poly1305)

USER, PASSWORD = "user@example.com", "great_password"
TDP_PORT = 20002


def sha1(data):
    return hashlib.sha1(data).digest()


def sha256(data):
    return hashlib.sha256(data).digest()


def md5(data):
    return hashlib.md5(data).digest()


def cbc_encrypt(key, iv, data):
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return encryptor.update(padder.update(data) + padder.finalize())


def cbc_decrypt(key, iv, data):
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    return unpadder.update(decryptor.update(data)) + unpadder.finalize()


# Discovery


def tdp_probe(payload=b"", flags=0, serial=0, crc=None):
    head = struct.pack(">BBHHBBI", 2, 0, 1, len(payload), flags, 0, serial)
    whole = head + bytes.fromhex("5a6b7c8d") + payload
    value = zlib.crc32(whole) if crc is None else crc
    return head + struct.pack(">I", value) + payload


def key_probe(key):
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    payload = json.dumps({"params": {"rsa_key": pem}}).encode()
    return tdp_probe(payload, 17, 12345)


def discover(target, probe=None, port=TDP_PORT, wait=0.5):
    """{address: result} of what answers."""
    found = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.sendto(probe or tdp_probe(), (target, port))
        end = time.monotonic() + wait
        while (left := end - time.monotonic()) > 0:
            sock.settimeout(left)
            try:
                data, source = sock.recvfrom(65536)
            except TimeoutError:
                break
            size, crc = struct.unpack(">4xH6xI", data[:16])
            bare = data[:12] + bytes.fromhex("5a6b7c8d") + data[16:]
            assert size == len(data) - 16 and crc == zlib.crc32(bare)
            found[source[0]] = json.loads(data[16:])["result"]
    return found


# HTTP


def tls_context():
    """What the devices' servers need: no verification, TLS 1.2, and the old
    suites that Python leaves out by default."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL")
    return context


class Http:
    def __init__(self, addr, port=80, timeout=3, tls=False):
        if tls:
            self.connection = http.client.HTTPSConnection(
                addr, port, context=tls_context(), timeout=timeout)
        else:
            self.connection = http.client.HTTPConnection(addr, port,
                                                         timeout=timeout)
        self.cookie = None
        self.cookies = ""

    def post(self, path, body, **headers):
        if self.cookie is not None:
            headers["Cookie"] = "TP_SESSIONID=" + self.cookie
        self.connection.request("POST", path, body, headers)
        reply = self.connection.getresponse()
        self.cookies = reply.getheader("Set-Cookie") or ""
        return reply.status, reply.read()

    def take_cookie(self):
        self.cookie = self.cookies.split(";")[0].partition("=")[2]

    def close(self):
        self.connection.close()


class Refused(Exception):
    """An HTTP status other than 200, or an error code."""


class Klap(Http):
    def __init__(self, addr, version=2, user=USER, password=PASSWORD, **kw):
        super().__init__(addr, **kw)
        if version == 2:
            self.auth = sha256(sha1(user.encode()) + sha1(password.encode()))
        else:
            self.auth = md5(md5(user.encode()) + md5(password.encode()))
        self.version = version

    def login(self):
        local = os.urandom(16)
        self.cookie = None
        status, body = self.post("/app/handshake1", local)
        if status != 200:
            raise Refused("handshake1", status)
        remote, proof = body[:16], body[16:]
        middle = (remote, local) if self.version == 2 else (b"", b"")
        if proof != sha256(local + middle[0] + self.auth):
            raise Refused("server_hash")
        self.take_cookie()
        status, _ = self.post("/app/handshake2",
                              sha256(remote + middle[1] + self.auth))
        if status != 200:
            raise Refused("handshake2", status)
        both = local + remote + self.auth
        self.key = sha256(b"lsk" + both)[:16]
        iv = sha256(b"iv" + both)
        self.iv, self.seq = iv[:12], struct.unpack(">i", iv[28:])[0]
        self.sig = sha256(b"ldk" + both)[:28]
        return self

    def seal(self, data):
        self.seq += 1
        seq = struct.pack(">i", self.seq)
        cipher = cbc_encrypt(self.key, self.iv + seq, data)
        return sha256(self.sig + seq + cipher) + cipher

    def send(self, data):
        body = self.seal(data)
        status, reply = self.post(f"/app/request?seq={self.seq}", body)
        if status != 200:
            raise Refused("request", status)
        return reply

    def ask(self, request):
        reply = self.send(json.dumps(request).encode())
        seq = struct.pack(">i", self.seq)
        assert reply[:32] == sha256(self.sig + seq + reply[32:])
        return json.loads(cbc_decrypt(self.key, self.iv + seq, reply[32:]))


# TPAP: P-256 in a few lines, slow but plain

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)
B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b


def decompress(text):
    x = int(text[2:], 16)
    y = pow((x**3 - 3 * x + B) % P, (P + 1) // 4, P)
    return (x, y if y % 2 == int(text[:2], 16) % 2 else P - y)


M_POINT = decompress(
    "02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f")
N_POINT = decompress(
    "03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49")


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    if a == b:
        slope = 3 * (a[0]**2 - 1) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope**2 - a[0] - b[0]) % P
    return (x, (slope * (a[0] - x) - a[1]) % P)


def multiply(k, point):
    out = None
    while k:
        if k & 1:
            out = add(out, point)
        point = add(point, point)
        k >>= 1
    return out


def encode(point):
    return b"\4" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def hkdf(key, salt, info, length):
    prk = hmac.digest(salt, key, "sha256")
    out = block = b""
    while len(out) < length:
        block = hmac.digest(prk, block + info + bytes([len(out) // 32 + 1]),
                            "sha256")
        out += block
    return out[:length]


CIPHERS = {"aes_128_ccm": ("aes128", 16), "aes_256_ccm": ("aes256", 32),
           "chacha20_poly1305": ("chacha20", 32)}


class Tpap(Http):
    def call(self, **params):
        status, body = self.post("/", json.dumps(
            {"method": "login", "params": params}))
        if status != 200:
            raise Refused(status)
        reply = json.loads(body)
        if reply["error_code"]:
            raise Refused(reply["error_code"], reply.get("data"))
        return reply["result"]

    def login(self, credential, offer=("aes_128_ccm",), passcode="userpw",
              name=None):
        random = os.urandom(32)
        reply = self.call(
            sub_method="pake_register",
            username=name or md5(b"admin").hex(),
            user_random=base64.b64encode(random).decode(),
            cipher_suites=[1], encryption=list(offer), passcode_type=passcode,
            stok=None)
        self.extra = reply.get("extra_crypt")
        salt = base64.b64decode(reply["dev_salt"])
        share = base64.b64decode(reply["dev_share"])
        halves = hashlib.pbkdf2_hmac("sha256", credential.encode(), salt,
                                     reply["iterations"], 80)
        w0 = int.from_bytes(halves[:40], "big") % N
        w1 = int.from_bytes(halves[40:], "big") % N
        x = int.from_bytes(os.urandom(40), "big") % N
        left = add(multiply(x, G), multiply(w0, M_POINT))
        right = (int.from_bytes(share[1:33], "big"),
                 int.from_bytes(share[33:], "big"))
        bare = add(right, multiply(N - w0, N_POINT))
        context = sha256(b"PAKE V1" + random
                         + base64.b64decode(reply["dev_random"]))
        number = w0.to_bytes((w0.bit_length() + 7) // 8, "big")
        if len(number) % 2 and number[0] >= 0x80:
            number = b"\0" + number
        transcript = b"".join(
            struct.pack("<Q", len(e)) + e for e in (
                context, b"", b"", encode(M_POINT), encode(N_POINT),
                encode(left), encode(right), encode(multiply(x, bare)),
                encode(multiply(w1, bare)), number))
        key = sha256(transcript)
        confirm = hkdf(key, bytes(32), b"ConfirmationKeys", 64)
        shared = hkdf(key, bytes(32), b"SharedKey", 32)
        done = self.call(
            sub_method="pake_share",
            user_share=base64.b64encode(encode(left)).decode(),
            user_confirm=base64.b64encode(hmac.digest(
                confirm[:32], encode(right), "sha256")).decode())
        proof = hmac.digest(confirm[32:], encode(left), "sha256")
        if base64.b64decode(done["dev_confirm"]) != proof:
            raise Refused("dev_confirm")
        self.chosen = reply["encryption"]
        label, size = CIPHERS[self.chosen]
        derived = [hkdf(shared, f"tp-kdf-salt-{label}-{what}".encode(),
                        f"tp-kdf-info-{label}-{what}".encode(), length)
                   for what, length in (("key", size), ("iv", 12))]
        self.aead = (ChaCha20Poly1305(derived[0]) if label == "chacha20"
                     else AESCCM(derived[0], tag_length=16))
        self.nonce, self.stok = derived[1], done["stok"]
        self.seq = done["start_seq"]
        return self

    def send(self, data):
        number = struct.pack(">I", self.seq)
        self.seq += 1
        status, reply = self.post(
            f"/stok={self.stok}/ds",
            number + self.aead.encrypt(self.nonce[:8] + number, data, None))
        if status != 200:
            raise Refused(status)
        if reply.startswith(b"{"):
            raise Refused(json.loads(reply)["error_code"])
        return reply

    def ask(self, request):
        reply = self.send(json.dumps(request).encode())
        return json.loads(self.aead.decrypt(
            self.nonce[:8] + reply[:4], reply[4:], None))


class Aes(Http):
    def call(self, path, message):
        status, body = self.post(path, json.dumps(message))
        reply = json.loads(body)
        if status != 200 or reply["error_code"]:
            raise Refused(reply["error_code"])
        return reply["result"]

    def login(self, version=2, user=USER, password=PASSWORD):
        key = rsa.generate_private_key(65537, 1024)
        pem = key.public_key().public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        reply = self.call("/app", {"method": "handshake",
                                   "params": {"key": pem}})
        secret = key.decrypt(base64.b64decode(reply["key"]),
                             rsa_padding.PKCS1v15())
        self.key, self.iv, self.token = secret[:16], secret[16:], None
        self.take_cookie()
        name = base64.b64encode(sha1(user.encode()).hex().encode()).decode()
        if version == 2:
            params = {"password2": base64.b64encode(
                sha1(password.encode()).hex().encode()).decode()}
        else:
            params = {"password": base64.b64encode(
                password.encode()).decode()}
        reply = self.ask({"method": "login_device",
                          "params": {**params, "username": name}})
        if reply["error_code"]:
            raise Refused(reply["error_code"], reply.get("data"))
        self.token = reply["result"]["token"]
        return self

    def ask(self, request):
        sealed = base64.b64encode(cbc_encrypt(
            self.key, self.iv, json.dumps(request).encode())).decode()
        path = "/app" if self.token is None else f"/app?token={self.token}"
        reply = self.call(path, {"method": "securePassthrough",
                                 "params": {"request": sealed}})
        return json.loads(cbc_decrypt(
            self.key, self.iv, base64.b64decode(reply["response"])))


def decrypt_info(key, info):
    """What a camera hides in its TDP answer."""
    secret = key.decrypt(base64.b64decode(info["key"]), rsa_padding.OAEP(
        rsa_padding.MGF1(hashes.SHA1()), hashes.SHA1(), None))
    return json.loads(cbc_decrypt(secret[:16], secret[16:],
                                  base64.b64decode(info["data"])))
