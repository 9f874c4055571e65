# SPDX-License-Identifier: MIT
"""A whole dashboard: drop-downs, links, rows of panels in a grid of 24."""

from dashboards.model import SOURCE, expand

SCHEMA = 41  # of Grafana 12; older ones read it, newer ones migrate it

PAGES = (("kasa-overview", "Overview", "apps"),
         ("kasa-sites", "Sites", "building"),
         ("kasa-energy", "Energy and cost", "bolt"),
         ("kasa-device", "One device", "cube"),
         ("kasa-alerts", "Alerts and collection", "bell"),
         ("kasa-host", "The collecting machine", "cloud"))
OWN_TIMES = ("kasa-energy",)  # weeks there, hours elsewhere

# -- drop-downs --------------------------------------------------------------


def _variable(kind, name, label, about, **more):
    return {"name": name, "label": label, "description": about, "type": kind,
            "hide": 0, "skipUrlSync": False, **more}


def _values(name, label, about, metric, of):
    """All values of a label, several or all of which may be chosen."""
    text = f"label_values({expand(metric)}, {of})"
    return _variable(
        "query", name, label, about, datasource=SOURCE, multi=True,
        includeAll=True, allValue=".+", refresh=2, sort=1, regex="",
        definition=text, options=[],
        query={"query": text, "refId": f"Variable-{name}", "qryType": 1},
        current={"text": ["All"], "value": ["$__all"]})


def _text(name, label, about, value):
    option = {"selected": True, "text": value, "value": value}
    return _variable("textbox", name, label, about, query=value,
                     current=dict(option), options=[option])


def _choice(name, label, about, *choices):
    options = [{"selected": i == 0, "text": text, "value": value}
               for i, (text, value) in enumerate(choices)]
    return _variable(
        "custom", name, label, about, multi=False, includeAll=False,
        query=", ".join(f"{text} : {value}" for text, value in choices),
        current={"text": choices[0][0], "value": choices[0][1]},
        options=options)


def _smooth():
    auto = {"selected": True, "text": "auto",
            "value": "$__auto_interval_smooth"}
    steps = ("1m", "5m", "15m", "1h", "6h", "1d")
    return _variable(
        "interval", "smooth", "Smoothing",
        "Power is shown as the mean of so long; auto fits the time shown.",
        query=",".join(steps), auto=True, auto_count=300, auto_min="1m",
        refresh=2, current=dict(auto), options=[auto, *(
            {"selected": False, "text": s, "value": s} for s in steps)])


def variables(hidden):
    """All pages have the same, so that a choice survives a link; those a page
    has no use for are hidden there."""
    out = [
        _variable("datasource", "datasource", "Data source",
                  "The Prometheus that scrapes collectd.", query="prometheus",
                  current={}, multi=False, includeAll=False, options=[],
                  refresh=1, regex=""),
        _values("job", "Job", "The scrape job in prometheus.yml.",
                "collectd_kasa_up", "job"),
        _values("instance", "Instance",
                "The site: the Hostname of its collectd.",
                'collectd_kasa_up{job=~"$job"}', "instance"),
        _values("device", "Device", "Devices as they are named in the app.",
                "@!kasa_up", "device"),
        _values("plug", "Plug", "Outlets of the strips among these devices.",
                '@!kasa_plug_relay{device=~"$device"}', "outlet"),
        _smooth(),
        _text("price", "Price per kWh",
              "What a kWh costs, for panels \"at the price above\". A tariff "
              "with hours and steps belongs into collectd: <Tariff>.", "0.30"),
        _text("currency", "Currency", "How costs are labelled.", "EUR"),
        _text("budget", "Limit a month",
              "What a month may cost, in the currency: MonthlyCost of "
              "<Limits> in collectd, which tells when it is used up.", "100"),
        _text("circuit", "Circuit (W)",
              "What the circuit carries: 16 A at 230 V are 3680 W, 15 A at "
              "120 V are 1800 W.", "3680"),
        # a label that no series has is nothing in a legend
        _choice("site", "Names", "Devices at several sites may share a name.",
                ("Device", "{{none}}"),
                ("Device and site", "({{instance}})")),
    ]
    for variable in out:
        if variable["name"] in ("job", *hidden):
            variable["hide"] = 2
    return out


# -- the page ----------------------------------------------------------------


def _links(uid):
    return [{"asDropdown": False, "icon": icon, "includeVars": True,
             "keepTime": uid not in OWN_TIMES and other not in OWN_TIMES,
             "tags": [], "targetBlank": False, "title": title,
             "tooltip": "", "type": "link", "url": f"/d/{other}"}
            for other, title, icon in PAGES if other != uid]


def _annotations(marks):
    own = {"builtIn": 1, "datasource": {"type": "grafana",
                                        "uid": "-- Grafana --"},
           "enable": True, "hide": True, "iconColor": "rgba(0, 211, 255, 1)",
           "name": "Annotations & Alerts", "type": "dashboard"}
    return {"list": [own, *(
        {"datasource": SOURCE, "enable": enable, "expr": expand(expr),
         "hide": False, "iconColor": colour, "name": name, "step": "60s",
         "tagKeys": "", "textFormat": "", "titleFormat": text}
        for name, text, expr, colour, enable in marks)]}


def place(parts):
    """Panels get their numbers and their places: a text begins a new row."""
    out, x, y, height = [], 0, 0, 0
    for part in parts:
        if isinstance(part, str):
            y, x, height = y + height, 0, 0
            out.append({"type": "row", "title": part, "collapsed": False,
                        "id": len(out) + 1, "panels": [],
                        "gridPos": {"h": 1, "w": 24, "x": 0, "y": y}})
            y += 1
            continue
        part = dict(part)
        w, h = part.pop("size")
        if x + w > 24:
            y, x, height = y + height, 0, 0
        part.update(id=len(out) + 1,
                    gridPos={"h": h, "w": w, "x": x, "y": y})
        x, height = x + w, max(height, h)
        out.append(part)
    return out


def dashboard(uid, title, about, parts, *, since="now-6h", refresh="30s",
              hidden=(), marks=()):
    """marks: annotations as (name, text, expression, colour, enabled)."""
    return {
        "annotations": _annotations(marks), "description": about,
        "editable": False, "fiscalYearStartMonth": 0, "graphTooltip": 1,
        "links": _links(uid), "panels": place(parts), "refresh": refresh,
        "schemaVersion": SCHEMA, "tags": ["kasa", "collectd"],
        "templating": {"list": variables(hidden)},
        "time": {"from": since, "to": "now"},
        "timepicker": {}, "timezone": "browser", "title": title, "uid": uid,
        "version": 1, "weekStart": ""}
