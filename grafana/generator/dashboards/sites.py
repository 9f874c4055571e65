# SPDX-License-Identifier: MIT
"""kasa-sites: a row for each site; where to look first when there are many."""

from dashboards.model import (BLUE, COLOURED, GREEN, ORANGE, RED, YELLOW, bars,
                              graph, now, override, query, rows, stat, steps,
                              table)
from dashboards.page import dashboard

BY_SITE = "by (instance)"
SITE = "{{instance}}"
# of the last day: the one that fell silent is the one to look for
AGE = ("time() - max by (instance) (max_over_time("
       "timestamp(@kasa_total_poll_duration)[1d:1m]))")
KNOWN = 'sum by (instance) (@kasa_total_devices{state="known"})'
KNOWN_OF_DAY = ('sum by (instance) (last_over_time('
                '@kasa_total_devices{state="known"}[1d]))')
ANSWERING = 'sum by (instance) (@kasa_total_devices{state="up"})'
# of the last day, so that a site that fell silent is not forgotten
SILENT = ("count(max by (instance) (max_over_time("
          "@kasa_total_poll_duration[1d])) unless on (instance) "
          "max by (instance) (@kasa_total_poll_duration)) or on () vector(0)")
OPEN_SITE = [{"title": "Show this site", "url": (
    "/d/kasa-overview?var-instance=${__data.fields.Site:percentencode}"
    "&${datasource:queryparam}&${__url_time_range}")}]

PARTS = [
    "All sites",
    stat("Sites", "Whose readings are here now.",
         [now("count(count by (instance) (@kasa_total_poll_duration))")],
         unit="short", decimals=0, colour=BLUE, history=False),
    stat("Silent sites", "There in the last day, and not now: collectd is not "
         "running there, or the way to it is cut.", [now(SILENT)],
         unit="short", decimals=0, history=False, background=True,
         thresholds=steps(GREEN, (1, RED))),
    stat("Power now", "All chosen sites together, outlets counted once.",
         [query("sum(@kasa_total_power)")], unit="watt", decimals=0,
         colour=BLUE),
    stat("Energy today", "Since midnight at each site.",
         [now("sum(@kasa_total_kwh_today)")], unit="kwatth", decimals=1,
         colour=BLUE, history=False, none="No meter's statistics yet"),
    stat("Known devices", "Ever met, at all sites.",
         [now(f"sum({KNOWN})")], unit="short", decimals=0, colour=BLUE,
         history=False),
    stat("Unreachable", "Known devices that did not answer their last poll.",
         [now(f"sum({KNOWN}) - sum({ANSWERING})")], unit="short",
         decimals=0, history=False, background=True,
         thresholds=steps(GREEN, (1, ORANGE), (10, RED))),

    "Site by site",
    table("Sites in figures", "A row for each site of the last day; a click on "
          "its name shows its devices. Age: of its last complete round of "
          "polls. A silent site has nothing else to tell.",
          [rows(f"sum {BY_SITE} (@kasa_total_power)"), rows(KNOWN_OF_DAY),
           rows(f"{KNOWN} - {ANSWERING}"), rows(AGE),
           rows(f"max {BY_SITE} (@kasa_total_poll_duration)"),
           rows(f"sum {BY_SITE} (@kasa_total_kwh_today)"),
           rows(f"sum {BY_SITE} (@kasa_total_kwh_month)"),
           rows(f"sum {BY_SITE} (@kasa_total_kwh_month) * $price")],
          {"instance": "Site", "Value #A": "Power", "Value #B": "Known",
           "Value #C": "Unreachable", "Value #D": "Age",
           "Value #E": "Round", "Value #F": "Today", "Value #G": "Month",
           "Value #H": "Cost"}, unit="short", decimals=0, sort="Unreachable",
          w=24, h=11, overrides=[
              override("Site", links=OPEN_SITE),
              override("Power", unit="watt"),
              override("Unreachable", thresholds=steps(
                  GREEN, (1, ORANGE), (10, RED)),
                  custom__cellOptions=COLOURED),
              override("Age", unit="s", thresholds=steps(
                  GREEN, (60, YELLOW), (120, ORANGE), (300, RED)),
                  custom__cellOptions=COLOURED),
              override("Round", unit="s", decimals=1),
              override("Today", unit="kwatth", decimals=1),
              override("Month", unit="kwatth"),
              override("Cost", unit="none", decimals=2)]),
    graph("Power by site", "Stacked, so that the upper edge is the whole.",
          [query(f"sum {BY_SITE} (avg_over_time("
                 "@kasa_total_power[$smooth]))", SITE)],
          unit="watt", min=0, stacked=True, w=12, h=10),
    graph("Unreachable by site", "Devices that did not answer their last "
          "poll.", [query(f"{KNOWN} - {ANSWERING}", SITE)], unit="short",
          decimals=0, min=0, w=12, h=10, legend=("max", "last"), fill=0),

    "What stands out",
    bars("Top consumers of all sites", "The fifteen devices that take most "
         "now.", [now("topk(15, sum by (instance, device) (@!kasa_power))",
                      "{{device}} ({{instance}})")],
         unit="watt", decimals=0, w=12, h=11,
         none="Nothing takes power now",
         thresholds=steps(GREEN, (500, YELLOW), (2000, ORANGE),
                          (3200, RED))),
    bars("Most failed polls of all sites", "The fifteen devices with most "
         "failed polls in the time chosen above.",
         [now("topk(15, sum by (instance, device) "
              "(increase(@!kasa_failures_total[$__range])) > 0.5)",
              "{{device}} ({{instance}})")],
         unit="short", decimals=0, w=12, h=11,
         none="No device failed a poll",
         thresholds=steps(GREEN, (10, YELLOW), (100, ORANGE))),
]


def page():
    return dashboard(
        "kasa-sites", "Kasa: sites",
        "All sites at a glance: power, devices that do not answer, age of the "
        "readings.", PARTS,
        hidden=("device", "plug", "circuit", "currency", "site", "budget"))
