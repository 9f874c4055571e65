# SPDX-License-Identifier: MIT
"""PagerDuty's Events API v2, with what it keeps of incidents."""

import re

from . import web

SEVERITIES = ("critical", "error", "warning", "info")
TOP = {"routing_key", "event_action", "dedup_key", "payload", "client", "client_url", "links"}
PAYLOAD = {"summary", "source", "severity", "timestamp", "component", "group", "class", "custom_details"}


class PagerDuty(web.Mock):
    def __init__(self, key, **kw):
        super().__init__(**kw)
        self.key = key
        self.sent = []
        self.incidents = {}  # open ones by dedup_key: "triggered", "acknowledged"

    def refuse(self, request, why):
        self.fault(request, why)
        return web.reply_json(400, {"status": "invalid event", "message": "Event object is invalid", "errors": [why]})

    def judge(self, request):
        if (request.method, request.target) != ("POST", "/v2/enqueue"):
            return self.refuse(request, "%s %s" % (request.method, request.target))
        if (request.header("Content-Type") or "").split(";")[0] != "application/json":
            return self.refuse(request, "content type")
        try:
            value = web.strict_json(request.body)
        except web.BadJson as why:
            return self.refuse(request, str(why))
        if value.get("routing_key") != self.key:
            return self.refuse(request, "'routing_key' is invalid")
        fault = self.wrong(value, request)
        if fault:
            return self.refuse(request, fault)
        self.sent.append(value)
        self.keep(value)
        return web.reply_json(202, {"status": "success", "message": "Event processed",
                                    "dedup_key": value["dedup_key"]})

    def wrong(self, value, request):
        action = value.get("event_action")
        if set(value) - TOP or len(request.body) > 512 * 1024:
            return "fields %s of %d bytes" % (sorted(value), len(request.body))
        if action not in ("trigger", "acknowledge", "resolve"):
            return "event_action %r" % action
        if not 1 <= len(value.get("dedup_key", "")) <= 255:
            return "dedup_key %r" % value.get("dedup_key")
        if action != "trigger":
            return "%s with more" % action if set(value) != {"routing_key", "event_action", "dedup_key"} else None
        payload = value.get("payload")
        if not isinstance(payload, dict) or set(payload) - PAYLOAD:
            return "payload %r" % payload
        if not 1 <= len(payload.get("summary", "")) <= 1024 or not payload["summary"].strip():
            return "summary"
        if not payload.get("source") or payload.get("severity") not in SEVERITIES:
            return "source or severity of %r" % payload
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", payload.get("timestamp", "")):
            return "timestamp"
        if any(set(link) != {"href", "text"} for link in value.get("links", [])):
            return "links"
        return None

    def keep(self, value):
        key, action = value["dedup_key"], value["event_action"]
        if action == "trigger":
            self.incidents.setdefault(key, "triggered")
        elif action == "resolve":
            self.incidents.pop(key, None)  # one that is not open is dropped without a word
        elif key in self.incidents:
            self.incidents[key] = "acknowledged"
