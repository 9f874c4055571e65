/* SPDX-License-Identifier: MIT */
/* Empty messages and the names of their kinds: see message.h. */
#include <config.h>

#include "alert/model/message.h"

#include <errno.h>
#include <string.h>

static const char *const names[MESSAGE_KINDS] = {
    [MESSAGE_OPEN] = "firing",        [MESSAGE_UPDATE] = "update",
    [MESSAGE_REPEAT] = "repeat",      [MESSAGE_RESOLVED] = "resolved",
    [MESSAGE_ACKED] = "acknowledged", [MESSAGE_NOTE] = "note",
    [MESSAGE_TEST] = "test",          [MESSAGE_CANCEL] = "cancel",
};

void message_init(struct message *message, const struct alert *alert) {
  *message = (struct message){.alert = alert,
                              .title = "",
                              .body = "",
                              .channel = "",
                              .delivery_id = "",
                              .message_id = "",
                              .thread_root = "",
                              .previous = "",
                              .root_ref = "",
                              .last_ref = "",
                              .recipient = "",
                              .attempt = 1,
                              .delay_why = "",
                              .fallback_for = "",
                              .group_key = ""};
}

const char *message_kind_name(enum message_kind kind) {
  return (unsigned)kind < MESSAGE_KINDS ? names[kind] : "unknown";
}

int message_kind_parse(const char *text, enum message_kind *kind) {
  for (int i = 0; i < MESSAGE_KINDS; i++)
    if (strcmp(names[i], text) == 0) {
      *kind = (enum message_kind)i;
      return 0;
    }
  return -EINVAL;
}

bool message_opens(enum message_kind kind) {
  return kind == MESSAGE_OPEN || kind == MESSAGE_UPDATE ||
         kind == MESSAGE_REPEAT;
}

bool message_is_over(const struct message *message) {
  return message->kind == MESSAGE_RESOLVED || message->reason == REASON_MISSED;
}

enum level message_level_now(const struct message *message) {
  if (message_is_over(message))
    return LEVEL_OK;
  return message->level < LEVEL_COUNT ? message->level : LEVEL_ERROR;
}
