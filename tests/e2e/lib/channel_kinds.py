# SPDX-License-Identifier: MIT
"""Every kind of channel that speaks HTTP: its strict mock and the options that
lead to it."""

from channels import probe
from mocks import (alertmanager, discord, gotify, matrix, ntfy, opsgenie, pagerduty, pushover, slack, teams, telegram, twilio, web,
                   webhook)

TOKEN = "tokenTokenTOKEN0123456789abcde"
USER = "userUserUSER0123456789abcdefgh"
BOT = "xoxb-0-secret-bot-token"
TELEGRAM = "123456789:AAFsecretTelegramToken"
ACCOUNT = "AC" + "0" * 32
ROUTING = "R0UT1NGk3y" + "0" * 22


class Channel:
    """One kind of channel and its mock, with options that fit together."""

    def __init__(self, kind, **kw):
        self.kind = kind
        if kind == "pushover":
            self.mock = pushover.Pushover(token=TOKEN, user=USER, **kw)
        elif kind == "slack":
            self.mock = slack.SlackWebhook(**kw)
        elif kind == "slackbot":
            self.mock = slack.SlackBot(token=BOT, **kw)
        elif kind == "webhook":
            self.mock = webhook.Webhook(secret="hmac-secret-value", bearer="bearer-secret-value", **kw)
        elif kind == "ntfy":
            self.mock = ntfy.Ntfy("secret-topic-name-9f3a", token="tk_secret_token_value", **kw)
        elif kind == "gotify":
            self.mock = gotify.Gotify("Asecret-app-token", **kw)
        elif kind == "telegram":
            self.mock = telegram.Telegram(TELEGRAM, **kw)
        elif kind == "matrix":
            self.mock = matrix.Matrix("!room:example.org", "syt_secret_access_token", **kw)
        elif kind == "pagerduty":
            self.mock = pagerduty.PagerDuty(ROUTING, **kw)
        elif kind == "opsgenie":
            self.mock = opsgenie.Opsgenie("genie-secret-key", **kw)
        elif kind == "alertmanager":
            self.mock = alertmanager.Alertmanager("bearer-secret-value", **kw)
        elif kind == "teams":
            self.mock = teams.Teams(**kw)
        elif kind == "twilio":
            self.mock = twilio.Twilio(ACCOUNT, ACCOUNT, "twilio-secret-token", **kw)
        else:
            self.mock = discord.Discord(**kw)

    def options(self, base=None):
        url = self.mock.url if base is None else base
        path = getattr(self.mock, "path", "")
        return {
            "pushover": [["Token", TOKEN], ["User", USER], ["BaseURL", url]],
            "slack": [["WebhookURL", url + path]],
            "slackbot": [["BotToken", BOT], ["ChannelID", "C0123456789"], ["BaseURL", url]],
            "webhook": [["URL", url + path], ["HMACSecret", "hmac-secret-value"],
                        ["BearerToken", "bearer-secret-value"]],
            "discord": [["WebhookURL", url + path]],
            "ntfy": [["Server", url], ["Topic", "secret-topic-name-9f3a"], ["Token", "tk_secret_token_value"]],
            "gotify": [["Server", url], ["Token", "Asecret-app-token"]],
            "telegram": [["BotToken", TELEGRAM], ["ChatID", "-1001234567890"], ["BaseURL", url]],
            "matrix": [["Homeserver", url], ["RoomID", "!room:example.org"],
                       ["AccessToken", "syt_secret_access_token"]],
            "pagerduty": [["RoutingKey", ROUTING], ["BaseURL", url]],
            "opsgenie": [["APIKey", "genie-secret-key"], ["BaseURL", url]],
            "alertmanager": [["URL", url], ["BearerToken", "bearer-secret-value"]],
            "teams": [["WebhookURL", url + path]],
            "twilio": [["AccountSID", ACCOUNT], ["AuthToken", "twilio-secret-token"], ["From", "Kasa"],
                       ["To", "+10000000000"], ["BaseURL", url]],
        }[self.kind]

    def run(self, pki, steps=None, base=None, extra=(), **more):
        options = self.options(base) + [["CAFile", pki.ca]] + list(extra)
        return probe("slack" if self.kind == "slackbot" else self.kind, options, steps, **more)

    def good(self):
        """The answer of the real service to a good message."""
        return {"pushover": web.Reply(200, '{"status":1,"request":"%s"}' % ("r" * 36)),
                "slack": web.Reply(200, "ok"),
                "slackbot": web.Reply(200, '{"ok":true,"channel":"C0123456789","ts":"1700000000.000100"}'),
                "webhook": web.Reply(204),
                "discord": web.Reply(200, '{"id":"990000000001"}'),
                "ntfy": web.Reply(200, '{"id":"abcdefgh"}'),
                "gotify": web.Reply(200, '{"id":25}'),
                "telegram": web.Reply(200, '{"ok":true,"result":{"message_id":5}}'),
                "matrix": web.Reply(200, '{"event_id":"$1"}'),
                "pagerduty": web.Reply(202, '{"status":"success","dedup_key":"x"}'),
                "opsgenie": web.Reply(202, '{"requestId":"r-1"}'),
                "alertmanager": web.Reply(200),
                "teams": web.Reply(202),
                "twilio": web.Reply(201, '{"sid":"SM%s"}' % ("0" * 32))}[self.kind]

    def messages(self):
        """The requests that say something, without those that ask what became of it."""
        return [r for r in self.mock.requests if r.method != "GET"]


KINDS = ["pushover", "slack", "slackbot", "webhook", "discord", "ntfy", "gotify", "telegram", "matrix",
         "pagerduty", "opsgenie", "teams", "twilio", "alertmanager"]
READS_BODY = [kind for kind in KINDS if kind not in ("webhook", "alertmanager")]
