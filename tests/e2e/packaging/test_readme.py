# SPDX-License-Identifier: MIT
"""What README.md says to type exists: commands, options, files, packages, and
so do the commands and files that the other pages name."""

import functools
import os
import re
import subprocess

import pytest

from collectd import BUILD
from tree import SOURCE as TOP

pytestmark = pytest.mark.plain

KASACTL = os.path.join(BUILD, "kasactl")


def text_of(*path):
    with open(os.path.join(TOP, *path), encoding="utf-8") as file:
        return file.read()


README = text_of("README.md")
PAGES = ["README.md", "NEWS.md", "CONTRIBUTING.md", "SECURITY.md", "grafana/README.md",
         "packaging/openwrt/README.md"]
PAGES += sorted("doc/" + name for name in os.listdir(os.path.join(TOP, "doc"))
                if name.endswith(".md"))
# what is typed at a prompt: a block's line, or between back quotes
TYPED = re.compile(r"(?:^ *\$? *(?:sudo )?|`|&& )kasactl ([a-z]+)((?: +[\w~./:@=-]+)*)", re.MULTILINE)


def test_it_is_short():
    assert README.count("\n") <= 200


def test_what_it_links_is_there():
    links = re.findall(r"\]\(([^)#:]+)\)|src=\"([^\"]+)\"", README)
    assert len(links) >= 10
    for link in links:
        path = link[0] or link[1]
        assert os.path.exists(os.path.join(TOP, path)), path


@functools.lru_cache(maxsize=None)
def help_of(name):
    done = subprocess.run([KASACTL, name, "--help"], text=True, timeout=30,
                          capture_output=True, check=False)
    assert done.returncode == 0, (name, done.stderr)
    return done.stdout


COMMANDS = sorted({(page, *found) for page in PAGES for found in TYPED.findall(text_of(page))})


@pytest.mark.parametrize("page, name, words", COMMANDS,
                         ids=[" ".join(" ".join(c).split()) for c in COMMANDS])
def test_each_command_and_option_of_kasactl(page, name, words):
    usage = help_of(name)
    for word in words.split():
        if word.startswith("--"):
            assert word.split("=")[0] in usage, (page, name, word)
    if name == "alerts" and words:
        first = words.split()[0]
        assert first.startswith("--") or re.search(rf"^  (.*, )?{first}\b", usage, re.MULTILINE), words


def test_the_commands_of_the_readme_are_found():
    assert {c[1] for c in COMMANDS if c[0] == "README.md"} >= {
        "discover", "watch", "check", "graph", "energy", "alerts"}


BLOCKS = [b for b in re.findall(r"```\n(.*?)```", README, re.DOTALL) if "<Plugin" in b]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda b: re.search(r"<Plugin (\w+)>", b)[1])
def test_its_configuration_is_understood(tmp_path, block):
    config = tmp_path / "collectd.conf"
    # an account in a comment is meant to be used
    block = re.sub(r"^( *)#(?=[A-Z])", r"\1", block, flags=re.MULTILINE)
    password = tmp_path / "password"
    password.write_text("secret")
    password.chmod(0o600)
    block = block.replace("/etc/collectd/kasa.password", str(password))
    # placeholders of the length that the service's keys have
    block = re.sub(r'"(?:user-key|app-token)"', '"' + 30 * "a" + '"', block)
    config.write_text(f'PluginDir "{BUILD}/.libs"\n{block}')
    done = subprocess.run([KASACTL, "check", str(config)], text=True, timeout=60,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "No problems" in done.stdout


def test_both_plugins_have_a_block():
    assert len(BLOCKS) == 2


def test_the_services_it_names_are_channels():
    begin = README.index("sends alerts by") + len("sends alerts by")
    names = re.split(r",| and|or to an", README[begin:README.index("It\ntells", begin)])
    names = {n.strip(" \n.") for n in names} - {"", "others (`man collectd-notify_kasa` has the list)"}
    assert len(names) >= 8, names
    manual = text_of("doc", "man", "collectd-notify_kasa.5")
    for name in names:
        block = {"mail": "Email", "PagerDuty": "pagerduty"}.get(name, name)
        assert re.search(rf"^\.(It|Ss|Sh) .*{block}", manual, re.MULTILINE | re.IGNORECASE), name


def test_the_table_is_one_that_discover_prints():
    """Its header, and its numbers: outlets add up to the strip, devices to the sum."""
    table = README[README.index("$ kasactl discover"):]
    rows = table[:table.index("```")].splitlines()[1:]
    assert rows[0].split() == ["NAME", "MODEL", "ADDRESS", "VIA", "W", "ON", "SIGNAL"]
    assert all(len(row) <= 80 for row in rows)
    end = rows[0].index(" W ") + 2  # of the watts
    watts = {row[:25].strip(): float(row[:end].split()[-1]) for row in rows[1:]
             if "\u2500" not in row}
    outlets = sum(w for name, w in watts.items() if name[0] in "\u251c\u2514")
    devices = {n: w for n, w in watts.items() if n[0] not in "\u251c\u2514" and "devices" not in n}
    assert outlets == pytest.approx(watts["Desk strip"])
    assert sum(devices.values()) == pytest.approx(watts[next(n for n in watts if "devices" in n)])
    assert any(f"{len(devices)} devices, {len(devices)} up" in row for row in rows)


def test_the_manual_pages_it_names_are_there():
    pages = set(re.findall(r"`man (?:5 )?([\w-]+)`", README))
    assert pages == {"collectd-kasa", "collectd-notify_kasa", "kasactl"}
    for page in pages:
        assert [n for n in os.listdir(os.path.join(TOP, "doc", "man"))
                if n.rsplit(".", 1)[0] == page], page


@pytest.mark.parametrize("page", PAGES)
def test_what_each_page_links_is_there(page):
    folder = os.path.dirname(os.path.join(TOP, page))
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text_of(page)):
        assert os.path.exists(os.path.join(folder, link)), (page, link)


def test_each_option_of_run_sh():
    usage = subprocess.run([os.path.join(TOP, "run.sh"), "--help"], text=True,
                           capture_output=True, check=True, timeout=30).stdout
    calls = re.findall(r"\./run\.sh((?:[ \n]+(?:--[\w-]+|\w+@\S+|FILE))*)", README)
    options = {w for call in calls for w in call.split() if w[:2] == "--"}
    assert {"--simulate", "--username", "--password-file"} <= options
    for option in options:
        assert option in usage, option


def test_the_packages_of_step_one_are_those_of_the_build():
    setup = text_of("scripts", "setup.sh")
    wanted = " ".join(re.findall(r"(?:BUILD|RUN)_PACKAGES=\(([^)]*)\)", setup))
    # all that collectd recommends are 160 packages more, a Java among them
    step = README[README.index("sudo apt install --no-install-recommends"):]
    step = step[:step.index("```")].replace("\\", " ").split()
    for package in wanted.split():
        assert package in step or package == "collectd-core", package


def test_the_samples_it_copies_are_there():
    line = re.search(r"sudo cp ([^\n]*) /etc/collectd/collectd.conf.d/", README)
    for name in line.group(1).split():
        assert os.path.exists(os.path.join(TOP, "collectd.conf.d", name)), name
