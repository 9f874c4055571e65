# SPDX-License-Identifier: MIT
"""Every service notify_kasa speaks to, as strict mocks, and the configuration
that leads to them; for the real plugin in a real collectd."""

import os
import time

import pytest

from channels import BUILD, _pki, secret_file  # noqa: F401
from mocks.discord import Discord
from mocks.pushover import Pushover
from mocks.slack import SlackBot, SlackWebhook
from mocks.smtp import Smtp
from mocks.webhook import Webhook

TOKEN, USER, PASSWORD = "tokenTokenTOKEN0123456789abcde", "userUserUSER0123456789abcdefgh", "smtp-secret-password"
BOT, HMAC = "xoxb-0-secret-bot-token", "hmac-secret-value"
SECRETS = (TOKEN, USER, PASSWORD, BOT, HMAC, "xyzzySecretPath", "discordSecretToken")


class House:
    """Every service, and the configuration that leads to them."""

    def __init__(self, pki, folder):
        self.push = Pushover(token=TOKEN, user=USER, pem=pki.pem("good"))
        self.hook = SlackWebhook(pem=pki.pem("good"))
        self.bot = SlackBot(token=BOT, pem=pki.pem("good"))
        self.web = Webhook(secret=HMAC, pem=pki.pem("good"))
        self.discord = Discord(pem=pki.pem("good"))
        self.smtp = Smtp(pem=pki.pem("good"), auth=("me", PASSWORD))
        self.services = [self.push, self.hook, self.bot, self.web, self.discord, self.smtp]

        def file(name, value):
            return secret_file(folder, name, value)

        self.options = f"""
  MinLevel info
  RecoverAfter 1s
  <Channel pushover "phone">
    TokenFile "{file('token', TOKEN)}"
    UserFile "{file('user', USER)}"
    BaseURL "{self.push.url}"
    EmergencyFrom critical
    CAFile "{pki.ca}"
  </Channel>
  <Channel slack "team">
    WebhookURLFile "{file('slack', self.hook.url + self.hook.path)}"
    CAFile "{pki.ca}"
  </Channel>
  <Channel slack "bot">
    BotTokenFile "{file('bot', BOT)}"
    ChannelID "C0123456789"
    BaseURL "{self.bot.url}"
    CAFile "{pki.ca}"
  </Channel>
  <Channel webhook "hub">
    URLFile "{file('url', self.web.url + self.web.path)}"
    HMACSecretFile "{file('hmac', HMAC)}"
    CAFile "{pki.ca}"
  </Channel>
  <Channel discord "chat">
    WebhookURLFile "{file('discord', self.discord.url + self.discord.path)}"
    CAFile "{pki.ca}"
  </Channel>
  <Channel email "mail">
    Server "localhost"
    Port {self.smtp.port}
    Username "me"
    PasswordFile "{file('smtp', PASSWORD)}"
    From "Smart plugs <collectd@example.org>"
    To "me@example.org"
    CAFile "{pki.ca}"
  </Channel>
  <Device "plug-1f3a">
    Alias "Freezer"
  </Device>
"""

    def counts(self):
        return [len(s.sent) for s in self.services[:-1]] + [len(self.smtp.mails)]

    def faults(self):
        return [f for s in self.services for f in s.faults]

    def wait(self, counts, seconds=60):
        end = time.monotonic() + seconds
        while self.counts() != counts and time.monotonic() < end:
            time.sleep(0.1)
        assert self.counts() == counts

    def __enter__(self):
        for s in self.services:
            s.__enter__()
        return self

    def __exit__(self, *_):
        for s in self.services:
            s.__exit__()


@pytest.fixture(name="house")
def _house(pki, tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_KASA", os.path.abspath(BUILD / ".libs"))
    with House(pki, tmp_path) as house:
        yield house
