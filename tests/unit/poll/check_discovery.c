/* SPDX-License-Identifier: MIT */
/* A search that ends: never from inside whoever began it, even when no timer
 * can be had for its next round. */
#include <config.h>

#include "poll/discovery/discovery.h"

#include "../support/suite.h"

#include <errno.h>
#include <string.h>

static bool no_timers;

int __real_loop_timer_set(struct loop *loop, struct loop_timer *timer,
                          uint64_t due_us);
int __wrap_loop_timer_set(struct loop *loop, struct loop_timer *timer,
                          uint64_t due_us);

int __wrap_loop_timer_set(struct loop *loop, struct loop_timer *timer,
                          uint64_t due_us) {
  return no_timers ? -ENOMEM : __real_loop_timer_set(loop, timer, due_us);
}

struct field {
  struct loop *loop;
  struct json doc;
  struct poll_options options;
  struct discovery *discovery;
  unsigned rounds;
  bool over_inside; /* a round found the search over already */
};

static bool wanted(void *arg, struct in_addr from, bool tdp, bool expected) {
  (void)arg;
  (void)from;
  (void)tdp;
  (void)expected;
  return false;
}

static void met(void *arg, struct introduction *in,
                const struct sockaddr_in *from) {
  (void)arg;
  (void)in;
  (void)from;
  ck_abort_msg("nobody is wanted");
}

static void round_asked(void *arg) {
  struct field *f = arg;

  f->rounds++;
  if (discovery_take_over(f->discovery))
    f->over_inside = true;
}

static void woken(void *arg) { (void)arg; }

static void field_open(struct field *f, unsigned packets) {
  struct discovery_hooks hooks = {
      .met = met, .wanted = wanted, .round = round_asked, .arg = f};

  memset(f, 0, sizeof(*f));
  no_timers = false;
  f->options.discovery_packets = packets;
  f->options.discovery_timeout = 0.02;
  f->loop = loop_create(woken, f);
  json_init(&f->doc);
  ck_assert_ptr_nonnull(f->loop);
  f->discovery = discovery_create(f->loop, &f->doc, &f->options, &hooks);
  ck_assert_ptr_nonnull(f->discovery);
}

static void field_close(struct field *f) {
  discovery_free(f->discovery);
  json_free(&f->doc);
  loop_free(f->loop);
}

START_TEST(a_search_without_a_timer_ends_after_its_start) {
  struct field f;

  field_open(&f, 3);
  no_timers = true;
  discovery_start(f.discovery);
  ck_assert_uint_eq(f.rounds, 1);
  ck_assert(!f.over_inside);
  ck_assert(!discovery_active(f.discovery));
  ck_assert(discovery_take_over(f.discovery));
  ck_assert(!discovery_take_over(f.discovery));
  no_timers = false; /* the next one is as any other */
  discovery_start(f.discovery);
  ck_assert(discovery_active(f.discovery));
  ck_assert(!discovery_take_over(f.discovery));
  field_close(&f);
}
END_TEST

START_TEST(a_search_ends_once_after_all_its_rounds) {
  struct field f;
  unsigned over = 0;

  field_open(&f, 4);
  discovery_start(f.discovery);
  discovery_start(f.discovery); /* one is under way */
  while (discovery_active(f.discovery)) {
    ck_assert(!discovery_take_over(f.discovery));
    ck_assert_int_eq(loop_round(f.loop), 0);
  }
  for (int i = 0; i < 3; i++)
    over += discovery_take_over(f.discovery) ? 1 : 0;
  ck_assert_uint_eq(over, 1);
  ck_assert_uint_eq(f.rounds, 4);
  ck_assert(!f.over_inside);
  field_close(&f);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, a_search_without_a_timer_ends_after_its_start);
  tcase_add_test(t, a_search_ends_once_after_all_its_rounds);
}

int main(void) { return suite_run("discovery", fill); }
