# SPDX-License-Identifier: MIT
"""The configuration as people write it and the words they get, through a real
collectd with the plugin as it is installed. NOTIFY_KASA_REAL is the folder of
that plugin (the build's .libs)."""

import json
import os
import pathlib
import socket
import subprocess
import tempfile

import clock
import instruments
from alerting import listens
from collectd import BUILD, SLOWNESS, daemon_command, environment
from tree import SOURCE

TREE = pathlib.Path(SOURCE)
PLUGIN = os.path.join(BUILD, ".libs")
KEY = "u" * 30
TOKEN = "t" * 30


class Daemon:
    """collectd -f with one configuration; what it says is in log()."""

    def __init__(self, text, sample=False):
        self.base = tempfile.mkdtemp(prefix="words-")
        conf = (
            f'Hostname "nas"\nFQDNLookup false\nBaseDir "{self.base}"\n'
            f'PIDFile "{self.base}/pid"\nInterval 1\nLoadPlugin logfile\n'
            f'<Plugin logfile>\n  File "{self.base}/log"\n'
            '  LogLevel info\n</Plugin>\n'
            f'PluginDir "{PLUGIN}"\n')
        if not sample:
            text = ('LoadPlugin notify_kasa\n<Plugin notify_kasa>\n'
                    f'  ControlSocket "{self.base}/run/control"\n{text}\n'
                    '</Plugin>\n')
        pathlib.Path(self.base, "conf").write_text(conf + text)
        with open(self.base + "/err", "wb") as err:
            self.process = subprocess.Popen(
                daemon_command(self.base + "/conf", "-f"),
                stdout=err, stderr=err, env=environment())
        ready = clock.until(lambda: self.process.poll() is not None or (
            "Initialization complete" in self.log() and (
                sample or listens(self.base + "/run/control"))), 20 * SLOWNESS)
        assert ready and self.process.poll() is None, self.log()

    def log(self):
        text = ""
        for name in ("err", "log"):
            path = pathlib.Path(self.base, name)
            text += path.read_text() if path.exists() else ""
        return text

    def ask(self, **request):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(20)
        s.connect(self.base + "/run/control")
        s.sendall(json.dumps(request).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            piece = s.recv(65536)
            assert piece, "the daemon hung up"
            answer += piece
        return json.loads(answer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(20 * SLOWNESS) == 0, self.log()
        assert not instruments.reports(self.log())
        subprocess.run(["rm", "-rf", self.base], check=True)


def test_the_sample_loads_as_it_is():
    text = (TREE / "collectd.conf.d" / "notify_kasa.conf").read_text()
    with Daemon(text, sample=True) as d:
        wrong = [line for line in d.log().splitlines()
                 if "notify_kasa plugin:" in line and
                 ("option" in line or "expects" in line or "unknown" in line or
                  "misconfigured" in line)]
        assert wrong == []


def test_every_commented_line_of_the_sample_is_right_too():
    text = (TREE / "collectd.conf.d" / "notify_kasa.conf").read_text()
    body = text[text.index("# ---- the whole"):text.rindex("</Plugin>")]
    # "#Option" and "#  Option" within a block; "# words" is for people
    bare = [line.strip()[1:] for line in body.splitlines()
            if line.strip().startswith("#")]
    options = "\n".join(line for line in bare
                        if not line.startswith(" ") or line.startswith("  "))
    with tempfile.TemporaryDirectory() as folder:
        secrets = {"pushover-user": KEY, "pushover-token": TOKEN,
                   "smtp": "pw", "hub": "bearer", "hub-hmac": "sign",
                   "slack": "https://hooks.slack.com/services/T0/B0/secret"}
        for name, value in secrets.items():
            path = pathlib.Path(folder, name)
            path.write_text(value + "\n")
            path.chmod(0o600)
        options = options.replace("/etc/collectd/secrets", folder)
        options = options.replace("/etc/collectd/lan-ca.pem",
                                  "/etc/ssl/certs/ca-certificates.crt")
        options = "\n".join(line for line in options.splitlines()
                            if "ControlSocket" not in line)
        with Daemon(options) as d:
            wrong = [line for line in d.log().splitlines()
                     if "notify_kasa plugin: <" in line and
                     "stands in the configuration itself" not in line]
            assert wrong == [], options
            routes = d.ask(command="explain", identifier="nas/kasa-Freezer/"
                           "power", severity="FAILURE", value=1820)["routes"]
            assert [r["route"] for r in routes] == ["freezer"]
            assert routes[0]["repeat"] == 1800
            for secret in secrets.values():
                assert secret not in d.log()


def test_mistakes_are_lines_and_the_rest_runs():
    with Daemon(f'''
  Pushover "{KEY}" "{TOKEN}"
  <Channel email "mail">
    To "me@example.org"
    Prot 25
  </Channel>
  <Channel teamz "later">
  </Channel>
  <QuietHours "night">
    Time 22:00-07:00
  </QuietHours>
  <Route "half an hour">
    For 0.5h
  </Route>
  <Route "typo">
    Text "%{{devcie}} is bad"
  </Route>
  RecoverAfter 0.5h
''') as d:
        log = d.log()
        for line in (
                'unknown option Prot, did you mean Port?',
                'channel "mail" is misconfigured and stays off',
                'unknown kind of channel teamz, did you mean teams?',
                'option Time expects texts in quotes',
                'option For expects seconds from 0 to 2592000, or a time like "30s", '
                '"5m" or "2h", found 0.5 "h": quote it if it is one value',
                'unknown name devcie, did you mean device?, at character 3',
                'option RecoverAfter expects seconds'):
            assert line in log, line
        assert KEY not in log and TOKEN not in log
        channels = {c["name"]: c for c in d.ask(command="status")["channels"]}
        assert "stopped" not in channels["pushover"]
        assert "Prot" in channels["mail"]["stopped"]


def test_render_is_what_every_channel_would_send():
    with Daemon(f'''
  Pushover "{KEY}" "{TOKEN}"
  Email "me@example.org"
  Slack "https://hooks.slack.com/services/T0/B0/s3cret"
  Discord "https://discord.com/api/webhooks/1/s3cret"
  Webhook "https://127.0.0.1:9/s3cret"
''') as d:
        answer = d.ask(command="render", identifier="nas/kasa-<!channel>/power",
                       severity="FAILURE", value=1820)
        text = json.dumps(answer)
        assert "s3cret" not in text and KEY not in text and TOKEN not in text
        payload = {r["channel"]: r["payload"] for r in answer["rendered"]}
        assert set(payload) == {"pushover", "email", "slack", "discord",
                                "webhook"}
        for r in answer["rendered"]:
            assert r["title"] == "<!channel>: 1\u202f820 W"
        assert "<!channel>" not in payload["slack"]
        assert "&lt;!channel&gt;" in payload["slack"]
        body = payload["webhook"].split("\n\n", 1)[1]
        assert json.loads(body)["alert"]["device"] == "<!channel>"
