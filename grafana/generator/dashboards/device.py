# SPDX-License-Identifier: MIT
"""kasa-device: one device and its plugs."""

from dashboards.model import (BLUE, COLOURED, GREEN, ON_OFF, ORANGE, RED, YELLOW, by_query,
                       graph, now, override, query, rows, stat, steps, table,
                       timeline, words)
from dashboards.page import dashboard
from dashboards.terms import (MOST, MOST_BARS, MOST_OUTLETS, NAME, OUTLET,
                              OUTLET_KEY, STEP, limited, used)

REACHABLE = words(v0=("unreachable", RED), v1=("reachable", GREEN))
SIGNAL = steps(RED, (-80, ORANGE), (-70, YELLOW), (-60, GREEN))
SLOW = steps(GREEN, (0.5, YELLOW), (1, ORANGE), (2, RED))
BUSY = steps(GREEN, (2000, ORANGE), (3200, RED))
BY = "sum by (instance, device)"
METERS_ONLY = "Not measured by this device"


def of_both(metric, which="topk", over="avg_over_time", smooth="{}"):
    """The twenty lines among devices and outlets that matter most."""
    each = (smooth.format(f"@kasa_{m}") for m in (metric, f"plug_{metric}"))
    limit = limited(which, metric, f"plug_{metric}", by=OUTLET_KEY, over=over)
    return [query(f"({' or '.join(each)}) {limit}", OUTLET)]


def rows_of_both(metric, each="{}"):
    """A row for each device and outlet with an <Appliance> block."""
    both = " or ".join(each.format(f"@kasa_{m}") for m in (metric, f"plug_{metric}"))
    return rows(f"sum by ({OUTLET_KEY}) ({both})")


def state(metric, name, which="topk"):
    """Of one state: the four devices that were in it longest."""
    limit = limited(which, metric, count=4)
    return query(f"@kasa_{metric} {limit}", f"{name} {NAME}")


STATES = words(v0=("no", "#5a6270"), v1=("yes", BLUE))
APPLIANCE = ("No appliance described: an <Appliance> block in collectd's "
             "configuration fills this")


PARTS = [
    "At a glance",
    table("Now", "What each chosen device does at this moment. Signal: from "
          "-60 dBm up is good, below -80 dBm it will drop out.",
          [rows(f"{BY} (@kasa_{metric})") for metric in (
              "up", "relay", "power", "kwh_today", "on_time", "signal_power",
              "response_time")],
          {"device": "Device", "Value #A": "Reachable", "Value #B": "Switched",
           "Value #C": "Power", "Value #D": "Today", "Value #E": "On for",
           "Value #F": "Signal", "Value #G": "Response", "instance": "Site"},
          unit="none", w=15, h=6, none="Never heard of", overrides=[
              override("Reachable", mappings=REACHABLE,
                       custom__cellOptions=COLOURED),
              override("Switched", mappings=ON_OFF,
                       custom__cellOptions=COLOURED),
              override("Power", unit="watt", decimals=1, thresholds=BUSY,
                       custom__cellOptions=COLOURED),
              override("Today", unit="kwatth", decimals=2),
              override("On for", unit="dtdurations"),
              override("Signal", unit="dBm", decimals=0, thresholds=SIGNAL,
                       custom__cellOptions=COLOURED),
              override("Response", unit="s", thresholds=SLOW,
                       custom__cellOptions=COLOURED)]),
    stat("Power now", "Of all chosen devices together; more than 3200 W of "
         "one for five minutes is worth an alert.",
         [query("sum(@kasa_power)")], unit="watt", decimals=1, w=3, h=6,
         none=METERS_ONLY, colour=BLUE),
    stat("Energy today", "Since midnight, by collectd's ledger.",
         [now("sum(@kasa_kwh_today)")], unit="kwatth", decimals=2, w=3, h=6,
         history=False, colour=BLUE, none=METERS_ONLY),
    stat("This month", "Since the billing day, by collectd's ledger.", [now("sum(@kasa_kwh_month)")], unit="kwatth",
         decimals=1, w=3, h=6, history=False, colour=BLUE, none=METERS_ONLY),

    "What it uses",
    graph("Power", "Of the device as a whole; of many, the twenty that take "
          "most.",
          [query(f"avg_over_time(@kasa_power[$smooth]) {MOST}", NAME)],
          unit="watt",
          min=0, none=METERS_ONLY, fill=20, h=9),
    graph("Power of its outlets", "Stacked: together they are the strip. Of "
          "many, the twenty that take most.",
          [query("sum by (instance, device, outlet) "
                 f"(avg_over_time(@kasa_plug_power[$smooth])) {MOST_OUTLETS}",
                 "{{device}} {{outlet}} ${site}")],
          unit="watt", min=0, stacked=True, h=9,
          none="No strip, or one that does not measure"),
    graph("Voltage", "Of the mains at the device. Ten percent up or down is "
          "what standards allow. Of many, the twenty that take most.",
          [query(f"avg_over_time(@kasa_voltage[$smooth]) {MOST}", NAME)],
          unit="volt", decimals=1, none=METERS_ONLY, w=8),
    graph("Current", "Most outlets carry 10, 15 or 16 A. Of many, the twenty "
          "devices and outlets that take most.",
          of_both("current", smooth="avg_over_time({}[$smooth])"),
          unit="amp", min=0, none=METERS_ONLY, w=8, limits=True,
          thresholds=steps(GREEN, (10, ORANGE), (16, RED))),
    graph("Energy per hour", "Counted by collectd from the meter, each bar "
          "from its time on. Of many, the twenty that take most.",
          [query(f"sum by (instance, device) ({used('kasa', STEP)}) "
                 f"{MOST_BARS}",
                 NAME)],
          unit="kwatth", decimals=2, min=0, bar=True, interval="1h",
          legend=("sum",), none=METERS_ONLY, w=8),

    "What it did",
    timeline("Switched on and off", "The relay of the device and of each "
             "outlet. Of many, the twenty that were switched most often.",
             of_both("relay", over="changes"),
             unit="none", mappings=ON_OFF, none="It does not switch"),
    graph("On since", "How long it has been on; falls to nothing when it is "
          "switched off. Of many, the twenty that were on longest.",
          of_both("on_time", over="max_over_time"),
          unit="dtdurations", min=0, legend=("last",),
          none="Not told by this device"),
    graph("Lights and sensors", "Brightness of lamps and dimmers, and the "
          "light around sensors. Of many, the brightest.",
          [query(f"@kasa_brightness {limited('topk', 'brightness', count=10)}",
                 f"brightness {NAME}"),
           query("@kasa_ambient_light "
                 f"{limited('topk', 'ambient_light', count=5)}",
                 f"light around {NAME}"),
           query(f"100 * @kasa_motion {limited('topk', 'motion', count=5)}",
                 f"motion {NAME}")],
          unit="percent", min=0, max=100, legend=("last",),
          none="No lamp and no sensor"),

    "How it is",
    graph("Signal", "Strength of its Wi-Fi. -60 dBm and more is good, from "
          "-70 on it is weak, below -80 it drops out. Of many, the twenty "
          "weakest.",
          [query(f"@kasa_signal_power {limited('bottomk', 'signal_power')}",
                 NAME)], unit="dBm", min=-95, max=-30,
          limits=True, thresholds=SIGNAL,
          legend=("min", "mean", "last"), fill=0, w=8),
    graph("Response time", "From the request to the complete reading; more "
          "than a second tells of a weak signal. Of many, the twenty slowest.",
          [query(f"@kasa_response_time {limited('topk', 'response_time')}",
                 NAME)], unit="s", min=0, limits=True,
          thresholds=SLOW, fill=0, w=8),
    graph("Failed polls by reason", "timeout: nothing came. refused, "
          "unreachable: nobody is there. malformed: no sense. auth: the "
          "account does not fit. device: it says so itself.",
          [query("sum by (reason) (increase(@kasa_failures_total" + STEP
                 + "))", "{{reason}}")],
          unit="short", decimals=0, min=0, bar=True, interval="5m",
          legend=("sum",), w=8, none="No failed polls"),
    timeline("States", "Cloud: connected with the maker. Updating: new "
             "firmware is being written. Light off: the status light is "
             "disabled. Hot and overloaded: what the device says of itself. "
             "Of many, four of each kind.",
             [state("cloud_connected", "cloud", "bottomk"),
              state("updating", "updating"), state("led_off", "light off"),
              state("overheated", "hot"), state("overloaded", "overloaded")],
             unit="none", mappings=STATES, h=7, w=14, overrides=[
                 by_query("B", mappings=words(v0=("no", "#5a6270"),
                                              v1=("yes", YELLOW))),
                 by_query("D", mappings=words(v0=("no", "#5a6270"),
                                              v1=("yes", RED))),
                 by_query("E", mappings=words(v0=("no", "#5a6270"),
                                              v1=("yes", RED)))]),
    table("About", "Model, address and firmware, as the device tells them.",
          [rows("max by (instance, device, model, mac, hw) (@kasa_info)"),
           rows("max by (instance, device, ip, fw) (@kasa_info_now)")],
          {"device": "Device", "model": "Model", "ip": "Address", "mac": "MAC",
           "hw": "Hardware", "fw": "Firmware", "instance": "Site"},
          drop=("Value #A", "Value #B"), unit="none", w=10, h=7,
          none="Nothing known, or Report info false"),

    "Appliances",
    timeline("Running", "Whether the appliance behind the plug is in a "
             "cycle. Of many, the twenty that ran longest.",
             of_both("running"),
             unit="none", mappings=words(v0=("idle", "#5a6270"),
                                         v1=("running", BLUE)),
             none=APPLIANCE, w=24),
    table("Cycles", "Cycles finished in the time above and in the last seven "
          "days; of the latest one its energy, its cost in the currency of the "
          "tariff, and how long it took. What it takes while it does nothing; "
          "of fridges and freezers the share of the day in which they ran.",
          [rows_of_both("cycles_total", "increase({}[$__range])"),
           rows_of_both("cycles_total", "increase({}[7d])"),
           rows_of_both("cycle_kwh"), rows_of_both("cycle_cost"),
           rows_of_both("cycle_duration"), rows_of_both("standby"),
           rows_of_both("duty")],
          {"device": "Device", "outlet": "Outlet", "Value #A": "Cycles",
           "Value #B": "In 7 days", "Value #C": "Energy", "Value #D": "Cost",
           "Value #E": "Duration", "Value #F": "Standby", "Value #G": "Duty",
           "instance": "Site"}, unit="none",
          decimals=0, w=24, h=8, none=APPLIANCE, overrides=[
              override("Energy", unit="kwatth", decimals=2),
              override("Cost", decimals=2),
              override("Duration", unit="dtdurations"),
              override("Standby", unit="watt", decimals=1),
              override("Duty", unit="percent", decimals=0)]),
    graph("Standby", "What each appliance takes while it does nothing: the "
          "lowest mean over five minutes of the last day. What creeps up here "
          "has a reason. Of many, the twenty with most.",
          of_both("standby"), unit="watt", min=0, fill=0, legend=("last",),
          none=APPLIANCE, w=12, h=6),
    graph("Deviation from what is usual", "Power against what the plug hardly "
          "exceeded in the last seven days: what stays far above 0 is a spike. "
          "Of many, the twenty that jumped highest.",
          of_both("power_deviation", over="max_over_time"), unit="percent",
          decimals=0, w=12, h=6, limits=True, fill=0, legend=(),
          thresholds=steps(GREEN, (100, ORANGE), (300, RED)),
          none="No spike described: a <Spike> block in collectd's "
               "configuration fills this"),
]

MARKS = [("Unreachable", "{{device}} does not answer",
          "1 - @kasa_up > 0", ORANGE, True)]


def page():
    return dashboard(
        "kasa-device", "Kasa: one device",
        "One device and its outlets. Choose it above; All shows everything "
        "at once.", PARTS, since="now-24h", marks=MARKS,
        hidden=("circuit", "price", "currency", "budget"))
