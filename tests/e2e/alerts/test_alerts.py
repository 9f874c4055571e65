# SPDX-License-Identifier: MIT
"""notify_kasa inside a real collectd, with senders that write files."""

import os
import pathlib
import re
import sqlite3
import stat
import time

import pytest

import clock
from alerting import SLOWNESS, THRESHOLDS, Collectd, until
from collectd import free_port

pytestmark = pytest.mark.takes(75)

QUICK = '  RecoverAfter 1\n  StartupGrace 5\n'
QUICK_TWO = ('  RecoverAfter 0\n  <Route "all">\n    Channel "mail" "team"\n'
             '  </Route>\n')


def test_a_start_with_200_healthy_series_sends_nothing():
    with Collectd(QUICK) as c:
        for i in range(200):
            c.put(f"Plug {i}", "power", 90)
        time.sleep(3)
        assert c.sent() == []
        assert c.ask(command="list")["alerts"] == []
        assert "All data sources are within range" in c.log()


def test_bad_once_recovery_once_and_a_restart_in_between():
    with Collectd(QUICK) as c:
        c.put("Freezer", "power", 90)
        c.put("Freezer", "power", 1900, time.time() + 0.1)
        c.wait(["firing"])
        c.restart()
        c.put("Freezer", "power", 1901)
        time.sleep(2)
        assert c.kinds() == ["firing"]
        c.put("Freezer", "power", 96, time.time() + 1)
        c.wait(["firing", "resolved"])
        first, last = c.sent()
        assert first["episode"] == last["episode"]
        assert last["thread_root"] == first["message_id"]
        assert first["title"].startswith("Freezer")
        time.sleep(2)
        assert c.kinds() == ["firing", "resolved"]


def test_worse_is_an_update_of_one_episode():
    with Collectd(QUICK) as c:
        c.put("Heater", "power", 1600)
        c.wait(["firing"])
        c.put("Heater", "power", 1900, time.time() + 1)
        c.wait(["firing", "update"])
        assert len({m["episode"] for m in c.sent()}) == 1


def test_nan_is_no_recovery_and_the_value_cache_decides():
    with Collectd(QUICK) as c:
        now = time.time()
        c.put("Freezer", "power", 1900, now)
        c.wait(["firing"])
        c.put("Freezer", "power", "U", now + 1)
        time.sleep(3)
        assert c.kinds() == ["firing"]
        assert c.ask(command="list")["alerts"][0]["no_reading"]
        # in range from now on: collectd says nothing, OKAY stays OKAY
        patience = clock.Patience(40)
        tick = now + 2
        while c.kinds() != ["firing", "resolved"]:
            assert not patience.over(), c.log()
            tick = max(tick + 1, time.time())
            c.put("Freezer", "power", 900, tick)
            time.sleep(1)
        assert c.log().count("severity = OKAY") == 1


def test_a_missing_device_is_one_alert_and_one_recovery():
    with Collectd(QUICK) as c:
        for kind, value in (("power", 90), ("voltage", 230)):
            c.put("Freezer", kind, value, interval=1)
        c.wait(["firing"], seconds=20)
        time.sleep(2)
        assert c.kinds() == ["firing"]
        alert = c.ask(command="list")["alerts"][0]
        assert (alert["class"], alert["members"]) == ("missing", 2)
        c.put("Freezer", "power", 90)
        c.put("Freezer", "voltage", 230)
        c.wait(["firing", "resolved"])


def test_bad_at_start_is_told_and_dead_during_restart_stays():
    with Collectd(QUICK) as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"])
        c.restart()
        time.sleep(8)  # beyond the grace: nobody heard of it again
        assert c.kinds() == ["firing"]
        assert c.ask(command="list")["alerts"][0]["stale"]


def test_plain_notifications_open_and_close():
    with Collectd(QUICK) as c:
        names = dict(host="nas", plugin="raid", type="state")
        c.notify("okay", "all is well", **names)
        c.notify("failure", "disk <b>2</b> failed", **names)
        c.wait(["firing"])
        c.notify("okay", "rebuilt", **names)
        c.wait(["firing", "resolved"])


def test_a_provider_that_is_away_gets_it_later():
    with Collectd(QUICK_TWO, channels=("mail", "team")) as c:
        c.mode("mail", "retry")
        c.put("Freezer", "power", 1900)
        c.wait(["firing"], "team")
        assert c.kinds() == []
        c.mode("mail", "ok")
        c.wait(["firing"], seconds=20)
        c.put("Freezer", "power", 90, time.time() + 1)
        c.wait(["firing", "resolved"])
        c.wait(["firing", "resolved"], "team")


def test_opened_and_recovered_while_away_is_one_message():
    with Collectd(QUICK_TWO, channels=("mail", "team")) as c:
        c.mode("mail", "retry")
        c.put("Freezer", "power", 1900)
        c.wait(["firing"], "team")
        c.put("Freezer", "power", 90, time.time() + 1)
        c.wait(["firing", "resolved"], "team")
        c.mode("mail", "ok")
        c.wait(["note"], seconds=30)
        assert c.sent()[0]["reason"] == "missed"


def test_a_pager_is_told_to_stop_ringing():
    options = ('  RecoverAfter 0\n  <Route "all">\n    Channel "pager"\n'
               '  </Route>\n')
    with Collectd(options, channels=("pager",), kinds={"pager": "pager"}) as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"], "pager")
        c.put("Freezer", "power", 90, time.time() + 1)
        c.wait(["firing", "resolved", "cancel"], "pager")


NETWORK = """
LoadPlugin network
<Plugin network>
  {what} "127.0.0.1" "{port}"
</Plugin>
"""


def test_what_another_collectd_found_loses_its_metadata_on_the_way():
    port = free_port()
    with Collectd("  RecoverAfter 0\n", thresholds=NETWORK.format(
            what="Listen", port=port)) as c, \
            Collectd("", channels=(), thresholds=THRESHOLDS + NETWORK.format(
                what="Server", port=port)) as other:
        other.put("Freezer", "power", 1900)
        c.wait(["firing"])
        alert = c.ask(command="list")["alerts"][0]
        assert (alert["class"], alert["value"], alert["limit"]) == (
            "range", 1900, 1800)
        other.put("Freezer", "power", 1600, time.time() + 1)
        c.wait(["firing", "update"])  # else the end may take its place
        other.put("Freezer", "power", 90, time.time() + 2)
        c.wait(["firing", "update", "resolved"])


def test_commands():
    with Collectd(QUICK) as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"])
        number = c.ask(command="list")["alerts"][0]["id"]
        assert c.ask(command="ack", id=number, by="me")["ok"]
        c.wait(["firing", "acknowledged"])
        assert not c.ask(command="ack", id=number)["ok"]
        assert c.ask(command="unack", id=number)["ok"]
        shown = c.ask(command="show", id=number)
        assert shown["told"][0]["announced"]
        assert c.ask(command="resolve", id=number)["ok"]
        c.wait(["firing", "acknowledged", "resolved"])
        what = [h["what"] for h in c.ask(command="history")["history"]]
        assert {"opened", "sent", "acked", "unacked", "closed"} <= set(what)
        answer = c.ask(command="test", channel="all")
        assert answer["results"] == [
            {"channel": "mail", "ok": True, "ref": answer["results"][0]["ref"]}]
        assert c.kinds()[-1] == "test"
        explained = c.ask(command="explain", severity="FAILURE", value=1900,
                          identifier="tester/kasa-Freezer/power")
        assert explained["routes"][0]["channels"][0]["delivers"]
        rendered = c.ask(command="render", severity="FAILURE", value=1900,
                         identifier="tester/kasa-Freezer/power")
        assert rendered["rendered"][0]["title"].startswith("Freezer")
        assert not c.ask(command="nonsense")["ok"]
        mode = os.stat(c.base + "/control").st_mode
        assert stat.S_IMODE(mode) == 0o660


def order(c, message):
    c.notify("okay", message, plugin="notify_kasa", type="command")


def test_orders_by_notification():
    with Collectd(QUICK) as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"])
        number = c.ask(command="list")["alerts"][0]["id"]
        order(c, f"ack {number} 4h")
        c.wait(["firing", "acknowledged"])
        alert = c.ask(command="list")["alerts"][0]
        assert alert["acked"] and alert["ack_by"] == "a notification"
        assert abs(alert["ack_until"] - alert["ack_at"] - 4 * 3600e3) < 1
        for wrong in ("ack 99999", "dance", "ack", f"ack {number} soon", f"resolve {number}x",
                      f"resolve {number},{number + 1}"):
            order(c, wrong)
        order(c, f"resolve {number}")
        c.wait(["firing", "acknowledged", "resolved"])
        assert c.log().count(" refused: ") == 6
        assert f'order "resolve {number}": done' in c.log()
        assert c.ask(command="list")["alerts"] == []


def test_explain_tells_what_then_happens():
    with Collectd('  MinLevel info\n', thresholds="") as c:
        said = c.ask(command="explain", severity="missing",
                     identifier="tester/kasa-Freezer/power")
        c.notify("failure", "tester/kasa-Freezer/power has not been updated "
                 "for 20.000 seconds.", host="tester", plugin="kasa",
                 plugin_instance="Freezer", type="power")
        c.wait(["firing"])
        opened = c.ask(command="list")["alerts"][0]
        for name in ("fingerprint", "class", "level", "device"):
            assert said["alert"][name] == opened[name]


def test_a_route_names_the_readings_of_a_missing_device():
    text = ('%{members_missing} of %{members}: %{each members}%{member}'
            ' since %{missing_since|date:%Y}; %{end}')
    with Collectd('  MinLevel info\n  StartupGrace 0\n  <Route "away">\n'
                  '    Class "missing"\n    For 2\n'
                  f'    Text "{text}"\n  </Route>\n', thresholds="") as c:
        for i in range(12):
            c.notify("failure", f"tester/kasa-Boiler/failures-{i} has not "
                     "been updated for 20.000 seconds.", host="tester",
                     plugin="kasa", plugin_instance="Boiler",
                     type="failures", type_instance=str(i))
        c.wait(["firing"])
        year = time.strftime("%Y")
        assert c.sent()[0]["body"].strip() == "12 of 12: " + "; ".join(
            f"failures-{i} since {year}" for i in range(10)) + ";"


def test_the_end_of_an_event_has_its_own_words():
    names = {"host": "tester", "plugin": "md", "plugin_instance": "md0"}
    with Collectd('  RecoverAfter 0\n', thresholds="") as c:
        c.notify("failure", "drive sdb failed, array md0 is degraded.", **names)
        c.wait(["firing"])
        c.notify("okay", "array md0 is complete again", **names)
        c.wait(["firing", "resolved"])
        last = c.sent()[1]
        assert last["title"] == "OK: tester: array md0 is complete again"
        assert last["body"] == (
            "tester: array md0 is complete again\n"
            "It was: drive sdb failed, array md0 is degraded.")


def test_a_route_has_words_for_the_end():
    with Collectd('  RecoverAfter 0\n  <Route "cold">\n'
                  '    Text "Look after %{device}!"\n'
                  '    RecoveryTitle "%{device} is fine"\n'
                  '    RecoveryText "Now %{value}, no need to go."\n'
                  '  </Route>\n') as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"])
        c.put("Freezer", "power", 90, time.time() + 1)
        c.wait(["firing", "resolved"])
        first, last = c.sent()
        assert first["body"] == "Look after Freezer!"
        assert last["title"] == "Freezer is fine"
        assert last["body"] == "Now 90 W, no need to go."


def test_who_was_away_was_so_since_the_last_reading():
    with Collectd('  RecoverAfter 0\n  StartupGrace 0\n', thresholds="") as c:
        names = {"host": "tester", "plugin": "df", "plugin_instance": "root",
                 "type": "percent_bytes", "type_instance": "used"}
        c.notify("failure", "tester/df-root/percent_bytes-used has not been "
                 "updated for 23.456 seconds.", **names)
        c.wait(["firing"])
        assert "no reading for 2" in c.sent()[0]["body"]
        c.notify("okay", "Host tester, plugin df (instance root) type "
                 "percent_bytes (instance used): All data sources are within "
                 "range again. Current value of \\\"value\\\" is 5.000000.", **names)
        c.wait(["firing", "resolved"])
        assert re.search(r"was away for 2\d s", c.sent()[1]["body"])


def test_it_stops_within_five_seconds_with_a_hanging_provider():
    with Collectd(QUICK) as c:
        c.mode("mail", "hang")
        c.put("Freezer", "power", 1900)
        time.sleep(1)
        assert c.stop() < 5 * SLOWNESS
        c.mode("mail", "ok")
        c.start()
        c.wait(["firing"], seconds=60)


CSV = """
LoadPlugin csv
<Plugin csv>
  DataDir "csv"
  StoreRates false
</Plugin>
"""


def written(c):
    """The latest values of notify_kasa about itself, by plugin and type."""
    latest = {}
    for path in sorted(pathlib.Path(c.base, "csv", "tester").glob(
            "notify_kasa*/*")):
        lines = path.read_text(encoding="ascii").split()
        if len(lines) > 1 and lines[-1].count(",") == 1:
            name = path.parent.name + "/" + re.sub(r"-\d{4}(-\d\d){2}$", "",
                                                   path.name)
            latest[name] = float(lines[-1].split(",")[1])
    return latest


def test_the_daemon_measures_itself():
    options = ('  RecoverAfter 0\n  <Route "all">\n    Channel "mail" "team"'
               ' "late" "pager"\n  </Route>\n')
    with Collectd(options, channels=("mail", "team", "late", "pager"),
                  thresholds=THRESHOLDS + CSV) as c:
        with open(c.base + "/conf", encoding="utf-8") as file:
            conf = file.read()
        with open(c.base + "/conf", "w", encoding="utf-8") as file:
            file.write(conf.replace('pager.mode"\n    MinLevel info',
                                    'pager.mode"\n    MinLevel critical'))
        c.mode("team", "refuse")
        c.mode("late", "retry")
        c.restart()
        c.put("Freezer", "power", 1900)
        c.put("Heater", "power", 1600)
        c.wait(["firing", "firing"])
        expected = {
            "notify_kasa/alerts_firing": 2, "notify_kasa/alerts-critical": 1,
            "notify_kasa/alerts-warning": 1, "notify_kasa/alerts-info": 0,
            "notify_kasa-mail/deliveries-sent": 2,
            "notify_kasa-mail/deliveries-failed": 0,
            "notify_kasa-mail/queue_length": 0,
            "notify_kasa-team/deliveries-failed": 2,
            "notify_kasa-team/deliveries-sent": 0,
            "notify_kasa-late/queue_length": 2,
            "notify_kasa-pager/deliveries-sent": 1,
            "notify_kasa-pager/deliveries-suppressed": 1}
        until(lambda: expected.items() <= written(c).items(), c)
        assert written(c)["notify_kasa-late/deliveries-retried"] >= 1
        c.put("Freezer", "power", 90, time.time() + 1)
        c.wait(["firing", "firing", "resolved"])
        until(lambda: written(c)["notify_kasa/alerts_firing"] == 1, c)
        assert written(c)["notify_kasa/alerts-critical"] == 1


def test_the_database_may_be_deleted_or_broken():
    with Collectd(QUICK) as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"])
        c.stop()
        path = c.base + "/state/alerts.db"
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        assert stat.S_IMODE(os.stat(c.base + "/state").st_mode) == 0o700
        for name in ("alerts.db-wal", "alerts.db-shm"):
            if os.path.exists(f"{c.base}/state/{name}"):
                os.unlink(f"{c.base}/state/{name}")
        with open(path, "r+b") as f:
            f.write(b"not a database at all" * 100)
        c.start()
        c.wait(["firing", "note"])
        assert any("corrupt" in n for n in os.listdir(c.base + "/state"))
        c.put("Freezer", "power", 1900)
        c.wait(["firing", "note", "firing"])


def test_every_row_is_settled_in_the_store():
    with Collectd(QUICK) as c:
        c.put("Freezer", "power", 1900)
        c.wait(["firing"])
        c.put("Freezer", "power", 90, time.time() + 1)
        c.wait(["firing", "resolved"])
        c.stop()
        db = sqlite3.connect(c.base + "/state/alerts.db")
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("SELECT count(*) FROM outbox WHERE state<2"
                          ).fetchone() == (0,)
        assert db.execute("SELECT value FROM meta WHERE key="
                          "'clean_shutdown'").fetchone() == (1,)


if __name__ == "__main__":
    raise SystemExit(pytest.main([__file__, "-x", "-q"]))
