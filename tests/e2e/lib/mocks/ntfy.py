# SPDX-License-Identifier: MIT
"""ntfy: publishing as JSON to the root of the server."""

import base64
import re

from . import web

FIELDS = {"topic": str, "title": str, "message": str, "priority": int, "tags": list, "click": str,
          "sequence_id": str}


class Ntfy(web.Mock):
    def __init__(self, topic, token=None, basic=None, **kw):
        super().__init__(**kw)
        self.topic = topic
        self.authorization = "Bearer " + token if token else \
            "Basic " + base64.b64encode(basic.encode()).decode() if basic else None
        self.sent = []

    def judge(self, request):
        before = len(request.faults)
        if (request.method, request.target) != ("POST", "/"):
            self.fault(request, "%s %s" % (request.method, request.target))
        if request.header("Authorization") != self.authorization:
            self.fault(request, "Authorization %r" % request.header("Authorization"))
            return web.reply_json(401, {"code": 40101, "http": 401, "error": "unauthorized"})
        try:
            value = web.strict_json(request.body)
        except web.BadJson as why:
            self.fault(request, str(why))
            return web.reply_json(400, {"code": 40024, "http": 400, "error": str(why)})
        for name, item in value.items():
            if name not in FIELDS or type(item) is not FIELDS[name]:
                self.fault(request, "field %s of %s" % (name, type(item).__name__))
        if value.get("topic") != self.topic:
            self.fault(request, "topic %r" % value.get("topic"))
        if len(value.get("message", "").encode()) > 4096 or not value.get("message", "").strip():
            self.fault(request, "a message of %d bytes" % len(value.get("message", "").encode()))
        if value.get("priority") not in (1, 2, 3, 4, 5):
            self.fault(request, "priority %r" % value.get("priority"))
        if not re.fullmatch("[-_A-Za-z0-9]{1,64}", value.get("sequence_id", "x")):
            self.fault(request, "sequence_id %r" % value["sequence_id"])
        if len(request.faults) > before:
            return web.reply_json(400, {"code": 40000, "http": 400, "error": "bad"})
        self.sent.append(value)
        return web.reply_json(200, {"id": "n%08d" % len(self.sent), "event": "message", "topic": self.topic})
