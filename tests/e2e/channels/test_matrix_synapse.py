# SPDX-License-Identifier: MIT
"""Matrix through a real homeserver, Synapse: what the mock believes is held
against it. KASA_SYNAPSE is a Python that has matrix-synapse."""

import json
import os
import subprocess
import urllib.request

import pytest

from channels import probe, send
from collectd import free_port, wait

PYTHON = os.environ.get("KASA_SYNAPSE", "")
pytestmark = [pytest.mark.one_thread, pytest.mark.takes(30), pytest.mark.skipif(
    not os.access(PYTHON, os.X_OK), reason="matrix-synapse is not installed (KASA_SYNAPSE)")]

CONFIG = """
server_name: "localhost"
pid_file: "{base}/pid"
listeners:
  - port: {port}
    type: http
    bind_addresses: ["127.0.0.1"]
    resources: [{{names: [client]}}]
database: {{name: sqlite3, args: {{database: "{base}/db"}}}}
media_store_path: "{base}/media"
signing_key_path: "{base}/key"
registration_shared_secret: "of this test"
macaroon_secret_key: "of this test, too"
enable_registration: true
enable_registration_without_verification: true
suppress_key_server_warning: true
trusted_key_servers: []
report_stats: false
rc_message: {{per_second: {rate}, burst_count: {burst}}}
"""


class Synapse:
    def __init__(self, base, rate=1000, burst=1000):
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        config = base / "config.yaml"
        config.write_text(CONFIG.format(base=base, port=port, rate=rate, burst=burst))
        command = [PYTHON, "-m", "synapse.app.homeserver", "-c", str(config)]
        subprocess.run([*command, "--generate-keys"], check=True, cwd=base, capture_output=True)
        with open(base / "out", "w", encoding="utf-8") as out:
            self.process = subprocess.Popen(command, cwd=base, stdout=out, stderr=out)
        wait(self.answers, "Synapse", 120, lambda: (base / "out").read_text())
        who = self.ask("POST", "register", {"username": "bot", "password": "of this test, three",
                                            "auth": {"type": "m.login.dummy"}})
        self.token = who["access_token"]
        self.room = self.ask("POST", "createRoom", {"name": "alerts"})["room_id"]

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            f"{self.url}/_matrix/client/v3/{path}", method=method,
            data=json.dumps(body).encode() if body is not None else None)
        if hasattr(self, "token"):
            request.add_header("Authorization", "Bearer " + self.token)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def answers(self):
        try:
            with urllib.request.urlopen(self.url + "/_matrix/client/versions", timeout=10):
                return True
        except OSError:
            assert self.process.poll() is None
            return False

    def messages(self):
        """What people see in the room, oldest first."""
        found = self.ask("GET", f"rooms/{self.room}/messages?dir=b&limit=100")
        return [e for e in reversed(found["chunk"]) if e["type"] == "m.room.message"]

    def run(self, steps, token=None, room=None):
        return probe("matrix", [["Homeserver", self.url], ["RoomID", room or self.room],
                                ["AccessToken", token or self.token]], steps)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


@pytest.fixture(scope="module", name="synapse")
def _synapse(tmp_path_factory):
    with Synapse(tmp_path_factory.mktemp("synapse")) as server:
        yield server


def test_an_alert_appears_and_its_end_answers_it(synapse):
    got = synapse.run([send(delivery_id="a" * 32)])
    assert got[0]["outcome"] == "sent", got.text
    root = got[0]["provider_ref"]
    got = synapse.run([send(kind="resolved", delivery_id="b" * 32, root_ref=root)])
    assert got[0]["outcome"] == "sent", got.text
    alarm, end = synapse.messages()[-2:]
    assert alarm["event_id"] == root and "Freezer" in alarm["content"]["body"]
    assert end["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] == root


def test_a_retry_after_any_doubt_is_one_message(synapse):
    before = len(synapse.messages())
    got = synapse.run([send(delivery_id="c" * 32), send(delivery_id="c" * 32)])
    assert [s["outcome"] for s in got.steps] == ["sent", "sent"], got.text
    assert got[0]["provider_ref"] == got[1]["provider_ref"]
    assert len(synapse.messages()) == before + 1


@pytest.mark.parametrize("name", ["<b>&amp;</b>", "\u202egnp.exe", "\u200b\u200bzero", "🧊" * 40, "@room", "a\x07b"],
                         ids=["markup", "right to left", "no width", "emoji", "everybody", "control"])
def test_a_name_is_only_a_name(synapse, name):
    got = synapse.run([send(delivery_id=name.encode("utf-8").hex()[:24].ljust(32, "0"), alert={"device": name})])
    assert got[0]["outcome"] == "sent", got.text
    content = synapse.messages()[-1]["content"]
    assert name not in content.get("formatted_body", "")  # plain text is sent as such
    assert "m.mentions" not in content or not content["m.mentions"].get("room")


def test_refusals_blame_the_channel(synapse):
    assert synapse.run([send()], token="syt_nobody")[0]["outcome"] == "channel"
    assert synapse.run([send()], room="!nowhere:localhost")[0]["outcome"] == "channel"


def test_its_limit_is_a_wait(tmp_path):
    with Synapse(tmp_path, rate=0.05, burst=1) as synapse:
        got = synapse.run([send(delivery_id=f"{i:032d}") for i in range(4)])
        limited = [s for s in got.steps if s["outcome"] != "sent"]
        assert limited and limited[0]["outcome"] == "retry", got.text
        assert 0 < limited[0]["wait_s"] < 120
