# SPDX-License-Identifier: MIT
"""Every query of the dashboards in grafana/ against a real Prometheus that
scrapes a real collectd; and the numbers they show against the truth: of the
simulator, and of a past that is known to the watt-hour."""

import calendar
import collections
import math
import re
import time

import pytest

import dashboard_fixture
from collectd import HOST, SLOWNESS, wait
from dashboard_fixture import ODD, PAGES, STRIPS, World, later, metrics, page
from dashboard_fixture import picture, query, reshape
from history import BOILER, LAMP, OUTLETS, RACK, SITE, STEP

pytestmark = [pytest.mark.takes(40),
              pytest.mark.needs("prometheus", "promtool"),
              pytest.mark.plain]

DAY = 86400
# Series of a restarted collectd and of one that answers every second: what a
# measurement of energy may be late by, in seconds at full power.
LATE = 3


@pytest.fixture(scope="module", name="world")
def fixture_world():
    why = dashboard_fixture.why_not()
    if why:
        pytest.skip(why)
    with World() as world:
        yield world


# The tests stand in the order in which things happen in the house.


def test_power_now_is_the_simulators_truth_strips_counted_once(world):
    world.sim.set("Heater", load=5100)
    world.sim.set("Desk strip", plug="Kiln", load=900)

    def watts():
        truth = {d["alias"]: d for d in world.sim.truth()}
        return {n: d["watts"] for n, d in truth.items() if "watts" in d}

    def agrees():
        steady = {n: w for n, w in watts().items() if n != ODD}
        try:
            shown = world.numbers("kasa-device", "Power",
                                  chosen={"smooth": "1s"})
        except OSError:
            return False  # Prometheus has only just begun to listen
        office = shown.pop(ODD, 0)
        return (shown == pytest.approx(steady, abs=0.01) and
                world.number("kasa-overview", "Power now")
                == pytest.approx(sum(steady.values()) + office, abs=60))
    wait(agrees, "the power of the truth", 30)
    shown = world.numbers("kasa-overview", "Top consumers")
    assert shown["Desk strip Kiln"] == pytest.approx(900)
    assert shown["Desk strip Oven"] == pytest.approx(1800)
    assert "Desk strip" not in shown and "Desk strip Fan (2)" not in shown
    assert shown["Heater"] == pytest.approx(5100)
    share = world.number("kasa-overview", "Load of the circuit")
    assert share == pytest.approx(100 * sum(watts().values()) / 3680, abs=3)


def test_energy_is_the_truth_over_a_reset_and_a_restart(world):
    """In this order: what a device counted between its reset and a restart of
    collectd counts twice until collectd keeps its counters (energy.md)."""
    begin = time.time()
    before = {d["alias"]: d for d in world.sim.truth()}
    world.daemon.cycles(4)
    assert world.daemon.stop() == 0
    world.daemon.start()
    world.daemon.wait_up("Heater", "Desk strip", timeout=20)
    world.daemon.cycles(3)
    for name in ("Heater", "Desk strip"):
        world.sim.reboot(name, seconds=1.5, reset_total=True)
    world.daemon.wait_up("Heater", "Desk strip", timeout=20)
    world.daemon.cycles(14)
    end = time.time()
    truth = {d["alias"]: d for d in world.sim.truth()}
    # two questions about the same span see the same samples only when none of
    # it is still to be scraped
    world.prometheus.wait("min(timestamp(up))", lambda v: v > end, 30)
    assert truth["Heater"]["total_wh"] < before["Heater"]["total_wh"]
    watts = {n: d["watts"] for n, d in truth.items() if d.get("watts")}
    hours = (end - begin) / 3600
    late = LATE / 3600
    span = {"end": end, "span": end - begin}
    used = world.view("kasa-energy", **span).run(
        world.ask("kasa-energy", "Devices"))
    used = {s.labels["device"]: 1000 * s.points[0][1] for s in used}
    for name in ("Heater", "Old heater", "Desk strip", "Bulb", "Pump"):
        # the restart, the bulb's counter at 0 and the reset cost a reading
        assert used[name] == pytest.approx(
            watts[name] * hours, abs=2 * watts[name] * late + 2), name
    total = 1000 * world.number("kasa-energy", "Energy used", **span)
    assert total == pytest.approx(sum(used.values()), abs=1e-3)
    outlets = world.view("kasa-energy", **span).run(
        world.ask("kasa-energy", "Outlets"))
    assert 1000 * sum(s.points[0][1] for s in outlets) == pytest.approx(
        used["Desk strip"], abs=3)
    cost = world.number("kasa-energy", "Cost, $currency", **span,
                        chosen={"price": "0.25"})
    assert cost == pytest.approx(total / 1000 * 0.25, abs=1e-4)


def test_the_months_cost_is_shown_beside_its_limit(world):
    def shown(title, budget="10"):
        asked = world.view("kasa-energy", chosen={"budget": budget}).run(world.ask("kasa-energy", title))
        return [s.points[-1][1] for s in asked]
    wait(lambda: shown("Expected of the month's limit"), "a forecast", 20)
    cost = world.number("kasa-energy", "By tariff, $currency", "B")
    expected = world.number("kasa-energy", "Cost of the month, expected, $currency")
    assert cost > 0
    assert shown("Used of the month's limit") == [pytest.approx(10 * cost, rel=0.01)]
    assert shown("Expected of the month's limit") == [pytest.approx(10 * expected, rel=0.01)]
    for title in "Used of the month's limit", "Expected of the month's limit":
        assert shown(title, "0") == []


def test_a_device_that_went_away_is_told(world):
    # of the last seven days, seconds are looked at by the quarter minute
    world.prometheus.wait(
        f'max_over_time(timestamp(collectd_kasa_up{{device="Pump",'
        f'instance="{HOST}"}} == 1)[1h:15s])', lambda v: v > 0, 40)
    world.sim.fault("Pump", "refuse")
    gone = time.time()
    wait(lambda: world.number("kasa-overview", "Unreachable") == 1,
         "one device less", 20)
    last = world.view("kasa-overview").run(
        world.ask("kasa-overview", "Unreachable devices", "B"))
    assert [s.labels["device"] for s in last] == ["Pump"]
    seen = last[0].points[0][1] / 1000
    assert gone - 20 - 15 * SLOWNESS < seen <= time.time()
    shown = world.view("kasa-overview").run(
        world.ask("kasa-overview", "On now"))
    on = {(s.labels["device"], s.labels.get("outlet")) for s in shown}
    assert ("Heater", None) in on and ("Desk strip", "Kiln") in on
    assert not {"Pump", "Hallway"} & {name for name, _ in on}
    assert ("Desk strip", None) not in on
    assert ("Desk strip", "Fan (2)") not in on
    mark = next(a for a in query.asks(page("kasa-overview"))
                if a.where == "annotation Unreachable")
    wait(lambda: "Pump does not answer" in [
        s.name for s in world.view("kasa-overview").run(quick(mark))],
        "the mark of the pump", 20)


def test_the_rules_run_and_one_begins_to_speak(world):
    def rules():
        groups = world.view("kasa-host").get("rules")["groups"]
        return [r for g in groups for r in g["rules"]]
    assert len(rules()) == 19
    wait(lambda: {r["health"] for r in rules()} == {"ok"}, "all rules", 20)

    def pending():
        return [(a["labels"]["device"], a["state"]) for r in rules()
                if r["name"] == "KasaDeviceUnreachable" for a in r["alerts"]]
    wait(lambda: pending() == [("Pump", "pending")], "the pump's alert", 20)


def test_counts_of_devices(world):
    def counts():
        return world.numbers("kasa-overview", "Devices"), world.numbers(
            "kasa-overview", "Devices", "B")
    n = len(dashboard_fixture.HOUSE)
    wait(lambda: counts() == ({"known": n}, {"up": n - 1}), "the counts", 20)


def test_drop_downs_and_plugs_follow_their_device(world):
    view = world.view("kasa-device", span=600)
    asked = {n: (s, label) for n, s, label in query.variable_asks(
        page("kasa-device"))}
    assert list(asked) == ["job", "instance", "device", "plug"]
    assert view.choices(*asked["job"]) == ["collectd"]
    everywhere = world.view("kasa-device", span=(
        time.time() - world.history.first * STEP + DAY))
    assert set(everywhere.choices(*asked["instance"])) == {HOST, SITE}
    names = {d["alias"] for d in dashboard_fixture.HOUSE}
    assert set(view.choices(*asked["device"])) == names
    for chosen, plugs in ((["$__all"], set().union(*STRIPS.values())),
                          (["Desk strip"], STRIPS["Desk strip"]),
                          (["Heater"], set()),
                          (["Heater", "Plain strip"], STRIPS["Plain strip"])):
        view = world.view("kasa-device", span=600, chosen={"device": chosen})
        assert set(view.choices(*asked["plug"])) == plugs, chosen


@pytest.mark.parametrize("names", ([ODD], [ODD, "Heater"], ["Heater"]))
def test_a_chosen_device_alone_is_shown_whatever_its_name(world, names):
    shown = world.numbers("kasa-device", "Power", chosen={"device": names})
    assert set(shown) == set(names)


def test_a_chosen_plug_alone_is_shown(world):
    shown = world.numbers("kasa-device", "Power of its outlets",
                          chosen={"plug": ["Fan (2)", "Oven"]})
    assert set(shown) == {"Desk strip Fan (2)", "Desk strip Oven"}


def test_sites_are_told_apart(world):
    end = world.history.last * STEP
    names = {"{{none}}": {BOILER, RACK, LAMP}, "({{instance}})": {
        f"{n} ({SITE})" for n in (BOILER, RACK, LAMP)}}
    for site, want in names.items():
        found = world.view("kasa-energy", site=SITE, end=end, span=DAY,
                           chosen={"site": site}, scrape=STEP).run(
            world.ask("kasa-energy", "kWh per hour"))
        assert {s.name for s in found} == want
        assert {s.labels["instance"] for s in found} == {SITE}
    at_home = world.view("kasa-overview").run(
        world.ask("kasa-overview", "Power by device"))
    assert {s.labels["instance"] for s in at_home} == {HOST}


def test_the_device_s_facts(world):
    facts = {}
    for ref in "AB":
        for s in world.view("kasa-device").run(
                world.ask("kasa-device", "About", ref)):
            facts.setdefault(s.labels["device"], {}).update(s.labels)
    truth = world.sim.device("Heater")
    assert facts["Heater"] == {
        "device": "Heater", "instance": HOST, "model": truth["model"],
        "ip": truth["addr"], "mac": truth["mac"], "hw": truth["hw_ver"],
        "fw": truth["sw_ver"].split(" ")[0]}


# -- every query ---------------------------------------------------------------


def needs_a_past(ask):
    return "offset 6d" in ask.expr


def needs_a_month(ask):
    return "days_in_month" in ask.expr


def mid_month(world):
    """Some noon of the past in the middle of a month, on the ten minutes."""
    k = next(k for k in range(world.history.last, 0, -1)
             if 10 <= time.gmtime(k * STEP).tm_mday <= 20
             and time.gmtime(k * STEP)[3:5] == (12, 0))
    return k * STEP


def quick(ask):
    """Annotations are asked by the minute, and a minute is long here."""
    return ask if ask.panel else ask._replace(step="1s")


def alive(found):
    return any(math.isfinite(v) for s in found for _, v in s.points)


def answers(world, name, ask):
    if needs_a_month(ask):
        view = world.view(name, site=SITE, end=mid_month(world), span=DAY)
    elif needs_a_past(ask):
        view = world.view(name, site=SITE, end=world.history.last * STEP,
                          span=7 * DAY)
    else:
        view = world.view(name, utc_offset=7200)
    return alive(view.run(quick(ask)))


def is_rest(ask):
    """Of a stack: what is not among the twenty with most. The house has fewer."""
    return re.match(r"sum\(.* unless on \([a-z, ]+\) topk\(20, ", ask.expr) is not None


@pytest.mark.parametrize("name", PAGES)
def test_every_query_has_an_answer(world, name):
    asks = list(query.asks(page(name)))
    assert len(asks) > 10
    dead = asks

    def all_alive():
        nonlocal dead
        dead = [a for a in dead if not answers(world, name, a)
                and not metrics(a.expr) & later() and not is_rest(a)]
        return not dead
    wait(all_alive, "answers", 60, lambda: "\n".join(
        f"{a.where} {a.ref}: {a.expr}" for a in dead))


def test_names_of_a_later_version_have_no_values_yet(world):
    asked = set().union(*(metrics(a.expr) for name in PAGES
                          for a in query.asks(page(name))))
    assert later() <= asked, "later.txt holds what nobody asks for"
    known = set(world.view("kasa-host").get("label/__name__/values"))
    assert not later() & known, "take these out of later.txt"


# -- a known past ------------------------------------------------------------------


def past(world, end=None, **more):
    return world.view("kasa-energy", site=SITE, scrape=STEP,
                      end=end or world.history.last * STEP, **more)


@pytest.mark.parametrize("days", (1, 7, 30))
def test_energy_of_a_past_and_of_the_one_before(world, days):
    end, span = world.history.last * STEP, days * DAY
    for title, since in (("Energy used", end - span),
                         ("Period before", end - 2 * span)):
        found = past(world, span=span).run(world.ask("kasa-energy", title))
        want = world.history.everything(since, since + span) / 1000
        assert found[0].points[0][1] == pytest.approx(want, rel=1e-9), title
    used, before = (world.history.everything(t, t + span)
                    for t in (end - span, end - 2 * span))
    change = past(world, span=span).run(world.ask("kasa-energy", "Change"))
    assert change[0].points[0][1] == pytest.approx(
        100 * (used / before - 1), abs=1e-6)


def bars(world, title, span, utc_offset):
    view = past(world, span=span, utc_offset=utc_offset)
    ask = world.ask("kasa-energy", title)
    return view.run(ask), view.times(ask)


@pytest.mark.parametrize("utc_offset", (0, 7200, -5 * 3600))
def test_each_day_has_its_energy_from_midnight_to_midnight(world, utc_offset):
    found, (start, end, step) = bars(world, "kWh per day", 7 * DAY,
                                     utc_offset)
    assert step == DAY and (start + utc_offset) % DAY == 0
    # just after midnight, today has no two readings to tell a difference of
    today = world.history.last * STEP - end >= STEP
    for series in found:
        assert len(series.points) == (32 if today else 31)
        for t, kwh in series.points[1:]:
            last = min(t + DAY, world.history.last * STEP)
            name = series.labels["device"]
            if any(world.history.unread(name, m) for m in (t, t + DAY)):
                continue  # see the next test
            if last - t < 4 * STEP:
                continue  # the day has hardly begun
            want = world.history.used(name, t, last) / 1000
            # today is not over: increase() guesses a step at either end
            guessed = max(0.02, 2 * STEP / (last - t))
            assert kwh == pytest.approx(want, rel=1e-9 if last == t + DAY
                                        else guessed), (series.labels, t)


def test_a_gap_over_midnight_is_missed_by_days_but_not_by_the_whole(world):
    """increase() knows only what is inside of a window. What was used while
    nothing was read belongs to neither day; the whole time has it."""
    end = world.history.last * STEP
    before, after = world.history.gap(LAMP)
    # a reader who lives where the lamp's gap has its midnight
    middle = (before + after) // 2 // STEP * STEP
    found, _ = bars(world, "kWh per day", 31 * DAY, -middle % DAY)
    lamp = next(s for s in found if s.labels["device"] == LAMP)
    days = {t: v for t, v in lamp.points[1:-1]}
    assert middle in days
    want = world.history.used(LAMP, min(days), max(days) + DAY) / 1000
    lost = 0.001 * world.history.used(LAMP, before, after)
    assert sum(days.values()) == pytest.approx(want - lost, abs=0.03)
    assert lost > 0.1
    rows = past(world, span=31 * DAY).run(world.ask("kasa-energy", "Devices"))
    whole = {s.labels["device"]: s.points[0][1] for s in rows}
    assert whole[LAMP] == pytest.approx(
        world.history.used(LAMP, end - 31 * DAY, end) / 1000)


def test_each_hour_and_each_outlet(world):
    for title, label, names in (
            ("kWh per hour", "device", (BOILER, RACK)),
            ("kWh per hour and outlet", "outlet", OUTLETS)):
        found, (_, _, step) = bars(world, title, 2 * DAY, 0)
        assert step == 3600
        assert {s.labels[label] for s in found} >= set(names)
        for series in found:
            if series.labels[label] not in names:
                continue
            for t, kwh in series.points[:-1]:
                want = world.history.used(series.labels[label], t, t + 3600)
                assert kwh == pytest.approx(want / 1000), (series.labels, t)


def test_the_rest_of_a_stack_is_what_the_most_leave(world):
    """One in place of twenty, for a house of few."""
    for title in ("kWh per day", "kWh per day and outlet"):
        parts = []
        for ref in "AB":
            ask = world.ask("kasa-energy", title, ref)
            ask = ask._replace(expr=ask.expr.replace("topk(20,", "topk(1,"))
            parts.append(past(world, span=10 * DAY).run(ask))
        most, rest = parts
        whole = collections.defaultdict(float)
        for series in past(world, span=10 * DAY).run(world.ask("kasa-energy", title)):
            for t, kwh in series.points:
                whole[t] += kwh
        assert len(most) == 1 and len(rest) == 1
        others = dict(rest[0].points)
        assert len(others) >= 5
        for t, kwh in others.items():
            assert kwh + sum(dict(s.points).get(t, 0) for s in most) == pytest.approx(whole[t]), t


def test_months_hold_the_rest_too(world):
    ask = world.ask("kasa-energy", "kWh per month")
    whole = past(world, span=DAY).run(ask)
    few = past(world, span=DAY).run(
        ask._replace(expr=ask.expr.replace("topk(20,", "topk(1,")))
    months, cut = reshape.months(whole, "device"), reshape.months(few, "device")
    assert {len(names) for names in cut.values()} == {2}
    assert any(len(names) > 2 for names in months.values())
    for month, names in cut.items():
        assert "all others" in names
        assert sum(names.values()) == pytest.approx(sum(months[month].values()))


def test_months_are_the_reader_s(world):
    """As Grafana adds the days up, which reshape.py repeats."""
    for utc_offset in (0, 7200):
        found, _ = bars(world, "kWh per month", DAY, utc_offset)
        table = reshape.months(found, "device", utc_offset)
        month = sorted(table)[-2]  # the last whole one
        begin = calendar.timegm((int(month[:4]), int(month[5:]), 1, 0, 0, 0))
        begin, end = begin - utc_offset, begin - utc_offset + DAY * (
            calendar.monthrange(int(month[:4]), int(month[5:]))[1])
        assert table[month][BOILER] == pytest.approx(
            world.history.used(BOILER, begin, end) / 1000)


def test_a_longer_time_has_longer_bars_that_hold_the_same(world):
    found, (_, _, step) = bars(world, "kWh per hour", 60 * DAY, 0)
    assert step > 3600
    boiler = next(s for s in found if s.labels["device"] == BOILER)
    t, kwh = boiler.points[20]
    assert kwh == pytest.approx(
        world.history.used(BOILER, t, t + step) / 1000)


def test_the_week_before(world):
    ask = world.ask("kasa-energy", "This week and the week before", "B")
    found = past(world, span=7 * DAY).run(ask)
    told = [(t - 7 * DAY, kwh) for t, kwh in found[0].points[1:]
            if t <= world.history.last * STEP - DAY]
    # a midnight at which nothing was read belongs to neither day: see above
    told = [(t, kwh) for t, kwh in told
            if not any(world.history.unread(name, m) for m in (t, t + DAY)
                       for name in (BOILER, RACK, LAMP))]
    assert len(told) >= 4
    for t, kwh in told:
        want = world.history.everything(t, t + DAY) / 1000
        assert kwh == pytest.approx(want, abs=0.36), t


def between_months(moment):
    """The first day of a month, and the hours in which some zone has it: what a
    month will be is not shown then."""
    now, then = time.gmtime(moment), time.gmtime(moment + DAY)
    return now.tm_mday == 1 or (then.tm_mday == 1 and now.tm_hour >= 10)


def test_what_a_month_will_be(world):
    """120 kWh of each of three devices so far, whatever the day."""
    view = past(world, mid_month(world), span=DAY)
    date = time.gmtime(view.end)
    month = next(m for m in (28, 29, 30, 31) if time.gmtime(
        view.end + (m - date.tm_mday + 1) * DAY).tm_mday == 1)
    gone = date.tm_mday - 1 + date.tm_hour / 24 + date.tm_min / 1440
    found = view.run(world.ask("kasa-energy", "Month, expected"))
    assert found[0].points[0][1] == pytest.approx(360 / gone * month)
    cost = view.run(world.ask("kasa-energy", "Expected, $currency"))
    assert cost[0].points[0][1] == pytest.approx(360 / gone * month * 0.3)
    for k in range(world.history.last, world.history.first, -1):
        now = time.gmtime(k * STEP)
        if between_months(k * STEP) and now.tm_hour % 6 == 0 and now.tm_min == 0:
            view = past(world, k * STEP, span=DAY)
            assert not view.run(world.ask("kasa-energy", "Month, expected"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_drawn(world, name):
    view = world.view(name, span=120)
    text, height = picture.html(page(name), view, 1280)
    assert picture.NOTICE in text and height > 500
    assert not re.search(r"\bnan\b|\binf\b|None", text)
    for panel in query.panels(page(name)):
        assert f"{picture.escape(view.fill(panel['title']))}<" in text
    drawn = len(re.findall("<svg|<table class=\"rows\"", text))
    empty = text.count('class="nothing"')
    panels = sum(p["type"] != "row" for p in query.panels(page(name)))
    assert drawn + empty == panels
    dead = [p["title"] for p in query.panels(page(name)) if p["type"] != "row"
            and all(metrics(t["expr"]) & later() for t in p["targets"])]
    if between_months(view.end):
        dead += [p["title"] for p in query.panels(page(name)) if p["type"] != "row"
                 and all("days_in_month()" in t["expr"] for t in p["targets"])]
    assert empty <= len(dead) + 2  # nobody was there a week or a month ago
