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

/* Appends prefix and cipher text of the answer to wire. */
void spoil(struct device *d, struct text *answer, struct text *wire,
           struct delivery *how);
/* What faults do to the text itself, over TCP and UDP alike. */
bool spoil_text(struct device *d, struct text *answer);

#endif
