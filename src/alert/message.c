/* Names of message kinds: see message.h. */
#include <config.h>

#include "alert/message.h"

#include <errno.h>
#include <string.h>

static const char *const names[MESSAGE_KINDS] = {
    [MESSAGE_OPEN] = "firing",        [MESSAGE_UPDATE] = "update",
    [MESSAGE_REPEAT] = "repeat",      [MESSAGE_RESOLVED] = "resolved",
    [MESSAGE_ACKED] = "acknowledged", [MESSAGE_NOTE] = "note",
    [MESSAGE_TEST] = "test",          [MESSAGE_CANCEL] = "cancel",
};

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
