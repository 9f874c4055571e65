# SPDX-License-Identifier: MIT
"""kasa-overview: the whole house at a glance."""

from dashboards.model import (BLUE, GREEN, ORANGE, RED, YELLOW, bars, gauge, graph,
                       now, override, query, rows, stat, steps, table,
                       to_device)
from dashboards.page import dashboard
from dashboards.terms import MOST, NAME, OUTLET, UP, leaf, the_rest

ON = f"({leaf('relay')} == 1)"


def of_those_on(metric):
    return f"{leaf(metric)} and on (instance, device, outlet) {ON}"


def last_up(window):
    return f"max_over_time(timestamp(@kasa_up == 1)[{window}])"


LAST_SEEN = (f"max by (instance, device) ({last_up('1h:15s')} or "
             f"{last_up('7d:5m')}) * 1000 and on (instance, device) "
             "(@kasa_up == 0)")
UNREACHABLE = ('sum(@kasa_total_devices{state="known"}) - '
               'sum(@kasa_total_devices{state="up"})')

PARTS = [
    "Now",
    stat("Power now", "What all plugs of the chosen sites take together. The "
         "outlets of a strip are counted once.",
         [query("sum(@kasa_total_power)")], unit="watt", colour=BLUE,
         decimals=0),
    gauge("Load of the circuit", "The same as a share of what the circuit "
          "carries (Circuit, above); of several sites, the one with most. "
          "Through more than 80 % cables and fuses should not go for hours.",
          [now("100 * max(sum by (instance) (@kasa_total_power)) / $circuit")],
          unit="percent",
          decimals=0, min=0, max=100,
          thresholds=steps(GREEN, (60, ORANGE), (80, RED))),
    stat("Energy today", "Since midnight, by collectd's ledger.",
         [query("sum(@kasa_total_kwh_today)")], unit="kwatth", colour=BLUE,
         decimals=1, w=3, none="No meter's statistics yet"),
    stat("Energy this month", "Since the billing day, by collectd's ledger.", [query("sum(@kasa_total_kwh_month)")], unit="kwatth",
         colour=BLUE, decimals=0, history=False, w=3,
         none="No meter's statistics yet"),
    stat("Cost this month, $currency", "Energy this month at the price above. "
         "What a tariff says is on the page Energy and cost.",
         [now("sum(@kasa_total_kwh_month) * $price")], unit="none",
         decimals=2, colour=BLUE, history=False,
         none="No meter's statistics yet"),
    stat("Unreachable", "Devices that did not answer their last poll.",
         [now(UNREACHABLE)], unit="short", w=3, history=False,
         decimals=0, background=True,
         thresholds=steps(GREEN, (1, ORANGE), (5, RED))),
    stat("Devices", "Known: ever met. Up: answered their last poll. On: "
         "switched on, a strip when any outlet is.",
         [now('sum(@kasa_total_devices{state="known"})', "known"),
          now('sum(@kasa_total_devices{state="up"})', "up"),
          now('sum(@kasa_total_devices{state="on"})', "on")],
         unit="short", w=3, history=False, decimals=0, colour=BLUE,
         text="value_and_name"),

    "Power",
    graph("Power by device", "Stacked, so that the upper edge is the whole: "
          "the twenty that took most in the time chosen above, and the rest. "
          "A strip is one device: its outlets are on the page of the device.",
          [query(f"sum by (instance, device) "
                 f"(avg_over_time(@kasa_power[$smooth])) {MOST}", NAME),
           query("sum(sum by (instance, device) "
                 "(avg_over_time(@kasa_power[$smooth])) "
                 f"{the_rest(MOST)})", "all others")],
          unit="watt", w=16, h=11, stacked=True, min=0, side=True,
          links=to_device()),
    bars("Top consumers", "The ten that take most now; of strips, each "
         "outlet.", [now(f"topk(10, ({leaf('power')} > 0.5) {UP})", OUTLET)],
         unit="watt", w=8, h=11, decimals=0, none="Nothing takes power now",
         thresholds=steps(GREEN, (500, YELLOW), (2000, ORANGE), (3200, RED)),
         links=to_device()),

    "What is going on",
    table("On now", "Everything that is switched on, with what it takes and "
          "for how long it has been on.",
          [rows(f"{ON} {UP}"), rows(f"{of_those_on('power')} {UP}"),
           rows(f"{of_those_on('on_time')} {UP}")],
          {"device": "Device", "outlet": "Outlet", "Value #B": "Power",
           "Value #C": "On for", "instance": "Site"}, drop=("Value #A",),
          sort="Power", unit="short", w=10, h=10,
          none="Nothing is on", overrides=[
              override("Power", unit="watt", decimals=1),
              override("On for", unit="dtdurations"),
              override("Device", links=to_device(
                  "${__data.fields.Device:percentencode}"))]),
    bars("Energy today by device", "Since midnight, by the devices' own "
         "meters; the fifteen with most.", [now("topk(15, sum by (instance, device) "
                         "(@kasa_kwh_today))", NAME)],
         unit="kwatth", w=7, h=10, decimals=2,
         none="No meter's statistics yet", links=to_device(),
         thresholds=steps(GREEN, (2, YELLOW), (5, ORANGE), (10, RED))),
    table("Unreachable devices", "Since when a device has not answered. "
          "Nothing there: not once in the last seven days.",
          [rows("@kasa_up == 0"), rows(LAST_SEEN)],
          {"device": "Device", "Value #B": "Last answer", "instance": "Site"},
          drop=("Value #A", "__name__", "job"), sort="Last answer",
          unit="short", w=7, h=10, none="All devices answer", overrides=[
              override("Last answer", unit="dateTimeFromNow"),
              override("Device", links=to_device(
                  "${__data.fields.Device:percentencode}"))]),
]

MARKS = [("Unreachable", "{{device}} does not answer",
          "1 - @kasa_up > 0", ORANGE, False)]


def page():
    return dashboard(
        "kasa-overview", "Kasa: overview",
        "All plugs, strips, switches and lights that collectd's kasa plugin "
        "sees.", PARTS, marks=MARKS, hidden=("budget",))
