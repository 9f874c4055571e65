/* SPDX-License-Identifier: MIT */
/* How one exchange with a device ended; the reasons of type "failures". */
#ifndef DEVICE_OUTCOME_H
#define DEVICE_OUTCOME_H

#include <stdbool.h>

enum outcome {
  OUTCOME_OK,
  OUTCOME_TIMEOUT,     /* no complete answer in time */
  OUTCOME_REFUSED,     /* the connection was refused or cut */
  OUTCOME_UNREACHABLE, /* no way to the address */
  OUTCOME_MALFORMED,   /* an answer that makes no sense */
  OUTCOME_AUTH,        /* the device does not accept the account */
  OUTCOME_DEVICE,      /* the device answered with an error of its own */
};
enum { OUTCOMES = OUTCOME_DEVICE + 1 };

/* Room for the words that say what went wrong. */
enum { WHY_SIZE = 160 };

/* "timeout", ...: the type_instance of failures. */
const char *outcome_name(enum outcome outcome);

/* Worth another attempt: what may be different the next moment. A refusal
 * and a missing route will not be. */
bool outcome_is_worth_retrying(enum outcome outcome);

#endif
