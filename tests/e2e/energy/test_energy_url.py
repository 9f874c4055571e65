# SPDX-License-Identifier: MIT
"""Prices from an address: fetched by a thread of their own, kept in the ledger,
and what a server may do wrong."""

import datetime
import http.server
import json
import sqlite3
import threading
import time

import pytest

from collectd import SLOWNESS, Collectd
from energy_files import run, run_json
from ledger_file import UNPRICED, LedgerFile
from sim import Sim

pytestmark = pytest.mark.takes(40)

UTC = datetime.timezone.utc


def moment(hours=0):
    """The hour of now and others, UTC."""
    now = datetime.datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return now + datetime.timedelta(hours=hours)


def as_csv(price, hours=range(-2, 30)):
    return "from,price\n" + "".join(
        f"{moment(h):%Y-%m-%dT%H:%M:%SZ},{price + h / 1000}\n" for h in hours)


def as_awattar(price):
    return json.dumps({"object": "list", "data": [
        {"start_timestamp": int(moment(h).timestamp()) * 1000,
         "end_timestamp": int(moment(h + 1).timestamp()) * 1000,
         "marketprice": price * 1000, "unit": "Eur/MWh"}
        for h in range(0, 24)], "url": "/at/v1/marketdata"})


def as_octopus(price, hours=range(24, -1, -1), older=None):
    return json.dumps({"count": 48, "next": older, "previous": None, "results": [
        {"value_exc_vat": price, "value_inc_vat": price * 1.05,
         "valid_from": f"{moment(h):%Y-%m-%dT%H:%M:%SZ}",
         "valid_to": f"{moment(h + 1):%Y-%m-%dT%H:%M:%SZ}",
         "payment_method": None} for h in hours]})


class Server:
    """Answers GET of one path with what is next in answers (the last one
    again and again): a text, a status, or a function of the request. Whatever
    else a client sends is a fault of the test."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests, self.faults = [], []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.requests.append(self.path)
                if not self.path.startswith("/prices?token=s3cret"):
                    outer.faults.append(self.path)
                if not self.headers["User-Agent"].startswith("collectd-kasa/"):
                    outer.faults.append(self.headers["User-Agent"])
                if self.headers["Content-Length"] or self.headers["Cookie"]:
                    outer.faults.append(str(self.headers))
                answer = (outer.answers.pop(0) if len(outer.answers) > 1
                          else outer.answers[0])
                if callable(answer):
                    answer(self)
                    return
                status = answer if isinstance(answer, int) else 200
                body = (answer if isinstance(answer, str) else "no").encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.url = (f"http://127.0.0.1:{self.httpd.server_port}"
                    "/prices?token=s3cret")

    def __enter__(self):
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.httpd.shutdown()
        self.httpd.server_close()
        assert not self.faults


def options(state, url, more=""):
    return (f'StateDirectory "{state}"\n<Tariff>\n  Currency "EUR"\n  <Prices>\n'
            f'    URL "{url}"\n    {more}\n  </Prices>\n</Tariff>\n')


def price(page):
    return page.get_one("kasa_total_price")


def wait_price(daemon):
    """That the thread of the ledger has them; the next cycle shows them."""
    return price(daemon.wait_page(lambda p: price(p) is not None, "a price"))


@pytest.mark.parametrize("answer, more", (
    (as_csv(0.3), 'Format "csv"'), (as_csv(0.3), ""),
    (as_awattar(0.3), 'Format "awattar"'),
    # pence
    (as_octopus(30 / 1.05), 'Format "octopus"'),
), ids=("csv", "by what it is", "awattar", "octopus"))
def test_a_price_comes_and_outlives_the_server(tmp_path, answer, more):
    state = tmp_path / "state"
    with Sim([{"alias": "Plug", "kind": "plug", "load": 1000}]) as _:
        with Server(answer) as server:
            with Collectd(options(state, server.url, more)) as daemon:
                assert wait_price(daemon) == pytest.approx(0.3, abs=0.003)
            assert len(server.requests) == 1
        # the server is gone, the prices are there: for the daemon and for us
        with Collectd(options(state, server.url, more)) as daemon:
            assert wait_price(daemon) == pytest.approx(0.3, abs=0.003)
            daemon.wait_line(r"no prices from http://127\.0\.0\.1:\d+/prices: ")
            assert "s3cret" not in daemon.log()
            known = run_json("prices", "--config", daemon.config)["prices"]
            assert any(p["price"] for p in known)
            assert run("prices", "--config", daemon.config).stdout
    with sqlite3.connect(state / "energy.db") as db:
        dump = "\n".join(db.iterdump())
        arrived = {row[0] for row in db.execute(
            "SELECT arrived_utc FROM price")}
    db.close()
    assert "s3cret" not in dump
    assert all(abs(a - time.time()) < 600 for a in arrived) and arrived


@pytest.mark.parametrize("stranger", (False, True))
def test_older_prices_are_on_further_pages(tmp_path, stranger):
    """Four at most, of the same server, once."""
    state = tmp_path / "state"
    with Sim([{"alias": "Plug", "kind": "plug", "load": 1000}]) as _:
        with Server("") as server:
            older = server.url.replace("127.0.0.1", "127.0.0.2") if stranger else server.url
            server.answers = [as_octopus(20), *(as_octopus(20, range(-24 * i, -24 * i - 24, -1), f"{older}&page={i + 3}")
                                                for i in range(9))]
            server.answers[0] = as_octopus(20, older=f"{older}&page=2")
            with Collectd(options(state, server.url, 'Format "octopus"')) as daemon:
                wait_price(daemon)
            paths = [path.partition("&")[2] for path in server.requests]
            assert paths == ([""] if stranger else ["", "page=2", "page=3", "page=4"])
    with sqlite3.connect(state / "energy.db") as db:
        first, = db.execute("SELECT min(start_utc) FROM price").fetchone()
    db.close()
    assert first == pytest.approx(moment(0 if stranger else -71).timestamp(), abs=3600)


@pytest.mark.parametrize("answer, told", (
    (503, "the server answers with status 503"),
    (404, "the server answers with status 404"),
    ("<html>not prices</html>", "no prices from"),
    ("x" * (4 * 1024 * 1024 + 1), "the answer is longer than 4 MB"),
    ("", "the answer is empty"),
), ids=("busy", "missing", "html", "huge", "empty"))
def test_what_is_no_answer_is_said_once(tmp_path, answer, told):
    with Sim([{"alias": "Plug", "kind": "plug", "load": 1000}]) as _:
        with Server(answer) as server:
            with Collectd(options(tmp_path / "state", server.url)) as daemon:
                daemon.wait_up("Plug")
                daemon.wait_line(told)
                daemon.cycles(2)
                assert daemon.log().count("no prices from") == 1
                assert price(daemon.page()) is None


@pytest.mark.parametrize("where", ("file:///etc/hostname", "ftp://127.0.0.1/x",
                                   "/loop"))
def test_a_redirect_leads_to_no_other_protocol_and_not_on_for_ever(
        tmp_path, where):
    def redirect(handler):
        handler.send_response(302)
        handler.send_header("Location", where)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with Sim([{"alias": "Plug", "kind": "plug"}]) as _:
        server = Server(redirect)
        with server:
            with Collectd(options(tmp_path / "state", server.url)) as daemon:
                daemon.wait_line("no prices from")
            assert len(server.requests) <= 4
            server.faults = []  # the places it led to


def test_it_is_asked_again_after_a_failure(tmp_path):
    """As the server wishes: at once is never, a second is a minute."""
    def busy(handler):
        handler.send_response(429)
        handler.send_header("Retry-After", "1")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with Sim([{"alias": "Plug", "kind": "plug"}]) as _:
        with Server(busy, as_csv(0.3)) as server:
            with Collectd(options(tmp_path / "state", server.url)) as daemon:
                daemon.wait_line("status 429")
                daemon.cycles(3)
                assert len(server.requests) == 1


def test_collectd_ends_while_a_server_keeps_it_waiting(tmp_path):
    release = threading.Event()

    def hang(handler):
        del handler
        release.wait(60)

    with Sim([{"alias": "Plug", "kind": "plug", "load": 1000}]) as _:
        with Server(hang) as server:
            try:
                with Collectd(options(tmp_path / "state",
                                      server.url)) as daemon:
                    daemon.wait_up("Plug")
                    daemon.wait(lambda: server.requests, "the request")
                    daemon.stop()
                    assert daemon.stop_seconds < 5 * SLOWNESS
            finally:
                release.set()


def test_what_had_no_price_gets_it(tmp_path):
    file = LedgerFile(tmp_path / "state", zone=None)
    file.slot(moment(-2).isoformat(), "Heater", 2000000, 0, unpriced=2000000,
              flags=UNPRICED)
    file.done()
    with Sim([{"alias": "Plug", "kind": "plug"}]) as _:
        with Server(as_csv(0.302)) as server:
            with Collectd(options(file.folder, server.url)) as daemon:
                wait_price(daemon)
                answer = daemon.wait(
                    lambda: (a := run_json("--state", file.folder, "--days",
                                           "3"))["unpriced_kwh"] == 0 and a,
                    "the price")
    assert answer["energy_cost"] == pytest.approx(0.6)


@pytest.mark.parametrize("line, told", (
    ('URL "ftp://host/x"', "option URL expects http:// or https://"),
    ('URL "https://host/a b"', "option URL expects http:// or https://"),
    ('URL "https://host"\n File "/tmp/x"', "expects File or URL, found both"),
))
def test_a_bad_address_is_one_line(tmp_path, line, told):
    tariff = tmp_path / "tariff"
    tariff.write_text(f'<Tariff>\n Currency "EUR"\n <Prices>\n {line}\n'
                      " </Prices>\n</Tariff>\n")
    load = tmp_path / "load"
    load.write_text("from,to,kwh\n")
    done = run("price", "--tariff", tariff, "--load", load, status=1)
    assert told in done.stderr and done.stderr.count("\n") == 1
