# SPDX-License-Identifier: MIT
"""Names are user-made and may be hostile: they are made safe once, so that the
metrics page, files and logs stay whole, and told apart where they are equal."""

import subprocess

import pytest

from collectd import Collectd
from sim import Sim

NAMES = {
    "quotes": ('He said "hi"', 'He said "hi"'),
    "newline": ("line\nbreak", "line break"),
    "slash": ("a/b", "a_b"),
    "leading slash": ("/root", "_root"),
    "emoji": ("\U0001F384 Xmas tree", "\U0001F384 Xmas tree"),
    "backslash": ("back\\slash", "back\\slash"),
    "backslash n": ("\\n", "\\n"),
    "bell": ("be\x07ll\x1b[31m", "bell[31m"),
    "override": ("ab\u202edc", "abdc"),
    "no width": ("Free\u200bzer\u2060 \u00adA\u061c\u180e\ufeff", "Freezer A"),
    "spaces": ("  wide  ", "wide"),
    "braces": ('x{y="z"} 1', 'x{y="z"} 1'),
    "hash": ("# HELP me", "# HELP me"),
    "dots": ("..", ".."),
    "dash": ("a-b-c", "a-b-c"),
    "300 bytes": ("long " * 60, ("long " * 12).strip()),
    "300 bytes of umlauts": ("\u00fc" * 150, "\u00fc" * 30),
    "59 and an umlaut": ("x" * 59 + "\u00fc", "x" * 59),
}
BYTES = {
    "invalid": ("4bfc636865ff", "K?che?"),
    "surrogate": ("61eda08062", "a???b"),
    "overlong": ("61c0af62", "a??b"),
    "cut": ("61e282", "a??"),
}


@pytest.fixture(scope="module", name="hostile")
def fixture_hostile():
    house = [{"alias": raw, "kind": "plug", "load": 5}
             for raw, _ in NAMES.values()]
    house += [{"alias_hex": raw, "kind": "plug", "load": 5}
              for raw, _ in BYTES.values()]
    house += [
        {"alias": "", "kind": "plug", "load": 5, "mac": "50:C7:BF:00:AB:CD"},
        {"alias": "Twin", "kind": "plug", "load": 5,
         "mac": "50:C7:BF:00:11:22"},
        {"alias": "Twin", "kind": "plug", "load": 6,
         "mac": "50:C7:BF:00:11:33"},
        {"alias": "Strip", "kind": "strip", "plugs": [
            {"alias": "Same", "load": 1}, {"alias": "Same", "load": 2},
            {"alias": "", "load": 3}, {"alias": 'q"/\n\\', "load": 4},
            {"alias_hex": "ff", "load": 5}]},
        # values of other texts that end in labels
        {"alias": "Odd", "kind": "plug", "load": 5,
         "mac": "50:C7:BF:00:11:44", "addr": "127.177.177.177",
         "model": 'M"o/d\\e\nl' + "\U0001F384" * 7, "hw_ver": "\u00fc" * 7,
         "sw_ver": "\u20ac" * 12},
    ]
    with Sim(house) as sim:
        with Collectd('DiscoveryTarget "127.177.177.177"\n') as daemon:
            daemon.wait_page(
                lambda p: len(p.names()) == len(house) and all(
                    v for k, v in p.items()
                    if k.name == "collectd_kasa_up"), "all up")
            daemon.cycles(1)
            yield sim, daemon


def test_names_are_made_safe(hostile):
    _, daemon = hostile
    names = daemon.page().names()
    wanted = {made for _, made in list(NAMES.values()) + list(BYTES.values())}
    wanted |= {"KP115 abcd", "Twin (1122)", "Twin (1133)", "Strip", "Odd"}
    assert names == wanted
    assert all(len(n.encode()) <= 60 for n in names)
    plugs = {k.labels["type"] for k in daemon.page()
             if k.name == "collectd_kasa_plug_power"}
    assert plugs == {"Same (1)", "Same (2)", "Plug 3", 'q"_ \\', "?"}


def test_equal_names_are_told_apart_with_one_warning(hostile):
    _, daemon = hostile
    page = daemon.page()
    assert page.get_one("kasa_power", kasa="Twin (1122)") == 5
    assert page.get_one("kasa_power", kasa="Twin (1133)") == 6
    daemon.cycles(2)
    assert len(daemon.lines('called "Twin"')) == 1
    assert len(daemon.lines("Strip: outlets with the same name")) == 1


@pytest.mark.needs("promtool")
def test_promtool_accepts_the_page(hostile):
    _, daemon = hostile
    page = daemon.page()
    # Prometheus refuses a page with a single byte that is no UTF-8
    page.text.encode("utf-8", "strict")
    run = subprocess.run(["promtool", "check", "metrics"], check=False,
                         input=page.text.encode(), capture_output=True,
                         timeout=60)
    assert run.returncode in (0, 3), run.stderr  # 3: matters of style
    complaints = [line for line in run.stderr.decode().splitlines()
                  if "collectd_kasa" in line]
    # names that end in _total are counters, help texts are there: nothing
    # but collectd's own ways may be found fault with
    assert not [c for c in complaints if "error" in c.lower()], complaints


def test_csv_files_stay_in_their_folder(hostile):
    _, daemon = hostile
    for folder, name in daemon.csv_series():
        assert "/" not in folder and "\n" not in folder + name
    assert not any(".." == folder for folder, _ in daemon.csv_series())
