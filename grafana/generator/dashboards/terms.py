# SPDX-License-Identifier: MIT
"""Expressions that several dashboards share."""

NAME = "{{device}} ${site}"
OUTLET = "{{device}} {{outlet}} ${site}"

# Grafana draws what is counted in a step at the step's end; moved by one step
# it stands at its beginning, and the day that is not over yet is there too.
STEP = "[$__interval] offset -$__interval"


def used(metric, window="[$__range]"):
    """kWh: increase() sees through resets, of devices as of collectd."""
    return f"increase(@{metric}_watt_hours_total{window}) / 1000"


def leaf(metric):
    """Of everything that one thing is plugged into: devices, and in place of a
    strip its outlets."""
    return (f"sum by (instance, device, outlet) ((@kasa_{metric} unless on "
            f"(instance, device) @!kasa_plug_relay) or @kasa_plug_{metric})")


# A device that is away leaves its last values for some minutes.
UP = "and on (instance, device) (@kasa_up == 1)"


def limited(which, *metrics, count=20, windows=("[$__range] @ end()",),
            by="instance, device", over="avg_over_time"):
    """Only so many, of all these metrics together, with most (topk) or least
    (bottomk) of it in the time shown: more lines than twenty cannot be told
    apart. Of the time as a whole: at each moment anew there would be more."""
    each = (f"sum by ({by}) ({over}(@kasa_{metric}{w}))"
            for w in windows for metric in metrics)
    return f"and on ({by}) {which}({count}, {' or '.join(each)})"


def the_rest(limit):
    """What such a limit leaves out."""
    return limit.replace("and on", "unless on", 1)


# Devices and outlets as lines of one panel.
OUTLET_KEY = "instance, device, outlet"

MOST = limited("topk", "power")
MOST_OUTLETS = limited("topk", "plug_power", by=OUTLET_KEY)
# beside bars, whose last one ends a step later, see STEP; of a time shorter
# than a bar, the bar
BAR_WINDOWS = tuple(f"[{w}] @ end() offset -$__interval"
                    for w in ("$__range", "$__interval"))
MOST_BARS = limited("topk", "power", windows=BAR_WINDOWS)

# How much of the month is over, by the clock of Greenwich; hidden while
# months of other time zones may be others.
MONTHS_LENGTH = ("scalar(days_in_month() / (day_of_month() - 1 "
                 "+ (hour() + minute() / 60) / 24))")
WITHIN_MONTH = ("and on () (day_of_month() > 1) and on () "
                "(day_of_month() < days_in_month() or hour() < 10)")


def projected(kwh_month):
    return f"{kwh_month} * {MONTHS_LENGTH} {WITHIN_MONTH}"


def day_by_day(metric):
    """Of a value that stands for the day before, all day long: as a bar of the
    day it is about. Days have 23 to 25 hours; the last one is looked at only
    where the others have nothing."""
    return (f"(last_over_time(@{metric}[23h] offset -47h) or "
            f"last_over_time(@{metric}[1h] offset -2d))")
