"""SIGKILL at random moments under load with failing and slow providers:
KASA_KILLS times (25; by hand 200 or more), from KASA_SEED on."""

import os

from kill_alerts import trial

KILLS = int(os.environ.get("KASA_KILLS", "25"))
SEED = int(os.environ.get("KASA_SEED", "1"))


def test_killed_at_random_moments_nothing_is_lost(capsys):
    verdict = trial(KILLS, SEED)
    with capsys.disabled():
        print("\n" + str(verdict))
    assert verdict.complaints() == []
