# SPDX-License-Identifier: MIT
"""kasa-host: the machine that collects, by collectd's own plugins."""

from dashboards.model import (GREEN, ORANGE, RED, graph, override,
                       query, stat, steps)
from dashboards.page import dashboard


def needs(plugin):
    return f"Load collectd's {plugin} plugin (host.conf)"


BUSY = "100 - max by (instance) (@cpu_percent{cpu=\"idle\"})"
MEMORY = '@memory_percent{memory="used"}'
# asked by what is free: what is reserved for root is neither free nor used
FULL = '100 - min by (instance%s) (@df_percent_bytes{type="free"})'
PERCENT = {"unit": "percent", "min": 0, "max": 100, "decimals": 0}
# the limits of host-thresholds.conf
OF_CPU = steps(GREEN, (70, ORANGE), (90, RED))
OF_SPACE = steps(GREEN, (85, ORANGE), (95, RED))
SITE = "{{instance}}"
SHORT = ("mean", "last")


def per_second(metric, matcher="", by=""):
    return (f"sum by (instance{', ' + by if by else ''}) "
            f"(rate(@{metric}_total{matcher}[$__rate_interval]))")


PARTS = [
    "Now",
    stat("Processors busy", "All processors together. Above 70 % for long is "
         "worth a look.", [query(BUSY, SITE)], thresholds=OF_CPU,
         none=needs("cpu"), **PERCENT),
    stat("Memory used", "Without what caches hold, which is given back when "
         "needed.", [query(MEMORY, SITE)], thresholds=OF_SPACE,
         none=needs("memory"), **PERCENT),
    stat("Fullest file system", "Of all that are watched. What fills up here "
         "stops the history.", [query(FULL % "", SITE)],
         thresholds=OF_SPACE, none=needs("df"), **PERCENT),
    stat("Load", "Processes that run or wait, mean of five minutes; compare "
         "it with the number of processors.",
         [query("@load_midterm", SITE)], unit="short", decimals=2,
         thresholds=steps(GREEN, (4, ORANGE), (8, RED)), none=needs("load")),
    stat("collectd's memory", "What the daemon itself holds, our plugins "
         "included.", [query('@processes_ps_rss{processes="collectd"}',
                             SITE)],
         unit="bytes", decimals=0, none=needs("processes"),
         thresholds=steps(GREEN, (2e8, ORANGE), (1e9, RED))),
    stat("collectd's processor time", "Share of one processor that the daemon "
         "takes.",
         [query("sum by (instance) (rate(@processes_ps_cputime_user_total"
                '{processes="collectd"}[$__rate_interval]) + rate('
                '@processes_ps_cputime_syst_total{processes="collectd"}'
                "[$__rate_interval])) / 1e4", SITE)],
         unit="percent", decimals=1, none=needs("processes"),
         thresholds=steps(GREEN, (25, ORANGE), (75, RED))),

    "Processor and memory",
    graph("Processors by state", "Shares of all processors together, without "
          "the idle one. wait: for disks. steal: taken by the host of a "
          "virtual machine.",
          [query('sum by (instance, cpu) (@cpu_percent{cpu!="idle"})',
                 "{{cpu}} ${site}")],
          stacked=True, none=needs("cpu"), legend=SHORT, **PERCENT),
    graph("Load", "Processes that run or wait, over 1, 5 and 15 minutes.",
          [query("@load_shortterm", "1 minute ${site}"),
           query("@load_midterm", "5 minutes ${site}"),
           query("@load_longterm", "15 minutes ${site}")],
          unit="short", decimals=2, min=0, fill=0, none=needs("load"),
          legend=SHORT),
    graph("Memory", "Who holds it. What is cached or buffered is given back "
          "when needed.",
          [query("sum by (instance, memory) (@memory)",
                 "{{memory}} ${site}")],
          unit="bytes", min=0, stacked=True, none=needs("memory"),
          legend=SHORT, w=8),
    graph("Swap", "Memory on disk. Used swap is no harm, traffic is: see "
          "Swapping.",
          [query("sum by (instance, swap) (@swap)", "{{swap}} ${site}")],
          unit="bytes", min=0, stacked=True, none=needs("swap"),
          legend=SHORT, w=8),
    graph("Swapping", "Pages read from and written to swap each second. More "
          "than a few for long: memory is short.",
          [query(per_second("swap_swap_io", by="swap"), "{{swap}} ${site}")],
          unit="short", min=0, none=needs("swap"), legend=SHORT, w=8,
          limits=True, fill=0, thresholds=steps(GREEN, (100, ORANGE),
                                                (1000, RED))),

    "Disks and network",
    graph("File systems", "How full each is. Histories stop where there is no "
          "room left.",
          [query(FULL % ", df", "{{df}} ${site}")],
          limits=True, thresholds=OF_SPACE, fill=0, none=needs("df"),
          legend=("last",), w=8, **PERCENT),
    graph("Disk traffic", "Bytes read and written each second.",
          [query(per_second("disk_disk_octets_read", by="disk"),
                 "{{disk}} read ${site}"),
           query(per_second("disk_disk_octets_write", by="disk"),
                 "{{disk}} written ${site}")],
          unit="Bps", min=0, none=needs("disk"), legend=SHORT, w=8),
    graph("Disks busy", "Share of the time a disk works. Near 100 % "
          "everything waits for it.",
          [query("sum by (instance, disk) (rate("
                 "@disk_disk_io_time_io_time_total[$__rate_interval])) / 10",
                 "{{disk}} ${site}")],
          limits=True, thresholds=OF_CPU, fill=0, none=needs("disk"),
          legend=SHORT, w=8, **PERCENT),
    graph("Network traffic", "Each interface, both directions upwards.",
          [query("8 * " + per_second("interface_if_octets_rx",
                                     by="interface"),
                 "{{interface}} received ${site}"),
           query("8 * " + per_second("interface_if_octets_tx",
                                     by="interface"),
                 "{{interface}} sent ${site}")],
          unit="bps", min=0, none=needs("interface"), legend=SHORT),
    graph("Network errors and drops", "Packets lost each second; there should "
          "be none.",
          [query(f"{per_second(f'interface_if_{what}_{way}', by='interface')}",
                 f"{{{{interface}}}} {what} {words} ${{site}}")
           for what in ("errors", "dropped")
           for way, words in (("rx", "receiving"), ("tx", "sending"))],
          unit="pps", min=0, none=needs("interface"), legend=("max",),
          limits=True, fill=0, thresholds=steps(GREEN, (1, ORANGE),
                                                (10, RED))),

    "collectd and its neighbours",
    graph("collectd's memory", "Resident memory of the daemon. What grows for "
          "days is a leak.",
          [query("sum by (instance, processes) "
                 "(@processes_ps_rss)", "{{processes}} ${site}")],
          unit="bytes", min=0, none=needs("processes"), legend=SHORT, w=8),
    graph("collectd's processor time", "Share of one processor, own code and "
          "kernel.",
          [query("sum by (instance, processes) (rate("
                 f"@processes_ps_cputime_{what}_total[$__rate_interval]))"
                 " / 1e4", f"{{{{processes}}}} {words} ${{site}}")
           for what, words in (("user", "code"), ("syst", "kernel"))],
          unit="percent", min=0, stacked=True, none=needs("processes"),
          legend=SHORT, w=8),
    graph("Processes by state", "Blocked ones wait for disks, zombies for "
          "their parents.",
          [query("sum by (instance, processes) (@processes_ps_state)",
                 "{{processes}} ${site}")],
          unit="short", decimals=0, min=0, stacked=True,
          none=needs("processes"), legend=("last",), w=8,
          overrides=[override("/blocked|zombies/", color={
              "mode": "fixed", "fixedColor": RED})]),
]


def page():
    return dashboard(
        "kasa-host", "Kasa: the collecting machine",
        "Processors, memory, disks and network of the machine collectd runs "
        "on: whether it has room for what it does.", PARTS, since="now-24h",
        hidden=("device", "plug", "smooth", "price", "currency", "circuit",
                "budget"))
