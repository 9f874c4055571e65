# SPDX-License-Identifier: MIT
"""Certificates for one test run: an authority, and servers good and bad."""

import pathlib
import subprocess

CONFIG = """
[ca]
default_ca = here
[here]
new_certs_dir = {dir}
database = {dir}/index.txt
serial = {dir}/serial
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
"""


class Pki:
    """Files: ca.pem, and <name>.pem with key and certificate of each server.

    good         for localhost and 127.0.0.1
    wrong-name   for somewhere.invalid
    expired      ended a year ago
    future       begins in ten years
    self-signed  by nobody
    client       for the client's side
    """

    def __init__(self, folder):
        self.dir = pathlib.Path(folder)
        self.dir.mkdir(parents=True, exist_ok=True)
        (self.dir / "index.txt").write_text("")
        (self.dir / "serial").write_text("1000\n")
        (self.dir / "openssl.cnf").write_text(CONFIG.format(dir=self.dir))
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
                  "-subj", "/CN=Test authority", "-keyout", "ca.key", "-out", "ca.pem",
                  "-addext", "basicConstraints=critical,CA:TRUE")
        local = "DNS:localhost,IP:127.0.0.1"
        self._server("good", local)
        self._server("wrong-name", "DNS:somewhere.invalid")
        self._server("expired", local, "20010101000000Z", "20020101000000Z")
        self._server("future", local, "20480101000000Z", "20490101000000Z")
        self._server("client", "DNS:client.invalid")
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                  "-subj", "/CN=localhost", "-addext", "subjectAltName=" + local,
                  "-keyout", "self-signed.key", "-out", "self-signed.crt")
        self._join("self-signed")

    @property
    def ca(self):
        return str(self.dir / "ca.pem")

    def pem(self, name):
        return str(self.dir / (name + ".pem"))

    def _run(self, *args):
        done = subprocess.run(["openssl", *args], cwd=self.dir, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError("openssl %s: %s" % (args[0], done.stderr))

    def _join(self, name):
        both = (self.dir / (name + ".key")).read_text() + (self.dir / (name + ".crt")).read_text()
        (self.dir / (name + ".pem")).write_text(both)

    def _server(self, name, names, start="20200101000000Z", end="20470101000000Z"):
        self._run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                  "-subj", "/CN=" + name, "-addext", "subjectAltName=" + names,
                  "-keyout", name + ".key", "-out", name + ".csr")
        self._run("ca", "-batch", "-notext", "-config", "openssl.cnf", "-keyfile", "ca.key", "-cert", "ca.pem",
                  "-startdate", start, "-enddate", end, "-in", name + ".csr", "-out", name + ".crt")
        self._join(name)
