# SPDX-License-Identifier: MIT
"""The files of grafana/ by themselves: made by their generator, of the shape
Grafana reads, by the rules of its linter, with limits that are collectd's."""

import collections
import glob
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from tree import RENDER, SOURCE

pytestmark = [pytest.mark.plain, pytest.mark.no_daemon]

GRAFANA = os.path.join(SOURCE, "grafana")
sys.path.insert(0, RENDER)

import query  # noqa: E402

FILES = sorted(glob.glob(os.path.join(GRAFANA, "dashboards", "*.json")))
UIDS = {os.path.basename(f)[:-5] for f in FILES}
PAGES = pytest.mark.parametrize("path", FILES, ids=os.path.basename)

UNITS = set("none short watt kwatth volt amp dBm percent s dtdurations bytes "
            "Bps bps pps dateTimeFromNow".split())
CHARTS = {"timeseries", "barchart", "state-timeline", "table", "bargauge"}


def panels(path):
    return [p for p in query.panels(query.load(path)) if p["type"] != "row"]


def text_of(*names):
    with open(os.path.join(SOURCE, *names), encoding="utf-8") as file:
        return file.read()


def run(*command, cwd=GRAFANA):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True,
                          check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_there_are_six_dashboards_as_their_generator_writes_them():
    assert UIDS == {"kasa-overview", "kasa-sites", "kasa-energy", "kasa-device",
                    "kasa-alerts", "kasa-host"}
    run(sys.executable, "generator/make.py", "--check")


def test_the_generator_sees_a_difference(tmp_path):
    copy = tmp_path / "grafana"
    shutil.copytree(GRAFANA, copy)
    changed = copy / "dashboards" / "kasa-host.json"
    changed.write_text(changed.read_text().replace("percent", "short", 1))
    done = subprocess.run([sys.executable, "generator/make.py", "--check"],
                          cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "kasa-host.json" in done.stderr


# -- for people ----------------------------------------------------------------


@PAGES
def test_every_panel_says_what_it_is(path):
    for panel in panels(path):
        title, field = panel["title"], panel["fieldConfig"]["defaults"]
        assert len(title) > 2 and not re.search(r"collectd_|_total", title)
        assert len(panel["description"]) > 20, title
        assert panel["description"].endswith("."), title
        assert field["noValue"], title
        units = {field["unit"], *(
            p["value"] for o in panel["fieldConfig"]["overrides"]
            for p in o["properties"] if p["id"] == "unit")}
        assert units <= UNITS, title


@PAGES
def test_colours_of_a_number_mean_something(path):
    """A number's colour comes from limits or words, or it is a fixed one."""
    for panel in panels(path):
        field = panel["fieldConfig"]["defaults"]
        limits = [s["value"] for s in field["thresholds"]["steps"]]
        assert limits[0] is None and limits[1:] == sorted(limits[1:])
        if panel["type"] in CHARTS or field["color"]["mode"] == "fixed":
            continue
        assert len(limits) > 1 or field["mappings"], panel["title"]


@PAGES
def test_panels_have_places_of_their_own(path):
    taken, numbers = set(), []
    for panel in query.panels(query.load(path)):
        grid = panel["gridPos"]
        cells = {(x, y) for x in range(grid["x"], grid["x"] + grid["w"])
                 for y in range(grid["y"], grid["y"] + grid["h"])}
        assert not cells & taken and grid["x"] + grid["w"] <= 24
        taken |= cells
        numbers.append(panel["id"])
    assert len(set(numbers)) == len(numbers)


def test_titles_are_said_once_on_a_page():
    for path in FILES:
        titles = collections.Counter(
            (p["title"], p["type"]) for p in panels(path))
        assert not [t for t, n in titles.items() if n > 1], path


@PAGES
def test_links_lead_to_all_other_dashboards_and_keep_the_choice(path):
    page = query.load(path)
    assert {link["url"] for link in page["links"]} == {
        f"/d/{uid}" for uid in UIDS - {page["uid"]}}
    assert all(link["includeVars"] for link in page["links"])
    inside = re.findall(r'"/d/([\w-]+)[?"]', json.dumps(page))
    assert set(inside) <= UIDS


@PAGES
def test_a_shown_drop_down_changes_something(path):
    page = query.load(path)
    text = json.dumps([page["panels"], page["annotations"]])
    names = [v["name"] for v in page["templating"]["list"]]
    for variable in page["templating"]["list"]:
        used = re.search(r"\$\{?" + variable["name"] + r"\b", text)
        assert used or variable["hide"] == 2, variable["name"]
        assert variable["description"], variable["name"]
    assert {"device", "plug", "smooth", "datasource", "instance"} <= set(names)
    assert page["timezone"] == "browser"


# -- what goes wrong elsewhere ---------------------------------------------------


@PAGES
def test_counters_are_counted_and_gauges_are_not(path):
    counting = re.compile(r"\b(?:rate|increase)\((?=(collectd_\w+))")
    for ask in query.asks(query.load(path)):
        for name in counting.findall(ask.expr):
            assert name.endswith("_total"), ask
        counters = len(re.findall(r"collectd_\w+_total\b(?=\{)", ask.expr))
        assert counters == len(counting.findall(ask.expr)), (
            f"a counter is read as it is: {ask}")
        assert not re.search(r"\b(delta|idelta|deriv|irate)\(", ask.expr), ask


@PAGES
def test_whole_house_sums_hold_no_outlets(path):
    for ask in query.asks(query.load(path)):
        rest_of_a_stack = "unless on (instance, device, outlet) topk" in ask.expr
        if re.match(r"(100 \* )?sum\(", ask.expr) and not rest_of_a_stack:
            assert "collectd_kasa_plug_" not in ask.expr, ask


LIMIT = re.compile(r"(?:top|bottom)k\((\d+),")
NAMES_ONE = re.compile(r"\{\{(?:device|outlet)\}\}")


@PAGES
def test_three_hundred_devices_fit_into_a_panel(path):
    """Lines, bars and rows for each device are at most twenty, and of the
    time shown as a whole: those of each moment are many more together."""
    for panel in panels(path):
        if panel["type"] in ("table", "stat"):
            continue
        shown = 0
        for ask in query.of_panel(panel):
            if not (NAMES_ONE.search(ask.legend) or ask.table):
                continue
            limits = LIMIT.findall(ask.expr)
            assert limits, ask
            assert ask.instant or "@ end()" in ask.expr, ask
            shown += int(limits[0])
        assert shown <= 20, panel["title"]


def test_what_is_known_of_appliances_is_shown():
    """Of devices and of outlets, all that the plugin dispatches of them."""
    glue = text_of("src", "plugin", "appliance_values.c")
    types = re.findall(r'(?:gauge|derive)\([^;]*?, "(\w+)",', glue)
    assert {"running", "cycles", "standby"} <= set(types)
    asked = " ".join(ask.expr for path in FILES for ask in query.asks(query.load(path)))
    missing = [name for kind in ("kasa", "kasa_plug") for name in types
               if not re.search(rf"\bcollectd_{kind}_{name}(_total)?\{{", asked)]
    assert missing == []


# -- the rules of dashboard-linter, in our words -----------------------------------


@PAGES
def test_every_selector_takes_job_and_instance_of_the_drop_downs(path):
    page = query.load(path)
    for ask in query.asks(page):
        names = re.findall(r"collectd_\w+", ask.expr)
        selectors = re.findall(
            r'collectd_\w+\{job=~"\$job", instance=~"\$instance"', ask.expr)
        assert names and len(names) == len(selectors), ask
    variables = {v["name"]: v for v in page["templating"]["list"]}
    for name, label in (("job", "Job"), ("instance", "Instance")):
        v = variables[name]
        assert (v["label"], v["multi"], v["allValue"]) == (label, True, ".+")
    assert all(v["refresh"] == 2 for v in variables.values()
               if v["type"] == "query")
    source = variables["datasource"]
    assert (source["label"], source["query"]) == ("Data source", "prometheus")
    assert page["editable"] is False


@PAGES
def test_rates_reach_as_far_as_grafana_says(path):
    for ask in query.asks(query.load(path)):
        for window in re.findall(r"\brate\(collectd_\w+\{[^}]*\}\[([^\]]*)\]",
                                 ask.expr):
            assert window == "$__rate_interval", ask


@PAGES
def test_everything_asks_the_chosen_data_source(path):
    for panel in panels(path):
        assert panel["targets"], panel["title"]
        for place in (panel, *panel["targets"]):
            assert place["datasource"] == {"type": "prometheus",
                                           "uid": "${datasource}"}


@PAGES
def test_dashboard_linter_finds_nothing(path):
    linter = os.environ.get("KASA_LINTER") or shutil.which("dashboard-linter")
    if not linter or not os.access(linter, os.X_OK):
        pytest.skip("dashboard-linter is not there: "
                    + os.environ.get("KASA_LINTER_WHY", "not installed"))
    run(linter, "lint", "--strict", path)


# What Grafana's own types have no place for, because it belongs to Prometheus.
OF_THE_SOURCE = re.compile(
    r"\.annotations\.list\[\d+\]\.(step|tagKeys|textFormat|titleFormat)$"
    r"|\.templating\.list\[\d+\]\.definition$")


def lost(ours, theirs, where=""):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key, value in ours.items():
            if key in theirs:
                yield from lost(value, theirs[key], f"{where}.{key}")
            else:
                yield f"{where}.{key}"
    elif isinstance(ours, list) and isinstance(theirs, list) and (
            len(ours) == len(theirs)):
        for i, pair in enumerate(zip(ours, theirs)):
            yield from lost(*pair, f"{where}[{i}]")
    elif ours != theirs:
        yield f"{where}: {ours!r} became {theirs!r}"


@PAGES
def test_grafanas_own_types_hold_all_of_it(path):
    """Read into the classes of Grafana's schema and written again."""
    sdk = pytest.importorskip(
        "grafana_foundation_sdk.models.dashboard",
        reason="grafana-foundation-sdk is not installed")
    from grafana_foundation_sdk.cog import plugins
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    plugins.register_default_plugins()
    page = query.load(path)
    back = json.loads(json.dumps(sdk.Dashboard.from_json(page),
                                 cls=JSONEncoder))
    assert not [w for w in lost(page, back) if not OF_THE_SOURCE.search(w)]


# -- Prometheus and the containers ---------------------------------------------------


@pytest.mark.parametrize("command", (
    ("check", "config", "prometheus.yml"),
    ("check", "rules", "rules/kasa.rules.yml"),
    ("test", "rules", "rules/kasa.test.yml"),
    ("check", "rules", "peers/kasa-rs.rules.yml",
     "peers/kasa_exporter.rules.yml"),
    ("test", "rules", "peers/peers.test.yml")), ids=" ".join)
def test_promtool_accepts(command):
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    assert "SUCCESS" in run("promtool", *command)


def of_threshold(text, plugin, type_, instance=None):
    """{option: number} of a <Type> block that is not commented out."""
    text = "\n".join(line for line in text.splitlines()
                     if not line.lstrip().startswith("#"))
    block = re.search(rf'<Plugin "{plugin}">(.*?)</Plugin>', text, re.S)[1]
    for inside in re.findall(rf'<Type "{type_}">(.*?)</Type>', block, re.S):
        if instance is None or f'Instance "{instance}"' in inside:
            return {k: float(v) for k, v in re.findall(
                r"^\s*(\w+) (-?[\d.]+)$", inside, re.M)}
    return None


def test_rules_have_the_limits_of_thresholds_conf():
    rules = text_of("grafana", "rules", "kasa.rules.yml")
    conf = text_of("collectd.conf.d", "kasa-thresholds.conf")
    power = of_threshold(conf, "kasa", "power")
    most = power["WarningMax"]
    assert f"collectd_kasa_power > {most:g}" in rules
    assert f"collectd_kasa_power > {most - power['Hysteresis']:g}" in rules
    up = of_threshold(conf, "kasa", "up")
    assert up["FailureMin"] == 0.5 and "collectd_kasa_up == 0" in rules
    # (Hits + 1) intervals of 15 seconds
    for block in (power, up):
        assert (block["Hits"] + 1) * 15 == 300
    assert set(re.findall(r"^ +for: (\S+)$", rules, re.M)) == {"5m"}


MACHINE = (("aggregation", "percent", "active",
            '100 - collectd_cpu_percent{cpu="idle"}'),
           ("memory", "percent", "used",
            'collectd_memory_percent{memory="used"}'),
           ("swap", "percent", "used", 'collectd_swap_percent{swap="used"}'),
           ("df", "percent_bytes", "free",
            '100 - collectd_df_percent_bytes{type="free"}'),
           ("df", "percent_inodes", "free",
            '100 - collectd_df_percent_inodes{type="free"}'))


@pytest.mark.parametrize("plugin, type_, instance, expr", MACHINE)
def test_rules_of_the_machine_have_the_same_limits(plugin, type_, instance,
                                                   expr):
    name = os.path.join(SOURCE, "collectd.conf.d", "host-thresholds.conf")
    if not os.path.exists(name):
        pytest.skip("there is no host-thresholds.conf")
    limits = of_threshold(text_of(name), plugin, type_, instance)
    rules = text_of("grafana", "rules", "kasa.rules.yml")
    for word in ("Warning", "Failure"):
        limit = limits.get(word + "Max", 100 - limits.get(word + "Min", 0))
        assert f"expr: {expr} > {limit:g}\n" in rules


def sections(text):
    """{anchor, as web pages of Markdown name it: text} of its headings."""
    parts = re.split(r"^###? (.+)$", text, flags=re.M)[1:]
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-"): body.strip()
            for title, body in zip(parts[::2], parts[1::2])}


def test_each_rule_leads_to_a_paragraph_that_helps():
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    groups = yaml.safe_load(text_of("grafana", "rules", "kasa.rules.yml"))
    rules = {rule["alert"]: rule["annotations"]["runbook_url"]
             for group in groups["groups"] for rule in group["rules"]}
    for name, address in rules.items():
        path, anchor = address.split("#")
        assert anchor == name.lower()
        assert len(sections(text_of(*path.split("/")))[anchor].split()) > 20
    about = {title for title in re.findall(
        r"^### (\w+)$", text_of("doc", "rules.md"), re.M)}
    assert about == set(rules), "doc/rules.md is about rules that there are"


def test_containers_find_every_file_where_it_is_looked_for():
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    compose = yaml.safe_load(text_of("grafana", "docker-compose.yml"))
    places = {}
    for service in compose["services"].values():
        for mount in service["volumes"]:
            ours, theirs = mount.split(":")[:2]
            if ours.startswith("${"):
                continue
            if ours.startswith("./"):
                assert os.path.exists(os.path.join(GRAFANA, ours)), ours
                places[theirs] = ours
            else:
                assert ours in compose["volumes"]
    provider = yaml.safe_load(text_of(
        "grafana", "provisioning", "dashboards", "kasa.yml"))["providers"][0]
    assert places[provider["options"]["path"]] == "./dashboards"
    source = yaml.safe_load(text_of(
        "grafana", "provisioning", "datasources", "prometheus.yml"))
    source = source["datasources"][0]
    assert source["type"] == "prometheus" and source["isDefault"]
    port = re.search(r"web\.listen-address=[\d.]+:(\d+)", " ".join(
        compose["services"]["prometheus"]["command"])).group(1)
    assert source["url"] == f"http://localhost:{port}"
    scrape = yaml.safe_load(text_of("grafana", "prometheus.yml"))
    assert scrape["global"]["scrape_interval"] == source["jsonData"][
        "timeInterval"]
    job = scrape["scrape_configs"][0]
    assert job["honor_labels"] is True
    page = re.search(r'Port "(\d+)"', text_of(
        "collectd.conf.d", "export-prometheus.conf")).group(1)
    assert job["static_configs"][0]["targets"] == [f"localhost:{page}"]


def test_containers_listen_to_this_machine_only_and_keep_a_year():
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    compose = yaml.safe_load(text_of("grafana", "docker-compose.yml"))
    services = compose["services"]
    assert set(services) == {"collector", "prometheus", "alertmanager",
                             "grafana"}
    for name in ("prometheus", "alertmanager"):
        address = [x for x in services[name]["command"]
                   if x.startswith("--web.listen-address=")]
        assert len(address) == 1 and "=127.0.0.1:" in address[0]
    assert services["grafana"]["environment"]["GF_SERVER_HTTP_ADDR"] == (
        "127.0.0.1")
    assert "--storage.tsdb.retention.time=1y" in services["prometheus"][
        "command"]
    docker = text_of("packaging", "docker", "collectd.conf")
    assert 'Host "127.0.0.1"' in docker
    build = services["collector"]["build"]
    assert os.path.exists(os.path.join(GRAFANA, build["context"],
                                       build["dockerfile"]))


def test_the_image_installs_what_the_build_needs():
    setup = text_of("scripts", "setup.sh")
    needed = " ".join(re.findall(r"(?:BUILD|RUN)_PACKAGES=\(([^)]*)\)", setup))
    image = text_of("packaging", "docker", "Dockerfile").split()
    for package in needed.split():
        assert package in image, package
