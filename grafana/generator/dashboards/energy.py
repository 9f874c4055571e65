# SPDX-License-Identifier: MIT
"""kasa-energy: kWh and what they cost, by hour, day and month."""

from dashboards.model import (BLUE, COLOURED, GREEN, ORANGE, RED, YELLOW,
                       by_query, gauge, graph, monthly, now, override, query, rows, stat, steps, table, to_device)
from dashboards.page import dashboard
from dashboards.terms import (BAR_WINDOWS, NAME, STEP, day_by_day, limited, projected,
                              the_rest, used)

BEFORE = "[$__range] offset $__range"
NO_METER = "No energy counted yet"
NO_TARIFF = "No tariff set"
NO_LIMIT = "Needs a tariff, a limit above and days to go by"
NEEDS_TARIFF = ("No tariff set: with a <Tariff> in collectd's configuration "
                "this fills by itself")

BY_DEVICE = "sum by (instance, device)"
BY_OUTLET = "sum by (instance, device, outlet)"
COST_OF_A_DAY = f"{BY_DEVICE} ({day_by_day('kasa_cost_yesterday')})"
COSTLY = limited("topk", "cost_yesterday", windows=BAR_WINDOWS)
PLUG_NAME = "{{device}} {{outlet}} ${site}"
DAY_BEFORE = "[1d] offset 6d"


def most_used(metric, by, factor=""):
    """kWh of the twenty that used most in the time of the panel, each for
    itself, and of all others together: three hundred bars above one another
    say nothing."""
    each = f"sum by ({by}) ({used(metric, STEP)}){factor}"
    # up to the last bar's end, see STEP; of a time shorter than a bar, the bar
    windows = (f"sum by ({by}) ({used(metric, f'[{w}] @ end() offset -$__interval')})"
               for w in ("$__range", "$__interval"))
    most = f"topk(20, {' or '.join(windows)})"
    return (f"{each} and on ({by}) {most}",
            f"sum({each} unless on ({by}) {most})")


def used_by_most(metric, by, name, factor=""):
    most, rest = most_used(metric, by, factor)
    return [query(most, name), query(rest, "all others")]


def used_by_most_in_one():
    """The same as one answer, for a panel that adds up by the device's name."""
    most, rest = most_used("kasa", "device")
    return f'{most} or label_replace({rest}, "device", "all others", "", "")'


DEVICES = ("instance, device", NAME)
OUTLETS = ("instance, device, outlet", PLUG_NAME)


def changed(by=""):
    """In percent, against the period before."""
    return (f"100 * (sum {by} ({used('kasa')}) / "
            f"(sum {by} ({used('kasa', BEFORE)}) > 0) - 1)")


def of_limit(cost):
    """In percent; nothing where there is no limit."""
    return f"100 * sum({cost}) / $budget and on () (vector($budget) > 0)"


# as At of <Limits>
STEPS = steps(GREEN, (75, YELLOW), (90, ORANGE), (100, RED))
TREND = steps(GREEN, (1, YELLOW), (10, ORANGE), (25, RED))
PLUG_DEVICE = to_device("${__data.fields.Strip:percentencode}")
DEVICE = to_device("${__data.fields.Device:percentencode}")

PARTS = [
    "In the time chosen above",
    stat("Energy used", "Counted by collectd from the meters; goes on through "
         "resets of a device.", [now(f"sum({used('kasa')})")],
         unit="kwatth", colour=BLUE, decimals=2, w=3, history=False,
         none=NO_METER),
    stat("Cost, $currency", "That energy at the price above.",
         [now(f"sum({used('kasa')}) * $price")], unit="none", decimals=2,
         colour=BLUE, w=3, history=False, none=NO_METER),
    stat("Period before", "Energy in as much time before that.",
         [now(f"sum({used('kasa', BEFORE)})")], unit="kwatth", decimals=2,
         colour=BLUE, w=3, history=False, none="No readings then"),
    stat("Change", "Against the period before: more is above zero.",
         [now(changed())], unit="percent", decimals=0, w=3, history=False,
         thresholds=TREND, none="No readings then"),
    stat("This month", "Since the billing day, by collectd's ledger.", [now("sum(@kasa_kwh_month)")], unit="kwatth",
         decimals=0, colour=BLUE, w=3, history=False, none=NO_METER),
    stat("Month, expected", "If the rest of the month is like what is "
         "over. From its second day; hidden in its last hours.",
         [now(projected("sum(@kasa_kwh_month)"))], unit="kwatth", decimals=0,
         colour=BLUE, w=3, history=False, none="From the second day"),
    stat("Expected, $currency", "The same at the price above.",
         [now(projected("sum(@kasa_kwh_month) * $price"))], unit="none",
         decimals=2, colour=BLUE, w=3, history=False,
         none="From the second day"),
    stat("By tariff, $currency", "Today and this month as the <Tariff> of "
         "collectd has it, with its hours and steps. Empty without one.",
         [now("sum(@kasa_total_cost_today)", "today"),
          now("sum(@kasa_total_cost_month)", "month")], unit="none",
         decimals=2, colour=BLUE, w=3, history=False, none=NO_TARIFF,
         text="value_and_name"),

    "Per hour and day",
    graph("kWh per hour", "Each bar is the energy from its time on. Long "
          "times are shown in longer steps. The twenty that used most, and "
          "the rest.", used_by_most("kasa", *DEVICES),
          unit="kwatth", bar=True, min=0, interval="1h", w=12, h=9,
          legend=(), none=NO_METER, links=to_device(), decimals=2),
    graph("kWh per day", "The last 31 days, from midnight to midnight where "
          "you are. The twenty that used most, and the rest.",
          used_by_most("kasa", *DEVICES),
          unit="kwatth", bar=True, min=0, interval="1d", since="31d", w=12,
          h=9, legend=(), none=NO_METER, links=to_device(), decimals=2),
    monthly("kWh per month", "Calendar months of the last year, as sums of "
            "days. The twenty that used most, and the rest.",
            used_by_most_in_one(), "device",
            unit="kwatth", since="1y", w=12, h=9, none=NO_METER, decimals=0,
            min=0),
    graph("This week and the week before", "Whole house per day, and the same "
          "day a week earlier.",
          [query(f"sum({used('kasa', STEP)})", "this week"),
           query(f"sum({used('kasa', DAY_BEFORE)})", "a week before")],
          unit="kwatth", min=0, interval="1d", since="7d", w=12, h=9,
          legend=("sum",), fill=0, none=NO_METER, decimals=2, overrides=[
              override("this week", custom__drawStyle="bars",
                       custom__fillOpacity=70, custom__barAlignment=1),
              override("a week before", custom__lineInterpolation="stepAfter",
                       custom__lineWidth=2)]),

    "Outlets of strips",
    graph("kWh per hour and outlet", "The same for each outlet; their sum is "
          "the strip above, not in addition to it. The twenty that used "
          "most, and the rest.", used_by_most("kasa_plug", *OUTLETS),
          unit="kwatth", bar=True, min=0, interval="1h", w=12, h=9,
          legend=(), none="No metered strip", decimals=2),
    graph("kWh per day and outlet", "The last 31 days of each outlet; the "
          "twenty that used most, and the rest.",
          used_by_most("kasa_plug", *OUTLETS),
          unit="kwatth", bar=True, min=0, interval="1d", since="31d", w=12,
          h=9, legend=(), none="No metered strip", decimals=2),

    "In figures",
    table("Devices", "Energy in the time chosen above, what it cost, and how "
          "that compares with the period before.",
          [rows(f"{BY_DEVICE} ({used('kasa')})"),
           rows(f"{BY_DEVICE} ({used('kasa')}) * $price"),
           rows(f"{BY_DEVICE} ({used('kasa', BEFORE)})"),
           rows(changed("by (instance, device)")),
           rows(f"{BY_DEVICE} (@kasa_kwh_today)"),
           rows(f"{BY_DEVICE} (@kasa_kwh_month)"),
           rows(projected(f"{BY_DEVICE} (@kasa_kwh_month)"))],
          {"device": "Device", "Value #A": "Energy", "Value #B": "Cost",
           "Value #C": "Before", "Value #D": "Change", "Value #E": "Today",
           "Value #F": "Month", "Value #G": "Expected", "instance": "Site"},
          sort="Energy", unit="kwatth", decimals=2, w=14, h=11,
          none=NO_METER, overrides=[
              override("Cost", unit="none", decimals=2),
              override("Change", unit="percent", decimals=0, thresholds=TREND,
                       custom__cellOptions=COLOURED),
              override("Device", links=DEVICE)]),
    table("Outlets", "The outlets of strips; their strip's line at the left "
          "holds their sum.",
          [rows(f"{BY_OUTLET} ({used('kasa_plug')})"),
           rows(f"{BY_OUTLET} ({used('kasa_plug')}) * $price"),
           rows(f"{BY_OUTLET} (@kasa_plug_kwh_today)"),
           rows(f"{BY_OUTLET} (@kasa_plug_kwh_month)")],
          {"device": "Strip", "outlet": "Outlet", "Value #A": "Energy",
           "Value #B": "Cost", "Value #C": "Today", "Value #D": "Month",
           "instance": "Site"}, sort="Energy", unit="kwatth", decimals=2,
          w=10, h=11, none="No metered strip", overrides=[
              override("Cost", unit="none", decimals=2),
              override("Strip", links=PLUG_DEVICE)]),

    "Cost",
    stat("Cost yesterday, $currency", "By the tariff, fixed charges in.",
         [now("sum(@kasa_total_cost_yesterday)")], unit="none", decimals=2,
         colour=BLUE, w=5, history=False, none="From the second day, with a "
                                               "tariff"),
    stat("Cost of the month, expected, $currency", "So far, and the rest of "
         "the billing month like the days of late; fixed charges in.",
         [now("sum(@kasa_total_cost_forecast)")], unit="none", decimals=2,
         colour=BLUE, w=5, history=False, none="From the second day, with a "
                                               "tariff"),
    stat("Price now, $currency", "What the next kWh costs by the tariff, "
         "taxes in.", [query("max(@kasa_total_price)")], unit="none",
         decimals=4, colour=BLUE, w=5, none=NO_TARIFF),
    stat("Without a price", "Energy of the billing month whose price did not "
         "come yet; it is in no cost.", [now("sum(@kasa_total_unpriced)")],
         unit="kwatth", decimals=2, w=5, history=False,
         thresholds=steps(GREEN, (0.001, ORANGE)), none=NO_TARIFF),
    stat("Known of today", "How much of today's time the ledger knows of.",
         [now("min(@kasa_total_covered)")], unit="percent", decimals=1, w=4,
         history=False, thresholds=steps(ORANGE, (99, GREEN)),
         none=NO_METER),

    graph("Cost per day at the price above, $currency", "Energy per day times "
          "the price.",
          used_by_most("kasa", *DEVICES, factor=" * $price"),
          unit="none", decimals=2, bar=True, min=0, interval="1d",
          since="31d", w=12, h=8, legend=(), none=NO_METER,
          links=to_device()),
    graph("Cost per day by tariff, $currency", "What each day cost in the end, "
          "as the <Tariff> of collectd has it: hours, seasons and steps; the "
          "line has the fixed charges in. The twenty that cost most, and "
          "the rest. Empty without a tariff.",
          [query(f"{COST_OF_A_DAY} {COSTLY}", NAME),
           query(f"sum({COST_OF_A_DAY} {the_rest(COSTLY)})", "all others"),
           query(f"sum by (instance) "
                 f"({day_by_day('kasa_total_cost_yesterday')})",
                 "with fixed charges ${site}")],
          unit="none", decimals=2, bar=True, interval="1d",
          since="31d", w=12, h=8, legend=(), links=to_device(),
          none=NEEDS_TARIFF, overrides=[
              by_query("C", custom__drawStyle="line", custom__lineWidth=2,
                       custom__fillOpacity=0,
                       custom__lineInterpolation="stepAfter",
                       custom__stacking={"mode": "none"})]),
    graph("Use and price", "kWh per hour of the whole house, and what a kWh "
          "costs then by the tariff, taxes in (right): its periods.",
          [query(f"sum({used('kasa', STEP)})", "kWh"),
           query(f"max by (instance) "
                 f"(avg_over_time(@kasa_total_price{STEP}))",
                 "$currency a kWh ${site}")],
          unit="kwatth", decimals=2, bar=True, interval="1h", w=12, h=8,
          legend=(), none=NEEDS_TARIFF, overrides=[
              by_query("B", unit="none", decimals=3,
                       custom__axisPlacement="right",
                       custom__drawStyle="line", custom__lineWidth=2,
                       custom__fillOpacity=0,
                       custom__lineInterpolation="stepAfter",
                       custom__stacking={"mode": "none"})]),
    table("Cost by tariff, $currency", "For each device, "
          "as the <Tariff> of collectd has it. Empty without one.",
          [rows(f"{BY_DEVICE} (@kasa_cost_today)"),
           rows(f"{BY_DEVICE} (@kasa_cost_yesterday)"),
           rows(f"{BY_DEVICE} (@kasa_cost_month)"),
           rows(f"{BY_DEVICE} (@kasa_cost_forecast)")],
          {"device": "Device", "Value #A": "Today", "Value #B": "Yesterday",
           "Value #C": "Month", "Value #D": "Expected", "instance": "Site"},
          sort="Month", unit="none", decimals=2, w=12, h=8, none=NEEDS_TARIFF,
          overrides=[override("Device", links=DEVICE)]),
    table("Outlets' cost by tariff, $currency", "The same for the outlets of "
          "strips. Empty without a tariff.",
          [rows(f"{BY_OUTLET} (@kasa_plug_cost_today)"),
           rows(f"{BY_OUTLET} (@kasa_plug_cost_month)")],
          {"device": "Strip", "outlet": "Outlet", "Value #A": "Today",
           "Value #B": "Month", "instance": "Site"}, sort="Month",
          unit="none", decimals=2, w=12, h=8, none=NEEDS_TARIFF,
          overrides=[override("Strip", links=PLUG_DEVICE)]),

    "Limits and forecast",
    gauge("Used of the month's limit", "Cost of the billing month by the "
          "tariff, of the limit above; coloured from the steps on that "
          "<Limits> tells by default: 75, 90 and 100 %.",
          [now(of_limit("@kasa_total_cost_month"))],
          unit="percent", decimals=0, min=0, max=100, w=5, h=8,
          thresholds=STEPS, none=NO_LIMIT),
    gauge("Expected of the month's limit", "What the billing month will have "
          "cost, of the limit above. Above 100 % a <Limits> block with "
          "Forecast has told it.",
          [now(of_limit("@kasa_total_cost_forecast"))],
          unit="percent", decimals=0, min=0, max=150, w=5, h=8,
          thresholds=STEPS, none=NO_LIMIT),
    graph("Cost of the month and its limit, $currency", "What the billing "
          "month has cost so far, what was expected then of the whole of it, "
          "and the limit above.",
          [query(f"sum(last_over_time(@kasa_total_cost_month{STEP}))",
                 "so far"),
           query(f"sum(last_over_time(@kasa_total_cost_forecast{STEP}))",
                 "expected"),
           query(f"0 * sum(last_over_time(@kasa_total_cost_month{STEP})) "
                 "+ $budget > 0", "limit")],
          unit="none", decimals=2, min=0, since="31d", interval="1h", w=14,
          h=8, legend=("last",), none=NEEDS_TARIFF, overrides=[
              override("so far", custom__fillOpacity=25, color={
                  "mode": "fixed", "fixedColor": BLUE}),
              override("expected", custom__fillOpacity=0,
                       custom__lineStyle={"fill": "dash", "dash": [6, 6]},
                       color={"mode": "fixed", "fixedColor": ORANGE}),
              override("limit", custom__fillOpacity=0, color={
                  "mode": "fixed", "fixedColor": RED})]),
]


def page():
    return dashboard(
        "kasa-energy", "Kasa: energy and cost",
        "What every device and outlet used, by hour, day and month, and what "
        "it cost.", PARTS, since="now-7d", refresh="5m", hidden=("smooth",
                                                                 "circuit"))
