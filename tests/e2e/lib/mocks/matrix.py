# SPDX-License-Identifier: MIT
"""A homeserver that takes events of one room, each transaction once."""

import urllib.parse

from . import web


class Matrix(web.Mock):
    def __init__(self, room, token, **kw):
        super().__init__(**kw)
        self.start = "/_matrix/client/v3/rooms/%s/send/m.room.message/" % urllib.parse.quote(room, safe="")
        self.token = token
        self.sent = []
        self.transactions = {}

    def judge(self, request):
        before = len(request.faults)
        transaction = request.target[len(self.start):]
        if request.method != "PUT" or not request.target.startswith(self.start) or not transaction:
            self.fault(request, "%s %s" % (request.method, request.target))
            return web.reply_json(404, {"errcode": "M_UNRECOGNIZED", "error": "what?"})
        if request.header("Authorization") != "Bearer " + self.token:
            self.fault(request, "Authorization is wrong")
            return web.reply_json(401, {"errcode": "M_UNKNOWN_TOKEN", "error": "Unknown token"})
        try:
            value = web.strict_json(request.body)
        except web.BadJson as why:
            self.fault(request, str(why))
            return web.reply_json(400, {"errcode": "M_NOT_JSON", "error": str(why)})
        if value.get("msgtype") not in ("m.text", "m.notice") or not value.get("body", "").strip() \
                or set(value) - {"msgtype", "body", "m.relates_to"} or len(request.body) > 65536:
            self.fault(request, "event %r" % value)
        if len(request.faults) > before:
            return web.reply_json(400, {"errcode": "M_BAD_JSON", "error": "bad"})
        if transaction not in self.transactions:
            self.sent.append(value)
            self.transactions[transaction] = "$event%d" % len(self.sent)
        return web.reply_json(200, {"event_id": self.transactions[transaction]})
