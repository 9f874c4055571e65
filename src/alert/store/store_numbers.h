/* SPDX-License-Identifier: MIT */
/* The numbers that stand for enum values in SQL text, where a partial index
 * wants a constant and not a bound value. They are in the files of every user:
 * whoever changes an enum is stopped here. */
#ifndef ALERT_STORE_STORE_NUMBERS_H
#define ALERT_STORE_STORE_NUMBERS_H

#include "alert/model/alert.h"
#include "alert/model/level.h"
#include "alert/model/message.h"
#include "alert/store/store_outbox.h"

#include <assert.h>

#define SQL_QUEUED "0"
#define SQL_SENDING "1"
#define SQL_SENT "2"
#define SQL_DEAD "3"
#define SQL_SUPERSEDED "4"
#define SQL_UNDERWAY "(" SQL_QUEUED "," SQL_SENDING ")"
static_assert(ROW_QUEUED == 0 && ROW_SENDING == 1 && ROW_SENT == 2 &&
                  ROW_DEAD == 3 && ROW_SUPERSEDED == 4,
              "states of rows are stored");

#define SQL_OPEN "0"
#define SQL_REPEAT "2"
#define SQL_RESOLVED "3"
#define SQL_NOTE "5"
#define SQL_TEST "6"
#define SQL_CANCEL "7"
static_assert(MESSAGE_OPEN == 0 && MESSAGE_REPEAT == 2 &&
                  MESSAGE_RESOLVED == 3 && MESSAGE_NOTE == 5 &&
                  MESSAGE_TEST == 6 && MESSAGE_CANCEL == 7,
              "kinds of messages are stored");

#define SQL_DIGEST "13"
static_assert(REASON_DIGEST == 13, "reasons are stored");

/* states of alerts from here on are closed */
#define SQL_CLOSED "3"
static_assert(ALERT_RESOLVED == 3 && ALERT_RECOVERING < ALERT_RESOLVED &&
                  ALERT_EXPIRED > ALERT_RESOLVED,
              "states of alerts are stored");

#define SQL_ACKED "16"
static_assert(ALERT_ACKED == 16, "flags of alerts are stored");

#define SQL_INFO "1"
#define SQL_CRITICAL "4"
static_assert(LEVEL_INFO == 1 && LEVEL_CRITICAL == 4, "levels are stored");

#endif
