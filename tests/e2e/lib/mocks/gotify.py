# SPDX-License-Identifier: MIT
"""Gotify: POST /message with the token of an application."""

from . import web


class Gotify(web.Mock):
    def __init__(self, token, **kw):
        super().__init__(**kw)
        self.token = token
        self.sent = []

    def judge(self, request):
        before = len(request.faults)
        if (request.method, request.target) != ("POST", "/message"):
            self.fault(request, "%s %s" % (request.method, request.target))
        if request.header("X-Gotify-Key") != self.token:
            self.fault(request, "X-Gotify-Key is wrong")
            return web.reply_json(401, {"error": "Unauthorized", "errorCode": 401})
        try:
            value = web.strict_json(request.body)
        except web.BadJson as why:
            self.fault(request, str(why))
            return web.reply_json(400, {"error": str(why)})
        if set(value) != {"title", "message", "priority", "extras"}:
            self.fault(request, "fields %s" % sorted(value))
        if type(value.get("priority")) is not int or not 0 <= value["priority"] <= 10:
            self.fault(request, "priority %r" % value.get("priority"))
        if not isinstance(value.get("message"), str) or not value["message"].strip():
            self.fault(request, "no message")
        if value.get("extras", {}).get("client::display") != {"contentType": "text/plain"}:
            self.fault(request, "extras %r" % value.get("extras"))
        if len(request.faults) > before:
            return web.reply_json(400, {"error": "Bad Request"})
        self.sent.append(value)
        return web.reply_json(200, {"id": len(self.sent), "appid": 1, "priority": value["priority"]})
