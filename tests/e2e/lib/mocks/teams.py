# SPDX-License-Identifier: MIT
"""Teams: a workflow that takes adaptive cards, and a connector of old."""

from . import web

BLOCKS = {"TextBlock": {"type", "text", "wrap", "weight", "color"}, "FactSet": {"type", "facts"}}
COLOURS = ("good", "warning", "attention", "accent", "default")


class Teams(web.Mock):
    def __init__(self, connector=False, **kw):
        super().__init__(**kw)
        self.connector = connector
        self.path = "/webhookb2/g@g/IncomingWebhook/xyzzySecretPath" if connector else "/workflows/xyzzySecretPath"
        self.sent = []

    def judge(self, request):
        before = len(request.faults)
        if (request.method, request.target) != ("POST", self.path):
            self.fault(request, "%s %s" % (request.method, request.target))
            return web.Reply(404, "no such webhook")
        if request.header("Content-Type") != "application/json":
            self.fault(request, "content type")
        if len(request.body) >= 20000:
            self.fault(request, "%d bytes" % len(request.body))
            return web.Reply(413, "too large")
        try:
            value = web.strict_json(request.body)
        except web.BadJson as why:
            self.fault(request, str(why))
            return web.Reply(400, str(why))
        (self.message_card if self.connector else self.adaptive_card)(request, value)
        if len(request.faults) > before:
            return web.Reply(400, "bad payload")
        self.sent.append(value)
        return web.Reply(200, "1", kind="text/plain") if self.connector else web.Reply(202)

    def adaptive_card(self, request, value):
        if set(value) != {"type", "attachments"} or value["type"] != "message" or len(value["attachments"]) != 1:
            return self.fault(request, "fields %s" % sorted(value))
        one = value["attachments"][0]
        card = one.get("content", {})
        if one.get("contentType") != "application/vnd.microsoft.card.adaptive" or one.get("contentUrl", 0) is not None:
            self.fault(request, "attachment %r" % one)
        if card.get("type") != "AdaptiveCard" or card.get("version") != "1.2" or \
                set(card) - {"$schema", "type", "version", "body", "actions", "msteams"}:
            self.fault(request, "card %r" % card)
        for block in card.get("body", []):
            if set(block) - BLOCKS.get(block.get("type"), set()) or block.get("color", "default") not in COLOURS:
                self.fault(request, "block %r" % block)
            if block["type"] == "TextBlock" and (not block["text"].strip() or block.get("wrap") is not True):
                self.fault(request, "text %r" % block)
            if any(set(fact) != {"title", "value"} for fact in block.get("facts", [])):
                self.fault(request, "facts %r" % block)
        return None

    def message_card(self, request, value):
        if set(value) - {"@type", "@context", "themeColor", "summary", "title", "sections", "potentialAction"} or \
                value.get("@type") != "MessageCard" or not value.get("summary", "").strip():
            return self.fault(request, "fields %s" % sorted(value))
        for section in value["sections"]:
            if section.get("markdown") is not False or any(set(f) != {"name", "value"} for f in section["facts"]):
                self.fault(request, "section %r" % section)
        return None
