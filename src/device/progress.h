/* SPDX-License-Identifier: MIT */
/* Where a poll of one device is, and what of it could not be used: begun zeroed
 * by the poller, moved on by the dialect. */
#ifndef DEVICE_PROGRESS_H
#define DEVICE_PROGRESS_H

#include "base/json.h"
#include "device/device.h"
#include "device/outcome.h"

struct progress {
  unsigned step;   /* 0 until the core request has been answered */
  unsigned index;  /* of the next request within a step */
  unsigned plug;   /* index, for requests to one plug */
  uint32_t done;   /* bits of the dialect's own: what has been asked by now */
  uint32_t asked;  /* in the request under way */
  unsigned listed; /* entries of a list that have come so far */
  uint8_t silent;  /* repeated requests that nothing came of */
  bool child;      /* SMART: the request under way is to that plug */
  bool singly;     /* in this poll not several things at once */
  bool split;      /* because a request for several has failed in it */
  bool rare;       /* what is polled rarely is wanted in this poll */
  bool combined;   /* the request under way asks for more than the core */
  bool repeated;   /* it is one that failed when it was last asked */
  bool again;      /* a list was asked for once more */
  bool abandoned;  /* nothing more is asked in this poll */
  uint16_t failed[OUTCOMES]; /* parts of answers, since the poller counted */
  char *why; /* where the last of them goes, WHY_SIZE bytes; or NULL */
};

/* A part of an answer cannot be used, or is refused by a device that had it. */
void progress_fail(struct progress *p, enum outcome outcome, const char *format,
                   ...) __attribute__((format(printf, 3, 4)));

/* An object of an answer, and where its values go. */
struct value_source {
  struct device *d;
  struct progress *p;
  struct reading *now;
  const struct json *doc;
  json_ref object;
  const char *method; /* for the words about what cannot be used */
};

/* Sets q from the member key times factor. One that is not there or null sets
 * nothing; one that is no number, or no plausible one, is a failure. */
void value_take(const struct value_source *s, enum quantity q, const char *key,
                double factor);

/* The same for a value that has been found already (0: it is not there). */
void value_take_at(const struct value_source *s, enum quantity q, json_ref at,
                   const char *key, double factor);

/* on_time in s, which is negative or left over while the relay is off. */
void value_take_on_time(const struct value_source *s);

#endif
