#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws a dashboard from the answers to its queries, without Grafana: a page
of HTML on standard output, with every panel in its place. A stand-in where no
Grafana is at hand, to see whether panels are alive.

usage: picture.py [--prometheus URL] [--hours N] [--end EPOCH] [--width PIXELS]
                  [--to LAST-ROW] [--set VARIABLE=VALUE]... DASHBOARD.json
"""

import argparse
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import query  # noqa: E402
from drawing import charts, reshape, tiles  # noqa: E402
from drawing.numbers import FAINT, GRID, PAGE, PANEL, STRONG, TEXT  # noqa: E402
from drawing.numbers import escape  # noqa: E402

CELL, GAP, TITLE, PAD = 38, 8, 26, 8
NOTICE = "drawn from the dashboard's queries, without Grafana"

STYLE = f"""
body {{ margin: 0; background: {PAGE}; color: {TEXT};
  font: 13px/1.3 "DejaVu Sans", Inter, sans-serif; position: relative; }}
header {{ padding: 10px 16px 0; height: 46px; color: {FAINT}; }}
header b {{ color: {STRONG}; font-size: 18px; font-weight: 600;
  margin-right: 14px; }}
header i {{ float: right; font-size: 12px; padding-top: 5px; }}
header span {{ border: 1px solid {GRID}; border-radius: 3px;
  padding: 3px 8px; margin-right: 6px; font-size: 12px; }}
header span em {{ color: {STRONG}; font-style: normal; }}
.panel {{ position: absolute; background: {PANEL}; overflow: hidden;
  border: 1px solid {GRID}; border-radius: 3px; box-sizing: border-box; }}
.row {{ position: absolute; color: {STRONG}; font-size: 15px; }}
h2 {{ font-size: 13px; font-weight: 600; color: {STRONG}; margin: 0;
  padding: 6px {PAD}px 0; height: {TITLE - 6}px; white-space: nowrap; }}
h2 small {{ color: {FAINT}; font-weight: 400; margin-left: 6px; }}
.inside {{ padding: 0 {PAD}px; }}
.aside {{ display: flex; }} .aside > div {{ flex: 1; min-width: 0; }}
svg {{ display: block; }}
i {{ font-style: normal; }}
td i, .names i {{ display: inline-block; width: 12px; height: 4px;
  margin-right: 6px; vertical-align: middle; border-radius: 2px; }}
.legend {{ width: 100%; border-collapse: collapse; font-size: 11px; }}
.legend td, .legend th {{ text-align: right; padding: 0 0 1px 8px;
  line-height: 16px; font-weight: 400; white-space: nowrap; }}
.legend th {{ color: #5794f2; }}
.legend td:first-child {{ text-align: left; padding-left: 2px;
  overflow: hidden; text-overflow: ellipsis; max-width: 150px; }}
.names {{ font-size: 11px; line-height: 17px; overflow: hidden; }}
.names span {{ margin-right: 10px; white-space: nowrap; }}
.more {{ font-size: 11px; color: {FAINT}; text-align: right; }}
.rows {{ width: 100%; border-collapse: collapse; font-size: 12px; }}
.rows td, .rows th {{ text-align: left; padding: 3px 6px; height: 16px;
  border-bottom: 1px solid {GRID}; font-weight: 400; white-space: nowrap; }}
.rows th {{ color: #5794f2; }} .rows a {{ color: #8ab8ff; }}
.rows .number {{ text-align: right; font-variant-numeric: tabular-nums; }}
.nothing {{ display: flex; align-items: center; justify-content: center;
  text-align: center; padding: 0 8px; }}
"""


def body(panel, view, w, h):
    """The inside of a panel."""
    asks = list(query.of_panel(panel))
    answers = [view.run(a) for a in asks]
    kind = panel["type"]
    flat = [s for found in answers for s in found if s.points]
    if not flat:
        return tiles.nothing(panel, h)
    if kind == "table":
        return tiles.table(panel, answers, h)
    if kind == "timeseries":
        return charts.graph(panel, flat, w, h, view, asks[0])
    if kind == "state-timeline":
        return charts.timeline(panel, flat, w, h, view, asks[0])
    if kind == "barchart":
        by = panel["options"]["xField"].split("\\")[1]
        return charts.monthly(panel, reshape.months(flat, by,
                                                    view.utc_offset), w, h)
    return {"stat": tiles.stat, "gauge": tiles.gauge,
            "bargauge": tiles.bars}[kind](panel, flat, w, h)


def draw(panel, view, width):
    grid = panel["gridPos"]
    unit = (width - GAP) / 24
    x, y = GAP + grid["x"] * unit, 50 + grid["y"] * CELL
    w, h = grid["w"] * unit - GAP, grid["h"] * CELL - GAP
    place = f"left:{x:.0f}px;top:{y:.0f}px;width:{w:.0f}px;height:{h:.0f}px"
    title = escape(view.fill(panel["title"]))
    if panel["type"] == "row":
        return f'<div class="row" style="{place}">&#8964;&ensp;{title}</div>'
    since = panel.get("timeFrom")
    note = f"<small>last {since}</small>" if since else ""
    inside = body(panel, view, w - 2 * PAD - 2, h - TITLE - 6)
    return (f'<div class="panel" style="{place}"><h2>{title}{note}</h2>'
            f'<div class="inside">{inside}</div></div>')


def choices(page, view):
    out = []
    for variable in page["templating"]["list"]:
        if variable["hide"] or variable["type"] == "datasource":
            continue
        value = view.values.get(variable["name"], "")
        if variable["type"] == "query":
            value = "All" if value == ".+" else value
        if variable["type"] == "custom":
            continue
        out.append(f"<span>{escape(variable['label'])}&ensp;<em>"
                   f"{escape(value)}</em></span>")
    return "".join(out)


def html(page, view, width, last=None):
    """last: the title of the row before which the picture ends."""
    parts, bottom = [], 0
    for panel in page["panels"]:
        if panel["type"] == "row" and panel["title"] == last:
            break
        parts.append(draw(panel, view, width))
        grid = panel["gridPos"]
        bottom = max(bottom, grid["y"] + grid["h"])
    height = 50 + bottom * CELL + 2
    return (f'<!doctype html><meta charset="utf-8"><title>{height}</title>'
            f"<style>{STYLE} body {{ width: {width}px; height: {height}px; }}"
            f"</style><header><i>{NOTICE}</i><b>{escape(page['title'])}</b>"
            f"{choices(page, view)}</header>{''.join(parts)}\n"), height


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("dashboard")
    parser.add_argument("--prometheus", default="http://localhost:9090")
    parser.add_argument("--hours", type=float, default=6)
    parser.add_argument("--end", type=float, default=time.time())
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--to", metavar="ROW")
    parser.add_argument("--set", action="append", default=[],
                        metavar="VARIABLE=VALUE")
    given = parser.parse_args()
    page = query.load(given.dashboard)
    offset = time.localtime(given.end).tm_gmtoff
    view = query.View(page, given.prometheus, given.end - 3600 * given.hours,
                      given.end, dict(v.split("=", 1) for v in given.set),
                      utc_offset=offset, width=given.width // 2)
    print(html(page, view, given.width, given.to)[0])


if __name__ == "__main__":
    main()
