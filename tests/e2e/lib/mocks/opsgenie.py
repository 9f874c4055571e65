# SPDX-License-Identifier: MIT
"""Opsgenie's Alert API: takes everything for later, then says what became of it."""

import re
import urllib.parse

from . import web

LIMITS = {"message": 130, "alias": 512, "description": 15000, "entity": 512, "source": 100, "note": 25000}


class Opsgenie(web.Mock):
    def __init__(self, key, **kw):
        super().__init__(**kw)
        self.key = key
        self.sent = []      # (act, value)
        self.alerts = {}    # alias: state
        self.requests_done = {}
        self.later = 0      # so many questions are answered "not yet"

    def refuse(self, request, status, why):
        self.fault(request, why)
        return web.reply_json(status, {"message": why, "took": 0.1, "requestId": "r-refused"})

    def judge(self, request):
        path, _, query = request.target.partition("?")
        if request.header("Authorization") != "GenieKey " + self.key:
            return self.refuse(request, 401, "Authorization")
        asked = re.fullmatch(r"/v2/alerts/requests/([\w-]+)", path)
        if request.method == "GET" and asked:
            return self.fate(asked[1])
        if request.method != "POST":
            return self.refuse(request, 405, request.method)
        try:
            value = web.strict_json(request.body)
        except web.BadJson as why:
            return self.refuse(request, 422, str(why))
        for name, item in value.items():
            if name in LIMITS and (not isinstance(item, str) or len(item.encode("utf-16-le")) // 2 > LIMITS[name]):
                return self.refuse(request, 422, "%s is too long or no text" % name)
        act = re.fullmatch(r"/v2/alerts/([^/]+)/(close|acknowledge|notes)", path)
        if act:
            return self.change(request, urllib.parse.unquote(act[1]), act[2], query, value)
        if path != "/v2/alerts" or query:
            return self.refuse(request, 404, request.target)
        return self.create(request, value)

    def create(self, request, value):
        if set(value) - {*LIMITS, "priority", "tags", "details"} or not value.get("message", "").strip():
            return self.refuse(request, 422, "fields %s" % sorted(value))
        if value.get("priority") not in ("P1", "P2", "P3", "P4", "P5"):
            return self.refuse(request, 422, "priority")
        if len(value["tags"]) > 20 or any(len(tag) > 50 for tag in value["tags"]):
            return self.refuse(request, 422, "tags")
        if sum(len(k) + len(v) for k, v in value["details"].items()) > 8000:
            return self.refuse(request, 422, "details")
        self.alerts[value["alias"]] = "open"
        return self.taken("create", value, True)

    def change(self, request, alias, act, query, value):
        if query != "identifierType=alias" or set(value) - {"note", "source", "user"}:
            return self.refuse(request, 422, "%s of %s" % (request.target, sorted(value)))
        known = alias in self.alerts
        if known:
            self.alerts[alias] = {"close": "closed", "acknowledge": "acknowledged"}.get(act, self.alerts[alias])
        if act == "close":
            self.alerts.pop(alias, None)
        return self.taken(act, value, known)

    def taken(self, act, value, good):
        self.sent.append((act, value))
        name = "request-%d" % len(self.sent)
        self.requests_done[name] = good
        return web.reply_json(202, {"result": "Request will be processed", "took": 0.3, "requestId": name})

    def fate(self, name):
        if self.later > 0:
            self.later -= 1
            return web.reply_json(404, {"message": "Request not found. It might not be processed, yet."})
        good = self.requests_done.get(name, False)
        return web.reply_json(200, {"data": {"success": good, "isSuccess": good,
                                             "status": "Created alert" if good else "Alert does not exist"}})
