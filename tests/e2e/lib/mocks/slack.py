# SPDX-License-Identifier: MIT
"""Slack: the incoming webhook and chat.postMessage."""

import re

from . import web

TOP = {"text": str, "attachments": list, "channel": str, "username": str, "icon_emoji": str}
BOT = {**TOP, "thread_ts": str, "reply_broadcast": bool}
ATTACHMENT = {"color": str, "fallback": str, "title": str, "title_link": str, "text": str, "fields": list,
              "footer": str, "ts": int, "mrkdwn_in": list}
FIELD = {"title": str, "value": str, "short": bool}


def markup_fault(text):
    """The reason why text is not escaped as Slack wants it, or None."""
    bare = re.search(r"&(?!(?:amp|lt|gt);)", text)
    if bare:
        return "bare & in %r" % text
    for mention in re.findall(r"<[^>]*>", text):
        if not re.fullmatch(r"<(?:!(?:here|channel|everyone)|@[UW][A-Z0-9]+|!subteam\^[A-Z0-9]+)>", mention) \
                and not re.fullmatch(r"<https?://[^|<>\s]+(?:\|[^<>]*)?>", mention):
            return "markup %r" % mention
    if "<" in re.sub(r"<[^>]*>", "", text) or ">" in re.sub(r"<[^>]*>", "", text):
        return "bare < or > in %r" % text
    wrong = re.search(r"&(?:quot|apos|#\d+);", text)
    if wrong:
        return "entity %s is not Slack's" % wrong.group(0)
    return None


class _Common(web.Mock):
    def _check(self, request, value, known):
        """A list of what is wrong with the message."""
        wrong = []

        def walk(thing, table, where):
            for key, item in thing.items():
                if key not in table:
                    wrong.append("unknown field %s%s" % (where, key))
                elif type(item) is not table[key]:
                    wrong.append("%s%s is a %s" % (where, key, type(item).__name__))
                elif isinstance(item, str):
                    fault = markup_fault(item) if key in ("text", "title", "value", "fallback", "footer") else None
                    if fault:
                        wrong.append("%s%s: %s" % (where, key, fault))
                    if any(ord(c) < 32 and c != "\n" for c in item):
                        wrong.append("control character in %s%s" % (where, key))

        if not isinstance(value, dict):
            return ["not an object"]
        walk(value, known, "")
        if not value.get("text", "").strip():
            wrong.append("no_text")
        attachments = value.get("attachments", [])
        if len(attachments) > 10:
            wrong.append("too_many_attachments")
        for a in attachments:
            walk(a, ATTACHMENT, "attachment.")
            if not re.fullmatch(r"good|warning|danger|#[0-9a-fA-F]{6}", a.get("color", "good")):
                wrong.append("color %r" % a["color"])
            if len(a.get("title", "")) > 1024:
                wrong.append("title of %d" % len(a["title"]))
            if len(a.get("footer", "")) > 300:
                wrong.append("footer of %d" % len(a["footer"]))
            if len(a.get("text", "")) > 700 * 5 or a.get("text", "").count("\n") > 5:
                wrong.append("text would collapse")
            if "ts" not in a:
                wrong.append("no ts")
            elif not 10 ** 8 < a["ts"] < 10 ** 10:
                wrong.append("ts is not Unix seconds")
            if not a.get("fallback"):
                wrong.append("no fallback")
            if len(a.get("fields", [])) > 10:
                wrong.append("too many fields")
            for f in a.get("fields", []):
                if isinstance(f, dict):
                    walk(f, FIELD, "field.")
                    if set(f) != set(FIELD):
                        wrong.append("field lacks %s" % (set(FIELD) - set(f)))
                else:
                    wrong.append("field is no object")
        return wrong

    def _message(self, request, known):
        kind = request.header("Content-Type") or ""
        if kind.lower().replace(" ", "") != "application/json;charset=utf-8":
            self.fault(request, "Content-Type is %r" % kind)
        try:
            value = web.strict_json(request.body)
        except web.BadJson as why:
            return None, [str(why)]
        return value, self._check(request, value, known)


class SlackWebhook(_Common):
    path = "/services/T0/B0/xyzzySecretPath"

    def __init__(self, **kw):
        super().__init__(**kw)
        self.sent = []

    def judge(self, request):
        if request.target != self.path or request.method != "POST":
            self.fault(request, "not the webhook: %s %s" % (request.method, request.target))
            return web.Reply(404, "no_service", kind="text/html")
        if request.header("Authorization"):
            self.fault(request, "a webhook takes no Authorization")
        value, wrong = self._message(request, TOP)
        if wrong:
            for text in wrong:
                self.fault(request, text)
            return web.Reply(400, "no_text" if wrong == ["no_text"] else "invalid_payload", kind="text/html")
        self.sent.append(value)
        return web.Reply(200, "ok", kind="text/html")


class SlackBot(_Common):
    def __init__(self, token="xoxb-0-secret-bot-token", channels=("C0123456789",), **kw):
        super().__init__(**kw)
        self.token = token
        self.channels = set(channels)
        self.sent = []
        self.known_ts = set()

    def _no(self, request, error, **more):
        self.fault(request, error)
        return web.reply_json(200, {"ok": False, "error": error, **more})

    def judge(self, request):
        if request.target != "/api/chat.postMessage" or request.method != "POST":
            return self._no(request, "unknown_method")
        auth = request.header("Authorization")
        if auth is None:
            return self._no(request, "not_authed")
        if auth != "Bearer " + self.token:
            return self._no(request, "invalid_auth")
        value, wrong = self._message(request, BOT)
        if wrong:
            for text in wrong:
                self.fault(request, text)
            return web.reply_json(200, {"ok": False, "error": "no_text" if wrong == ["no_text"] else "invalid_arguments"})
        if value.get("channel") not in self.channels:
            return self._no(request, "channel_not_found")
        if "thread_ts" in value and value["thread_ts"] not in self.known_ts:
            return self._no(request, "thread_not_found")
        self.sent.append(value)
        ts = "17000000%02d.000100" % len(self.sent)
        self.known_ts.add(ts)
        return web.reply_json(200, {"ok": True, "channel": value["channel"], "ts": ts, "message": {"text": value["text"]}})
