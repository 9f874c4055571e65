# SPDX-License-Identifier: MIT
"""The tables of doc/sites.md, from what sites.py has measured."""

import re
from pathlib import Path

SITES, INTERVAL = 1000, 15
UDP_HEAD = 28              # bytes of IPv4 and UDP
HTTP_PACE = 15             # seconds between scrapes
MONTH, YEAR = 30 * 86400, 365 * 86400
CACHE = 600                # CacheTimeout of export-rrdtool.conf
MARK = "<!-- {} {}: tests/bench/sites.py -->"


def on_wire(figures, level):
    """Bytes of a value, heads of datagrams included."""
    found = figures["network " + level]
    return found["bytes"] + UDP_HEAD * found["datagrams"]


def in_block(figures):
    """Bytes of a sample that Prometheus keeps, its share of the index in."""
    kept = figures["stored"]
    return kept["chunk"] + kept["index"] / kept["samples"]


def ways(figures):
    """[(way, bytes of a value, note)]"""
    return [
        ("network plugin, None", on_wire(figures, "None"), "UDP"),
        ("network plugin, Sign", on_wire(figures, "Sign"), "UDP"),
        ("network plugin, Encrypt", on_wire(figures, "Encrypt"), "UDP"),
        ("page of write_prometheus, scraped from afar",
         figures["site"]["page"], "TCP, as it is"),
        ("federation", figures["carried"]["federation"], "TCP, gzip"),
        ("remote write", figures["carried"]["remote write"], "TCP, snappy"),
    ]


def table(head, rows):
    out = ["| " + " | ".join(head) + " |",
           "| " + " | ".join(["---"] + ["--:"] * (len(head) - 1)) + " |"]
    return "\n".join(out + ["| " + " | ".join(row) + " |" for row in rows])


def measured(figures):
    site, kept = figures["site"], figures["stored"]
    some, more = figures["server Encrypt"], figures["server more"]
    rows = [(f"{way} ({note})", f"{size:.1f} bytes")
            for way, size, note in ways(figures)]
    rows += [
        ("Prometheus, a sample in a block of "
         f"{kept['samples']:.0f} per series", f"{in_block(figures):.2f} bytes"),
        ("of these, without the index", f"{kept['chunk']:.2f} bytes"),
        ("Prometheus, memory of a series",
         f"{some['prometheus']:.1f} KiB"),
        ("RRD file of export-rrdtool.conf at 15 s",
         f"{figures['rrd'] / 1024:.0f} KiB"),
        ("receiving collectd, a value in clear",
         f"{figures['server None']['each']:.0f} µs of a processor"),
        ("receiving collectd, an encrypted value",
         f"{some['each']:.0f} µs of a processor"),
        ("receiving collectd, memory of a series",
         f"{some['memory']:.1f} KiB"),
        (f"its page with {some['series']:,} series",
         f"{some['page'] * some['series'] / 1e6:.1f} MB in "
         f"{some['scrape'] * 1000:.0f} ms"),
        (f"taking up {some['series']:,} new series, once",
         f"{some['first'] * some['series'] / 1e6:.1f} s of a processor"),
        (f"taking up {more['series']:,} new series, once",
         f"{more['first'] * more['series'] / 1e6:.1f} s of a processor"),
    ]
    return (f"One site is the simulator's demo: {site['devices']} devices, "
            f"{len(site['names'])} values every {INTERVAL} s.\n\n"
            + table(("what", "measured"), rows))


def rate(bytes_per_second):
    bits = 8 * bytes_per_second
    return (f"{bits / 1e6:.1f} Mbit/s" if bits > 1e6
            else f"{bits / 1e3:.1f} kbit/s")


def thousand(figures):
    values = len(figures["site"]["names"])
    series = SITES * values
    per_second = series / INTERVAL
    rows = [("values", f"{values / INTERVAL:.0f}/s",
             f"{per_second:,.0f}/s"),
            ("series", str(values), f"{series:,}")]
    for way, size, _ in ways(figures):
        each = size * values / INTERVAL
        rows.append((way, f"{rate(each)}, {each * MONTH / 1e9:.1f} GB a month",
                     rate(each * SITES)))
    disk = in_block(figures) * per_second
    encrypted = figures["server Encrypt"]
    rows += [
        ("Prometheus, disk",
         f"{disk / SITES * YEAR / 1e9:.1f} GB a year",
         f"{disk * 30 * 86400 / 1e9:.0f} GB a month, "
         f"{disk * YEAR / 1e12:.1f} TB a year"),
        ("Prometheus, memory", "",
         f"{encrypted['prometheus'] * series / 1024 / 1024:.1f} GiB"),
        ("RRD files", f"{values * figures['rrd'] / 1e6:.0f} MB",
         f"{series * figures['rrd'] / 1e9:.0f} GB, "
         f"{series / CACHE:.0f} writes/s"),
        ("receiving collectd", "",
         f"{encrypted['each'] * per_second / 1e4:.0f} % of a processor, "
         f"{encrypted['memory'] * series / 1024 / 1024:.1f} GiB"),
    ]
    return table(("", "one site", f"{SITES:,} sites"), rows)


def put(figures, page):
    """Replaces what stands between the marks of the page."""
    path = Path(page)
    text = path.read_text("utf-8")
    for name, part in (("measured", measured), ("thousand", thousand)):
        begin, end = MARK.format("begin", name), MARK.format("end", name)
        assert text.count(begin) == text.count(end) == 1, (page, name)
        text = re.sub(re.escape(begin) + ".*?" + re.escape(end),
                      lambda _, b=begin, e=end, p=part: (
                          f"{b}\n\n{p(figures)}\n\n{e}"), text,
                      flags=re.S)
    path.write_text(text, "utf-8")
