# SPDX-License-Identifier: MIT
"""The export files of collectd.conf.d do what they say: files of the promised
shape, values that arrive, lines and JSON that can be read."""

import json
import os
import re
import subprocess
import time

import pytest

from collectd import HOST, SLOWNESS
from samples import Samples, Udp, Web, text_of, uncommented
from sim import Sim

pytestmark = pytest.mark.plain

DAY = 86400
AWKWARD = "Küche, Bad = \"1\""


@pytest.fixture(scope="module", name="house")
def fixture_house():
    house = [{"alias": "Freezer", "kind": "plug", "load": 85},
             {"alias": AWKWARD, "kind": "plug", "load": 7.25}]
    with Sim(house, args=["--speed", "0"]) as sim:
        yield sim


def together(name, *, change=None, **options):
    """A daemon that reads devices and has this file, changed as given."""
    return Samples(["kasa.conf", name], change={name: change} if change
                   else (), **options)


def listens(server):
    return re.search(r'"0.0.0.0" "(\d+)"', server.dropped("network.conf"))[1]


# -- rrdtool


def put_many(daemon, identifier, interval, rows):
    """rows: [(time, value)], as many in one line as it takes."""
    for at in range(0, len(rows), 40):
        line = " ".join(f"{t}:{v}" for t, v in rows[at:at + 40])
        daemon.command_line(f"PUTVAL {identifier} interval={interval} {line}")


def rrd(daemon, identifier, last):
    """The file, once it holds all up to last."""
    path = daemon.path("rrd", identifier + ".rrd")

    def written():
        daemon.command_line("FLUSH plugin=rrdtool")
        run = subprocess.run(["rrdtool", "last", path], capture_output=True,
                             text=True, check=False)
        return run.stdout.strip() == str(last)
    daemon.wait(written, f"{path} up to {last}", 90)
    return path


def archives(path):
    """{consolidation: [(seconds of a row, rows, xff)]}"""
    text = subprocess.run(["rrdtool", "info", path], check=True, text=True,
                          capture_output=True).stdout
    step = int(re.search(r"^step = (\d+)", text, re.M).group(1))
    out = {}
    for cf, rows, pdp, xff in re.findall(
            r'\.cf = "(\w+)"\n.*\.rows = (\d+)\n(?:.*cur_row.*\n)?'
            r'.*pdp_per_row = (\d+)\n.*xff = (\S+)', text):
        out.setdefault(cf, []).append((int(pdp) * step, int(rows),
                                       float(xff)))
    return out


def fetched(path, step, begin, end, cf="AVERAGE"):
    """{time: value} of the rows of one archive; unknown ones left out."""
    text = subprocess.run(
        ["rrdtool", "fetch", path, cf, "-r", str(step), "-s", str(begin),
         "-e", str(end)], check=True, text=True, capture_output=True).stdout
    rows = re.findall(r"^(\d+): (\S+)$", text, re.M)
    steps = {int(b[0]) - int(a[0]) for a, b in zip(rows, rows[1:])}
    assert steps == {step}, steps
    return {int(t): float(v) for t, v in rows if "nan" not in v}


@pytest.mark.needs("rrdtool")
@pytest.mark.parametrize("interval", [5, 10, 15, 30, 60])
def test_rrd_files_have_the_promised_archives(interval):
    with Samples(["export-rrdtool.conf"], quick=False) as daemon:
        now = int(time.time()) // 60 * 60
        daemon.putval(f"{HOST}/kasa-Freezer/power", 1, now, interval)
        path = rrd(daemon, f"{HOST}/kasa-Freezer/power", now)
        kept = archives(path)
        assert set(kept) == {"AVERAGE", "MIN", "MAX"}
        for these in kept.values():
            full, minutes, hours, days = these
            assert full[0] == interval and full[0] * full[1] >= DAY
            assert minutes[:2] == (300, 2160)      # 7.5 days
            assert hours[:2] == (3600, 2160)       # 90 days
            assert days[:2] == (DAY, 2160)         # 5.9 years
            assert {xff for *_, xff in these} == {0.5}
        if interval == 15:
            said = re.search(r"takes (\d+) KiB", text_of(
                "export-rrdtool.conf")).group(1)
            assert round(os.path.getsize(path) / 1024) == int(said)


@pytest.mark.needs("rrdtool")
def test_rrd_files_give_back_days_hours_and_minutes():
    """Three days of values every 15 s, with three hours missing on the
    second."""
    today = int(time.time()) // DAY * DAY
    begin, end = today - 3 * DAY, today
    gap = range(begin + DAY + 6 * 3600, begin + DAY + 9 * 3600)
    rows = [(t, (t - begin) // 3600) for t in range(begin, end + 1, 15)
            if t not in gap]
    with Samples(["export-rrdtool.conf"], quick=False,
                 extra="WriteThreads 1\n") as daemon:
        put_many(daemon, f"{HOST}/kasa-Freezer/power", 15, rows)
        path = rrd(daemon, f"{HOST}/kasa-Freezer/power", end)
        full = fetched(path, 15, end - DAY + 900, end)
        assert len(full) >= (DAY - 900) / 15 - 1
        assert all(v == (t - 1 - begin) // 3600 or t % 3600 == 0
                   for t, v in full.items())
        minutes = fetched(path, 300, begin, end)
        known = [t for t in range(begin + 300, end + 1, 300)
                 if not gap.start < t <= gap.stop + 300]
        assert set(known) <= set(minutes)
        assert not set(range(gap.start + 600, gap.stop, 300)) & set(minutes)
        hours = fetched(path, 3600, begin, end)
        assert hours[begin + 5 * 3600] == pytest.approx(4, abs=0.01)
        days = fetched(path, DAY, begin, end)
        assert set(days) == {begin + DAY, begin + 2 * DAY, end}
        assert days[begin + DAY] == pytest.approx(11.5, abs=0.01)
        # (24 + ... + 47 without 30, 31, 32) / 21
        assert days[begin + 2 * DAY] == pytest.approx(36.143, abs=0.02)
        assert fetched(path, DAY, begin, end, "MAX")[end] == 72


def test_rrdtool_conf_makes_files_below_basedir(house):
    del house
    with together("export-rrdtool.conf") as daemon:
        daemon.first_reading("Freezer", AWKWARD)
        for name in ("Freezer", AWKWARD):
            path = daemon.path("rrd", HOST, f"kasa-{name}", "power.rrd")
            daemon.wait(lambda p=path: daemon.command_line(
                "FLUSH plugin=rrdtool") and os.path.exists(p), path)


# -- network


def test_network_conf_carries_values_encrypted_to_another_collectd(house):
    with Samples(["network.conf"], host="server") as server:
        port = listens(server)
        with together("export-network.conf", host="site",
                      network=port) as client:
            server.wait(lambda: server.knows(host="site"), "a value", 20)
            server.wait(lambda: server.knows(AWKWARD, "watt_hours", "site"),
                        "a value of a type of our own", 20)
            assert server.getval("site/kasa-Freezer/power") == [
                "value=8.500000e+01"]
            assert server.getval(f"site/kasa-{AWKWARD}/watt_hours")
            mine = {n for n in client.listval() if n.startswith("site/kasa")}
            server.wait(lambda: mine <= set(server.listval()),
                        "everything that the site has", 20)
            # counted: what came in, and that nothing was refused
            server.wait(lambda: any("network/if_octets" in n
                                    for n in server.listval()), "counts")
            assert not client.complaints()
        assert not server.complaints()
        assert not server.lines("Dataset not found")
    assert house.totals()["requests"] > 0


def test_network_conf_takes_nothing_from_strangers(house):
    del house
    with Samples(["network.conf"], host="server") as server:
        server.errors = "Checksum mismatch|Failed to get cypher|Decrypting"
        port = listens(server)
        strangers = {
            "clear": lambda t: re.sub(
                r" *(SecurityLevel|Username|Password) .*\n", "", t),
            "guesser": lambda t: t.replace("change this", "a guess"),
            "nobody": lambda t: t.replace("site-1", "site-9")}
        for name, change in strangers.items():
            with together("export-network.conf", host=name, network=port,
                          change=change) as client:
                client.first_reading()
                client.command_line("FLUSH")
        with together("export-network.conf", host="site",
                      network=port) as client:
            server.wait(lambda: server.knows(host="site"), "a value", 20)
        assert {n.split("/")[0] for n in server.listval()} <= {
            "site", "server"}
        assert server.lines("Checksum mismatch. Username: site-1")
        assert server.lines("Failed to get cypher. Username: site-9")


def test_what_is_sent_cannot_be_read_on_the_way(house):
    del house
    with Udp() as wire:
        with together("export-network.conf", network=wire.port) as daemon:
            daemon.first_reading()
            daemon.wait(lambda: len(wire.read()) >= 3, "packets", 20)
            sent = b"".join(wire.read())
            assert b"Freezer" not in sent and HOST.encode() not in sent
            assert b"site-1" in sent  # which password to use
    with Udp() as wire:
        with together("export-network.conf", network=wire.port,
                      change=uncommented) as daemon:
            daemon.wait(lambda: b"Freezer" in b"".join(wire.read()),
                        "the unencrypted way out", 20)


# -- InfluxDB

_POINT = re.compile(
    r'^(?P<head>(?:[^ \\]|\\.)+) (?P<fields>[a-z_]+=[^ ]+) (?P<time>\d+)$')


def points(datagrams):
    """[(measurement, {tag: value}, {field: value}, seconds)], read strictly
    by the rules of the line protocol."""
    out = []
    for datagram in datagrams:
        assert len(datagram) <= 1452
        text = datagram.decode()
        assert text.endswith("\n")
        for line in text.splitlines():
            found = _POINT.match(line)
            assert found, line
            measurement, *pairs = re.split(r"(?<!\\),", found["head"])
            tags = {}
            for pair in pairs:
                key, value = re.split(r"(?<!\\)=", pair)
                tags[key] = re.sub(r"\\(.)", r"\1", value)
            fields = {}
            for pair in found["fields"].split(","):
                key, value = pair.split("=")
                assert re.fullmatch(r"-?\d+i|-?\d+\.\d+", value), line
                fields[key] = float(value.rstrip("i"))
            out.append((measurement, tags, fields, int(found["time"]) / 1000))
    return out


def latest(datagrams, measurement, **tags):
    found = [f["value"] for m, t, f, _ in points(datagrams)
             if m == measurement and t == tags]
    return found[-1] if found else None


def test_influxdb_conf_sends_lines_that_can_be_read(house):
    with Udp() as sink:
        with together("export-influxdb.conf", influx=sink.port) as daemon:
            for name, watts in (("Freezer", 85), (AWKWARD, 7.25)):
                daemon.wait(lambda n=name, w=watts: latest(
                    sink.read(), "kasa", host=HOST, instance=n,
                    type="power") == w, f"the power of {name}", 20)
            truth = house.device("Freezer")
            daemon.wait(lambda: latest(
                sink.read(), "kasa", host=HOST, instance="Freezer",
                type="watt_hours") is not None, "a counter", 20)
            assert truth["watts"] == 85
            assert all(abs(at - time.time()) < 120 * SLOWNESS
                       for *_, at in points(sink.read()))
            assert latest(sink.read(), "kasa_total", host=HOST,
                          type="devices", type_instance="up") in (None, 2)
            assert not daemon.complaints()


def test_influxdb_conf_names_the_other_protocol_rightly(house):
    """The example at its end: collectd's own protocol, encrypted."""
    del house
    with Udp() as wire:
        with together("export-influxdb.conf", network=wire.port,
                      change=uncommented) as daemon:
            daemon.wait(lambda: b"site-1" in b"".join(wire.read()),
                        "an encrypted packet", 20)
            assert not daemon.complaints()


# -- HTTP


def posted(web):
    """All values that were posted, in order."""
    return [value for _, _, body in list(web.requests)
            for value in json.loads(body)]


def test_http_conf_posts_json(house):
    del house
    with Web() as web, together("export-http.conf", web=web) as daemon:
        daemon.first_reading("Freezer", AWKWARD)

        def found():
            daemon.command_line("FLUSH plugin=write_http")
            return [v for v in posted(web) if v["plugin"] == "kasa"
                    and v["type"] == "power"
                    and v["plugin_instance"] == "Freezer"]
        value = daemon.wait(found, "the power", 20)[-1]
        assert value["values"] == [85] and value["dstypes"] == ["gauge"]
        assert value["dsnames"] == ["value"] and value["host"] == HOST
        assert value["interval"] == 1
        assert abs(value["time"] - time.time()) < 60 * SLOWNESS
        counter = [v for v in posted(web) if v["type"] == "watt_hours"][-1]
        assert counter["dstypes"] == ["derive"]
        path, headers, _ = web.requests[0]
        assert path == "/collectd"
        assert headers["Content-Type"] == "application/json"
        # as the file says of this collectd
        assert any(v["plugin_instance"] == "K??che, Bad = \"1\""
                   for v in posted(web))
        assert not daemon.complaints()


def test_http_conf_can_carry_notifications_and_a_token(house):
    del house
    with Web() as web, together(
            "export-http.conf", web=web,
            change=lambda t: re.sub(r"\n *CACert.*", "", uncommented(t))
    ) as daemon:
        daemon.putnotif("too warm", plugin="kasa", plugin_instance="Freezer",
                        host=HOST)
        note, = daemon.wait(lambda: [v for v in posted(web)
                                     if "annotations" in v],
                            "the notification", 20)
        assert note["annotations"]["summary"] == "too warm"
        assert note["labels"]["severity"] == "WARNING"
        _, headers, _ = web.requests[0]
        assert headers["Authorization"] == "Bearer change-this"


def test_http_conf_with_a_server_that_is_away_says_so_and_runs_on(house):
    del house
    with together("export-http.conf") as daemon:
        daemon.errors = "write_http plugin: curl_easy_perform failed"
        daemon.first_reading()
        daemon.command_line("FLUSH plugin=write_http")
        daemon.wait_line(daemon.errors)
        before = daemon.listval()[f"{HOST}/kasa-Freezer/up"]
        daemon.wait(lambda: daemon.listval()[f"{HOST}/kasa-Freezer/up"]
                    > before, "another reading", 20)


# -- ELK


def test_logstash_conf_writes_the_log_and_notifications_as_json(house):
    del house
    with together("log-logstash.conf") as daemon:
        daemon.first_reading()
        daemon.putnotif(f"{AWKWARD} is too warm", severity="failure",
                        plugin="kasa", plugin_instance=AWKWARD, host=HOST)

        def entries():
            with open(daemon.path("collectd.json.log"),
                      encoding="utf-8") as file:
                return [json.loads(line) for line in file
                        if line.endswith("\n")]
        daemon.wait(lambda: any("entering read-loop" in e["message"]
                                for e in entries()), "the log as JSON")
        note = daemon.wait(lambda: [e for e in entries()
                                    if "too warm" in e["message"]],
                           "the notification as JSON")[0]
        assert note["message"].startswith(AWKWARD)
        assert note["plugin_instance"] == AWKWARD
        assert note["host"] == HOST and note["severity"] == "failure"
        for entry in entries():
            assert entry["level"] in ("info", "notice", "warning", "err",
                                      "error")
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
                                entry["@timestamp"])
        # rotated: what comes next goes to a new file of the same name
        os.rename(daemon.path("collectd.json.log"), daemon.path("old"))
        daemon.putnotif("after the rotation", host=HOST)
        daemon.wait(lambda: os.path.exists(daemon.path("collectd.json.log"))
                    and any("after the rotation" in e["message"]
                            for e in entries()), "a new file")
