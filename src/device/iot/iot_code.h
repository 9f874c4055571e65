/* SPDX-License-Identifier: MIT */
/* Error codes of IOT devices (doc/protocol.md, "IOT"). */
#ifndef DEVICE_IOT_IOT_CODE_H
#define DEVICE_IOT_IOT_CODE_H

#include "base/json.h"

#include <stddef.h>

enum iot_verdict {
  IOT_FINE,
  IOT_REFUSED,   /* no such module, no such method */
  IOT_FAILED,    /* an error that may pass */
  IOT_MISSING,   /* the answer does not hold it */
  IOT_SHAPELESS, /* it is there, but nothing one could read */
  IOT_UNSET,     /* the device's clock has not been set */
};

/* One method's part of an answer. */
struct iot_answer {
  const struct json *doc;
  json_ref root;
  const char *module, *method; /* for words about it */
  json_ref object;             /* of the method */
  double code;
};

/* Finds module.method in the answer; looks for err_code on the module's level,
 * then on the method's. */
enum iot_verdict iot_judge(struct iot_answer *a, const char *module,
                           const char *method);

/* What is wrong with it, in words. */
void iot_complain(const struct iot_answer *a, enum iot_verdict verdict,
                  char *out, size_t size);

#endif
