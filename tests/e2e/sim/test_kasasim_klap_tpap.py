# SPDX-License-Identifier: MIT
"""The newer transports of the simulator and its SMART dialect, checked by plain
clients (klap_tpap.py) made from the published formulas; their vectors are in
kasasim --self-test. test_kasasim_peers.py asks python-kasa."""

import base64
import os
import shutil
import socket
import subprocess
import time

import pytest

import net
from sim import Sim, SimError, binary

pytest.importorskip("cryptography", reason="cryptography is not installed")

import klap_tpap  # noqa: E402
from klap_tpap import Aes, Klap, Refused, Tpap, discover, tdp_probe  # noqa: E402

pytestmark = [pytest.mark.no_daemon,
              pytest.mark.plain,
              pytest.mark.skipif(shutil.which(binary()) is None,
                                 reason="kasasim is not built"),
              pytest.mark.skipif(not net.isolated and os.geteuid() != 0,
                                 reason="port 80 needs a network namespace")]

INFO = {"method": "get_device_info"}
POWER = {"method": "multipleRequest", "params": {"requests": [
    {"method": "get_device_info"}, {"method": "get_energy_usage"},
    {"method": "get_emeter_data"}]}}
SHADOW = klap_tpap.sha1(klap_tpap.PASSWORD.encode()).hex()


def sim_of(*devices):
    return Sim([{"addr": f"127.77.1.{i + 1}", "alias": f"D{i + 1}", **d}
                for i, d in enumerate(devices)])


@pytest.fixture(name="klap")
def fixture_klap():
    with sim_of({"transport": "klap", "load": 61.753, "volts": 230.837}) as s:
        yield s


@pytest.fixture(name="tpap")
def fixture_tpap():
    with sim_of({"transport": "tpap", "load": 12.5, "tpap_iterations": 100}
                ) as s:
        yield s


def responses(answer):
    return {r["method"]: r for r in answer["result"]["responses"]}


def test_all_published_vectors():
    done = subprocess.run([binary(), "--self-test"], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout


# Discovery


def test_tdp_tells_how_to_log_in_and_counts_wrong_checksums():
    with sim_of({"transport": "klap"},
                {"transport": "klap", "dialect": "iot", "new_klap": True},
                {"transport": "aes", "lv": 0}, {"transport": "tpap"},
                {"factory_default": True, "transport": "klap"},
                {}) as sim:
        found = discover("127.255.255.255")
        assert sorted(found) == [f"127.77.1.{i}" for i in range(1, 6)]
        first = found["127.77.1.1"]
        assert first["device_type"] == "SMART.TAPOPLUG"
        assert first["device_model"] == "P110M(EU)"
        assert first["mgt_encrypt_schm"] == {
            "is_support_https": False, "encrypt_type": "KLAP",
            "http_port": 80, "lv": 2}
        assert first["owner"] == "B58996C504C5638798EB6B511E6F49AF"
        assert found["127.77.1.2"]["device_type"] == "IOT.SMARTPLUGSWITCH"
        assert found["127.77.1.2"]["mgt_encrypt_schm"]["new_klap"] == 1
        assert "lv" not in found["127.77.1.3"]["mgt_encrypt_schm"]
        assert found["127.77.1.4"]["tpap"]["pake"] == [2]
        assert found["127.77.1.5"]["owner"] == ""
        assert discover("127.77.1.1", tdp_probe(crc=1))
        assert sim.totals()["tdp_bad_crc"] == 1
        assert sim.stats("D1")[0]["tdp_replies"] == 2


def test_cameras_answer_discovery_only_and_seal_what_they_say():
    key = klap_tpap.rsa.generate_private_key(65537, 2048)
    with sim_of({"kind": "camera"}, {"kind": "chime"},
                {"kind": "hub", "quirks": {"battery": True}}) as sim:
        found = discover("127.255.255.255", klap_tpap.key_probe(key))
        camera = found["127.77.1.1"]
        assert "encrypt_type" not in camera["mgt_encrypt_schm"]
        plain = klap_tpap.decrypt_info(key, camera["encrypt_info"])
        assert plain["http_port"] == 443
        assert found["127.77.1.2"]["device_type"] == "SMART.TAPOCHIME"
        assert "127.77.1.3" not in found
        assert "127.77.1.3" in discover("127.255.255.255", port=20004)
        assert sim.device("D2")["transport"] == "none"
        with pytest.raises(Refused):
            Klap("127.77.1.2").login()


def test_a_lazy_web_server_starts_when_discovery_asks():
    with sim_of({"transport": "klap", "quirks": {"lazy_http": True}}) as sim:
        with pytest.raises(ConnectionRefusedError):
            Klap("127.77.1.1").login()
        assert discover("127.77.1.1")
        Klap("127.77.1.1").login()
        sim.reboot("D1", 0.2)
        time.sleep(0.5)
        with pytest.raises(ConnectionRefusedError):
            Klap("127.77.1.1").login()


# TLS


@pytest.mark.parametrize("port", [0, 8443])
def test_web_servers_with_tls_have_the_suites_of_their_kind(port):
    there = port or 4433
    with sim_of({"transport": "klap", "load": 7, "https": True,
                 "http_port": port},
                {"transport": "tpap", "https": True, "http_port": port,
                 "tpap_iterations": 10, "tpap_tls": 2}) as sim:
        found = discover("127.255.255.255")
        for i in 1, 2:
            scheme = found[f"127.77.1.{i}"]["mgt_encrypt_schm"]
            assert scheme["is_support_https"] is True
            assert scheme["http_port"] == there
        described = found["127.77.1.2"]["tpap"]
        assert described["tls"] == 2 and described["port"] == there
        with pytest.raises((OSError, klap_tpap.http.client.HTTPException)):
            Klap("127.77.1.1", port=there).login()
        client = Klap("127.77.1.1", port=there, tls=True).login()
        assert responses(client.ask(POWER))[
            "get_emeter_data"]["result"]["power_mw"] == 7000
        assert client.connection.sock.cipher()[0] == "AES256-GCM-SHA384"
        sim.fault("D1", "segments", k=4, interval=2)
        sim.fault("D1", "huge", kib=100)
        assert len(client.ask(INFO)["padding"]) > 90000
        client = Tpap("127.77.1.2", port=there, tls=True).login(SHADOW)
        assert client.ask(INFO)["error_code"] == 0
        assert client.connection.sock.cipher()[0].startswith("ECDHE")
        assert client.connection.sock.version() == "TLSv1.2"
        assert client.stok in sim.secrets()


# KLAP


def test_klap_serves_smart_and_iot_and_tells_what_it_served(klap):
    client = Klap("127.77.1.1").login()
    found = responses(client.ask(POWER))
    meter = found["get_emeter_data"]["result"]
    assert meter["power_mw"] == 61753 and meter["voltage_mv"] == 230837
    assert found["get_energy_usage"]["result"]["current_power"] == 61753
    info = found["get_device_info"]["result"]
    assert base64.b64decode(info["nickname"]) == b"D1"
    served = klap.device("D1")["served"]
    assert served["watts"] == 61.753 and served["relay"] is True
    assert served["month_wh"] == found["get_energy_usage"]["result"][
        "month_energy"]
    with sim_of_iot() as _:
        old = Klap("127.77.2.1", version=1).login()
        answer = old.ask({"system": {"get_sysinfo": {}},
                          "emeter": {"get_realtime": {}}})
        assert answer["emeter"]["get_realtime"]["power_mw"] == 30000


def sim_of_iot():
    return Sim([{"addr": "127.77.2.1", "transport": "klap", "dialect": "iot",
                 "klap": "v1", "load": 30}], port=9998,
               args=["--tdp-port", "21002"])


def test_klap_proves_itself_and_counts_wrong_passwords(klap):
    with pytest.raises(Refused, match="server_hash"):
        Klap("127.77.1.1", password="wrong").login()
    client = Klap("127.77.1.1")
    client.post("/app/handshake1", bytes(16))
    client.take_cookie()
    assert client.post("/app/handshake2", bytes(32))[0] == 403
    assert klap.stats("D1")[0]["failed_logins"] == 1
    for credentials, user, password in (
            ("kasa", "kasa@tp-link.net", "kasaSetup"),
            ("tapo", "test@tp-link.net", "test"), ("blank", "", "")):
        klap.set("D1", credentials=credentials)
        assert Klap("127.77.1.1", user=user,
                    password=password).login().ask(INFO)["error_code"] == 0


def test_one_session_at_a_time(klap):
    first, second = Klap("127.77.1.1").login(), Klap("127.77.1.1").login()
    with pytest.raises(Refused, match="403"):
        first.ask(INFO)
    second.ask(INFO)
    assert klap.stats("D1")[0]["evictions"] == 1
    klap.call("evict", device="D1")
    with pytest.raises(Refused, match="403"):
        second.ask(INFO)
    klap.set("D1", session_timeout=1)
    third = Klap("127.77.1.1").login()
    assert "TIMEOUT=1" in third.cookies or third.ask(INFO)
    time.sleep(1.2)
    with pytest.raises(Refused, match="403"):
        third.ask(INFO)
    klap.set("D1", quirks={"no_third_party": True})
    with pytest.raises(Refused, match="handshake1"):
        Klap("127.77.1.1").login()


def test_sequence_numbers_never_repeat(klap):
    client = Klap("127.77.1.1").login()
    client.ask(INFO)
    client.seq -= 1
    with pytest.raises(Refused, match="400"):
        client.ask(INFO)
    assert klap.stats("D1")[0]["bad_requests"] == 1


def test_one_request_per_session_then_garbage():
    with sim_of({"transport": "klap", "quirks": {"one_request": True}}):
        client = Klap("127.77.1.1").login()
        client.ask(INFO)
        with pytest.raises((AssertionError, ValueError)):
            client.ask(INFO)
        client.login().ask(INFO)


@pytest.mark.parametrize("fault, at, parameters", [
    ("http_status", "request", {"status": 403, "at": "request"}),
    ("http_status", "handshake1", {"status": 500, "at": "handshake1"}),
    ("html", "request", {}),
    ("html", "request", {"framed": 1}),
    ("cut_cipher", "request", {"bytes": 5}),
    ("bad_padding", "request", {}),
    ("forged", "request", {}),
    ("stale_seq", "request", {}),
    ("wrong_length", "request", {"length": 10}),
    ("garbage", "request", {}),
    ("truncated_json", "request", {}),
    ("reset", "request", {}),
    ("eof", "request", {}),
    ("wrong_hash", "handshake1", {}),
    ("handshake_length", "handshake1", {"bytes": 20}),
    ("cookie", "handshake1", {"name": ""}),
])
def test_faults_of_klap(klap, fault, at, parameters):
    client = Klap("127.77.1.1", timeout=2)
    if at == "request":
        client.login()
    klap.fault("D1", fault, count=1, **parameters)
    with pytest.raises((Refused, AssertionError, ValueError, OSError,
                        klap_tpap.http.client.HTTPException)):
        if at == "request":
            client.ask(INFO)
        else:
            client.login()
    time.sleep(0.05)
    assert Klap("127.77.1.1").login().ask(INFO)["error_code"] == 0


def test_slow_and_huge_answers_still_come_whole(klap):
    client = Klap("127.77.1.1", timeout=10).login()
    klap.fault("D1", "drip", bytes=200, interval=5, count=1)
    assert client.ask(INFO)["error_code"] == 0
    klap.fault("D1", "huge", kib=200, count=1)
    assert len(client.ask(INFO)["padding"]) > 190000


def test_web_servers_are_as_picky_as_the_real_ones():
    with sim_of({"transport": "klap",
                 "quirks": {"strict_headers": True, "lower_headers": True}}):
        assert Klap("127.77.1.1").login().ask(INFO)
        with socket.create_connection(("127.77.1.1", 80), 2) as sock:
            sock.sendall(b"POST /app/handshake1 HTTP/1.1\r\n"
                         b"content-length: 16\r\n\r\n" + bytes(16))
            assert b" 400 " in sock.recv(4096)
        with socket.create_connection(("127.77.1.1", 80), 2) as sock:
            sock.sendall(b"POST /app/handshake1 HTTP/1.1\r\n"
                         b"Transfer-Encoding: chunked\r\n\r\n")
            assert b" 500 " in sock.recv(4096)


def test_keep_open_decides_about_the_connection():
    with sim_of({"transport": "klap", "keep_open": False}) as sim:
        client = Klap("127.77.1.1").login()
        client.ask(INFO)
        assert sim.stats("D1")[0]["accepted"] == 3


# AES


@pytest.mark.parametrize("version", [1, 2])
def test_aes_logs_in_and_answers(version):
    with sim_of({"transport": "aes", "lv": version if version > 1 else 0,
                 "load": 9.5}) as sim:
        client = Aes("127.77.1.1").login(version)
        found = responses(client.ask(POWER))
        assert found["get_emeter_data"]["result"]["power_mw"] == 9500
        with pytest.raises(Refused, match="-1501"):
            Aes("127.77.1.1").login(version, password="wrong")
        sim.call("evict", device="D1")
        with pytest.raises(Refused, match="9999"):
            client.ask(INFO)
        client = Aes("127.77.1.1").login(version)
        sim.fault("D1", "transport_error", code=1002, count=1)
        with pytest.raises(Refused, match="1002"):
            client.ask(INFO)
        for fault in ("not_base64", "bad_padding", "cut_cipher"):
            sim.fault("D1", fault, count=1)
            with pytest.raises(ValueError):
                client.ask(INFO)
        sim.set("D1", quirks={"plain_response": True})
        with pytest.raises(ValueError):
            client.ask(INFO)


# TPAP


@pytest.mark.parametrize("passcode, credential", [
    ("shadow2", SHADOW),
    ("plain", "user@example.com/great_password"),
    ("shadow1", "$1$abcdefgh$V6yZQFsVznBGbhaqRQcq50"),
    ("shadow5", "$5$rounds=1000$saltsaltsalt$YY4bOdCcDPyQ33JpunxOFv3Au"
                ".fZN.RvLm2Pn9epYP1"),
    ("authkey", "rsvduvpnavjqunz"),
    ("shadow3", "1943df6f7e02e7db3b548d87c98e1108dcfe7714"),
    ("salted0", "4933f04f50a3fe1242a92322ed7ab38d"
                "cf537e9ce7dc38a8c1e3c0b63123ba95"),
    ("salted1", "257648d2e4dcca3444729959e2b1cff3"
                "ea3cc75567ffb672f7824edf9b2b5e5c"),
    ("unknown", "user@example.com/great_password"),
    ("default", "E36D503BDAF829B2CE46EC39F7889E33"
                "4FF3C1D3D9B3AFBC4C93E6B7131A7FDA"),
])
def test_tpap_takes_each_form_of_the_password(tpap, passcode, credential):
    tpap.set("D1", tpap_passcode=passcode, mac="AA:BB:CC:11:22:33")
    kind = "default_userpw" if passcode == "default" else "userpw"
    client = Tpap("127.77.1.1").login(credential, passcode=kind)
    found = responses(client.ask(POWER))
    assert found["get_emeter_data"]["result"]["power_mw"] == 12500
    assert (client.extra is None) == (passcode in ("plain", "default"))


@pytest.mark.parametrize("cipher", list(klap_tpap.CIPHERS))
def test_tpap_ciphers(tpap, cipher):
    tpap.set("D1", tpap_encryption=cipher)
    client = Tpap("127.77.1.1").login(SHADOW, offer=klap_tpap.CIPHERS)
    assert client.chosen == cipher
    for _ in range(3):
        assert client.ask(INFO)["error_code"] == 0
    client.seq -= 1
    with pytest.raises(Refused, match="-40413"):
        client.ask(INFO)


def test_tpap_short_w0_and_the_other_name(tpap):
    tpap.set("D1", tpap_salt="73686f727477302d000000000000004d",
             tpap_iterations=1, tpap_user_hash=1)
    name = klap_tpap.sha256(b"admin").hex().upper()
    assert Tpap("127.77.1.1").login(SHADOW, name=name).ask(INFO)
    tpap.set("D1", tpap_salt="73686f727477302d0000000000000262")
    assert Tpap("127.77.1.1").login(SHADOW, name=name).ask(INFO)


def test_wrong_passwords_lock_for_a_while(tpap):
    tpap.set("D1", quirks={"lock_after": 2, "lock_s": 1.5})
    for _ in range(2):
        with pytest.raises(Refused, match="-40412"):
            Tpap("127.77.1.1").login("wrong")
    with pytest.raises(Refused, match="sec_left"):
        Tpap("127.77.1.1").login(SHADOW)
    assert tpap.device("D1")["locked_s"] > 0
    time.sleep(1.7)
    client = Tpap("127.77.1.1").login(SHADOW)
    tpap.call("lock", device="D1", seconds=60)
    with pytest.raises(Refused, match="-40401"):
        client.ask(INFO)
    with pytest.raises(Refused, match="-40404"):
        Tpap("127.77.1.1").login(SHADOW)


@pytest.mark.parametrize("fault, parameters", [
    ("bad_point", {"how": "off_curve"}), ("bad_point", {"how": "infinity"}),
    ("bad_point", {"how": "short"}), ("bad_point", {"how": "zero"}),
    ("wrong_confirm", {}), ("not_base64", {}), ("salt", {"bytes": 0}),
    ("http_status", {"status": 500, "at": "/"})])
def test_faults_of_the_tpap_login(tpap, fault, parameters):
    tpap.fault("D1", fault, count=1, **parameters)
    with pytest.raises((Refused, ValueError)):
        Tpap("127.77.1.1").login(SHADOW)
    assert Tpap("127.77.1.1").login(SHADOW).ask(INFO)


def test_faults_of_the_tpap_data(tpap):
    client = Tpap("127.77.1.1").login(SHADOW)
    for fault in ("forged", "cut_cipher"):
        tpap.fault("D1", fault, count=1)
        with pytest.raises(newer_error()):
            client.ask(INFO)
    tpap.fault("D1", "stale_seq", count=1)
    reply = client.send(b'{"method":"get_device_info"}')
    assert int.from_bytes(reply[:4], "big") == client.seq - 2
    assert client.ask(INFO)["error_code"] == 0


def newer_error():
    from cryptography.exceptions import InvalidTag
    return InvalidTag


def test_some_devices_speak_klap_and_tpap():
    with sim_of({"transport": "klap", "tpap_advertised": True,
                 "tpap_iterations": 5}) as sim:
        assert discover("127.77.1.1")["127.77.1.1"]["tpap_preferred"] is False
        assert "tpap" not in Tpap("127.77.1.1").call(sub_method="discover")
        with pytest.raises(Refused, match="-40209"):
            Tpap("127.77.1.1").login(SHADOW)
        sim.set("D1", tpap_preferred=True)
        assert Tpap("127.77.1.1").call(sub_method="discover")["tpap"]
        Tpap("127.77.1.1").login(SHADOW).ask(INFO)
        Klap("127.77.1.1").login().ask(INFO)


# SMART


def test_batches_and_their_quirks(klap):
    client = Klap("127.77.1.1").login()

    def batch(*methods):
        answer = client.ask({"method": "multipleRequest", "params": {
            "requests": [{"method": m} for m in methods]}})
        return answer.get("result", {}).get("responses"), answer["error_code"]

    names = ["get_device_info", "nonsense", "get_led_info"]
    answers, _ = batch(*names)
    assert [a["method"] for a in answers] == names
    assert [a["error_code"] for a in answers] == [0, -1002, 0]
    klap.set("D1", quirks={"batch_stops": True})
    assert len(batch(*names)[0]) == 2
    klap.set("D1", quirks={"batch_stops": False, "batch_reverse": True})
    assert [a["method"] for a in batch(*names)[0]] == names[::-1]
    klap.set("D1", quirks={"batch_max": 2})
    assert batch(*names) == (None, 1200)
    klap.set("D1", quirks={"no_batch": True})
    assert batch(*names) == (None, -1003)
    klap.set("D1", refuse="get_led_info get_emeter_data")
    assert client.ask({"method": "get_led_info"})["error_code"] == -1002
    klap.fault("D1", "err_method", module="get_energy_usage", code=-2201)
    assert client.ask({"method": "get_energy_usage"})["error_code"] == -2201


@pytest.mark.parametrize("energy, power, usage, meter", [
    ("none", False, False, False), ("v1", False, True, False),
    ("no_emeter", True, True, False), ("full", True, True, True),
    ("no_current_power", False, True, True),
    ("watts_only", True, None, False), ("no_usage_power", True, None, True)])
def test_energy_variants(klap, energy, power, usage, meter):
    klap.set("D1", energy=energy)
    client = Klap("127.77.1.1").login()
    found = responses(client.ask({"method": "multipleRequest", "params": {
        "requests": [{"method": "get_current_power"},
                     {"method": "get_energy_usage"},
                     {"method": "get_emeter_data"}]}}))
    assert (found["get_current_power"]["error_code"] == 0) is power
    assert (found["get_emeter_data"]["error_code"] == 0) is meter
    assert (found["get_energy_usage"]["error_code"] == 0) is (usage is not
                                                              False)
    if usage is not False:
        result = found["get_energy_usage"]["result"]
        assert ("current_power" in result) is (usage is True)
        assert ("past24h" in result) is (energy == "v1")
    truth, served = klap.device("D1"), klap.device("D1")["served"]
    assert truth.get("watts") == served.get("watts") == {
        "none": None, "watts_only": 61}.get(energy, 61.753)


def test_children_come_in_pages_and_answer_for_themselves():
    with sim_of({"transport": "klap", "model": "P316M(US)", "volts": 120,
                 "plugs": [{"alias": f"Outlet {i}", "load": i * 7.25}
                           for i in range(6)],
                 "quirks": {"page": 4, "children_reverse": True}}) as sim:
        client = Klap("127.77.1.1").login()
        children = []
        while True:
            page = client.ask({"method": "get_child_device_list", "params": {
                "start_index": len(children)}})["result"]
            children += page["child_device_list"]
            if len(children) >= page["sum"]:
                break
        assert [c["position"] for c in children] == [6, 5, 4, 3, 2, 1]
        for child in children:
            answer = client.ask({"method": "control_child", "params": {
                "device_id": child["device_id"], "requestData": POWER}})
            inner = responses(answer["result"]["responseData"])
            assert inner["get_emeter_data"]["result"]["power_mw"] == (
                child["position"] - 1) * 7250
            assert "current_power" not in inner["get_energy_usage"]["result"]
        assert client.ask({"method": "get_emeter_data"})["result"][
            "power_mw"] == 0  # its own meter echoes the first outlet
        assert client.ask({"method": "control_child", "params": {
            "device_id": "nobody", "requestData": INFO}})["error_code"] == -1008
        assert "device_on" not in client.ask(INFO)["result"]
        assert [p["served"]["watts"] for p in sim.device("D1")["plugs"]] == [
            i * 7.25 for i in range(6)]


# Firmware updates


def test_a_firmware_update_changes_the_transport():
    with sim_of({"load": 5}, {"transport": "aes", "load": 6}) as sim:
        total = sim.device("D1")["total_wh"]
        sim.set("D1", transport="klap")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.77.1.1", 9999), 2)
        client = Klap("127.77.1.1").login()
        answer = client.ask({"emeter": {"get_realtime": {}}})
        assert answer["emeter"]["get_realtime"]["total_wh"] >= int(total)
        client = Aes("127.77.1.2").login()
        sim.set("D2", transport="klap")
        with pytest.raises(Refused, match="1003"):
            Aes("127.77.1.2").login()
        Klap("127.77.1.2").login().ask(INFO)
        sim.set("D2", transport="tpap", tpap_iterations=10)
        with pytest.raises(Refused, match="403"):
            Klap("127.77.1.2").login()
        Tpap("127.77.1.2").login(SHADOW).ask(INFO)
        with pytest.raises(SimError):
            sim.set("D2", transport="xor")
