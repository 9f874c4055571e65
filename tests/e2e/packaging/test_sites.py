# SPDX-License-Identifier: MIT
"""Two sites in networks of their own send to a third by the network plugin,
encrypted; that one exports both to a real Prometheus and to RRD files. What
each simulated house serves is what arrives, told apart by instance."""

import re
import subprocess
import time

import pytest

import net
from dashboard_fixture import page, query as asked
from expect import differences, series
from prometheus import Prometheus
from sites import Sites

pytestmark = [pytest.mark.plain, pytest.mark.takes(10),
              pytest.mark.needs("prometheus", "rrdtool", "network", "write_prometheus"),
              pytest.mark.skipif(net.why_no_namespaces() is not None and net.isolated,
                                 reason="the tools for network namespaces are missing")]

# The same names, addresses and MACs at both; only what they use differs.
HOUSES = {
    "site-a": [{"alias": "Freezer", "kind": "plug", "load": 85},
               {"alias": "Küche", "kind": "plug", "load": 1500},
               {"alias": "Strip", "kind": "strip", "plugs": [
                   {"alias": f"Outlet {n}", "load": 10 * n}
                   for n in range(3)]}],
    "site-b": [{"alias": "Freezer", "kind": "plug", "load": 60.5},
               {"alias": "Lamp", "kind": "bulb", "load": 8},
               {"alias": "Strip", "kind": "strip", "plugs": [
                   {"alias": f"Outlet {n}", "load": 7 * n}
                   for n in range(3)]}],
}


@pytest.fixture(scope="module", name="sites")
def fixture_sites():
    why = net.why_no_namespaces()
    if why is not None:
        pytest.skip(why)
    # at one second, rounded times meet in RRD files
    with Sites(HOUSES, interval=2) as sites:
        yield sites


@pytest.fixture(scope="module", name="prometheus")
def fixture_prometheus(sites):
    with Prometheus(sites.daemon.folder, [sites.daemon.port],
                    wrap=sites.central.space.enter,
                    host=sites.central.address) as prometheus:
        yield prometheus


def by_site(prometheus, text):
    """{instance: value}"""
    return prometheus.query(text, "instance")


def were_read(truth):
    """Whether each has told what it has: before, nobody knows what to expect."""
    return all("relay" in x["served"] for d in truth
               for x in d["plugs"] or [d])


def watts(site):
    return sum(d.get("watts", 0) for d in site.sim.truth())


@pytest.mark.parametrize("name", HOUSES)
def test_every_value_of_a_site_arrives_as_its_house_serves_it(sites, name):
    site = sites[name]

    def wrong():
        return differences(sites.page_of(name), series(site.sim.truth()))
    try:
        sites.daemon.wait(lambda: were_read(site.sim.truth()) and not wrong(),
                          f"the whole of {name}", 30)
    except AssertionError as error:
        raise AssertionError("\n".join(wrong())) from error
    assert not site.daemon.complaints()


def test_nobody_else_is_on_the_page(sites):
    seen = {k.labels["instance"] for k in sites.page()
            if k.name.startswith("collectd_kasa")}
    assert seen == set(HOUSES)


def test_prometheus_tells_the_sites_apart(sites, prometheus):
    for query, wanted in (
            ('collectd_kasa_power{device="Freezer"}',
             {"site-a": 85, "site-b": 60.5}),
            ("sum by (instance) (collectd_kasa_power)",
             {name: watts(site) for name, site in sites.items()}),
            ("sum by (instance) (collectd_kasa_plug_power)",
             {"site-a": 30, "site-b": 21}),
            ("collectd_kasa_total_power",
             {name: watts(site) for name, site in sites.items()}),
            ("count by (instance) (collectd_kasa_up == 1)",
             {"site-a": 3, "site-b": 3}),
            ("count by (instance) (collectd_kasa_watt_hours_total)",
             {"site-a": 3, "site-b": 3})):
        sites.daemon.wait(
            lambda q=query, w=wanted: by_site(prometheus, q) == pytest.approx(
                w), f"{query} = {wanted}", 30)


def test_a_dashboard_tells_the_sites_apart(sites, prometheus):
    overview = page("kasa-overview")
    asks = {a.where[6:]: a for a in asked.asks(overview) if a.ref == "A"}

    def shown(title, **chosen):
        now = time.time()
        view = asked.View(overview, prometheus.url, now - 60, now, chosen,
                          scrape=2)
        return {s.name: s.points[-1][1] for s in view.run(asks[title])}

    def agree(what, wanted):
        sites.daemon.wait(lambda: what() == pytest.approx(wanted),
                          f"{wanted}", 30)
    for name, site in sites.items():
        agree(lambda n=name: shown("Power now", instance=[n]),
              {"": watts(site)})
        agree(lambda n=name: shown("Top consumers", instance=[n])["Freezer"],
              site.sim.device("Freezer")["watts"])
    agree(lambda: shown("Power now"),
          {"": sum(watts(site) for site in sites.values())})
    agree(lambda: {n: v for n, v in shown(
        "Power by device", site="({{instance}})").items() if "Freezer" in n},
        {"Freezer (site-a)": 85, "Freezer (site-b)": 60.5})


def test_a_change_at_one_site_is_seen_at_that_one(sites, prometheus):
    query = 'collectd_kasa_power{device="Freezer"}'
    sites["site-b"].sim.set("Freezer", load=99)
    sites.daemon.wait(lambda: by_site(prometheus, query) == {
        "site-a": 85, "site-b": 99}, "the change", 30)
    sites["site-b"].sim.set("Freezer", load=60.5)
    sites.daemon.wait(lambda: by_site(prometheus, query) == {
        "site-a": 85, "site-b": 60.5}, "the change back", 30)


def test_each_site_has_rrd_files_of_its_own(sites):
    def last(path):
        sites.daemon.command_line("FLUSH plugin=rrdtool")
        run = subprocess.run(
            ["rrdtool", "fetch", path, "AVERAGE", "-r", "2", "-s", "-40"],
            capture_output=True, text=True, check=False)
        known = re.findall(r"^\d+: (\d\S+)$", run.stdout, re.M)
        return float(known[-1]) if known else None
    for name, load in (("site-a", 85), ("site-b", 60.5)):
        path = sites.daemon.path("rrd", name, "kasa-Freezer", "power.rrd")
        sites.daemon.wait(lambda p=path, w=load: last(p) == pytest.approx(w),
                          f"{load} in {path}", 30)


def test_a_site_that_is_cut_off_vanishes_and_comes_back_alone(sites,
                                                              prometheus):
    """Datagrams are not repeated: what was measured meanwhile is missing at
    the server, and nothing else is. Values carry the time at which they were
    measured, so Prometheus shows the last one for five minutes; how old it is
    can be asked."""
    fresh = "count by (instance) (time() - timestamp(collectd_kasa_up) < 10)"
    both = {"site-a": 3, "site-b": 3}
    site = sites["site-b"]
    sites.daemon.wait(lambda: by_site(prometheus, fresh) == both, "both", 30)
    site.daemon.errors = "network plugin: sendto failed"
    site.cut()
    sites.daemon.wait(lambda: not sites.page_of("site-b"),
                      "the page without site-b", 30)
    assert differences(sites.page_of("site-a"), {}) != []
    sites.daemon.wait(lambda: by_site(prometheus, fresh) == {"site-a": 3},
                      "only site-a's values are new", 30)
    site.join()
    sites.daemon.wait(lambda: by_site(prometheus, fresh) == both, "both", 30)
    assert not sites.daemon.complaints()
