# SPDX-License-Identifier: MIT
"""Twilio's Messages: counts segments, keeps what it sent, bills each."""

import base64
import email.utils
import re
import urllib.parse

from . import web

BASIC = set("@\u00a3$\u00a5\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\n\u00d8\u00f8\r\u00c5\u00e5\u0394_\u03a6\u0393\u039b\u03a9\u03a0\u03a8\u03a3\u0398\u039e"
            "\u00c6\u00e6\u00df\u00c9 !\"#\u00a4%&'()*+,-./0123456789:;<=>?\u00a1ABCDEFGHIJKLMNOPQRSTUVWXYZ\u00c4\u00d6\u00d1\u00dc"
            "\u00a7\u00bfabcdefghijklmnopqrstuvwxyz\u00e4\u00f6\u00f1\u00fc\u00e0")
EXTENDED = set("^{}\\[~]|\u20ac")


def segments(text):
    if set(text) <= BASIC | EXTENDED:
        n, one, many = sum(1 + (c in EXTENDED) for c in text), 160, 153
    else:
        n, one, many = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if n <= one else -(-n // many)


class Twilio(web.Mock):
    def __init__(self, account, user, token, most=1, **kw):
        super().__init__(**kw)
        self.path = "/2010-04-01/Accounts/%s/Messages.json" % account
        self.access = "Basic " + base64.b64encode(("%s:%s" % (user, token)).encode()).decode()
        self.most = most
        self.sent = []

    def refuse(self, request, status, code, why):
        self.fault(request, why)
        return web.reply_json(status, {"code": code, "message": why, "more_info": "https://www.twilio.com/docs/errors",
                                       "status": status})

    def judge(self, request):
        path, _, query = request.target.partition("?")
        if request.header("Authorization") != self.access:
            return self.refuse(request, 401, 20003, "Authenticate")
        if path != self.path:
            return self.refuse(request, 404, 20404, path)
        if request.method == "GET":
            asked = dict(urllib.parse.parse_qsl(query, strict_parsing=True))
            return web.reply_json(200, {"messages": [m for m in reversed(self.sent) if m["to"] == asked["To"]]})
        if request.method != "POST" or query:
            return self.refuse(request, 405, 20004, request.method)
        if request.header("Content-Type") != "application/x-www-form-urlencoded":
            return self.refuse(request, 400, 20001, "content type")
        pairs = urllib.parse.parse_qsl(request.body.decode("ascii"), strict_parsing=True, keep_blank_values=True)
        form = dict(pairs)
        if len(form) != len(pairs) or set(form) not in ({"To", "From", "Body"}, {"To", "MessagingServiceSid", "Body"}):
            return self.refuse(request, 400, 21604, "fields %s" % [name for name, _ in pairs])
        if not re.fullmatch(r"\+\d{7,15}", form["To"]):
            return self.refuse(request, 400, 21211, "To %s" % form["To"])
        if not form["Body"].strip() or segments(form["Body"]) > self.most:
            return self.refuse(request, 400, 21617, "%d segments of %r" % (segments(form["Body"]), form["Body"]))
        self.sent.append({"sid": "SM%032x" % (len(self.sent) + 1), "to": form["To"], "body": form["Body"],
                          "status": "queued", "date_created": email.utils.formatdate(usegmt=True)})
        return web.reply_json(201, self.sent[-1])
