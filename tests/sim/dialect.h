/* SPDX-License-Identifier: MIT */
/* How a device understands requests and words its answers. A dialect is one
 * file behind this interface; IOT is iot.c. */
#ifndef KASASIM_DIALECT_H
#define KASASIM_DIALECT_H

#include "base.h"

struct device;
struct text;

enum outcome {
  ANSWER_SEND,
  ANSWER_SILENT, /* never answers this one */
  ANSWER_CLOSE,  /* drops the connection */
  ANSWER_CRASH,  /* reboots */
};

struct dialect {
  const char *name;
  /* Appends the answer. Leaves what it said in the devices' pending values. */
  enum outcome (*answer)(struct device *d, const char *request, size_t len,
                         bool udp, struct text *out);
  /* Appends a discovery answer with this MAC and name that no device stands
   * behind. */
  void (*forge)(const uint8_t mac[6], unsigned long number, struct text *out);
};

extern const struct dialect dialect_iot;
extern const struct dialect dialect_smart;

#endif
