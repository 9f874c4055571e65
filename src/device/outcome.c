/* SPDX-License-Identifier: MIT */
/* How one exchange with a device ended: see outcome.h. */
#include <config.h>

#include "device/outcome.h"

const char *outcome_name(enum outcome outcome) {
  static const char *const names[OUTCOMES] = {
      [OUTCOME_OK] = "ok",
      [OUTCOME_TIMEOUT] = "timeout",
      [OUTCOME_REFUSED] = "refused",
      [OUTCOME_UNREACHABLE] = "unreachable",
      [OUTCOME_MALFORMED] = "malformed",
      [OUTCOME_AUTH] = "auth",
      [OUTCOME_DEVICE] = "device",
  };

  return names[outcome];
}

bool outcome_is_worth_retrying(enum outcome outcome) {
  switch (outcome) {
  case OUTCOME_TIMEOUT:
  case OUTCOME_MALFORMED:
  case OUTCOME_DEVICE:
    return true;
  case OUTCOME_OK:
  case OUTCOME_REFUSED:
  case OUTCOME_UNREACHABLE:
  case OUTCOME_AUTH:
    break;
  }
  return false;
}
