# SPDX-License-Identifier: MIT
"""A receiver of the generic webhook: schema 1, checked to the letter."""

import datetime
import hashlib
import hmac
import re
import time

from . import web

STR, NUM, INT, OBJ = (str,), (int, float), (int,), (dict,)
NULL = type(None)
TOP = {"version": INT, "event": STR, "reason": STR, "delivery_id": STR, "sequence": INT, "alert": (dict, NULL), "group": (dict, NULL),
       "source": OBJ}
ALERT = {"fingerprint": STR, "episode": STR, "class": STR, "status": STR, "level": STR, "severity": STR, "host": STR,
         "plugin": STR, "plugin_instance": STR, "type": STR, "type_instance": STR, "device": STR, "data_source": STR,
         "value": NUM + (NULL,), "unit": STR, "limit": NUM + (NULL,), "direction": (str, NULL),
         "warning_min": NUM + (NULL,), "warning_max": NUM + (NULL,), "failure_min": NUM + (NULL,),
         "failure_max": NUM + (NULL,), "since": STR, "resolved_at": (str, NULL), "duration_s": INT, "count": INT,
         "message": STR, "title": STR, "text": STR, "labels": OBJ}
GROUP = {"key": STR, "alerts": (list,), "truncated": INT}
SOURCE = {"collectd_host": STR, "version": STR}
EVENTS = {"firing", "update", "repeat", "acknowledged", "resolved", "digest", "report", "test"}
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


class Webhook(web.Mock):
    path = "/alerts"

    def __init__(self, secret=None, bearer=None, basic=None, extra_headers=(), schema=True, method="POST", **kw):
        super().__init__(**kw)
        self.secret = secret
        self.bearer = bearer
        self.basic = basic
        self.extra = dict(extra_headers)
        self.schema = schema
        self.method = method
        self.sent = []

    def _fields(self, request, thing, table, where):
        if not isinstance(thing, dict):
            self.fault(request, where + " is no object")
            return
        for key in set(thing) - set(table):
            self.fault(request, "unknown field %s.%s" % (where, key))
        for key, kinds in table.items():
            if key not in thing:
                self.fault(request, "missing field %s.%s" % (where, key))
            elif type(thing[key]) not in kinds:
                self.fault(request, "%s.%s is a %s" % (where, key, type(thing[key]).__name__))

    def _alert(self, request, a, where):
        self._fields(request, a, ALERT, where)
        if a.get("class") not in ("range", "missing", "event"):
            self.fault(request, "%s.class %r" % (where, a.get("class")))
        if a.get("level") not in ("ok", "info", "warning", "error", "critical", "emergency"):
            self.fault(request, "%s.level %r" % (where, a.get("level")))
        if a.get("direction") not in ("above", "below", "within", None):
            self.fault(request, "%s.direction %r" % (where, a.get("direction")))
        for key in ("since", "resolved_at"):
            if a.get(key) is not None and not RFC3339.fullmatch(str(a.get(key))):
                self.fault(request, "%s.%s is not RFC 3339: %r" % (where, key, a.get(key)))
        if not re.fullmatch("[0-9a-f]{32}", str(a.get("fingerprint"))):
            self.fault(request, "%s.fingerprint %r" % (where, a.get("fingerprint")))
        for key, value in a.get("labels", {}).items():
            if not isinstance(value, str):
                self.fault(request, "%s.labels.%s is no string" % (where, key))

    def judge(self, request):
        before = len(request.faults)
        if request.method != self.method or request.target != self.path:
            self.fault(request, "%s %s" % (request.method, request.target))
        kind = request.header("Content-Type") or ""
        if self.schema and kind.lower().replace(" ", "") != "application/json;charset=utf-8":
            self.fault(request, "Content-Type is %r" % kind)
        for name in ("Idempotency-Key", "X-Kasa-Event", "X-Kasa-Delivery", "X-Kasa-Attempt"):
            if not request.header(name):
                self.fault(request, "no " + name)
        if request.header("Idempotency-Key") != request.header("X-Kasa-Delivery"):
            self.fault(request, "two delivery ids")
        if not re.fullmatch("[1-9][0-9]*", request.header("X-Kasa-Attempt") or ""):
            self.fault(request, "X-Kasa-Attempt %r" % request.header("X-Kasa-Attempt"))
        for name, value in self.extra.items():
            if request.header(name) != value:
                self.fault(request, "%s is %r" % (name, request.header(name)))
        if self.bearer and request.header("Authorization") != "Bearer " + self.bearer:
            self.fault(request, "wrong bearer")
            return web.Reply(401, '{"error":"unauthorized"}')
        if self.basic and request.header("Authorization") != "Basic " + self.basic:
            self.fault(request, "wrong basic authentication")
            return web.Reply(401, '{"error":"unauthorized"}')
        if self.secret is not None:
            self._signature(request)
        elif request.header("X-Kasa-Signature"):
            self.fault(request, "a signature without a secret")
        value = None
        if "json" in kind:
            try:
                value = web.strict_json(request.body)
            except web.BadJson as why:
                self.fault(request, str(why))
                return web.reply_json(400, {"error": str(why)})
        if self.schema and value is not None:
            self._schema(request, value)
        if len(request.faults) > before:
            return web.reply_json(400, {"error": request.faults[before:]})
        self.sent.append(value if value is not None else request.body)
        return web.Reply(204, b"")

    def _signature(self, request):
        given = request.header("X-Kasa-Signature") or ""
        parts = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", given)
        if not parts:
            self.fault(request, "X-Kasa-Signature %r" % given)
            return
        want = hmac.new(self.secret.encode(), parts.group(1).encode() + b"." + request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(want, parts.group(2)):
            self.fault(request, "signature does not fit the bytes")
        if abs(time.time() - int(parts.group(1))) > 300:
            self.fault(request, "signature is too old")

    def _schema(self, request, value):
        self._fields(request, value, TOP, "body")
        if value.get("version") != 1:
            self.fault(request, "version %r" % value.get("version"))
        if value.get("event") not in EVENTS:
            self.fault(request, "event %r" % value.get("event"))
        if value.get("event") != request.header("X-Kasa-Event"):
            self.fault(request, "X-Kasa-Event differs from event")
        if value.get("delivery_id") != request.header("X-Kasa-Delivery"):
            self.fault(request, "X-Kasa-Delivery differs from delivery_id")
        if isinstance(value.get("alert"), dict):
            self._alert(request, value["alert"], "alert")
            if value.get("event") == "resolved" and value["alert"].get("resolved_at") is None:
                self.fault(request, "resolved without resolved_at")
        if isinstance(value.get("group"), dict):
            self._fields(request, value["group"], GROUP, "group")
            for n, alert in enumerate(value["group"].get("alerts", [])):
                self._alert(request, alert, "group.alerts[%d]" % n)
        self._fields(request, value.get("source"), SOURCE, "source")


def parse_time(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
