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
#include "device/progress.h"

enum next {
  NEXT_CORE,  /* without it there is no reading: failing fails the attempt */
  NEXT_PART,  /* it belongs to the reading, which does without when it fails */
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
   * changed; doc is working space. Anything but OK: the answer as a whole is of
   * no use, why says so. Parts of it that are of no use are counted in
   * progress.failed. */
  enum outcome (*take)(struct device *d, struct progress *p, struct json *doc,
                       char *text, size_t len, char why[WHY_SIZE]);
  /* The request of kind NEXT_PART or NEXT_RARE brought no answer that could be
   * read: what it asks for is left out, and asked for by itself later. */
  void (*skip)(struct device *d, struct progress *p, enum outcome outcome);
  /* Understands an unasked answer (a discovery reply) into a fresh device. */
  enum outcome (*introduce)(struct device *d, struct json *doc, char *text,
                            size_t len, char why[WHY_SIZE]);
};

#endif
