# SPDX-License-Identifier: MIT
"""The network goes under sixty plugs: the simulated house, kasa, collectd's
thresholds as the sample has them, notify_kasa, and what arrives as mail."""

import pytest

from collectd import BUILD, PLUGINDIR, Collectd
from mocks.smtp import Letter, Smtp
from sim import Sim

pytestmark = pytest.mark.takes(85)

PLUGS = [f"Plug {n}" for n in range(1, 61)]

# as in collectd.conf.d/kasa-thresholds.conf, with a shorter time
BLOCKS = f"""
PluginDir "{BUILD}/.libs"
LoadPlugin notify_kasa
PluginDir "{PLUGINDIR}"
<Plugin notify_kasa>
  ControlSocket "%s/control"
  RecoverAfter 1
  <Channel email "mail">
    Server "localhost"
    Port %d
    TLS none
    From "collectd@example.org"
    To "me@example.org"
  </Channel>
  <Storm>
    Window 4s
  </Storm>
</Plugin>
<Plugin threshold>
  <Plugin "kasa">
    <Type "up">
      FailureMin 0.5
      Hits 3
      Interesting false
    </Type>
  </Plugin>
</Plugin>
"""


def test_sixty_plugs_silent_at_once_are_one_message_and_one_alone_its_own(tmp_path):
    house = [{"alias": name, "kind": "plug", "load": 40} for name in PLUGS]
    with Smtp() as server, Sim(house) as sim, Collectd(
            "Timeout 0.5", blocks=BLOCKS % (tmp_path, server.port), plugins=("threshold",), errors=True) as daemon:
        def letters():
            return [Letter(mail["data"]) for mail in server.mails]

        def expect(number, patience=60):
            daemon.wait(lambda: len(server.mails) >= number, f"mail {number}", patience)
            return letters()[number - 1]

        daemon.wait_up(*PLUGS, timeout=30)
        daemon.cycles(2)
        sim.fault("Plug 7", "gone")
        assert expect(1)["Subject"] == "[CRITICAL] Plug 7 is not reporting"
        sim.fault("*", "gone")
        said = expect(2)
        assert said["Subject"] == "[ERROR] No device answers any more"
        assert "59 stopped together: " in said.text and " and 56 more." in said.text
        assert said.text.count("No device answers any more") == 1
        assert "Series" not in said.text and "Host" not in said.text
        daemon.cycles(12)
        assert len(server.mails) == 2
        sim.fault("*", "none")
        daemon.wait(lambda: len(server.mails) >= 4, "both ends", 60)
        daemon.wait_up(*PLUGS, timeout=30)
        daemon.cycles(12)
        ends = {letter["Subject"]: letter.text for letter in letters()[2:]}
        assert sorted(ends) == ["[OK] All 59 devices report again", "[OK] Plug 7 is reporting again"]
        over = ends["[OK] All 59 devices report again"]
        assert over.count("All 59 devices report again") == 1 and " more" not in over
        assert [fault for letter in letters() for fault in letter.faults] + server.faults == []
