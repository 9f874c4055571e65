# SPDX-License-Identifier: MIT
"""What README.md says to type exists: commands, options, files, packages."""

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


def test_it_is_short():
    assert README.count("\n") <= 200


def test_what_it_links_is_there():
    links = re.findall(r"\]\(([^)#:]+)\)|src=\"([^\"]+)\"", README)
    assert len(links) >= 10
    for link in links:
        path = link[0] or link[1]
        assert os.path.exists(os.path.join(TOP, path)), path


COMMANDS = sorted(set(re.findall(r"kasactl ([a-z]+)((?: [\w~./-]+)*)", README)))


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_each_command_and_option_of_kasactl(command):
    name, words = command
    done = subprocess.run([KASACTL, name, "--help"], text=True, timeout=30,
                          capture_output=True, check=False)
    assert done.returncode == 0, (name, done.stderr)
    for word in words.split():
        if word.startswith("--"):
            assert word in done.stdout, (name, word)
    if name == "alerts" and words:
        assert f"  {words.split()[0]} " in done.stdout, words


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
    step = README[README.index("sudo apt install collectd"):]
    step = step[:step.index("```")].replace("\\", " ").split()
    for package in wanted.split():
        assert package in step or package == "collectd-core", package


def test_the_samples_it_copies_are_there():
    line = re.search(r"sudo cp ([^\n]*) /etc/collectd/collectd.conf.d/", README)
    for name in line.group(1).split():
        assert os.path.exists(os.path.join(TOP, "collectd.conf.d", name)), name
