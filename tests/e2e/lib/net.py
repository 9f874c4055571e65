# SPDX-License-Identifier: MIT
"""Networks of our own: the tests run in a private network namespace where the
machine allows it, so that no probe reaches a real house and no port is taken;
and further namespaces, joined to it by cables, play other parts of a LAN."""

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR, IFF_UP = 0x8913, 0x8914, 0x8916, 1

isolated = False


def _bring_up_loopback():
    """With one more address than 127.0.0.1: a machine that has only that is
    one without IPv4 to getaddrinfo(), and write_prometheus asks that way."""
    address = struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0,
                          socket.inet_aton("127.0.0.2"))
    _raise_flag("lo")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCSIFADDR, address)


def _raise_flag(name):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sH14x", name.encode(), 0)
        flags = struct.unpack(
            "16sH14x", fcntl.ioctl(sock, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(sock, SIOCSIFFLAGS,
                    struct.pack("16sH14x", name.encode(), flags | IFF_UP))


def _become_root_of_our_own():
    uid, gid = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER | CLONE_NEWNET):
        return False
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"),
                       ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)
    return True


def isolate():
    """Moves this process into a network of its own. False where the machine
    does not permit it; the tests that need no more than loopback then run in
    the ordinary one."""
    global isolated
    if os.environ.get("KASA_NETNS") == "0":
        return False
    try:
        if os.geteuid() == 0:
            isolated = not ctypes.CDLL(None, use_errno=True).unshare(
                CLONE_NEWNET)
        else:
            isolated = _become_root_of_our_own()
        if isolated:
            _bring_up_loopback()
    except OSError:
        isolated = False
    return isolated


def why_no_namespaces():
    """Why namespaces() cannot work here, or None."""
    if not isolated:
        return "this user may not make network namespaces"
    for tool in ("ip", "nsenter", "unshare"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    return None


def run(*command, wrap=()):
    subprocess.run([*wrap, *command], check=True, capture_output=True,
                   timeout=20)


class Namespace:
    """Another machine, joined to ours by cables."""

    def __init__(self):
        self.holder = subprocess.Popen(
            ["unshare", "-n", "sh", "-c", "echo; exec cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.holder.stdout.readline()
        self.enter = ["nsenter", "-t", str(self.holder.pid), "-n"]
        self.cables = []
        self.run("ip", "link", "set", "lo", "up")

    def run(self, *command):
        run(*command, wrap=self.enter)

    def cable(self, name, ours, theirs):
        """An interface name here with address ours ("10.1.0.1/24"), joined to
        one over there with the addresses theirs."""
        run("ip", "link", "add", name, "type", "veth", "peer", "name", name,
            "netns", str(self.holder.pid))
        self.cables.append(name)
        run("ip", "addr", "add", ours, "broadcast", "+", "dev", name)
        run("ip", "link", "set", name, "up")
        for address in theirs:
            self.run("ip", "addr", "add", address, "broadcast", "+", "dev",
                     name)
        self.run("ip", "link", "set", name, "up")

    def address(self, name, address):
        self.run("ip", "addr", "add", address, "broadcast", "+", "dev", name)

    def close(self):
        for name in self.cables:
            subprocess.run(["ip", "link", "del", name], check=False,
                           capture_output=True)
        self.holder.send_signal(signal.SIGTERM)
        self.holder.stdin.close()
        self.holder.stdout.close()
        self.holder.wait(10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
