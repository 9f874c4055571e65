# SPDX-License-Identifier: MIT
"""kasa-alerts: what notify_kasa told, and whether collection is well."""

from dashboards.model import (BLUE, COLOURED, GREEN, ORANGE, RED, YELLOW, bars, graph, now,
                       override, query, rows, stat, steps, table, to_device)
from dashboards.page import dashboard
from dashboards.terms import NAME, STEP, limited

SLOWEST = limited("topk", "response_time", count=10, over="max_over_time")

NO_ALERTS = "notify_kasa is not loaded"
LEVELS = (("info", BLUE), ("warning", YELLOW), ("error", ORANGE),
          ("critical", RED), ("emergency", "purple"))
LEVEL_COLOURS = [
    override(level, color={"mode": "fixed", "fixedColor": colour})
    for level, colour in LEVELS]
OUTCOMES = [
    override(f"/{outcome}/", color={"mode": "shades", "fixedColor": colour})
    for outcome, colour in (("sent", GREEN), ("retried", YELLOW),
                            ("failed", RED), ("suppressed", BLUE))]
AGE = steps(GREEN, (60, YELLOW), (120, ORANGE), (300, RED))


def counted(metric, by, window="[$__range]"):
    return f"sum by ({by}) (increase(@{metric}_total{window}))"


PARTS = [
    "Alerts",
    stat("Firing now", "Alerts that are not over yet.",
         [query("sum(@notify_kasa_alerts_firing)")], unit="short", decimals=0,
         background=True, none=NO_ALERTS,
         thresholds=steps(GREEN, (1, ORANGE), (5, RED))),
    bars("Alerts by level", "How many began in the time chosen above.",
         [now(counted("notify_kasa_alerts", "notify_kasa"),
              "{{notify_kasa}}")],
         unit="short", decimals=0, w=6, h=4, overrides=LEVEL_COLOURS,
         none=NO_ALERTS),
    stat("Waiting messages", "In the queue of all channels. A provider that "
         "cannot be reached lets it grow.",
         [query("sum(@notify_kasa_queue_length)")], unit="short", decimals=0,
         none=NO_ALERTS, thresholds=steps(GREEN, (10, ORANGE), (100, RED))),
    stat("Failed deliveries", "Messages that were given up in the time chosen "
         "above.",
         [now('sum(increase(@notify_kasa_deliveries_total{type="failed"}'
              "[$__range]))")], unit="short", decimals=0, history=False,
         none=NO_ALERTS, thresholds=steps(GREEN, (1, RED))),
    stat("Unreachable", "Devices that did not answer their last "
         "poll.", [query("count(@kasa_up == 0) or on () (0 * sum(@kasa_up))")],
         unit="short", decimals=0, w=3,
         thresholds=steps(GREEN, (1, ORANGE), (5, RED))),
    stat("Oldest reading", "Age of the last complete round of polls. It grows "
         "when collectd or Prometheus stands still.",
         [now("max(time() - timestamp(@kasa_total_poll_duration))")],
         unit="s", decimals=0, history=False, w=3, thresholds=AGE,
         none="Nothing for five minutes: is collectd running?"),

    graph("Firing", "How many alerts were open.",
          [query("sum by (instance) (@notify_kasa_alerts_firing)",
                 "{{instance}}")],
          unit="short", decimals=0, min=0, w=8, legend=("max",), fill=25,
          none=NO_ALERTS),
    graph("New alerts by level", "Each bar counts from its time on.",
          [query(counted("notify_kasa_alerts", "notify_kasa", STEP),
                 "{{notify_kasa}}")],
          unit="short", decimals=0, min=0, w=8, bar=True, interval="5m",
          legend=("sum",), overrides=LEVEL_COLOURS, none=NO_ALERTS),
    graph("Messages by channel and outcome", "Sent; tried again; given up; "
          "held back because it was told already.",
          [query(counted("notify_kasa_deliveries", "notify_kasa, type", STEP),
                 "{{notify_kasa}} {{type}}")],
          unit="short", decimals=0, min=0, w=8, bar=True, interval="5m",
          legend=("sum",), overrides=OUTCOMES, none=NO_ALERTS),
    graph("Queue by channel", "Messages that wait for each channel.",
          [query("sum by (instance, notify_kasa) "
                 "(@notify_kasa_queue_length)", "{{notify_kasa}} ${site}")],
          unit="short", decimals=0, min=0, w=12, legend=("max",
                                                         "last"),
          limits=True, thresholds=steps(GREEN, (10, ORANGE), (100, RED)),
          none=NO_ALERTS),
    table("Channels", "Messages of each channel in the time chosen above.",
          [rows('sum by (instance, notify_kasa) (increase('
                '@notify_kasa_deliveries_total{type="%s"}[$__range]))' % what)
           for what in ("sent", "retried", "failed", "suppressed")]
          + [rows("sum by (instance, notify_kasa) "
                  "(@notify_kasa_queue_length)")],
          {"notify_kasa": "Channel", "Value #A": "Sent", "Value #B": "Again",
           "Value #C": "Given up", "Value #D": "Held back",
           "Value #E": "Waiting", "instance": "Site"}, unit="short",
          decimals=0, w=12, h=8, none=NO_ALERTS, overrides=[
              override("Given up", thresholds=steps(GREEN, (1, RED)),
                       custom__cellOptions=COLOURED),
              override("Waiting", thresholds=steps(GREEN, (10, ORANGE),
                                                   (100, RED)),
                       custom__cellOptions=COLOURED)]),

    "Collection",
    graph("One round of polls", "From the first request to the last answer. "
          "More than the interval of 15 s is too long.",
          [query("max by (instance) (@kasa_total_poll_duration)",
                 "{{instance}}")],
          unit="s", min=0, w=8, limits=True,
          thresholds=steps(GREEN, (10, ORANGE), (15, RED))),
    graph("Age of readings", "How old the last round is; a saw tooth as high "
          "as the interval is well.",
          [query("max by (instance) (time() - "
                 "timestamp(@kasa_total_poll_duration))", "{{instance}}")],
          unit="s", min=0, w=8, limits=True, thresholds=AGE, fill=0),
    graph("Devices", "Known, and of those answering; a distance between the "
          "lines is trouble.",
          [query('sum by (instance) (@kasa_total_devices{state="known"})',
                 "known {{instance}}"),
           query('sum by (instance) (@kasa_total_devices{state="up"})',
                 "up {{instance}}")],
          unit="short", decimals=0, min=0, w=8, legend=("min",
                                                        "last"),
          fill=0),
    graph("Failed polls by reason", "All devices. timeout: nothing came. "
          "refused, unreachable: nobody is there. malformed: no sense. auth: "
          "the account does not fit. device: it says so itself.",
          [query(counted("kasa_failures", "reason", STEP), "{{reason}}")],
          unit="short", decimals=0, min=0, w=8, bar=True, interval="5m",
          legend=("sum",), none="No failed polls"),
    table("Troublesome devices", "Those with failed polls in the time chosen "
          "above, worst first, and their signal.",
          [rows(f"{counted('kasa_failures', 'instance, device')} > 0.5"),
           rows(f"sum by (instance, device) (@kasa_signal_power)"
                f" and on (instance, device) "
                f"({counted('kasa_failures', 'instance, device')} > 0.5)")],
          {"device": "Device", "Value #A": "Failed polls",
           "Value #B": "Signal", "instance": "Site"}, unit="short",
          decimals=0, w=8, h=8, sort="Failed polls",
          none="No device failed a poll", overrides=[
              override("Signal", unit="dBm",
                       thresholds=steps(RED, (-80, ORANGE), (-70, YELLOW),
                                        (-60, GREEN)),
                       custom__cellOptions=COLOURED),
              override("Device", links=to_device(
                  "${__data.fields.Device:percentencode}"))]),
    graph("Slowest devices", "The ten that took longest to answer.",
          [query(f"@kasa_response_time {SLOWEST}", NAME)],
          unit="s", min=0, w=8, legend=("max",), limits=True, fill=0,
          thresholds=steps(GREEN, (0.5, YELLOW), (1, ORANGE), (2, RED))),
]

MARKS = [("Unreachable", "{{device}} does not answer",
          "1 - @kasa_up > 0", ORANGE, False)]


def page():
    return dashboard(
        "kasa-alerts", "Kasa: alerts and collection",
        "What was alerted, whether it arrived, and how well the devices are "
        "polled.", PARTS, since="now-24h", marks=MARKS,
        hidden=("plug", "smooth", "price", "currency", "circuit", "budget"))
