# SPDX-License-Identifier: MIT
"""A clean Debian to install a package into: a throw-away layer over the root
that tests/package/root.sh has made, with processes of its own, in the network
of the test. What was changed is gone with it.

    with CleanRoot() as root:
        root.run("apt-get", "install", "-y", "/tmp/x.deb")
        assert "kasa.so" in root.read("/usr/lib/collectd/kasa.so", "rb")

Environment: KASA_ROOT, the folder that root.sh made; KASA_DEB, the folder with
the package."""

import glob
import os
import shutil
import subprocess
import tempfile

from collectd import BUILD

FOLDER = os.environ.get("KASA_ROOT") or os.path.join(
    os.path.dirname(BUILD), "root")
DEBS = os.environ.get("KASA_DEB") or os.path.join(BUILD, "deb")

# The first process of the new root: what runs there ends with it, and what has
# lost its parent is taken away by the system because it ignores SIGCHLD.
SETUP = """
set -e
mount -t tmpfs layer "$2"
mkdir "$2/up" "$2/work" "$2/root"
mount -t overlay root -o "lowerdir=$1,upperdir=$2/up,workdir=$2/work" "$2/root"
mount -t proc proc "$2/root/proc"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$2/root/dev/pts"
ln -s ../proc/self/mounts "$2/root/etc/mtab"
hostname box
echo "127.0.1.1 box.lan box" >"$2/root/etc/hosts"
exec chroot "$2/root" sh -c 'echo ready; exec env --ignore-signal=CHLD cat'
"""


def package():
    """The package's file, or None."""
    found = [p for p in glob.glob(os.path.join(DEBS, "collectd-kasa_*.deb"))
             if "dbgsym" not in p]
    return max(found, key=os.path.getmtime, default=None)


def files_below(folder):
    return {os.path.join(at, name)[len(folder):]
            for at, _, names in os.walk(folder) for name in names}


def make_install(folder):
    """What "make install" of the build puts where, for the prefix /usr."""
    subprocess.run(["make", "-C", BUILD, "install", "prefix=/usr",
                    f"DESTDIR={folder}"], check=True, capture_output=True)
    return files_below(folder)


def why_not():
    """Why there is no clean root, or None."""
    if os.geteuid() != 0:
        return "a clean root needs root"
    if package() is None:
        return "there is no package: make deb"
    try:
        with open(os.path.join(FOLDER, "why"), encoding="utf-8") as file:
            return file.read().strip()
    except FileNotFoundError:
        pass
    if not os.path.isdir(os.path.join(FOLDER, "base")):
        return "there is no clean root: tests/package/root.sh makes it"
    return None


class CleanRoot:
    def __init__(self):
        self._place = tempfile.mkdtemp(prefix="kasa-root-")
        self._holder = subprocess.Popen(
            ["unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child",
             "sh", "-c", SETUP, "setup", os.path.join(FOLDER, "base"),
             self._place],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        first = self._holder.stdout.readline()
        if first != b"ready\n":
            said = first + self._holder.stdout.read()
            self.close()
            raise OSError(said.decode())
        with open(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children",
                  encoding="ascii") as file:
            self.init = file.read().split()[0]

    def close(self):
        self._holder.kill()
        self._holder.wait()
        self._holder.stdin.close()
        self._holder.stdout.close()
        shutil.rmtree(self._place, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def path(self, name):
        """Where a file of the root is seen from here."""
        return f"/proc/{self.init}/root{name}"

    def read(self, name, mode="r"):
        with open(self.path(name), mode) as file:
            return file.read()

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), mode)

    def run(self, *command, timeout=180, check=True):
        """Runs a command in it; returns what it printed, both ways."""
        done = subprocess.run(
            ["nsenter", "-t", self.init, "--mount", "--uts", "--pid",
             "chroot", os.path.join(self._place, "root"), *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=timeout, check=False,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C",
                 "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"})
        text = done.stdout.decode(errors="replace")
        assert done.returncode == 0 or not check, f"{command}: {done.returncode}\n{text}"
        return text

    def files(self):
        """{path: what it is}, without what dpkg and apt keep about packages,
        and what is no file."""
        found = self.run(
            "find", "/", "-xdev", "(", "-path", "/proc", "-o", "-path",
            "/var/lib/dpkg", "-o", "-path", "/var/lib/apt", "-o", "-path",
            "/var/cache", "-o", "-path", "/var/log", "-o", "-path", "/tmp",
            ")", "-prune", "-o", "-printf", r"%p\t%y %m %s %l\n")
        return dict(line.split("\t") for line in found.splitlines())
