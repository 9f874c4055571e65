/* SPDX-License-Identifier: MIT */
/* The silences people ordered, as long as they last: "nothing about this until
 * then", with who and why. In memory, and in the store.
 *
 * One thread; what writes does so inside an open transaction. Times are wall
 * ms. */
#ifndef ALERT_POLICY_SILENCE_H
#define ALERT_POLICY_SILENCE_H

#include "alert/config/matcher.h"
#include "alert/state/alert_table.h"
#include "alert/store/store.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SILENCES_MAX = 1000 };

struct silence {
  int64_t id;
  struct alert_matchers match;
  int64_t starts, ends;
  bool until_resolved; /* it ends with the last open alert it is about */
  char by[64];
  char comment[200];
};

struct silences {
  struct silence *items;
  size_t num;
};

void silences_clear(struct silences *silences);
/* What an earlier run left. */
int silences_load(struct silences *silences, struct store *store);
/* Matchers as {"device": ["Freezer"], "class": [...]}: 0, or negative after
 * writing what is wrong. */
int silence_matchers(const cJSON *object, struct alert_matchers *out, char *why,
                     size_t why_size);
/* Takes over new (but for its id) with its matchers: the id, or -errno, when
 * the caller keeps them. */
int64_t silences_add(struct silences *silences, struct store *store,
                     const struct silence *new);
/* 0 or -ENOENT. */
int silences_end(struct silences *silences, struct store *store, int64_t id,
                 int64_t now);
/* Ends what is over; true when something ended. */
bool silences_tick(struct silences *silences, struct store *store,
                   const struct alert_table *open, int64_t now);
/* When the next one ends or begins; 0 = never by itself. */
int64_t silences_due(const struct silences *silences, int64_t now);
void silences_shift(struct silences *silences, int64_t delta_ms);

/* The one that holds for the alert now, or NULL. */
const struct silence *silences_find(const struct silences *silences,
                                    const struct alert *alert, int64_t now);
/* "silence 3 by anna until 07:00: works in the cellar" */
void silence_describe(const struct silence *silence, char *out, size_t size);

#endif
