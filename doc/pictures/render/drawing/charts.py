# SPDX-License-Identifier: MIT
"""Panels with a time axis: lines, areas, bars, states; and bars of months."""

import math

from drawing.numbers import (FAINT, GRID, by_limits, colour,
                             colours, escape, human, ticks, time_ticks)

LEFT, RIGHT, TOP, BOTTOM = 58, 10, 8, 22
CALCS = {"last": ("Last", lambda v: v[-1]),  # nothing where it has ended
         "mean": ("Mean", lambda v: sum(v) / len(v)),
         "max": ("Max", max), "min": ("Min", min), "sum": ("Total", sum)}


def text(x, y, what, anchor="start", fill=FAINT, size=11, weight=400):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
            f'fill="{fill}" font-size="{size}" font-weight="{weight}">'
            f"{escape(what)}</text>")


def svg(w, h, parts):
    return (f'<svg width="{w:.0f}" height="{h:.0f}">' + "".join(parts)
            + "</svg>")


class Frame:
    """Where values and times are on the paper."""

    def __init__(self, w, h, start, end, low, high):
        self.w, self.h = w, h
        self.start, self.end, self.low, self.high = start, end, low, high

    def x(self, t):
        share = (t - self.start) / ((self.end - self.start) or 1)
        return LEFT + min(1, max(0, share)) * (self.w - LEFT - RIGHT)

    def y(self, v):
        share = (v - self.low) / ((self.high - self.low) or 1)
        return self.h - BOTTOM - min(1, max(0, share)) * (
            self.h - TOP - BOTTOM)

    def axes(self, unit, utc_offset, times=True):
        for v in ticks(self.low, self.high):
            yield (f'<line x1="{LEFT}" x2="{self.w - RIGHT}" '
                   f'y1="{self.y(v):.1f}" y2="{self.y(v):.1f}" '
                   f'stroke="{GRID}"/>')
            yield text(LEFT - 6, self.y(v) + 4, human(v, unit), "end")
        if times:
            for t, label in time_ticks(self.start, self.end, self.w / 110,
                                       utc_offset):
                if self.x(t) < self.w - 18:
                    yield text(self.x(t), self.h - 6, label, "middle")


def styles(panel, series):
    """{refId or name: custom} of a panel's overrides, by display name."""
    out = {}
    for one in series:
        custom = dict(panel["fieldConfig"]["defaults"]["custom"])
        for rule in panel["fieldConfig"]["overrides"]:
            if rule["matcher"]["options"] == one.name:
                custom.update({p["id"][7:]: p["value"]
                               for p in rule["properties"]
                               if p["id"].startswith("custom.")})
        out[one.name] = custom
    return out


def fixed_colours(panel, names):
    out = colours(names)
    for rule in panel["fieldConfig"]["overrides"]:
        for p in rule["properties"]:
            if p["id"] == "color" and "fixedColor" in p["value"]:
                for name in names:
                    if rule["matcher"]["options"].strip("/") in name:
                        out[name] = colour(p["value"]["fixedColor"])
    return out


def mark(shade):
    return f'<i style="background:{shade}"></i>'


def names(w, all_names, paint):
    """(height, html) of a legend without numbers, two lines at most."""
    long = sum(32 + 6.3 * len(n) for n in all_names)
    height = 20 if long < w else 36
    return height, f'<div class="names" style="height:{height}px">' + " ".join(
        f"<span>{mark(paint[n])}{escape(n)}</span>"
        for n in all_names) + "</div>"


def legend(panel, series, paint, w):
    """(height or width, html): a line of names, or a table with numbers."""
    options = panel["options"]["legend"]
    defaults = panel["fieldConfig"]["defaults"]
    calcs = [CALCS[c] for c in options["calcs"]]
    newest = max((s.points[-1][0] for s in series if s.points), default=0)
    rows = []
    for one in series:
        values = [v for _, v in one.points if math.isfinite(v)]
        ended = not one.points or one.points[-1][0] < newest
        rows.append((one.name, [
            f(values) if values and not (ended and f is CALCS["last"][1])
            else None for _, f in calcs]))
    if options.get("sortBy") and calcs:
        rows.sort(key=lambda r: -(r[1][0] or 0))
    if not calcs:
        return names(w, [n for n, _ in rows], paint)
    room = 13 if options["placement"] == "right" else 4
    body = "".join(
        f"<tr><td>{mark(paint[n])}{escape(n)}</td>" + "".join(
            f"<td>{human(v, defaults['unit'], defaults.get('decimals'))}</td>"
            for v in values) + "</tr>" for n, values in rows[:room])
    head = "".join(f"<th>{title}</th>" for title, _ in calcs)
    table = (f'<table class="legend"><tr><th></th>{head}</tr>{body}</table>')
    if len(rows) > room:
        table += f'<div class="more">and {len(rows) - room} more</div>'
    return (min(w * 0.38, 300) if options["placement"] == "right"
            else 21 + 17 * min(len(rows), room)
            + (14 if len(rows) > room else 0)), table


def _stack(series):
    """[(series, [(t, bottom, top)])]"""
    floor, out = {}, []
    for one in series:
        points = []
        for t, v in one.points:
            bottom = floor.get(t, 0)
            floor[t] = bottom + (v if math.isfinite(v) else 0)
            points.append((t, bottom, floor[t]))
        out.append((one, points))
    return out


def _runs(points, step):
    """Parts without a gap."""
    run = []
    for p in points:
        if run and p[0] - run[-1][0] > 1.5 * step:
            yield run
            run = []
        run.append(p)
    if run:
        yield run


def _line(frame, points, step, custom, paint):
    for run in _runs(points, step):
        tops = [f"{frame.x(t):.1f},{frame.y(v):.1f}" for t, _, v in run]
        if custom["lineInterpolation"] == "stepAfter":
            tops = [p for (t, _, v) in run for p in (
                f"{frame.x(t):.1f},{frame.y(v):.1f}",
                f"{frame.x(t + step):.1f},{frame.y(v):.1f}")]
        if custom["fillOpacity"]:
            floor = [f"{frame.x(t):.1f},{frame.y(b):.1f}"
                     for t, b, _ in reversed(run)]
            yield (f'<polygon points="{" ".join(tops + floor)}" '
                   f'fill="{paint}" '
                   f'fill-opacity="{custom["fillOpacity"] / 100}"/>')
        yield (f'<polyline points="{" ".join(tops)}" fill="none" '
               f'stroke="{paint}" stroke-width="{custom["lineWidth"]}"/>')


def _bars(frame, points, step, paint, opacity):
    for t, bottom, top in points:
        left, right = frame.x(t), frame.x(t + step)
        yield (f'<rect x="{left + 0.1 * (right - left):.1f}" '
               f'y="{frame.y(top):.1f}" width="{0.8 * (right - left):.1f}" '
               f'height="{frame.y(bottom) - frame.y(top):.1f}" '
               f'fill="{paint}" fill-opacity="{opacity}"/>')


def _limits(frame, panel):
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    for step in steps[1:]:
        if frame.low < step["value"] < frame.high:
            y = frame.y(step["value"])
            yield (f'<line x1="{LEFT}" x2="{frame.w - RIGHT}" y1="{y:.1f}" '
                   f'y2="{y:.1f}" stroke="{colour(step["color"])}" '
                   'stroke-dasharray="6 5"/>')


def _range(panel, stacked, times):
    defaults = panel["fieldConfig"]["defaults"]
    values = [v for _, points in stacked for p in points for v in p[1:]
              if math.isfinite(v)]
    low = defaults.get("min", min(values, default=0))
    high = defaults.get("max", max(values, default=1))
    pad = 0.08 * (high - low) or 1
    return (low if "min" in defaults else low - pad,
            high if "max" in defaults else high + pad)


def graph(panel, series, w, h, view, ask):
    """A timeseries panel."""
    series = sorted(series, key=lambda s: s.name)
    start, end, step = view.times(ask)
    custom = panel["fieldConfig"]["defaults"]["custom"]
    if custom["drawStyle"] == "bars":
        end += step
    paint = fixed_colours(panel, [s.name for s in series])
    room, key = legend(panel, series, paint, w)
    aside = panel["options"]["legend"]["placement"] == "right"
    cw, ch = (w - room, h) if aside else (w, h - room)
    stacked = (_stack(series) if custom["stacking"]["mode"] == "normal" else
               [(s, [(t, 0, v) for t, v in s.points]) for s in series])
    low, high = _range(panel, stacked, (start, end))
    frame = Frame(cw, ch, start, end, low, high)
    parts = list(frame.axes(panel["fieldConfig"]["defaults"]["unit"],
                            view.utc_offset))
    own = styles(panel, series)
    for one, points in stacked:
        points = [p for p in points if math.isfinite(p[2])]
        if own[one.name]["drawStyle"] == "bars":
            parts += _bars(frame, points, step, paint[one.name],
                           own[one.name]["fillOpacity"] / 100)
        else:
            parts += _line(frame, [(t, max(b, low), v) for t, b, v in points],
                           step, own[one.name], paint[one.name])
    if custom["thresholdsStyle"]["mode"] != "off":
        parts += _limits(frame, panel)
    return (f'<div class="{"aside" if aside else "below"}">'
            + svg(cw, ch, parts) + f"<div>{key}</div></div>")


def monthly(panel, table, w, h):
    """Stacked bars of calendar months: {month: {name: value}}."""
    devices = sorted({n for sums in table.values() for n in sums})
    paint = colours(devices)
    room, key = names(w, devices, paint)
    h -= room
    high = max((sum(s.values()) for s in table.values()), default=1) * 1.08
    frame = Frame(w, h, 0, max(len(table), 3), 0, high or 1)
    unit = panel["fieldConfig"]["defaults"]["unit"]
    parts = list(frame.axes(unit, 0, times=False))
    for i, (month, sums) in enumerate(table.items()):
        floor = 0
        for name in devices:
            value = sums.get(name, 0)
            parts += _bars(frame, [(i, floor, floor + value)], 1,
                           paint[name], 0.8)
            floor += value
        parts.append(text(frame.x(i + 0.5), h - 6, month, "middle"))
    return svg(w, h, parts) + key


def timeline(panel, series, w, h, view, ask):
    """A row of coloured stretches for each series."""
    start, end, step = view.times(ask)
    words = {}
    for rule in panel["fieldConfig"]["defaults"]["mappings"]:
        words.update(rule["options"])
    frame = Frame(w, h, start, end, 0, 1)
    height = (h - BOTTOM) / max(len(series), 1)
    left = 150
    scale = (w - left - RIGHT) / ((end - start) or 1)
    parts = []
    for i, one in enumerate(series):
        y = i * height
        parts.append(text(left - 8, y + height / 2 + 4, one.name, "end"))
        for t, v in one.points:
            look = words.get(f"{v:g}", {})
            shade = colour(look.get("color", by_limits(
                v, panel["fieldConfig"]["defaults"]["thresholds"]["steps"])))
            parts.append(
                f'<rect x="{left + max(0, t - start) * scale:.1f}" '
                f'y="{y + height * 0.1:.1f}" '
                f'width="{step * scale + 0.5:.1f}" '
                f'height="{height * 0.8:.1f}" fill="{shade}" '
                'fill-opacity="0.75"/>')
    for t, label in time_ticks(start, end, w / 110, view.utc_offset):
        parts.append(text(left + (t - start) * scale, h - 6, label, "middle"))
    return svg(frame.w, frame.h, parts)
