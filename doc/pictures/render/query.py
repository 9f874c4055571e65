# SPDX-License-Identifier: MIT
"""What a dashboard asks, and what Prometheus answers: reads its queries, fills
in the variables as Grafana's Prometheus data source does, and runs them. The
tests and picture.py stand on this.

    page = load("grafana/dashboards/kasa-overview.json")
    view = View(page, "http://localhost:9090", start, end)
    for ask in asks(page):
        print(ask.where, view.run(ask))
"""

import collections
import json
import math
import re
import urllib.error
import urllib.parse
import urllib.request

# One query: where it stands ("panel Power now"), what it says and how it is
# to be run; panel is the whole panel, or None.
Ask = collections.namedtuple(
    "Ask", "where ref expr instant table legend step since panel")

# {labels}, [(time, value)...]; a single pair when asked for the value now.
Series = collections.namedtuple("Series", "labels points name")

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800,
         "y": 31536000}

# Steps a person would choose: up to the first number, the second.
NICE = ((1.5, 1), (3.5, 2), (7.5, 5), (12.5, 10), (17.5, 15), (25, 20),
        (45, 30), (90, 60), (210, 120), (450, 300), (750, 600), (1050, 900),
        (1500, 1200), (2700, 1800), (5400, 3600), (9000, 7200),
        (16200, 10800), (32400, 21600), (86400, 43200), (604800, 86400),
        (1814400, 604800), (math.inf, 2592000))


def seconds(text):
    """"15m" is 900."""
    number, unit = re.fullmatch(r"(\d+)([a-z]+)", text).groups()
    return int(number) * UNITS[unit]


def duration(value):
    """900 is "900s", the form Prometheus understands."""
    return f"{value:.0f}s" if value % 1 == 0 else f"{value * 1000:.0f}ms"


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


# -- what there is ------------------------------------------------------------


def panels(page):
    for panel in page["panels"]:
        yield panel
        yield from panel.get("panels", ())


def of_panel(panel):
    """The queries of one panel, in their order."""
    for target in panel.get("targets", ()):
        yield Ask(f"panel {panel['title']}", target["refId"], target["expr"],
                  target["instant"], target["format"] == "table",
                  target["legendFormat"], panel.get("interval"),
                  panel.get("timeFrom"), panel)


def asks(page):
    """Every query of panels and annotations."""
    for panel in panels(page):
        yield from of_panel(panel)
    for note in page["annotations"]["list"]:
        if "expr" in note:
            yield Ask(f"annotation {note['name']}", "", note["expr"], False,
                      False, note["titleFormat"], note["step"], None, None)


def variable_asks(page):
    """[(variable, selector, label)] of label_values(selector, label)."""
    for variable in page["templating"]["list"]:
        if variable["type"] == "query":
            found = re.fullmatch(r"label_values\((.*), *(\w+)\)",
                                 variable["query"]["query"])
            yield variable["name"], found.group(1), found.group(2)


# -- how a chosen value is written into a query --------------------------------


def _as_pattern(value):
    """Characters of regular expressions lose their meaning, within quotes."""
    value = value.replace("\\", "\\\\\\\\")
    return re.sub(r"[$^*{}\[\]'+?.()|]", r"\\\\\g<0>", value)


def _chosen(variable, value):
    if not variable.get("multi") and not variable.get("includeAll"):
        return value
    values = value if isinstance(value, list) else [value]
    if values == ["$__all"]:
        return variable["allValue"]
    values = [_as_pattern(v) for v in values]
    return values[0] if len(values) == 1 else "(" + "|".join(values) + ")"


def nice(span, count, least):
    """The step of count points over span seconds, at least so long."""
    raw = span / count
    return max(least, next(step for limit, step in NICE if raw <= limit))


class View:
    """A page as somebody looks at it. chosen: {variable: value or list}, else
    what the page itself says; times are epochs; width in pixels is how many
    points a chart may have; utc_offset is the reader's, in seconds."""

    def __init__(self, page, url, start, end, chosen=(), *, scrape=15,
                 width=800, utc_offset=0):
        self.url, self.start, self.end = url.rstrip("/"), start, end
        self.scrape, self.width, self.utc_offset = scrape, width, utc_offset
        self.values = {}
        for variable in page["templating"]["list"]:
            name = variable["name"]
            value = dict(chosen).get(name, variable["current"].get("value"))
            if value is not None:
                self.values[name] = _chosen(variable, value)
            if str(value).startswith("$__auto_interval"):
                self.values[name] = duration(nice(
                    end - start, variable["auto_count"],
                    seconds(variable["auto_min"])))

    def fill(self, text, **builtin):
        """Every variable in its place; an unknown one is an error."""
        def value(found):
            name = found.group(1) or found.group(2)
            if name.isdigit():  # label_replace()'s
                return found.group(0)
            if name in builtin:
                return builtin[name]
            return self.values[name]
        return re.sub(r"\$(\w+)|\$\{(\w+)(?::\w+)?\}", value, text)

    def times(self, ask):
        """(start, end, step): steps begin where the reader's day does."""
        start = self.start
        if ask.since:
            start = self.end - seconds(ask.since)
        step = nice(self.end - start, self.width,
                    seconds(ask.step) if ask.step else self.scrape)

        def aligned(t):
            return (math.floor((t + self.utc_offset) / step) * step
                    - self.utc_offset)
        return aligned(start), aligned(self.end), step

    def text(self, ask):
        """The query as it goes to Prometheus."""
        start, _, step = self.times(ask)
        if not ask.since:
            start = self.start
        span = round(self.end - start)
        return self.fill(
            ask.expr, __interval=duration(step), __range=duration(span),
            __range_s=str(span), __rate_interval=duration(
                max(step + self.scrape, 4 * self.scrape)))

    def run(self, ask):
        """[Series]"""
        text = self.text(ask)
        if ask.instant:
            found = self.get("query", query=text, time=f"{self.end:.3f}")
        else:
            start, end, step = self.times(ask)
            found = self.get("query_range", query=text, start=f"{start:.3f}",
                             end=f"{end:.3f}", step=f"{step:.3f}")
        return [Series(r["metric"], _points(r), self.legend(ask, r["metric"]))
                for r in found["result"]]

    def legend(self, ask, labels):
        text = self.fill(ask.legend)
        text = re.sub(r"\{\{\s*(.+?)\s*\}\}",
                      lambda m: labels.get(m.group(1), ""), text)
        return " ".join(text.split())

    def choices(self, selector, label):
        """The values a drop-down offers."""
        return self.get(f"label/{label}/values", start=f"{self.start:.0f}",
                        end=f"{self.end:.0f}",
                        **{"match[]": self.fill(selector)})

    def get(self, path, **arguments):
        """The data of Prometheus' answer; ValueError with its own words when
        it refuses the question, OSError when it is not there, or has only
        just begun to listen."""
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(arguments)}"
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            try:
                why = json.load(error).get("error", error.reason)
            except json.JSONDecodeError:
                raise error from None
            raise ValueError(f"{why} in {arguments}") from None


def _points(result):
    pairs = result["values"] if "values" in result else [result["value"]]
    return [(float(t), float(v)) for t, v in pairs]
