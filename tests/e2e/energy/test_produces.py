# SPDX-License-Identifier: MIT
"""Produces of a device and of its outlets: what generates has its own figures,
and is not in those of the site."""

import pytest

from collectd import Collectd
from sim import Sim

pytestmark = pytest.mark.takes(8)

HOUSE = [{"alias": "Strip", "kind": "strip", "load": 2000, "plugs": ["Fan", "Sun"]},
         {"alias": "Roof", "kind": "strip", "load": 2000, "plugs": ["East", "West"]}]
BOXES = ('<Device "Strip">\n<Plug "2">\nProduces true\n</Plug>\n</Device>\n'
         # holds for its outlets, unless they say otherwise
         '<Device "Roof">\nProduces true\n<Plug "East">\nName "Morning"\n</Plug>\n'
         '<Plug "West">\nProduces false\n</Plug>\n</Device>\n')


NAMES = ("Fan", "Sun", "Morning", "West")


def today(page, plug):
    strip = "Strip" if plug in ("Fan", "Sun") else "Roof"
    return page.get_one("kasa_plug_kwh_today", kasa_plug=strip, type=plug)


def test_outlets_that_generate_are_not_in_the_total(tmp_path):
    with Sim(HOUSE) as _:
        with Collectd(f'StateDirectory "{tmp_path}/state"\n' + BOXES) as daemon:
            daemon.wait_up("Strip", "Roof")
            page = daemon.wait_page(
                lambda p: min(today(p, name) or 0 for name in NAMES) > 0
                and p.get_one("kasa_total_kwh_today"), "what all outlets did")
            used = today(page, "Fan") + today(page, "West")
            assert page.get_one("kasa_total_kwh_today") == pytest.approx(used, rel=0.1), (
                {name: today(page, name) for name in NAMES})
