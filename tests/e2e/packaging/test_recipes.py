# SPDX-License-Identifier: MIT
"""Every recipe of doc/recipes.md is a configuration that `kasactl check` finds
nothing wrong with."""

import os
import re
import subprocess

import pytest

from collectd import BUILD, PLUGINDIR, missing_plugins
from tree import SOURCE

pytestmark = [pytest.mark.plain, pytest.mark.no_daemon]

OWN = os.path.join(BUILD, ".libs")


def recipes():
    with open(os.path.join(SOURCE, "doc", "recipes.md"),
              encoding="utf-8") as file:
        text = file.read()
    for part in text.split("\n## ")[1:]:
        for block in re.findall(r"```\n(.*?)```", part, re.S):
            yield part.splitlines()[0], block


RECIPES = dict(recipes())


def test_each_wish_has_one():
    assert len(RECIPES) == 7


def check(tmp_path, block):
    config = tmp_path / "collectd.conf"
    config.write_text(f'PluginDir "{OWN}"\nLoadPlugin kasa\n' + block.replace(
        "LoadPlugin threshold",
        f'PluginDir "{PLUGINDIR}"\nLoadPlugin threshold'))
    done = subprocess.run([os.path.join(BUILD, "kasactl"), "check",
                           str(config)], text=True, capture_output=True,
                          timeout=60, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize("title", RECIPES)
def test_check_finds_nothing_wrong(tmp_path, title):
    if missing_plugins("threshold"):
        pytest.skip("collectd's threshold plugin is not installed")
    status, out = check(tmp_path, RECIPES[title])
    assert status == 0, out


def test_a_mistake_in_one_would_be_seen(tmp_path):
    block = next(iter(RECIPES.values())).replace("Kind freezer", "Kind frezer")
    assert "frezer" in block
    status, _ = check(tmp_path, block)
    assert status == 1
