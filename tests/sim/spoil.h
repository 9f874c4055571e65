/* SPDX-License-Identifier: MIT */
/* From an answer to bytes on a TCP connection, spoiled by whatever faults the
 * device has. */
#ifndef KASASIM_SPOIL_H
#define KASASIM_SPOIL_H

#include "base.h"

struct device;
struct text;

struct delivery {
  bool intact;     /* the reader gets what the device said */
  bool close;      /* after sending */
  bool reset;      /* RST instead of an answer */
  bool silent;     /* nothing at all */
  double delay_ms; /* before the first byte */
  size_t chunk;    /* bytes at a time; 0 = all at once */
  double gap_ms;   /* between chunks */
};

/* Puts prefix and cipher text of an answer of the XOR transport on an empty
 * wire. */
void spoil(struct device *d, struct text *answer, struct text *wire,
           struct delivery *how);

/* For other transports, in this order: true when the device will not say a
 * word; then what faults do to the text; to the body on the wire from `start`;
 * and to all of the wire and its pace. */
bool spoil_nothing_said(struct device *d, struct delivery *how);
void spoil_plain(struct device *d, struct text *answer, struct delivery *how);
void spoil_body(struct device *d, struct text *wire, size_t start,
                struct delivery *how);
void spoil_sending(struct device *d, struct text *wire, struct delivery *how);

/* What faults do to the text itself, over TCP and UDP alike. False when a
 * reader would not get what the device said. */
bool spoil_text(struct device *d, struct text *answer);

#endif
