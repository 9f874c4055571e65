/* SPDX-License-Identifier: MIT */
/* Silences people ordered. */
#ifndef ALERT_STORE_STORE_SILENCE_H
#define ALERT_STORE_STORE_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

struct store;

struct silence_row {
  int64_t id;           /* 0 = new */
  const char *matchers; /* JSON, see silence.c; borrowed */
  int64_t starts;
  int64_t ends; /* 0 = none */
  bool until_resolved;
  char by[64];
  char comment[200];
};

/* Adds it and sets id. */
int store_silence_add(struct store *store, struct silence_row *row);
/* It ended now: it stays in the table, with that time. */
int store_silence_end(struct store *store, int64_t id, int64_t now);

typedef void store_silence_fn(void *arg, const struct silence_row *row);
/* Those that have not ended, oldest first. */
int store_silence_each(struct store *store, store_silence_fn *each, void *arg);

#endif
