/* SPDX-License-Identifier: MIT */
/* What to ask a device and how to understand it: one vtable per language
 * (IOT; SMART). A dialect keeps nothing of its own: what it learns stands in
 * struct device, where it is within a poll in struct progress.
 *
 * A poll is a row of requests. First those that make the reading, then, when
 * progress.rare is set, what is polled rarely. */
#ifndef DEVICE_DIALECT_H
#define DEVICE_DIALECT_H

#include "base/buf.h"
#include "base/json.h"
#include "device/device.h"
#include "device/outcome.h"

struct progress {
  unsigned step;
  unsigned plug;   /* index, for steps that ask each plug */
  uint32_t todo;   /* bits of the dialect's own: what is still to be asked */
  uint32_t asked;  /* in the request under way */
  unsigned listed; /* entries of a list that have come so far */
  bool singly;     /* in this poll not several things at once */
  bool rare;       /* what is polled rarely is wanted in this poll */
  bool metered;    /* the meter has answered in this poll */
};

enum next {
  NEXT_CORE,  /* the request belongs to the reading: failing fails the poll */
  NEXT_PART,  /* it belongs to the reading, which can do without */
  NEXT_RARE,  /* the reading is complete; this is polled rarely */
  NEXT_DONE,  /* nothing left to ask */
  NEXT_ERROR, /* the request could not be made: memory */
};

struct dialect {
  const char *name;
  /* Writes the next request of the poll into request (cleared first).
   * A poll begins with a zeroed progress. */
  enum next (*next)(struct device *d, struct progress *p, struct buf *request);
  /* Understands the answer to it and moves on. text (len bytes) may be
   * changed; doc is working space. why says what is wrong unless OK. */
  enum outcome (*take)(struct device *d, struct progress *p, struct json *doc,
                       char *text, size_t len, char why[WHY_SIZE]);
  /* The request of kind NEXT_PART or NEXT_RARE failed: remember and move
   * on, or stop asking for good when it keeps failing. */
  void (*skip)(struct device *d, struct progress *p);
  /* Understands an unasked answer (a discovery reply) into a fresh device. */
  enum outcome (*introduce)(struct device *d, struct json *doc, char *text,
                            size_t len, char why[WHY_SIZE]);
};

#endif
