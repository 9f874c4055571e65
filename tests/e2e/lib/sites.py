# SPDX-License-Identifier: MIT
"""Sites far from one another: network namespaces that are joined by a router
(the test's own), each with a collectd and a simulated house; one in the middle
receives them all.

    with Sites("site-a", "site-b") as sites:
        sites["site-a"].sim.set("Freezer", load=90)
        assert sites.page()
"""

import contextlib
import urllib.parse

import net
from collectd import Key, Page, http_get
from samples import Samples
from sim import Sim

# users and passwords of samples.PASSWORDS
ACCOUNTS = (("site-1", "change this"), ("site-2", "another one"))
PORT = 25826


def _as(account, server):
    """export-network.conf with a site's own account and the server's address,
    as a person would edit it."""
    def edit(text):
        user, password = account
        return (text.replace('"127.0.0.1"', f'"{server}"')
                .replace('"site-1"', f'"{user}"')
                .replace('"change this"', f'"{password}"'))
    return edit


class Place:
    """A network of its own, behind the router."""

    def __init__(self, number, stack):
        self.address = f"10.81.{number}.2"
        self.link = f"road{number}"
        self.space = stack.enter_context(net.Namespace())
        self.space.cable(self.link, f"10.81.{number}.1/24",
                         [self.address + "/24"])
        self.space.run("ip", "route", "add", "default", "via",
                       f"10.81.{number}.1")
        self.daemon = self.sim = None

    def cut(self):
        self.space.run("ip", "link", "set", self.link, "down")

    def join(self):
        self.space.run("ip", "link", "set", self.link, "up")
        self.space.run("ip", "route", "add", "default", "via",
                       self.address[:-1] + "1")


def _with_status(text):
    """All values are seen."""
    assert "<Plugin kasa>\n" in text
    return text.replace("<Plugin kasa>\n",
                        "<Plugin kasa>\n  Report status true\n", 1)


class Sites(dict):
    """{name: Place}; houses: {name: list of devices}. .central is the server,
    .daemon its collectd."""

    def __init__(self, houses, interval=1):
        super().__init__()
        self._houses, self._interval = houses, interval
        self._stack = contextlib.ExitStack()
        self.central = self.daemon = None

    def __enter__(self):
        with self._stack:
            with open("/proc/sys/net/ipv4/ip_forward", "w",
                      encoding="ascii") as file:
                file.write("1")
            self.central = Place(0, self._stack)
            self.daemon = self._stack.enter_context(Samples(
                ["network.conf", "export-prometheus.conf",
                 "export-rrdtool.conf"], host="central", network=PORT,
                interval=self._interval, wrap=self.central.space.enter))
            for number, name in enumerate(self._houses, 1):
                self[name] = self._site(number, name)
            self._stack = self._stack.pop_all()
        return self

    def _site(self, number, name):
        place = Place(number, self._stack)
        place.sim = self._stack.enter_context(Sim(
            self._houses[name], wrap=place.space.enter,
            args=["--speed", "0"]))
        place.daemon = self._stack.enter_context(Samples(
            ["kasa.conf", "export-network.conf"], host=name, network=PORT,
            interval=self._interval, wrap=place.space.enter,
            change={"export-network.conf": _as(ACCOUNTS[number - 1],
                                               self.central.address),
                    "kasa.conf": _with_status}))
        return place

    def __exit__(self, *reason):
        return self._stack.__exit__(*reason)

    def page(self):
        """The server's metrics page; empty while there is none."""
        try:
            return Page(http_get(f"http://{self.central.address}:"
                                 f"{self.daemon.port}/metrics"), host=None)
        except OSError:
            self.daemon.alive()
            return Page("")

    def page_of(self, name):
        """What the page says of one site, without the label instance."""
        out = {}
        for key, value in self.page().items():
            labels = key.labels
            if labels.pop("instance") == name:
                out[Key(key.name, **labels)] = value
        return out

    def ask(self, port, path, **query):
        """Something in the server's network, by HTTP."""
        return http_get(f"http://{self.central.address}:{port}{path}?"
                        + urllib.parse.urlencode(query))
