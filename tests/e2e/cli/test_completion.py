# SPDX-License-Identifier: MIT
"""The shell completions are what scripts/completion.py makes of --help."""

import os
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
