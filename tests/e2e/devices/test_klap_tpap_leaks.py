# SPDX-License-Identifier: MIT
"""Each test of a newer device ends with a search for secrets in all that it
wrote (leaks.py). That the search can find one is shown here."""

from leaks import Watched, find, forms
from all_transports import ACCOUNT
from klap_tpap import PASSWORD, USER
from sim import Sim


def test_the_search_for_secrets_would_find_one():
    """A device that is called as the password is: it stands in csv and on the
    metrics page, and so would any other that got there."""
    with Sim([{"alias": PASSWORD, "transport": "klap",
               "addr": "127.77.12.1"}]) as sim:
        daemon = Watched(sim, ACCOUNT).start()
        try:
            daemon.wait_up(PASSWORD)
            found = daemon.leaks()
            assert {secret for _, secret in found} == {PASSWORD}
            assert any("/csv/" in where for where, _ in found)
            assert "metrics page" in {where for where, _ in found}
            issued = sim.secrets()
            assert len(issued) >= 4  # id, token, key, nonce
            for secret in [*forms(USER, PASSWORD), *issued]:
                assert find([secret], {"a log": f"[info] x{secret}y"})
        finally:
            daemon.stop()
            daemon.remove()
