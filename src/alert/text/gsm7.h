/* SPDX-License-Identifier: MIT */
/* Texts for SMS. A message of the GSM alphabet has 160 characters, any other
 * 70, so what can be said in that alphabet is. Pure, any thread. */
#ifndef ALERT_TEXT_GSM7_H
#define ALERT_TEXT_GSM7_H

#include "base/buf.h"

#include <stddef.h>

/* Appends text cut to so many segments (1 to 3), in the GSM alphabet where the
 * text is of Latin letters. 0, -ENOMEM, -EMSGSIZE. */
int gsm7_text(const char *text, unsigned segments, struct buf *out)
    __attribute__((warn_unused_result));

#endif
