# SPDX-License-Identifier: MIT
"""`kasactl check` on what keeps collectd from starting or from alerting, and
what it says to type. The libraries are those of this machine's plugins."""

import os
import subprocess

import pytest

from collectd import BUILD, PLUGINDIR

pytestmark = pytest.mark.one_thread

KASACTL = os.path.join(BUILD, "kasactl")
OWN = os.path.join(BUILD, ".libs")


def check(tmp_path, text):
    config = tmp_path / "collectd.conf"
    config.write_text(text)
    done = subprocess.run([KASACTL, "check", str(config)], text=True,
                          capture_output=True, timeout=60)
    return done.returncode, done.stdout


KASA = f'PluginDir "{OWN}"\nLoadPlugin kasa\n'


def in_kasa(line):
    return f"{KASA}<Plugin kasa>\n{line}\n</Plugin>\n"


def thresholds(text):
    return (f'{KASA}PluginDir "{PLUGINDIR}"\nLoadPlugin threshold\n'
            f"<Plugin threshold>\n{text}\n</Plugin>\n")


def of_kasa(text, plugin="kasa"):
    return thresholds(f'<Plugin "{plugin}">\n{text}\n</Plugin>')


MISTAKES = {
    "no such plugin": (
        f'PluginDir "{PLUGINDIR}"\nLoadPlugin tapo\n',
        ["LoadPlugin tapo", "tapo.so", "collectd will not start"]),
    "interval in the block": (
        in_kasa("Interval 30"), ["Interval", "<LoadPlugin kasa>"]),
    "interval misspelt": (
        in_kasa("Intervall 30"), ["Intervall", "<LoadPlugin kasa>"]),
    "host": (in_kasa('Host "192.0.2.5"'), ["Host", '<Device "192.0.2.7">']),
    "address": (in_kasa('Address "192.0.2.5"'), ['<Device "192.0.2.7">']),
    "user": (in_kasa('User "x"'), ["User", "say Username"]),
    "cannot fit": (
        in_kasa("Timeout 20\nRetries 5"), ["Timeout 20", "Retries 5", "10 s"]),
    "loaded twice": (
        KASA + "<LoadPlugin kasa>\n  Interval 15\n</LoadPlugin>\n",
        ["loaded already", "Interval"]),
    "report of another ledger": (
        f'PluginDir "{OWN}"\nLoadPlugin kasa\nLoadPlugin notify_kasa\n<Plugin kasa>\n'
        'StateDirectory "/srv/kasa"\n</Plugin>\n<Plugin notify_kasa>\nEmail "me@example.org"\n'
        '<Report "daily">\nAt "07:30"\nChannel "email"\n</Report>\n</Plugin>\n',
        ['LedgerDirectory "kasa"', 'StateDirectory "/srv/kasa"']),
    "no threshold plugin": (
        KASA + "<Plugin threshold>\n</Plugin>\n", ["LoadPlugin threshold"]),
    "instance of the type": (
        of_kasa('<Type "power">\n  Instance "Freezer"\n</Type>'),
        ['Instance "Freezer"', '<Plugin "kasa">', "above the <Type>"]),
    "unknown type": (
        of_kasa('<Type "powr">\n</Type>'),
        ['<Type "powr">', "did you mean power?"]),
    "type of another": (
        of_kasa('<Type "devices">\n</Type>'), ['<Plugin "kasa_total">']),
    "unknown plugin": (
        of_kasa('<Type "power">\n</Type>', "kasa-plug"),
        ['"kasa-plug"', 'did you mean "kasa_plug"?']),
    "data source": (
        of_kasa('<Type "power">\n  DataSource "watts"\n</Type>'),
        ["DataSource", '"value"']),
    "below a host": (
        thresholds('<Host "pi">\n<Plugin "kasa">\n<Type "powr">\n</Type>\n'
                   "</Plugin>\n</Host>"), ['<Type "powr">']),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_that_says_what_to_type(tmp_path, name):
    text, words = MISTAKES[name]
    status, out = check(tmp_path, text)
    assert status == 1, out
    problems = out.split("\n\n")[0].splitlines()
    assert problems[0] == "Problems:"
    assert len(problems) == 2, out
    for word in words:
        assert word in problems[1], out


GOOD = {
    "as it should be": of_kasa(
        'Instance "Freezer"\n<Type "power">\n  FailureMin 1\n</Type>'),
    "an outlet": of_kasa(
        'Instance "Strip"\n<Type "power">\n  Instance "Lamp"\n</Type>',
        "kasa_plug"),
    "reasons": of_kasa('<Type "failures">\n  Instance "auth"\n</Type>'),
    "the sums": of_kasa('<Type "devices">\n  Instance "up"\n</Type>',
                        "kasa_total"),
    "another plugin's": of_kasa('<Type "load">\n</Type>', "load"),
    "short interval": KASA.replace(
        "LoadPlugin kasa", "<LoadPlugin kasa>\n  Interval 2\n</LoadPlugin>"),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_right_is_left_alone(tmp_path, name):
    status, out = check(tmp_path, GOOD[name])
    assert status == 0, out


def test_a_missing_library_is_named_with_its_package(tmp_path):
    """The name of a library that a plugin needs, changed in a copy."""
    source = os.path.join(PLUGINDIR, "write_prometheus.so")
    if not os.path.exists(source):
        pytest.skip("collectd's write_prometheus is not installed")
    with open(source, "rb") as file:
        image = file.read()
    assert b"libmicrohttpd.so.12" in image
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "write_prometheus.so").write_bytes(
        image.replace(b"libmicrohttpd.so.12", b"libmicrohttpd.so.99"))
    status, out = check(
        tmp_path, f'PluginDir "{folder}"\nLoadPlugin write_prometheus\n')
    assert status == 1
    assert "libmicrohttpd.so.99" in out
    assert "collectd will not start" in out
    assert "apt install libmicrohttpd99" in out


@pytest.mark.parametrize("size", [0, 3, 64, 200, 4096])
def test_half_a_plugin_is_not_judged(tmp_path, size):
    source = os.path.join(OWN, "kasa.so")
    folder = tmp_path / "plugins"
    folder.mkdir()
    with open(source, "rb") as file:
        (folder / "kasa.so").write_bytes(file.read(size))
    status, out = check(tmp_path, f'PluginDir "{folder}"\nLoadPlugin kasa\n')
    assert status == 0, out


def test_types_that_replace_those_of_collectd(tmp_path):
    ours = tmp_path / "types.db"
    ours.write_text("watt_hours  value:DERIVE:0:U\n")
    whole = tmp_path / "whole.db"
    whole.write_text("gauge  value:GAUGE:U:U\n")
    status, out = check(tmp_path, f'{KASA}TypesDB "{ours}"\n')
    assert status == 1
    assert 'add TypesDB "/usr/share/collectd/types.db"' in out
    status, out = check(tmp_path, f'{KASA}TypesDB "{whole}" "{ours}"\n')
    assert status == 0, out
    status, out = check(
        tmp_path, f'{KASA}TypesDB "{whole}" "{tmp_path}/none"\n')
    assert status == 1
    assert "none cannot be read" in out
