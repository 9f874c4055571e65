# SPDX-License-Identifier: MIT
"""Looks for secrets where they must not be: passwords, what is made of them,
session ids, tokens and keys, in everything a test run has written.

    with Watched(sim, ACCOUNT) as daemon:    # a Collectd
        daemon.kasactl("discover")
"""

import base64
import hashlib
import os
import subprocess

from collectd import BUILD, Collectd
from klap_tpap import PASSWORD, USER, md5, sha1, sha256

# What holds the password because the test put it there.
CONFIGURED = ("collectd.conf", "password")


def forms(user, password):
    """A password, and what the transports make of it and of the user."""
    u, p = user.encode(), password.encode()
    digests = [sha256(sha1(u) + sha1(p)), md5(md5(u) + md5(p)),
               *(hashlib.new(h, p).digest() for h in ("md5", "sha1",
                                                      "sha256")),
               sha1(u)]
    texts = [password, f"{user}/{password}",
             base64.b64encode(p).decode().rstrip("=")]
    for digest in digests:
        texts += [digest.hex(), digest.hex().upper(),
                  base64.b64encode(digest).decode().rstrip("="),
                  base64.b64encode(digest.hex().encode()).decode().rstrip("=")]
    return texts


def files_below(folder):
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if os.path.isfile(path) and not name.startswith(CONFIGURED):
                yield path


def find(secrets, texts):
    """Those secrets that stand in a text; texts are {where: text}."""
    return [(where, secret) for where, text in texts.items()
            for secret in secrets if secret and secret in text]


class Watched(Collectd):
    """A daemon whose every output is searched for secrets at the end."""

    def __init__(self, sim, kasa="", *, accounts=((USER, PASSWORD),), **kw):
        super().__init__(kasa, **kw)
        self.sim, self.accounts = sim, accounts
        self.said = {}  # by other programs, and on the metrics page

    def page(self):
        page = super().page()
        self.said["metrics page"] = page.text
        return page

    def kasactl(self, *words, config=True, status=None):
        """Output of the command with this daemon's configuration; status is
        what it must end with, None: anything."""
        command = [os.path.join(BUILD, "kasactl"), *words]
        if config:
            command += ["--config", self.config]
        run = subprocess.run(command, capture_output=True, text=True,
                             timeout=120, check=False,
                             stdin=subprocess.DEVNULL)
        self.said[f"{len(self.said)}: kasactl {' '.join(words)}"] = (
            run.stdout + run.stderr)
        assert status is None or run.returncode == status, run
        return run.stdout

    def leaks(self):
        secrets = [t for a in self.accounts for t in forms(*a)]
        issued = self.sim.secrets()
        secrets += issued + [s.upper() for s in issued]
        texts = dict(self.said)
        for path in files_below(self.folder):
            with open(path, "rb") as file:
                text = file.read().decode("utf-8", "surrogateescape")
            texts[path] = path + "\n" + text
        return find(secrets, texts)

    def verify(self):
        super().verify()
        found = self.leaks()
        assert not found, f"secrets in the open: {found}"
