# SPDX-License-Identifier: MIT
"""Telegram's sendMessage."""

from . import web

FIELDS = {"chat_id": (int, str), "text": (str,), "message_thread_id": (int,), "disable_notification": (bool,),
          "link_preview_options": (dict,), "reply_parameters": (dict,)}


class Telegram(web.Mock):
    def __init__(self, token, **kw):
        super().__init__(**kw)
        self.token = token
        self.sent = []

    def judge(self, request):
        before = len(request.faults)
        if (request.method, request.target) != ("POST", "/bot%s/sendMessage" % self.token):
            self.fault(request, "%s %s" % (request.method, request.target))
            return web.reply_json(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        try:
            value = web.strict_json(request.body)
        except web.BadJson as why:
            self.fault(request, str(why))
            return web.reply_json(400, {"ok": False, "error_code": 400, "description": str(why)})
        for name, item in value.items():
            if name not in FIELDS or type(item) not in FIELDS[name]:
                self.fault(request, "field %s of %s" % (name, type(item).__name__))
        units = len(value.get("text", "").encode("utf-16-le")) // 2
        if not 1 <= units <= 4096:
            self.fault(request, "text of %d" % units)
        if len(request.faults) > before:
            return web.reply_json(400, {"ok": False, "error_code": 400, "description": "Bad Request"})
        self.sent.append(value)
        return web.reply_json(200, {"ok": True, "result": {"message_id": 700 + len(self.sent)}})
