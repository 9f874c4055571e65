# SPDX-License-Identifier: MIT
"""A host that pretends to be a device with old firmware, to be given the
account: it says AES, chooses the session's key, and keeps every byte."""

import base64
import json
import os
import socket
import struct
import threading
import zlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding
from klap_tpap import cbc_decrypt, cbc_encrypt

KEY, IV = b"0123456789abcdef", b"fedcba9876543210"


def tdp(address, mac, scheme, kind="SMART.TAPOPLUG", **more):
    """A datagram in which a device introduces itself."""
    body = json.dumps({"error_code": 0, "result": {
        "device_type": kind, "device_model": "P100(EU)", "ip": address,
        "mac": mac, "owner": "", "mgt_encrypt_schm": scheme, **more}}).encode()
    head = struct.pack(">BBHHBBII", 2, 0, 1, len(body), 0, 0, 1, 0x5a6b7c8d)
    crc = zlib.crc32(head + body)
    return head[:12] + struct.pack(">I", crc) + body


class Rogue:
    """At an address of its own. login: what TDP says of lv (None: nothing).
    refuse: the error code of every login. seen: all that it was sent, in the
    order it came, decrypted where it could be."""

    def __init__(self, address, *, login=None, refuse=-1501, answers=True,
                 mac="50-C7-BF-66-06-66", http=None, datagrams=True):
        self.address, self.mac, self.refuse = address, mac, refuse
        self.scheme = {"encrypt_type": "AES", "http_port": 80,
                       "is_support_https": False}
        if login is not None:
            self.scheme["lv"] = login
        self.answers, self.http = answers, http
        self.datagrams = datagrams
        self.headers = b""  # more of them, in each answer
        self.seen, self.methods = [], []
        self._open = []

    def datagram(self):
        return tdp(self.address, self.mac, self.scheme)

    def __enter__(self):
        self.tcp = socket.create_server((self.address, 80), backlog=64)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((self.address, 20002 if self.datagrams else 0))
        self.udp.settimeout(0.1)
        self._over = False
        self._threads = [threading.Thread(target=t, daemon=True)
                         for t in (self._accept, self._answer)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over = True
        self.tcp.shutdown(socket.SHUT_RDWR)
        for sock in self._open:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self._threads:
            thread.join()
        self.tcp.close()
        self.udp.close()

    def text(self):
        return b"\n".join(self.seen).decode("utf-8", "surrogateescape")

    def _answer(self):
        while not self._over:
            try:
                data, source = self.udp.recvfrom(65536)
            except TimeoutError:
                continue
            self.seen.append(data)
            if self.answers:
                self.udp.sendto(self.datagram(), source)

    def _accept(self):
        while True:
            try:
                sock, _ = self.tcp.accept()
            except OSError:
                return
            self._open.append(sock)
            self._threads.append(threading.Thread(
                target=self._serve, args=(sock,), daemon=True))
            self._threads[-1].start()

    def _serve(self, sock):
        try:
            with sock, sock.makefile("rb") as file:
                while self._request(sock, file):
                    pass
        except OSError:
            pass

    def _request(self, sock, file):
        head, length = b"", 0
        while (line := file.readline()) not in (b"", b"\r\n"):
            head += line
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if not head:
            return False
        body = file.read(length)
        self.seen += [head, body]
        reply = self.http if self.http is not None else self._reply(body)
        if isinstance(reply, dict):
            reply = json.dumps(reply).encode()
        sock.sendall(b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s"
                     % (self.headers, len(reply), reply))
        return True

    def _reply(self, body):
        try:
            message = json.loads(body)
        except ValueError:
            return {"error_code": 1003}
        self.methods.append(message.get("method"))
        if message.get("method") == "handshake":
            key = serialization.load_pem_public_key(
                message["params"]["key"].encode())
            return {"error_code": 0, "result": {"key": base64.b64encode(
                key.encrypt(KEY + IV, padding.PKCS1v15())).decode()}}
        if message.get("method") == "securePassthrough":
            inner = cbc_decrypt(KEY, IV, base64.b64decode(
                message["params"]["request"]))
            self.seen.append(inner)
            self.methods.append(json.loads(inner)["method"])
            sealed = cbc_encrypt(KEY, IV, json.dumps(
                {"error_code": self.refuse}).encode())
            return {"error_code": 0, "result": {
                "response": base64.b64encode(sealed).decode()}}
        return {"error_code": 1003}


def udp_ports(pid):
    """Where the process receives datagrams."""
    inodes = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    with open(f"/proc/{pid}/net/udp", encoding="ascii") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return [int(row[1].split(":")[1], 16) for row in rows if row[9] in inodes]
