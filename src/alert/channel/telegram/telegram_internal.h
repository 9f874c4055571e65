/* SPDX-License-Identifier: MIT */
/* What the files of the Telegram channel share. */
#ifndef ALERT_CHANNEL_TELEGRAM_TELEGRAM_INTERNAL_H
#define ALERT_CHANNEL_TELEGRAM_TELEGRAM_INTERNAL_H

#include "alert/channel/http.h"
#include "alert/channel/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TELEGRAM_PRESSES = 32, TELEGRAM_BUTTONS = 128 };

/* A message with a button, and the alert it is about. */
struct telegram_button {
  int64_t message_id, alert_id;
};

/* Somebody pressed the button of a message. */
struct telegram_press {
  int64_t message_id;
  char by[64];
};

struct telegram {
  struct http_channel http;
  struct secret token;
  char *chat;
  unsigned thread;
  char *base_url;
  bool ack_button;
  /* what follows is the sender thread's; of both rings the oldest gives way */
  int64_t next_update; /* the first one not yet seen; 0 = any */
  int64_t asked;       /* wall ms: the last time */
  bool complained;     /* that nothing can be heard, once */
  struct telegram_press presses[TELEGRAM_PRESSES];
  size_t presses_num; /* ever */
  struct telegram_button buttons[TELEGRAM_BUTTONS];
  size_t buttons_num; /* ever */
};

#endif
