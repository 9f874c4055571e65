/* SPDX-License-Identifier: MIT */
/* One link on a loop of its own, for tests of transports. */
#ifndef TESTS_UNIT_SUPPORT_TRANSPORT_FIXTURE_H
#define TESTS_UNIT_SUPPORT_TRANSPORT_FIXTURE_H

#include "base/clock.h"
#include "base/worker.h"
#include "device/http/http_client.h"
#include "device/transport.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct transport_fixture {
  struct transport_env env;
  bool done;
  enum outcome outcome;
  char answer[70000];
  char why[WHY_SIZE];
};

static inline void transport_fixture_woken(void *arg) { (void)arg; }

static inline void transport_fixture_open(struct transport_fixture *b) {
  memset(b, 0, sizeof(*b));
  b->env.loop = loop_create(transport_fixture_woken, NULL);
  b->env.scratch = malloc(TRANSPORT_SCRATCH);
  b->env.kept_max = 8;
  b->env.http = http_pool_create(b->env.loop, 8);
  json_init(&b->env.json);
  b->env.worker = worker_create(b->env.loop);
  ck_assert_ptr_nonnull(b->env.http);
  ck_assert_ptr_nonnull(b->env.worker);
}

static inline void transport_fixture_close(struct transport_fixture *b) {
  http_pool_free(b->env.http);
  worker_free(b->env.worker);
  json_free(&b->env.json);
  free(b->env.scratch);
  loop_free(b->env.loop);
}

static inline void transport_fixture_done(void *arg, enum outcome outcome,
                                          char *answer, size_t len,
                                          const char *why) {
  struct transport_fixture *b = arg;

  ck_assert(!b->done);
  b->done = true;
  b->outcome = outcome;
  ck_assert(answer == NULL || answer[len] == '\0');
  snprintf(b->answer, sizeof(b->answer), "%s", answer != NULL ? answer : "");
  snprintf(b->why, sizeof(b->why), "%s", why);
}

static inline void transport_fixture_tick(struct loop_timer *timer) {
  (void)timer;
}

/* Rounds until done or for so many milliseconds. */
static inline void transport_fixture_run(struct transport_fixture *b,
                                         unsigned ms) {
  uint64_t until = clock_monotonic_us() + ms * 1000ULL;
  struct loop_timer tick = {.fired = transport_fixture_tick};

  while (!b->done && clock_monotonic_us() < until) {
    loop_timer_set(b->env.loop, &tick, clock_monotonic_us() + 10000);
    ck_assert_int_eq(loop_round(b->env.loop), 0);
  }
  loop_timer_cancel(b->env.loop, &tick);
}

static inline enum outcome transport_fixture_ask(struct transport_fixture *b,
                                                 const struct transport *t,
                                                 struct link *link,
                                                 const char *request) {
  const char *why = "";

  b->done = false;
  b->why[0] = '\0';
  b->outcome =
      t->send(link, request, strlen(request), transport_fixture_done, b, &why);
  ck_assert(!b->done); /* never from inside */
  if (b->outcome != OUTCOME_OK) {
    snprintf(b->why, sizeof(b->why), "%s", why);
    return b->outcome;
  }
  transport_fixture_run(b, 5000);
  ck_assert_msg(b->done, "nothing came within five seconds");
  return b->outcome;
}

#endif
