# SPDX-License-Identifier: MIT
"""The whole way: simulated plugs, kasa, collectd's thresholds, notify_kasa,
and a mail server, Pushover and Slack at the other end. What people get, word
by word, and that they get nothing else."""

import re

import pytest

from channels import _pki, secret_file  # noqa: F401
from collectd import BUILD, PLUGINDIR, Collectd, wait
from mail_server import MailServer
from mocks.pushover import Pushover
from mocks.slack import SlackBot
from sim import Sim

pytestmark = pytest.mark.takes(40)

TOKEN, USER = "tokenTokenTOKEN0123456789abcde", "userUserUSER0123456789abcdefgh"
BOT, PASSWORD = "xoxb-0-secret-bot-token", "smtp-secret-password"
HITS = 2  # speaks at the value HITS + 2
NARROW = "\u202f"

# as in collectd.conf.d/kasa-thresholds.conf, with a shorter time
THRESHOLDS = f"""
<Plugin threshold>
  <Plugin "kasa">
    <Type "power">
      WarningMax 1500
      Hits {HITS}
      Hysteresis 50
      Interesting false
    </Type>
    <Type "up">
      FailureMin 0.5
      Hits {2 * HITS}
      Interesting false
    </Type>
  </Plugin>
</Plugin>
"""


class People:
    """A mailbox, a telephone and a chat."""

    def __init__(self, pki, folder):
        pem = pki.pem("good")
        self.mail = MailServer(pem=pem, auth=("me", PASSWORD))
        self.phone = Pushover(token=TOKEN, user=USER, pem=pem)
        self.chat = SlackBot(token=BOT, pem=pem)
        self._ca, self._folder = pki.ca, folder

    def _file(self, name, text):
        return secret_file(self._folder, name, text)

    @property
    def blocks(self):
        return f"""
PluginDir "{BUILD}/.libs"
LoadPlugin notify_kasa
PluginDir "{PLUGINDIR}"
<Plugin notify_kasa>
  ControlSocket "{self._folder}/control"
  RecoverAfter 1
  <Channel email "mail">
    Server "localhost"
    Port {self.mail.port}
    Username "me"
    PasswordFile "{self._file('smtp', PASSWORD)}"
    From "Smart plugs <collectd@example.org>"
    To "me@example.org"
    CAFile "{self._ca}"
  </Channel>
  <Channel pushover "phone">
    TokenFile "{self._file('token', TOKEN)}"
    UserFile "{self._file('user', USER)}"
    BaseURL "{self.phone.url}"
    CAFile "{self._ca}"
  </Channel>
  <Channel slack "team">
    BotTokenFile "{self._file('bot', BOT)}"
    ChannelID "C0123456789"
    BaseURL "{self.chat.url}"
    CAFile "{self._ca}"
  </Channel>
</Plugin>
{THRESHOLDS}
"""

    def counts(self):
        return [len(self.mail.letters), len(self.phone.sent),
                len(self.chat.sent)]

    def faults(self):
        return (self.phone.faults + self.chat.faults
                + [f for x in self.mail.letters for f in x.faults])

    def __enter__(self):
        for one in (self.mail, self.phone, self.chat):
            one.__enter__()
        return self

    def __exit__(self, *_):
        for one in (self.mail, self.phone, self.chat):
            one.__exit__(None, None, None)

    def said(self, number):
        """(title, text) of that message on each channel."""
        letter, push = self.mail.letters[number], self.phone.sent[number]
        post = self.chat.sent[number]
        return {"mail": (letter["Subject"], letter.text),
                "phone": (push["title"], push["message"]),
                "chat": (post["text"], post["attachments"][0]["text"])}


@pytest.fixture(name="people")
def _people(pki, tmp_path):
    with People(pki, tmp_path) as people:
        yield people


def notified(daemon, severity, what):
    return [n for n in daemon.notifications(what) if n[1] == severity]


def expect(daemon, people, number):
    """Everybody has heard exactly so many messages, in time."""
    wait(lambda: people.counts() == [number] * 3 or max(people.counts())
         > number, f"message {number} everywhere, not {people.counts()}", 25,
         daemon.tail)
    assert people.counts() == [number] * 3


def plain(text):
    return text.replace(NARROW, " ")


def threaded(people, first, last):
    letters = people.mail.letters
    assert letters[last]["In-Reply-To"] == letters[first]["Message-ID"]
    assert letters[first]["Message-ID"] in letters[last]["References"]
    assert "thread_ts" not in people.chat.sent[first]
    assert people.chat.sent[last]["thread_ts"] in people.chat.known_ts


def test_over_the_limit_a_restart_and_back(people):
    house = [{"alias": "Freezer", "kind": "plug", "load": 92},
             {"alias": "Heater", "kind": "plug", "load": 40}]
    with Sim(house) as sim, Collectd(blocks=people.blocks,
                                     plugins=("threshold",)) as daemon:
        daemon.wait_up("Freezer", "Heater")
        daemon.cycles(2)
        assert people.counts() == [0, 0, 0]
        sim.set("Freezer", load=1620)
        expect(daemon, people, 1)
        assert len(notified(daemon, "WARNING", "power")) == 1
        for name, (title, text) in people.said(0).items():
            title, text = plain(title), plain(text)
            assert re.search(r"^(\[WARNING\] )?Freezer: 1 6[12]\d W$",
                             title), name
            assert re.search(r"^Freezer: 1 6[12]\d W, above 1 500 W\.", text,
                             re.M), (name, text)
        # a restart: collectd forgets and says it again, we do not
        daemon.stop()
        daemon.start()
        daemon.wait(lambda: len(notified(daemon, "WARNING", "power")) == 2,
                    "the same again from threshold", 20)
        daemon.cycles(2)
        assert people.counts() == [1, 1, 1]
        sim.set("Freezer", load=96)
        expect(daemon, people, 2)
        for name, (title, text) in people.said(1).items():
            title, text = plain(title), plain(text)
            if name != "mail":  # there the subject keeps its stem
                assert re.search(r"^OK: Freezer 9[5-7](\.\d)? W$", title), name
            assert re.search(
                r"^Freezer is back to normal: 9[5-7](\.\d)? W\. It was above "
                r"1 500 W.*\(peak 1 6[12]\d W\)\.", text, re.M), (name, text)
        assert people.mail.letters[1]["Subject"].startswith("[OK] Freezer")
        threaded(people, 0, 1)
        daemon.cycles(HITS + 3)
        daemon.stop()
        daemon.start()
        daemon.wait_up("Freezer", "Heater")
        daemon.cycles(HITS + 3)
        assert people.counts() == [2, 2, 2]
        log = daemon.log()
    assert people.faults() == []
    assert people.mail.sessions == [(True, True)] * 2
    for secret in (TOKEN, USER, BOT, PASSWORD):
        assert secret not in log


def test_unplugged_and_back(people):
    house = [{"alias": "Freezer", "kind": "plug", "load": 92},
             {"alias": "Heater", "kind": "plug", "load": 40}]
    with Sim(house) as sim, Collectd(
            "Timeout 0.3", blocks=people.blocks, plugins=("threshold",),
            errors=True) as daemon:
        daemon.wait_up("Freezer", "Heater")
        daemon.cycles(2)
        sim.fault("Freezer", "gone")
        expect(daemon, people, 1)
        for name, (title, text) in people.said(0).items():
            assert re.search(r"^(\[CRITICAL\] )?Freezer is not reporting$",
                             title), name
            # the power has left collectd's cache by now
            assert re.search(r"^Freezer: no reading for \d+ s\. Last: 9[123](\.\d)? W "
                             r"at \d\d:\d\d\.", text, re.M), (name, text)
        daemon.cycles(3)
        sim.fault("Freezer", "none")
        expect(daemon, people, 2)
        for name, (title, text) in people.said(1).items():
            if name != "mail":
                assert title == "Freezer is reporting again", name
            assert re.search(r"^Freezer was away for \d+ s\.", text,
                             re.M), (name, text)
        threaded(people, 0, 1)
        daemon.cycles(HITS + 3)
        assert people.counts() == [2, 2, 2]
    assert people.faults() == []
