# SPDX-License-Identifier: MIT
"""Folders on disks of their own, that can be filled and made read only."""

import ctypes
import os
import shutil
import subprocess

import pytest


def private_mounts():
    """Nothing of what this process mounts is seen outside."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount")
    if ctypes.CDLL(None, use_errno=True).unshare(0x00020000):
        pytest.skip("no private mounts here")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)


class Mounted:
    """A folder that is a small tmpfs for everyone in this process's mounts."""

    def __init__(self, path, options):
        self.path, self.options = path, options

    def __enter__(self):
        os.makedirs(self.path, mode=0o700, exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", self.options, "none", self.path],
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip("mount: " + done.stderr.strip())
        return self

    def remount(self, options):
        subprocess.run(["mount", "-o", "remount," + options, self.path],
                       check=True)

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.path], check=True)
        shutil.rmtree(os.path.dirname(self.path), ignore_errors=True)
