# SPDX-License-Identifier: MIT
"""Panels in Grafana's schema, from what differs between them.

Everything returns plain dictionaries; place() of page.py gives panels their
identity and position. In an expression "@kasa_power" stands for that metric of
collectd with the label matchers of the drop-downs, see selector().
"""

import re

SOURCE = {"type": "prometheus", "uid": "${datasource}"}

GREEN, YELLOW, ORANGE, RED = "green", "yellow", "orange", "red"
BLUE = "blue"

WAITING = "No readings yet"

# -- queries -----------------------------------------------------------------

SITE = 'job=~"$job", instance=~"$instance"'
# the first that fits; what a person chose in the drop-downs
MATCHERS = (
    ("collectd_kasa_total_", ""),
    ("collectd_kasa_plug_", 'device=~"$device", outlet=~"$plug"'),
    ("collectd_kasa_", 'device=~"$device"'),
    ("collectd_", ""),
)


def selector(found):
    """@kasa_power{extra}: the metric with site, device and plug as chosen;
    @!kasa_power: with the site alone."""
    whole, name, extra = found.group(1), "collectd_" + found[2], found[3]
    mine = next(m for prefix, m in MATCHERS if name.startswith(prefix))
    parts = [SITE, "" if whole else mine, extra or ""]
    return name + "{" + ", ".join(p for p in parts if p) + "}"


def expand(expr):
    expr = re.sub(r"@(!?)(\w+)(?:\{([^}]*)\})?", selector, expr)
    return re.sub(r"\s+", " ", expr).strip()


def query(expr, legend="", *, instant=False, table=False):
    """instant: its value now, instead of a history."""
    return {"datasource": SOURCE, "editorMode": "code", "expr": expand(expr),
            "format": "table" if table else "time_series",
            "instant": instant, "legendFormat": legend, "range": not instant}


def now(expr, legend=""):
    return query(expr, legend, instant=True)


def rows(expr):
    """A value per row of a table."""
    return query(expr, instant=True, table=True)


# -- fields ------------------------------------------------------------------


def steps(first, *others):
    """("green", (70, "orange"), (90, "red")): colours from these values on."""
    return {"mode": "absolute", "steps": [
        {"color": first, "value": None},
        *({"color": colour, "value": at} for at, colour in others)]}


def words(**of):
    """Texts in place of numbers: words(v0=("off", "grey"), v1=...)."""
    return [{"type": "value", "options": {
        name[1:]: {"text": text, "color": colour, "index": i}
        for i, (name, (text, colour)) in enumerate(of.items())}}]


COLOURED = {"type": "color-text"}  # a cell in the colour of its limits

ON_OFF = words(v0=("off", "#5a6270"), v1=("on", GREEN))


def override(matcher, **properties):
    """For the field of this name, or /regular expression/."""
    by = "byRegexp" if matcher.startswith("/") else "byName"
    return {"matcher": {"id": by, "options": matcher},
            "properties": [{"id": name.replace("__", "."), "value": value}
                           for name, value in properties.items()]}


def by_query(ref, **properties):
    out = override("", **properties)
    out["matcher"] = {"id": "byFrameRefID", "options": ref}
    return out


def to_device(label="${__field.labels.device:percentencode}"):
    """A link to the page of one device."""
    return [{"title": "Show this device", "url": (
        f"/d/kasa-device?var-device={label}&${{instance:queryparam}}"
        "&${datasource:queryparam}&${__url_time_range}")}]


# -- panels ------------------------------------------------------------------


def panel(kind, title, about, queries, options, *, w, h, unit, none=WAITING,
          thresholds=None, colour=None, overrides=(), custom=None,
          transform=(), interval=None, since=None, **defaults):
    """colour: one fixed colour, or a mode of Grafana's. interval: no step is
    smaller. since: its own time range, like "31d". defaults: further members
    of the field defaults (decimals, min, max, mappings, links)."""
    if colour is None:
        colour = "thresholds"
    color = {"mode": colour} if colour in (
        "thresholds", "palette-classic-by-name") else {
            "mode": "fixed", "fixedColor": colour}
    out = {
        "type": kind, "title": title, "description": about,
        "datasource": SOURCE, "size": (w, h),
        "fieldConfig": {
            "defaults": {"color": color, "custom": custom or {}, "unit": unit,
                         "noValue": none, "mappings": [],
                         "thresholds": thresholds or steps(colour if color.get(
                             "fixedColor") else GREEN), **defaults},
            "overrides": list(overrides)},
        "options": options,
        "targets": [{"refId": chr(ord("A") + i), **q}
                    for i, q in enumerate(queries)]}
    if transform:
        out["transformations"] = list(transform)
    if interval:
        out["interval"] = interval
    if since:
        out["timeFrom"] = since
    return out


def _last():
    return {"calcs": ["lastNotNull"], "fields": "", "values": False}


def stat(title, about, queries, *, w=4, h=4, history=True, background=False,
         text="auto", **more):
    return panel("stat", title, about, queries, {
        "colorMode": "background_solid" if background else "value",
        "graphMode": "area" if history else "none", "justifyMode": "auto",
        "orientation": "auto", "percentChangeColorMode": "standard",
        "reduceOptions": _last(), "showPercentChange": False,
        "textMode": text, "wideLayout": True}, w=w, h=h, **more)


def gauge(title, about, queries, *, w=4, h=4, **more):
    return panel("gauge", title, about, queries, {
        "minVizHeight": 75, "minVizWidth": 75, "orientation": "auto",
        "reduceOptions": _last(), "showThresholdLabels": False,
        "showThresholdMarkers": True, "sizing": "auto"}, w=w, h=h, **more)


def bars(title, about, queries, *, w=8, h=9, **more):
    """One horizontal bar per series, with its value."""
    more.setdefault("min", 0)
    return panel("bargauge", title, about, queries, {
        "displayMode": "gradient", "maxVizHeight": 300, "minVizHeight": 16,
        "minVizWidth": 8, "namePlacement": "auto",
        "orientation": "horizontal", "reduceOptions": _last(),
        "showUnfilled": True, "sizing": "auto", "valueMode": "color"},
        w=w, h=h, **more)


LINE = {
    "axisBorderShow": False, "axisCenteredZero": False,
    "axisColorMode": "text", "axisLabel": "", "axisPlacement": "auto",
    "barAlignment": 0, "barWidthFactor": 0.8, "drawStyle": "line",
    "fillOpacity": 10, "gradientMode": "none",
    "hideFrom": {"legend": False, "tooltip": False, "viz": False},
    "insertNulls": False, "lineInterpolation": "linear", "lineWidth": 1,
    "pointSize": 5, "scaleDistribution": {"type": "linear"},
    "showPoints": "never", "spanNulls": False,
    "stacking": {"group": "A", "mode": "none"},
    "thresholdsStyle": {"mode": "off"}}


def graph(title, about, queries, *, w=12, h=8, stacked=False, bar=False,
          limits=False, legend=("mean", "max", "last"), side=False,
          fill=None, **more):
    """A chart over time. bar: what was counted from each time stamp on.
    limits: thresholds are drawn as lines."""
    custom = {**LINE}
    if stacked or bar:
        custom["stacking"] = {"group": "A", "mode": "normal"}
        custom.update(fillOpacity=70, lineWidth=0)
    if bar:
        custom.update(drawStyle="bars", fillOpacity=80, barAlignment=1)
    if fill is not None:
        custom["fillOpacity"] = fill
    if limits:
        custom["thresholdsStyle"] = {"mode": "dashed"}
    more.setdefault("colour", "palette-classic-by-name")
    return panel("timeseries", title, about, queries, {
        "legend": {"calcs": list(legend), "displayMode":
                   "table" if legend else "list", "placement":
                   "right" if side else "bottom", "showLegend": True,
                   **({"sortBy": "Mean", "sortDesc": True}
                      if "mean" in legend else {})},
        "tooltip": {"hideZeros": False, "mode": "multi", "sort": "desc"}},
        w=w, h=h, custom=custom, **more)


def timeline(title, about, queries, *, w=24, h=6, **more):
    """States over time, one row per series."""
    return panel("state-timeline", title, about, queries, {
        "alignValue": "left", "legend": {
            "displayMode": "list", "placement": "bottom", "showLegend": False},
        "mergeValues": True, "rowHeight": 0.8, "showValue": "auto",
        "tooltip": {"mode": "single", "sort": "none"}},
        w=w, h=h, custom={"fillOpacity": 75, "lineWidth": 0}, **more)


# -- tables ------------------------------------------------------------------


def table(title, about, queries, columns, *, w=12, h=9, sort=None, drop=(),
          filters=False, overrides=(), **more):
    """columns: {name in the answer: name for people}, in their order; those
    in drop are left out. A row per set of labels, joined over all queries;
    none is what an empty table says, an empty cell holds a dash."""
    hidden = {"Time": True, **{name: True for name in drop}}
    overrides = [override("/.*/", noValue="-"), *overrides]
    return panel("table", title, about, queries, {
        "cellHeight": "sm", "showHeader": True,
        "sortBy": [{"displayName": sort, "desc": True}] if sort else []},
        w=w, h=h, overrides=overrides, custom={
            "align": "auto", "cellOptions": {"type": "auto"},
            "filterable": filters, "inspect": False},
        transform=[
            {"id": "merge", "options": {}},
            {"id": "organize", "options": {
                "excludeByName": hidden, "includeByName": {},
                "indexByName": {name: i for i, name in enumerate(columns)},
                "renameByName": dict(columns)}}], **more)


def monthly(title, about, expr, by, *, w=12, h=8, **more):
    """Bars of calendar months, from kWh per day: Grafana adds the days up, for
    only it knows the reader's time zone and how long each month is."""
    return panel("barchart", title, about, [query(expr, table=True)], {
        "barRadius": 0, "barWidth": 0.8, "fullHighlight": False,
        "groupWidth": 0.7, "legend": {"calcs": [], "displayMode": "list",
                                      "placement": "bottom",
                                      "showLegend": True},
        "orientation": "auto", "showValue": "never", "stacking": "normal",
        "tooltip": {"mode": "multi", "sort": "desc"}, "xField": f"Time\\{by}",
        "xTickLabelRotation": 0, "xTickLabelSpacing": 0},
        w=w, h=h, interval="1d", custom={
            "axisPlacement": "auto", "fillOpacity": 80, "gradientMode": "none",
            "hideFrom": {"legend": False, "tooltip": False, "viz": False},
            "lineWidth": 0, "scaleDistribution": {"type": "linear"},
            "thresholdsStyle": {"mode": "off"}},
        colour="palette-classic-by-name", transform=[
            {"id": "formatTime", "options": {
                "outputFormat": "YYYY-MM", "timeField": "Time",
                "useTimezone": True}},
            {"id": "groupBy", "options": {"fields": {
                "Time": {"aggregations": [], "operation": "groupby"},
                by: {"aggregations": [], "operation": "groupby"},
                "Value": {"aggregations": ["sum"],
                          "operation": "aggregate"}}}},
            {"id": "groupingToMatrix", "options": {
                "columnField": by, "rowField": "Time",
                "valueField": "Value (sum)"}}], **more)
