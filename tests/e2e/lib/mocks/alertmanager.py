# SPDX-License-Identifier: MIT
"""Alertmanager's API v2, stricter than the real one."""

import re

from . import web

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


class Alertmanager(web.Mock):
    def __init__(self, bearer=None, **kw):
        super().__init__(**kw)
        self.bearer = bearer
        self.sent = []

    def judge(self, request):
        before = len(request.faults)
        if (request.method, request.target) != ("POST", "/api/v2/alerts"):
            self.fault(request, "%s %s" % (request.method, request.target))
        if self.bearer and request.header("Authorization") != "Bearer " + self.bearer:
            self.fault(request, "Authorization")
            return web.Reply(401, "who?")
        if request.header("Content-Type") != "application/json":
            self.fault(request, "content type")
        try:
            value = web.strict_json(request.body)
        except web.BadJson as why:
            self.fault(request, str(why))
            return web.reply_json(400, str(why))
        if not isinstance(value, list) or not value:
            self.fault(request, "no array of alerts")
            return web.reply_json(400, "parsing alerts body failed")
        for alert in value:
            self.look(request, alert)
        if len(request.faults) > before:
            return web.reply_json(400, request.faults[-1])
        self.sent.append(value)
        return web.Reply(200)

    def look(self, request, alert):
        if set(alert) != {"labels", "annotations", "startsAt", "endsAt", "generatorURL"}:
            self.fault(request, "fields %s" % sorted(alert))
        for name, label in alert["labels"].items():
            if not re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", name) or not isinstance(label, str) or not label:
                self.fault(request, "label %s %r" % (name, label))
        if "alertname" not in alert["labels"] or not alert["annotations"].get("summary", "").strip():
            self.fault(request, "no name or summary in %r" % alert)
        for name in ("startsAt", "endsAt"):
            if not MOMENT.fullmatch(alert[name]):
                self.fault(request, "%s %s" % (name, alert[name]))
