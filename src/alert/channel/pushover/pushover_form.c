/* SPDX-License-Identifier: MIT */
/* A message as Pushover's form: see pushover_form.h. */
#include <config.h>

#include "alert/channel/pushover/pushover_form.h"

#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "alert/text/text_limits.h"

#include <stdio.h>
#include <string.h>

enum {
  MESSAGE_MAX = 1024,
  TITLE_MAX = 250,
  URL_MAX = 512,
  QUIET = -1,
  EMERGENCY = 2,
};

/* Pushover's priority of each level. Emergency is 2 unless EmergencyFrom says
 * never. */
static const int priorities[LEVEL_COUNT] = {
    [LEVEL_OK] = -1,   [LEVEL_INFO] = -1,    [LEVEL_WARNING] = 0,
    [LEVEL_ERROR] = 1, [LEVEL_CRITICAL] = 1, [LEVEL_EMERGENCY] = 1,
};

bool pushover_rings(const struct pushover *p, enum level level) {
  return p->emergency_from != PUSHOVER_NEVER && level != LEVEL_OK &&
         (int)level >= p->emergency_from;
}

static int priority_of(const struct pushover *p,
                       const struct message *message) {
  switch (message->kind) {
  case MESSAGE_OPEN:
  case MESSAGE_UPDATE:
  case MESSAGE_REPEAT:
  case MESSAGE_TEST:
    if (message->quiet)
      return QUIET;
    if (pushover_rings(p, message->level))
      return EMERGENCY;
    return priorities[message->level < LEVEL_COUNT ? message->level
                                                   : LEVEL_ERROR];
  case MESSAGE_RESOLVED: /* whoever was rung out of bed hears the end of it */
    return pushover_rings(p, message->alert->level) && !message->quiet ? 0
                                                                       : QUIET;
  case MESSAGE_NOTE:
    return message->quiet || message->level >= LEVEL_COUNT
               ? QUIET
               : priorities[message->level];
  case MESSAGE_ACKED:
  case MESSAGE_CANCEL:
  case MESSAGE_KINDS:
    break;
  }
  return QUIET;
}

void pushover_tag(const struct alert *alert, char out[PUSHOVER_TAG_SIZE]) {
  snprintf(out, PUSHOVER_TAG_SIZE, "kasa-%.16s", alert->fingerprint);
}

void pushover_add_field(struct buf *form, const char *name, const char *value) {
  static const char hex[] = "0123456789ABCDEF";

  buf_putf(form, "%s%s=", form->len > 0 ? "&" : "", name);
  for (; *value != '\0'; value++) {
    unsigned char c = (unsigned char)*value;
    char code[3] = {'%', hex[c >> 4], hex[c & 15]};
    bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                 (c >= 'a' && c <= 'z') || strchr("-._~", c) != NULL;

    buf_put(form, plain ? value : code, plain ? 1 : 3);
  }
}

static void add_number(struct buf *form, const char *name, double value) {
  buf_putf(form, "&%s=%.0f", name, value);
}

static void add_texts(const struct pushover *p, const struct message *message,
                      struct buf *form) {
  struct text_limits limits = {
      p->format == FORMAT_HTML ? TARGET_HTML : TARGET_PLAIN,
      TEXT_LIMITS_CHARACTERS, TITLE_MAX, MESSAGE_MAX, 0};
  struct buf title, body, plain;
  int format = p->format;
  int err;

  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&plain, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  err = text_limits_message(message, &limits, &title, &body);
  if (err == 0 && format == FORMAT_HTML) {
    /* the title is plain in any case; markup counts as text */
    if (text_limits_length(body.data, TEXT_LIMITS_CHARACTERS) > MESSAGE_MAX)
      format = FORMAT_PLAIN;
    limits.target = TARGET_PLAIN;
    buf_clear(&title);
    err = text_limits_message(message, &limits, &title, &plain);
  }
  buf_put_result(form, err);
  if (err == 0) {
    pushover_add_field(form, "title", title.data);
    pushover_add_field(
        form, "message",
        format == FORMAT_PLAIN && plain.data != NULL ? plain.data : body.data);
  }
  if (format == FORMAT_HTML)
    buf_puts(form, "&html=1");
  if (format == FORMAT_MONOSPACE)
    buf_puts(form, "&monospace=1");
  buf_free(&title);
  buf_free(&body);
  buf_free(&plain);
}

static void add_url(const struct message *message, struct buf *form) {
  struct buf url;

  buf_init(&url, URL_MAX + 1);
  buf_put_result(form, message_url(message, URL_MAX, &url));
  if (url.len > 0) {
    pushover_add_field(form, "url", url.data);
    pushover_add_field(form, "url_title", "Open the dashboard");
  }
  buf_free(&url);
}

int pushover_form(const struct pushover *p, const struct message *message,
                  const char *token, const char *user, struct buf *form) {
  int priority = priority_of(p, message);
  char tag[PUSHOVER_TAG_SIZE];

  pushover_add_field(form, "token", token);
  pushover_add_field(form, "user", user);
  add_texts(p, message, form);
  add_number(form, "priority", priority);
  add_number(form, "timestamp", (double)(message->created / 1000));
  if (priority == EMERGENCY) {
    pushover_tag(message->alert, tag);
    add_number(form, "retry", p->retry);
    add_number(form, "expire", p->expire);
    pushover_add_field(form, "tags", tag);
  } else if (p->ttl > 0) {
    add_number(form, "ttl", p->ttl);
  }
  if (p->device != NULL)
    pushover_add_field(form, "device", p->device);
  if (p->sound != NULL && priority >= 0)
    pushover_add_field(form, "sound", p->sound);
  add_url(message, form);
  return buf_error(form);
}
