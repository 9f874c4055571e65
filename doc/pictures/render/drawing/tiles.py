# SPDX-License-Identifier: MIT
"""Panels without a time axis: numbers, gauges, bars, tables."""

import math

from drawing import reshape
from drawing.charts import svg, text
from drawing.numbers import (FAINT, GRID, PANEL, by_limits, colour,
                             escape, human)


def _look(panel, value):
    """(text, colour) of a value, by words or by limits."""
    field = panel["fieldConfig"]["defaults"]
    for rule in field["mappings"]:
        word = rule["options"].get(f"{value:g}")
        if word:
            return word["text"], colour(word["color"])
    if field["color"]["mode"] == "fixed":
        paint = colour(field["color"]["fixedColor"])
    else:
        paint = by_limits(value, field["thresholds"]["steps"])
    return human(value, field["unit"], field.get("decimals")), paint


def _spark(points, w, h, paint):
    values = [v for _, v in points if math.isfinite(v)]
    if len(values) < 3:
        return ""
    low, high = min(values), max(values)
    tall = h * 0.42
    line = " ".join(
        f"{i * w / (len(values) - 1):.1f},"
        f"{h - 4 - (v - low) / ((high - low) or 1) * (tall - 8):.1f}"
        for i, v in enumerate(values))
    return (f'<polygon points="0,{h} {line} {w},{h}" fill="{paint}" '
            f'fill-opacity="0.18"/><polyline points="{line}" fill="none" '
            f'stroke="{paint}" stroke-width="1.3"/>')


def stat(panel, series, w, h):
    options, parts = panel["options"], []
    named = options["textMode"] == "value_and_name" or len(series) > 1
    down = len(series) > 1 and w < 200
    n = len(series)
    for i, one in enumerate(series):
        what, paint = _look(panel, one.points[-1][1])
        bw, bh = (w, h / n) if down else (w / n, h)
        x, y = (0, i * bh) if down else (i * bw, 0)
        filled = options["colorMode"].startswith("background")
        if filled:
            parts.append(f'<rect x="{x + 2}" y="{y + 2}" width="{bw - 4}" '
                         f'height="{bh - 4}" rx="3" fill="{paint}" '
                         'fill-opacity="0.85"/>')
        if options["graphMode"] == "area":
            parts.append(_spark(one.points, w, h, paint))
        size = min(34, 1.45 * bw / max(len(what), 5), bh * 0.55)
        lift = 0.5 if options["graphMode"] != "area" else 0.36
        middle = y + bh * lift + size * 0.36
        ink = PANEL if filled else paint
        if named and down:
            parts.append(text(x + 8, middle, one.name, size=12))
            parts.append(text(x + bw - 8, middle, what, "end", ink,
                              size, 600))
            continue
        parts.append(text(x + bw / 2, middle, what, "middle", ink, size, 600))
        if named:
            parts.append(text(x + bw / 2, y + 13, one.name, "middle",
                              size=11))
    return svg(w, h, parts)


def gauge(panel, series, w, h):
    field = panel["fieldConfig"]["defaults"]
    value = series[0].points[-1][1]
    low, high = field["min"], field["max"]
    what, paint = _look(panel, value)
    cx, r = w / 2, min(w / 2 - 14, h - 20)
    cy = h - 12

    def arc(start, end, radius, shade, thick):
        a, b = (math.pi * (1 - s) for s in (start, end))
        return (f'<path d="M {cx + radius * math.cos(a):.1f} '
                f'{cy - radius * math.sin(a):.1f} A {radius} {radius} 0 0 1 '
                f'{cx + radius * math.cos(b):.1f} '
                f'{cy - radius * math.sin(b):.1f}" fill="none" '
                f'stroke="{shade}" stroke-width="{thick}"/>')

    def share(v):
        return min(1, max(0, (v - low) / (high - low)))
    parts = [arc(0, 1, r - 12, GRID, 14),
             arc(0, max(0.005, share(value)), r - 12, paint, 14)]
    edges = [s["value"] for s in field["thresholds"]["steps"][1:]] + [high]
    before = low
    for step, edge in zip(field["thresholds"]["steps"], edges):
        parts.append(arc(share(before), share(edge), r,
                         colour(step["color"]), 4))
        before = edge
    parts.append(text(cx, cy - 4, what, "middle", paint, 26, 600))
    return svg(w, h, parts)


def bars(panel, series, w, h):
    """Longest first, as many as there is room for."""
    series = sorted(series, key=lambda s: -s.points[-1][1])
    room = max(1, int(h // 23))
    shown, parts = series[:room], []
    high = max((s.points[-1][1] for s in shown), default=1) or 1
    left = min(w * 0.42, 8 + 6.6 * max((len(s.name) for s in shown),
                                       default=0))
    each = min(h / max(len(shown), 1), 34)
    for i, one in enumerate(shown):
        value = one.points[-1][1]
        what, paint = _look(panel, value)
        for rule in panel["fieldConfig"]["overrides"]:
            if rule["matcher"]["options"] == one.name:
                paint = colour(rule["properties"][0]["value"]["fixedColor"])
        y, wide = i * each, w - left - 76
        parts += [
            text(left - 6, y + each / 2 + 4, one.name, "end", size=12),
            f'<rect x="{left}" y="{y + 3:.1f}" width="{wide:.1f}" '
            f'height="{each - 6:.1f}" fill="{GRID}" fill-opacity="0.6"/>',
            f'<rect x="{left}" y="{y + 3:.1f}" '
            f'width="{max(2, wide * max(value, 0) / high):.1f}" '
            f'height="{each - 6:.1f}" fill="{paint}" fill-opacity="0.75"/>',
            text(w - 4, y + each / 2 + 4, what, "end", paint, 12, 600)]
    return svg(w, h, parts)


def _cell(panel, name, value):
    field = dict(panel["fieldConfig"]["defaults"])
    coloured = False
    for rule in panel["fieldConfig"]["overrides"]:
        if rule["matcher"]["options"] == name:
            for p in rule["properties"]:
                field[p["id"]] = p["value"]
                coloured |= p["id"] == "custom.cellOptions"
    if isinstance(value, str):
        return f'<td><a>{escape(value)}</a></td>' if "links" in field else (
            f"<td>{escape(value)}</td>")
    if value is None:
        return '<td class="number">-</td>' if field["unit"] not in (
            "none",) else "<td></td>"
    shown, shade = _look({"fieldConfig": {"defaults": {
        **field, "color": {"mode": "thresholds"}}}}, value)
    style = f' style="color:{shade}"' if coloured else ""
    return f'<td class="number"{style}>{escape(shown)}</td>'


def table(panel, answers, h):
    names, rows = reshape.rows(panel, answers)
    order = panel["options"]["sortBy"]
    if order and order[0]["displayName"] in names:
        at = names.index(order[0]["displayName"])
        rows.sort(key=lambda r: -math.inf if r[at] is None else r[at],
                  reverse=True)
    numeric = [any(isinstance(r[i], float) for r in rows)
               for i in range(len(names))]
    head = "".join(f'<th{" class=number" if numeric[i] else ""}>'
                   f"{escape(n)}</th>" for i, n in enumerate(names))
    room = int((h - 26) // 23)
    body = "".join("<tr>" + "".join(
        _cell(panel, names[i], v) if v is not None or numeric[i]
        else "<td></td>" for i, v in enumerate(row)) + "</tr>"
        for row in rows[:room])
    return f'<table class="rows"><tr>{head}</tr>{body}</table>'


def nothing(panel, h):
    return (f'<div class="nothing" style="height:{h:.0f}px;color:{FAINT}">'
            f"<span>{escape(panel['fieldConfig']['defaults']['noValue'])}"
            "</span></div>")
