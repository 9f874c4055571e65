# SPDX-License-Identifier: MIT
"""Telegram's sendMessage, and what belongs to the button of a message:
getUpdates, answerCallbackQuery, editMessageReplyMarkup."""

import threading

from . import web

SEND = {"chat_id": (int, str), "text": (str,), "message_thread_id": (int,), "disable_notification": (bool,),
        "link_preview_options": (dict,), "reply_parameters": (dict,), "reply_markup": (dict,)}
METHODS = {
    "sendMessage": SEND,
    "getUpdates": {"offset": (int,), "limit": (int,), "timeout": (int,), "allowed_updates": (list,)},
    "answerCallbackQuery": {"callback_query_id": (str,), "text": (str,)},
    "editMessageReplyMarkup": {"chat_id": (int, str), "message_id": (int,), "reply_markup": (dict,)},
}


def error(status, description, **more):
    return web.reply_json(status, {"ok": False, "error_code": status, "description": description, **more})


def done(result):
    return web.reply_json(200, {"ok": True, "result": result})


class LongPoll:
    """An answer that comes when there is something to say."""

    def __init__(self, mock, value):
        self.mock, self.value = mock, value

    def wait(self):
        with self.mock.news:
            self.mock.updates = [u for u in self.mock.updates if u["update_id"] >= self.value["offset"]]
            self.mock.news.wait_for(lambda: self.mock.updates or self.mock.stopping.is_set(), self.value["timeout"])
            return done(self.mock.updates[:self.value["limit"]])


class Telegram(web.Mock):
    def __init__(self, token, **kw):
        super().__init__(**kw)
        self.token = token
        self.sent = []
        self.buttons = {}  # message id: callback_data, while it has one
        self.edits = []
        self.answered = []
        self.updates = []
        self.presses = 0
        self.polls = 0
        self.webhook = False
        self.news = threading.Condition()

    def press(self, message_id, chat=-1001234567890, who=None, data=None):
        """Somebody presses a button. Returns the id of the query."""
        with self.news:
            self.presses += 1
            self.updates.append({"update_id": 5000 + self.presses, "callback_query": {
                "id": str(99000 + self.presses), "from": who or {"id": 7, "first_name": "Anna", "username": "anna42"},
                "message": {"message_id": message_id, "chat": {"id": chat, "type": "group"}, "text": "x" * 4096},
                "data": data if data is not None else self.buttons.get(message_id, "")}})
            self.news.notify_all()
            return str(99000 + self.presses)

    def _act(self, sock, act):
        return super()._act(sock, act.wait() if isinstance(act, LongPoll) else act)

    def judge(self, request):
        before = len(request.faults)
        method = request.target.rpartition("/")[2]
        if (request.method, request.target) != ("POST", "/bot%s/%s" % (self.token, method)) or method not in METHODS:
            self.fault(request, "%s %s" % (request.method, request.target))
            return error(404, "Not Found")
        try:
            value = web.strict_json(request.body)
        except web.BadJson as why:
            self.fault(request, str(why))
            return error(400, str(why))
        for name, item in value.items():
            if name not in METHODS[method] or type(item) not in METHODS[method][name]:
                self.fault(request, "%s: field %s of %s" % (method, name, type(item).__name__))
        answer = getattr(self, "_" + method)(request, value)
        return error(400, "Bad Request") if len(request.faults) > before else answer

    def _keyboard(self, request, value):
        """callback_data of the one button, None where the rows are none."""
        rows = value.get("reply_markup", {}).get("inline_keyboard")
        if rows == []:
            return None
        button = rows[0][0] if rows and len(rows) == 1 and len(rows[0]) == 1 else {}
        if set(button) != {"text", "callback_data"} or not 1 <= len(button["callback_data"].encode()) <= 64:
            self.fault(request, "keyboard %r" % rows)
            return None
        return button["callback_data"]

    def _sendMessage(self, request, value):
        units = len(value.get("text", "").encode("utf-16-le")) // 2
        if not 1 <= units <= 4096:
            self.fault(request, "text of %d" % units)
        button = self._keyboard(request, value) if "reply_markup" in value else None
        if request.faults:
            return None
        self.sent.append(value)
        if button is not None:
            self.buttons[700 + len(self.sent)] = button
        return done({"message_id": 700 + len(self.sent)})

    def _getUpdates(self, request, value):
        self.polls += 1
        if self.webhook:
            return error(409, "Conflict: can't use getUpdates method while webhook is active")
        if value.get("allowed_updates") != ["callback_query"] or not 1 <= value.get("limit", 0) <= 100:
            self.fault(request, "getUpdates %r" % value)
        return LongPoll(self, value)

    def _answerCallbackQuery(self, _request, value):
        self.answered.append(value["callback_query_id"])
        return done(True)

    def _editMessageReplyMarkup(self, request, value):
        if self._keyboard(request, value) is not None:
            self.fault(request, "a button is put there")
        if self.buttons.pop(value.get("message_id"), None) is None:
            return error(400, "Bad Request: message is not modified")
        self.edits.append(value["message_id"])
        return done({"message_id": value["message_id"]})
