# SPDX-License-Identifier: MIT
"""The package for OpenWrt, as far as it can be looked at without its SDK: make
reads it with stand-ins for what it includes (tests/package/openwrt), its
install steps find what "make install" makes, its dependencies are those of the
binaries, and what UCI can set is what the plugins understand."""

import glob
import json
import os
import re
import shutil
import subprocess

import pytest

from clean_root import files_below, make_install
from collectd import BUILD
from tree import SOURCE
from samples import NAMES

# make compares the times of files with the clock
pytestmark = [pytest.mark.plain, pytest.mark.real_clock]

FOLDER = os.path.join(SOURCE, "packaging", "openwrt", "collectd-kasa")
STAND_IN = os.path.join(SOURCE, "tests", "package", "openwrt")

# the library a binary asks for: the package that brings it, or nothing for
# what comes with every system (libcrypt: musl has it inside)
PACKAGES = {"libcjson.so": "+cJSON", "libcurl.so": "+libcurl",
            "libcrypto.so": "+libopenssl", "libssl.so": "+libopenssl",
            "libsqlite3.so": "+libsqlite3", "libc.so": "", "libm.so": "",
            "libcrypt.so": ""}

FILES = {
    "collectd-mod-kasa": {
        "/usr/lib/collectd/kasa.so", "/usr/share/collectd-kasa/types.db",
        "/usr/share/collectd/plugin/kasa.json",
        *("/usr/share/collectd-kasa/collectd.conf.d/" + n for n in NAMES)},
    "collectd-mod-notify-kasa": {
        "/usr/lib/collectd/notify_kasa.so",
        "/usr/share/collectd/plugin/notify_kasa.json"},
    "kasactl": {"/usr/bin/kasactl"},
}

# something that each option of the UCI files would be set to
EXAMPLES = {
    "DiscoveryInterval": "600", "DiscoveryTimeout": "3",
    "EnergyInterval": "300", "Name": "mac", "RetryDelay": "0.5",
    "Timeout": "2.5", "Username": "me@example.org",
    "DiscoveryTarget": "192.0.2.255", "Ignore": "Xmas tree",
    "Interface": "br-lan", "Only": "/^Lab/", "Discovery": True,
    "KeepMissing": False,
    "ControlSocket": "/run/kasa.sock", "Currency": "EUR",
    "DashboardURL": "https://example.org/d/kasa", "MinLevel": "error",
    "RecoverAfter": "2m", "StateDirectory": "/etc/notify_kasa",
    "Discord": "https://discord.com/api/webhooks/1/x",
    "Email": "me@example.org", "Webhook": "https://example.org/alerts",
    "Slack": "https://hooks.slack.com/services/T000/B000/xxxx",
}


@pytest.fixture(scope="module", name="installed")
def fixture_installed(tmp_path_factory):
    """The folder that "make install" has filled."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    installed = str(tmp_path_factory.mktemp("installed"))
    make_install(installed)
    return installed


@pytest.fixture(scope="module", name="packages")
def fixture_packages(installed, tmp_path_factory):
    """{package: (fields, folder with its files)}"""
    out = str(tmp_path_factory.mktemp("out"))
    run = subprocess.run(
        ["make", "-C", FOLDER, "--warn-undefined-variables",
         f"TOPDIR={STAND_IN}", f"INCLUDE_DIR={STAND_IN}/include",
         f"PKG_INSTALL_DIR={installed}", f"OUT={out}"],
        check=False, text=True, capture_output=True)
    assert run.returncode == 0, run.stderr
    assert set(re.findall(r"undefined variable '(\S+)'", run.stderr)) <= {
        "CONFIG_BIG_ENDIAN"}, run.stderr
    assert "warning:" not in re.sub(r".*CONFIG_BIG_ENDIAN.*", "", run.stderr)
    found = {}
    for name in glob.glob(os.path.join(out, "*.control")):
        with open(name, encoding="utf-8") as file:
            fields = dict(line.rstrip("\n").split("=", 1) for line in file)
        found[os.path.basename(name)[:-8]] = fields, name[:-8]
    return found


def test_each_package_holds_its_files(packages):
    assert set(packages) == set(FILES)
    for name, (_, folder) in packages.items():
        assert files_below(folder) == FILES[name]


def test_everything_that_is_installed_is_in_a_package(installed):
    """But for documents, dashboards and completion, which routers do without."""
    left = files_below(installed) - set().union(*FILES.values())
    assert not [n for n in left if not n.startswith(
        ("/usr/share/man/", "/usr/share/doc/", "/usr/share/collectd-kasa/grafana/",
         "/usr/share/zsh/", "/usr/share/bash-completion/", "/usr/share/fish/"))]


def test_dependencies_are_those_of_the_binaries(packages):
    for name, (fields, folder) in packages.items():
        binary, = [p for p in glob.glob(folder + "/usr/**/*", recursive=True)
                   if p.endswith((".so", "/kasactl"))]
        text = subprocess.run(["readelf", "-d", binary], check=True, text=True,
                              capture_output=True).stdout
        asked = {PACKAGES[n] for n in re.findall(r"\[(lib\w+\.so)", text)}
        asked.discard("")
        given = set(fields["DEPENDS"].split())
        assert given - {"collectd"} == asked, name
        assert ("collectd" in given) == name.startswith("collectd-mod-")


def test_the_version_is_that_of_configure(packages):
    with open(os.path.join(SOURCE, "configure.ac"), encoding="utf-8") as file:
        version = re.search(r"AC_INIT\(\[collectd-kasa\], \[(\S+)\]\)",
                            file.read()).group(1)
    for fields, _ in packages.values():
        assert fields["PKG_VERSION"] == version


@pytest.mark.parametrize("plugin", ["kasa", "notify_kasa"])
def test_what_uci_can_set_is_understood(plugin, tmp_path):
    """The lines that OpenWrt's collectd.init makes of such a file."""
    with open(os.path.join(FOLDER, "files", plugin + ".json"),
              encoding="utf-8") as file:
        options = json.load(file)
    assert set(options) == {"string", "bool", "list"}
    lines = [f'PluginDir "{BUILD}/.libs"', f"LoadPlugin {plugin}", f"<Plugin {plugin}>"]
    password = tmp_path / "password"
    password.write_text("secret\n")
    password.chmod(0o600)
    for name in [n for kind in options.values() for n in kind]:
        value = {**EXAMPLES, "PasswordFile": str(password)}[name]
        lines.append(f"\t{name} " + (str(value).lower() if value in
                                     (True, False) else f'"{value}"'))
    config = tmp_path / "collectd.conf"
    config.write_text("\n".join([*lines, "</Plugin>", ""]))
    run = subprocess.run([os.path.join(BUILD, "kasactl"), "check",
                          str(config)], check=False, text=True,
                         capture_output=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "No problems" in run.stdout
