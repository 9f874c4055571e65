/* SPDX-License-Identifier: MIT */
/* What the Pushover channel is made of, and the form a message becomes. */
#ifndef ALERT_CHANNEL_PUSHOVER_PUSHOVER_FORM_H
#define ALERT_CHANNEL_PUSHOVER_PUSHOVER_FORM_H

#include "alert/channel/http.h"

enum {
  PUSHOVER_TAG_SIZE = 24,
  PUSHOVER_FORM_MAX = 16 * 1024,
  PUSHOVER_NEVER = LEVEL_COUNT, /* EmergencyFrom never */
};

enum pushover_format { FORMAT_PLAIN, FORMAT_HTML, FORMAT_MONOSPACE };

struct pushover {
  struct http_channel http;
  struct secret token, user;
  char *device;
  char *sound;
  int emergency_from; /* enum level or PUSHOVER_NEVER */
  int format;         /* enum pushover_format */
  double retry, expire, ttl;
  char *base_url;
  double warned_reset; /* the quota period we warned about */
};

/* The whole form of a message: 0, -ENOMEM, -EMSGSIZE. Pure. */
int pushover_form(const struct pushover *p, const struct message *message,
                  const char *token, const char *user, struct buf *form);
/* Appends one field, percent-encoded; form remembers a failure. */
void pushover_add_field(struct buf *form, const char *name, const char *value);
/* Whether a message of that level rings until acknowledged. */
bool pushover_rings(const struct pushover *p, enum level level);
/* What all emergencies of an alert are tagged with, to be cancelled by. */
void pushover_tag(const struct alert *alert, char out[PUSHOVER_TAG_SIZE]);

#endif
