/* SPDX-License-Identifier: MIT */
/* Error codes of SMART devices and of the transports that carry them
 * (doc/protocol.md, "AES" and "SMART"). Pure functions. */
#ifndef DEVICE_SMART_SMART_CODE_H
#define DEVICE_SMART_SMART_CODE_H

#include "base/json.h"

enum smart_verdict {
  SMART_FINE,
  SMART_SESSION,   /* the session is over: begin another one */
  SMART_AUTH,      /* the account is not accepted */
  SMART_LOCKED,    /* too many wrong accounts: not now */
  SMART_MOVED,     /* speaks another protocol by now */
  SMART_REFUSED,   /* no such method, or not here */
  SMART_BATCH,     /* cannot take several methods at once */
  SMART_TRANSIENT, /* may work another time */
};

/* What a code means. */
enum smart_verdict smart_judge(double code);

/* error_code of the object; one that is missing is 0. False when it is there
 * but no number, or object is none. */
bool smart_code_of(const struct json *doc, json_ref object, double *code);

/* The same, where one that is no number says nothing and the result will tell.
 * False when object is none. */
bool smart_code_if_any(const struct json *doc, json_ref object, double *code);

#endif
