# SPDX-License-Identifier: MIT
"""The shell completions are what scripts/completion.py makes of --help."""

import glob
import os
import re
import subprocess
import sys

import pytest

from collectd import BUILD
from tree import SOURCE

pytestmark = pytest.mark.plain

KASACTL = os.path.join(BUILD, "kasactl")
FILES = {"bash": "bash/kasactl", "zsh": "zsh/_kasactl",
         "fish": "fish/kasactl.fish"}


def path_of(shell):
    return os.path.join(SOURCE, "packaging", "completion", FILES[shell])


@pytest.mark.parametrize("shell", FILES)
def test_it_is_up_to_date(shell):
    made = subprocess.run(
        [sys.executable, os.path.join(SOURCE, "scripts", "completion.py"),
         KASACTL, shell], text=True, capture_output=True, check=True,
        timeout=60).stdout
    with open(path_of(shell), encoding="utf-8") as file:
        assert file.read() == made, f"scripts/completion.py KASACTL {shell}"


@pytest.mark.parametrize("typed,offered", [
    (["al"], ["alerts"]),
    (["discover", "--pass"], ["--password-file"]),
    (["alerts", "expl"], ["explain"]),
    (["alerts", "w"], []),
    (["alerts", "silence", "e"], ["end"]),
    (["alerts", "queue", "re"], ["retry"]),
    (["alerts", "show", "re"], []),
    (["energy", "--dry"], ["--dry-run"]),
    (["nonsense", "--x"], []),
])
def test_bash_offers(typed, offered):
    words = " ".join(["kasactl", *typed])
    script = (f"source {path_of('bash')}; COMP_WORDS=({words}); "
              f"COMP_CWORD={len(typed)}; _kasactl; "
              'printf "%s\\n" "${COMPREPLY[@]}"')
    out = subprocess.run(["bash", "-c", script], text=True, check=True,
                         capture_output=True, timeout=30).stdout
    assert out.split() == offered


def test_every_option_is_offered():
    """Of the programs' own tables, however their help words it."""
    taken = set()
    for path in glob.glob(os.path.join(SOURCE, "src", "cli", "**", "*.[ch]"),
                          recursive=True):
        with open(path, encoding="utf-8") as file:
            taken |= set(re.findall(r'\{"([a-z-]+)", (?:no|required|optional)_argument',
                                    file.read()))
    assert len(taken) > 30
    with open(path_of("bash"), encoding="utf-8") as file:
        offered = set(re.findall(r"--([a-z-]+)", file.read()))
    assert not taken - offered


def test_every_word_is_a_command():
    with open(path_of("bash"), encoding="utf-8") as file:
        found = re.findall(r"([23]):(alerts|energy|appliance):(\S+)\) words='([^']*)'",
                           file.read())
    assert len(found) == 6
    # what keeps each from doing more than finding its command
    nowhere = {"alerts": ["--socket", "/nonexistent"], "energy": ["--no-such-option"],
               "appliance": ["--state", "/nonexistent"]}
    for place, name, before, words in found:
        for word in ["nonsense", *words.split()]:
            typed = [name, *([before] if place == "3" else []), word]
            done = subprocess.run([KASACTL, *typed, *nowhere[name]], text=True,
                                  capture_output=True, check=False, timeout=30)
            unknown = re.search(r"no command|none of its|expected try|^usage: kasactl alerts \w+ $",
                                done.stderr, re.MULTILINE)
            assert bool(unknown) == (word == "nonsense"), (typed, done.stderr)
