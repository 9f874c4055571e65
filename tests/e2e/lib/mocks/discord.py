# SPDX-License-Identifier: MIT
"""Discord's Execute Webhook."""

import re

from . import web

TOP = {"content": str, "embeds": list, "username": str, "avatar_url": str, "flags": int, "allowed_mentions": dict,
       "thread_name": str}
EMBED = {"title": str, "description": str, "url": str, "timestamp": str, "color": int, "footer": dict, "fields": list}
FIELD = {"name": str, "value": str, "inline": bool}


def _length(text):
    return len(text.strip())


class Discord(web.Mock):
    path = "/api/webhooks/1234567890/discordSecretToken"

    def __init__(self, thread_id=None, **kw):
        super().__init__(**kw)
        self.thread_id = thread_id
        self.sent = []
        self.gone = False
        self.calls_after_404 = 0

    def judge(self, request):
        if self.gone:
            self.calls_after_404 += 1
            self.fault(request, "called again after a 404")
        if request.method != "POST" or request.path != self.path:
            self.fault(request, "%s %s" % (request.method, request.target))
            self.gone = True
            return web.reply_json(404, {"message": "Unknown Webhook", "code": 10015})
        want = {"wait": "true"}
        if self.thread_id:
            want["thread_id"] = self.thread_id
        if dict(request.query) != want or len(request.query) != len(want):
            self.fault(request, "query %r" % (request.query,))
        kind = request.header("Content-Type") or ""
        if not re.fullmatch(r"application/json(;\s*charset=utf-8)?", kind, re.I):
            self.fault(request, "Content-Type is %r" % kind)
            return web.reply_json(400, {"message": "Expected application/json", "code": 50109})
        try:
            value = web.strict_json(request.body)
        except web.BadJson as why:
            self.fault(request, str(why))
            return web.reply_json(400, {"message": "The request body contains invalid JSON.", "code": 50109})
        wrong = self._check(value)
        if wrong:
            for text in wrong:
                self.fault(request, text)
            return web.reply_json(400, {"message": "Invalid Form Body", "code": 50035, "errors": {
                "embeds": {"_errors": [{"code": "BASE_TYPE_BAD", "message": text} for text in wrong]}}})
        if not value.get("content") and not value.get("embeds"):
            self.fault(request, "empty message")
            return web.reply_json(400, {"message": "Cannot send an empty message", "code": 50006})
        self.sent.append(value)
        return web.reply_json(200, {"id": "99000000%04d" % len(self.sent), "type": 0, "content": value.get("content", ""),
                                    "channel_id": "1", "embeds": []})

    def _check(self, value):
        wrong = []

        def walk(thing, table, where):
            for key, item in thing.items():
                if key not in table:
                    wrong.append("unknown field %s%s" % (where, key))
                elif type(item) is not table[key]:
                    wrong.append("%s%s is a %s" % (where, key, type(item).__name__))
                elif isinstance(item, str) and any(ord(c) < 32 and c != "\n" for c in item):
                    wrong.append("control character in %s%s" % (where, key))

        def limit(thing, key, most, where):
            text = thing.get(key, "")
            if isinstance(text, str):
                if len(text) > most:
                    wrong.append("%s%s: Must be %d or fewer in length." % (where, key, most))
                return _length(text)
            return 0

        if not isinstance(value, dict):
            return ["not an object"]
        walk(value, TOP, "")
        limit(value, "content", 2000, "")
        limit(value, "username", 80, "")
        if value.get("flags", 0) not in (0, 4096):
            wrong.append("flags %r" % value["flags"])
        mentions = value.get("allowed_mentions")
        if not isinstance(mentions, dict) or not isinstance(mentions.get("parse"), list):
            wrong.append("allowed_mentions is %r" % (mentions,))
        elif set(mentions) - {"parse", "roles", "users"} or set(mentions["parse"]) - {"everyone", "roles", "users"}:
            wrong.append("allowed_mentions is %r" % (mentions,))
        embeds = value.get("embeds", [])
        if len(embeds) > 10:
            wrong.append("Must be 10 or fewer in length.")
        total = 0
        for e in embeds:
            walk(e, EMBED, "embed.")
            total += limit(e, "title", 256, "embed.") + limit(e, "description", 4096, "embed.")
            if "footer" in e:
                walk(e["footer"], {"text": str}, "footer.")
                total += limit(e["footer"], "text", 2048, "footer.")
            if not 0 <= e.get("color", 0) <= 0xffffff:
                wrong.append("color %r" % e["color"])
            if "timestamp" in e and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)",
                                                     str(e["timestamp"])):
                wrong.append("timestamp %r" % e["timestamp"])
            if len(e.get("fields", [])) > 25:
                wrong.append("fields: Must be 25 or fewer in length.")
            for f in e.get("fields", []):
                walk(f, FIELD, "field.")
                for key, most in (("name", 256), ("value", 1024)):
                    if not _length(f.get(key, "")):
                        wrong.append("field.%s: This field is required" % key)
                    total += limit(f, key, most, "field.")
        if total > 6000:
            wrong.append("Embed size exceeds maximum size of 6000")
        return wrong
