# SPDX-License-Identifier: MIT
"""Pushover's message API, as strict as the real one and a little stricter."""

import re

from . import web

KNOWN = {"token", "user", "message", "title", "priority", "retry", "expire", "tags", "sound", "device", "timestamp",
         "html", "monospace", "ttl", "url", "url_title"}
LIMITS = {"message": 1024, "title": 250, "url": 512, "url_title": 100}


class Pushover(web.Mock):
    def __init__(self, token="a" * 30, user="u" * 30, **kw):
        super().__init__(**kw)
        self.token = token
        self.user = user
        self.quota = {"X-Limit-App-Limit": "10000", "X-Limit-App-Remaining": "9000", "X-Limit-App-Reset": "1900000000"}
        self.sent = []
        self.receipts = {}  # receipt -> dict as the receipts API answers
        self.tags = {}
        self.cancelled = []
        self.polls = []

    def _bad(self, request, errors, status=400, **more):
        self.fault(request, "; ".join(errors))
        return web.reply_json(status, {**more, "errors": errors, "status": 0, "request": "r" * 36})

    def judge(self, request):
        if request.path == "/1/messages.json":
            return self._message(request)
        polled = re.fullmatch(r"/1/receipts/([A-Za-z0-9]{30})\.json", request.path)
        if polled and request.method == "GET":
            return self._poll(request, polled.group(1))
        by_receipt = re.fullmatch(r"/1/receipts/([A-Za-z0-9]{30})/cancel\.json", request.path)
        by_tag = re.fullmatch(r"/1/receipts/cancel_by_tag/([A-Za-z0-9_-]+)\.json", request.path)
        if (by_receipt or by_tag) and request.method == "POST":
            return self._cancel(request, by_receipt, by_tag)
        self.fault(request, "no such resource: " + request.target)
        return web.Reply(404, '{"status":0,"errors":["resource not found"]}')

    def _form(self, request):
        kind = request.header("Content-Type")
        if kind != "application/x-www-form-urlencoded":
            self.fault(request, "Content-Type is %r" % kind)
        if request.query:
            self.fault(request, "fields in the query string: " + request.target)
        return web.strict_form(request.body)

    def _message(self, request):
        if request.method != "POST":
            return self._bad(request, ["POST only"], 405)
        try:
            f = self._form(request)
        except web.BadJson as why:
            return self._bad(request, [str(why)])
        unknown = set(f) - KNOWN
        if unknown:
            return self._bad(request, ["unknown parameter " + ", ".join(sorted(unknown))])
        for name in ("token", "user"):
            if not re.fullmatch("[A-Za-z0-9]{30}", f.get(name, "")):
                return self._bad(request, ["%s is not 30 characters" % name], **{name: "invalid"})
        if f["token"] != self.token:
            return self._bad(request, ["application token is invalid"], token="invalid")
        if f["user"] != self.user:
            return self._bad(request, ["user identifier is not a valid user, group, or subscribed user key"],
                             user="invalid")
        if not f.get("message", "").strip():
            return self._bad(request, ["message cannot be blank"], message="cannot be blank")
        for name, limit in LIMITS.items():
            if len(f.get(name, "")) > limit:
                return self._bad(request, ["%s is too long: %d of %d" % (name, len(f[name]), limit)])
            if any(ord(c) < 32 and c != "\n" for c in f.get(name, "")):
                return self._bad(request, ["control character in " + name])
        if not re.fullmatch("-?[0-2]", f.get("priority", "0")):
            return self._bad(request, ["priority is invalid, must be -2 to 2"], priority="invalid")
        priority = int(f.get("priority", "0"))
        if priority == 2:
            if "expire" not in f:
                return self._bad(request, ["expire must be supplied with priority=2"], expire="missing")
            if "retry" not in f:
                return self._bad(request, ["retry must be supplied with priority=2"], retry="missing")
            if not f["retry"].isdigit() or int(f["retry"]) < 30:
                return self._bad(request, ["retry must be at least 30 seconds"])
            if not f["expire"].isdigit() or not 0 < int(f["expire"]) <= 10800:
                return self._bad(request, ["expire must be at most 10800 seconds"])
            if "ttl" in f:
                return self._bad(request, ["ttl means nothing at priority 2"])
            if not re.fullmatch("kasa-[0-9a-f]{16}", f.get("tags", "")):
                return self._bad(request, ["tags: %r cannot be cancelled by" % f.get("tags")])
        elif {"retry", "expire", "tags"} & set(f):
            return self._bad(request, ["retry, expire and tags belong to priority 2 only"])
        if not re.fullmatch("[0-9]{9,10}", f.get("timestamp", "")):
            return self._bad(request, ["timestamp must be Unix seconds and always sent"])
        if "html" in f and "monospace" in f:
            return self._bad(request, ["html and monospace exclude each other"])
        for flag in ("html", "monospace"):
            if f.get(flag, "1") != "1":
                return self._bad(request, [flag + " is 1 or absent"])
        if "device" in f and not re.fullmatch("[A-Za-z0-9_-]{1,25}(,[A-Za-z0-9_-]{1,25})*", f["device"]):
            return self._bad(request, ["device name is invalid"])
        if "sound" in f and not re.fullmatch("[a-z0-9_-]{1,20}", f["sound"]):
            return self._bad(request, ["sound is invalid"])
        if "url" in f and not re.match("https?://", f["url"]):
            return self._bad(request, ["url is invalid"])
        self.sent.append(f)
        answer = {"status": 1, "request": "%036d" % len(self.sent)}
        if priority == 2:
            receipt = "R%029d" % len(self.sent)
            answer["receipt"] = receipt
            self.tags[receipt] = f["tags"]
            self.receipts[receipt] = {"status": 1, "acknowledged": 0, "acknowledged_at": 0, "acknowledged_by": "",
                                      "acknowledged_by_device": "", "last_delivered_at": 1, "expired": 0,
                                      "expires_at": 2000000000, "called_back": 0, "called_back_at": 0}
        return web.reply_json(200, answer, self.quota.items())

    def _poll(self, request, receipt):
        self.polls.append(receipt)
        if dict(request.query) != {"token": self.token}:
            return self._bad(request, ["token is invalid"], token="invalid")
        if request.body:
            self.fault(request, "a GET with a body")
        if receipt not in self.receipts:
            return self._bad(request, ["receipt not found; may be invalid or expired"], 404, receipt="not found")
        return web.reply_json(200, {**self.receipts[receipt], "request": "q" * 36})

    def _cancel(self, request, by_receipt, by_tag):
        try:
            f = self._form(request)
        except web.BadJson as why:
            return self._bad(request, [str(why)])
        if f != {"token": self.token}:
            return self._bad(request, ["token is invalid"], token="invalid")
        if by_receipt:
            gone = [r for r in self.receipts if r == by_receipt.group(1)]
            if not gone:
                return self._bad(request, ["receipt not found"], 404, receipt="not found")
        else:
            gone = [r for r, tag in self.tags.items() if tag == by_tag.group(1)]
        self.cancelled += gone
        return web.reply_json(200, {"status": 1, "request": "c" * 36, "canceled": len(gone)})
