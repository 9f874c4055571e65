/* SPDX-License-Identifier: MIT */
/* The event loop: timers in order, removal from inside callbacks, wake-ups
 * from other threads. */
#include <config.h>

#include "base/clock.h"
#include "base/loop.h"

#include "../support/suite.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static struct loop *loop;
static unsigned wakes;

static void woken(void *arg) { *(unsigned *)arg += 1; }

static void setup(void) {
  wakes = 0;
  loop = loop_create(woken, &wakes);
  ck_assert_ptr_nonnull(loop);
}

static void teardown(void) { loop_free(loop); }

/* -- timers -- */

enum { TIMERS = 200 };

static struct note {
  struct loop_timer timer;
  int number;
} notes[TIMERS];
static int order[TIMERS * 2];
static int fired_num;

static struct note *note_of(struct loop_timer *timer) {
  return (struct note *)(void *)((char *)timer - offsetof(struct note, timer));
}

static void note_fired(struct loop_timer *timer) {
  order[fired_num++] = note_of(timer)->number;
}

static void notes_reset(void) {
  fired_num = 0;
  for (int i = 0; i < TIMERS; i++)
    notes[i] = (struct note){.number = i, .timer.fired = note_fired};
}

static void rounds_until(int fired) {
  for (int i = 0; i < 1000 && fired_num < fired; i++)
    ck_assert_int_eq(loop_round(loop), 0);
}

START_TEST(timers_fire_in_the_order_of_their_times) {
  uint64_t start = loop_now_us(loop);

  notes_reset();
  for (int i = 0; i < TIMERS; i++) {
    int n = i * 37 % TIMERS; /* every number once, out of order */

    ck_assert_int_eq(
        loop_timer_set(loop, &notes[n].timer, start + (uint64_t)n * 100), 0);
  }
  rounds_until(TIMERS);
  ck_assert_int_eq(fired_num, TIMERS);
  for (int i = 0; i < TIMERS; i++)
    ck_assert_int_eq(order[i], i);
  ck_assert_uint_ge(loop_now_us(loop), start + (TIMERS - 1) * 100);
}
END_TEST

START_TEST(a_timer_set_again_moves_and_a_cancelled_one_stays_silent) {
  uint64_t start = loop_now_us(loop);

  notes_reset();
  for (int i = 0; i < 5; i++)
    ck_assert_int_eq(
        loop_timer_set(loop, &notes[i].timer, start + 1000 * (uint64_t)(i + 1)),
        0);
  ck_assert_int_eq(loop_timer_set(loop, &notes[0].timer, start + 9000), 0);
  ck_assert_int_eq(loop_timer_set(loop, &notes[4].timer, start + 500), 0);
  loop_timer_cancel(loop, &notes[2].timer);
  loop_timer_cancel(loop, &notes[2].timer); /* twice is no harm */
  rounds_until(4);
  ck_assert_int_eq(fired_num, 4);
  ck_assert_int_eq(order[0], 4);
  ck_assert_int_eq(order[1], 1);
  ck_assert_int_eq(order[2], 3);
  ck_assert_int_eq(order[3], 0);
}
END_TEST

/* Number 0 takes 1 out although it is due in the same round, sets 2 anew, and
 * itself once more. */
static void meddle(struct loop_timer *timer) {
  note_fired(timer);
  loop_timer_cancel(loop, &notes[1].timer);
  ck_assert_int_eq(
      loop_timer_set(loop, &notes[2].timer, loop_now_us(loop) + 2000), 0);
  timer->fired = note_fired;
  ck_assert_int_eq(loop_timer_set(loop, timer, loop_now_us(loop) + 1000), 0);
}

START_TEST(timers_may_change_each_other_from_inside) {
  uint64_t due = loop_now_us(loop);

  notes_reset();
  notes[0].timer.fired = meddle;
  for (int i = 0; i < 4; i++)
    ck_assert_int_eq(loop_timer_set(loop, &notes[i].timer, due + (uint64_t)i),
                     0);
  rounds_until(4);
  ck_assert_int_eq(fired_num, 4);
  ck_assert_int_eq(order[0], 0);
  ck_assert_int_eq(order[1], 3);
  ck_assert_int_eq(order[2], 0);
  ck_assert_int_eq(order[3], 2);
}
END_TEST

/* Each time it is set for a moment that has passed. */
static void insist(struct loop_timer *timer) {
  note_fired(timer);
  ck_assert_int_lt(fired_num, TIMERS);
  ck_assert_int_eq(loop_timer_set(loop, timer, loop_now_us(loop)), 0);
}

START_TEST(a_timer_that_is_always_late_ends_no_round) {
  notes_reset();
  notes[0].timer.fired = insist;
  ck_assert_int_eq(loop_timer_set(loop, &notes[0].timer, loop_now_us(loop)), 0);
  for (int round = 1; round < 10; round++) {
    ck_assert_int_eq(loop_round(loop), 0);
    ck_assert_int_eq(fired_num, round);
  }
  loop_timer_cancel(loop, &notes[0].timer);
}
END_TEST

START_TEST(random_setting_and_cancelling_keeps_the_order) {
  unsigned random = 1;
  uint64_t start = loop_now_us(loop);
  uint64_t last = 0;
  int set = 0;

  notes_reset();
  for (int i = 0; i < 20000; i++) {
    struct note *n;

    random = random * 1103515245 + 12345;
    n = &notes[random >> 8 & 127];
    if (random >> 16 & 1)
      loop_timer_cancel(loop, &n->timer);
    else
      ck_assert_int_eq(loop_timer_set(loop, &n->timer, start + (random >> 17)),
                       0);
  }
  for (int i = 0; i < TIMERS; i++)
    set += notes[i].timer.place != 0;
  ck_assert_int_gt(set, 30);
  rounds_until(set);
  ck_assert_int_eq(fired_num, set);
  for (int i = 0; i < fired_num; i++) {
    ck_assert_uint_ge(notes[order[i]].timer.due_us, last);
    last = notes[order[i]].timer.due_us;
  }
}
END_TEST

/* -- descriptors -- */

static struct pipe_end {
  struct loop_watch watch;
  int other;
  int calls;
} ends[2];

static void drop_both(struct loop_watch *watch, unsigned events) {
  struct pipe_end *end =
      (struct pipe_end *)(void *)((char *)watch -
                                  offsetof(struct pipe_end, watch));

  ck_assert_uint_eq(events, LOOP_READ);
  end->calls++;
  loop_unwatch(loop, &ends[0].watch);
  loop_unwatch(loop, &ends[1].watch);
}

static void open_ends(void (*ready)(struct loop_watch *, unsigned)) {
  for (int i = 0; i < 2; i++) {
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    ends[i] = (struct pipe_end){.watch = {.fd = fds[0], .ready = ready},
                                .other = fds[1]};
    ck_assert_int_eq(loop_watch(loop, &ends[i].watch, LOOP_READ), 0);
  }
}

static void close_ends(void) {
  for (int i = 0; i < 2; i++) {
    loop_unwatch(loop, &ends[i].watch);
    close(ends[i].watch.fd);
    close(ends[i].other);
  }
}

START_TEST(a_watch_taken_out_in_the_same_round_is_not_called) {
  open_ends(drop_both);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(write(ends[i].other, "x", 1), 1);
  ck_assert_int_eq(loop_round(loop), 0);
  ck_assert_int_eq(ends[0].calls + ends[1].calls, 1);
  close_ends();
}
END_TEST

static void count_call(struct loop_watch *watch, unsigned events) {
  struct pipe_end *end =
      (struct pipe_end *)(void *)((char *)watch -
                                  offsetof(struct pipe_end, watch));

  ck_assert_uint_eq(events, LOOP_READ);
  end->calls++;
  loop_unwatch(loop, watch);
}

START_TEST(a_hang_up_is_reported_as_what_is_watched) {
  open_ends(count_call);
  close(ends[0].other);
  ends[0].other = -1;
  ck_assert_int_eq(loop_round(loop), 0);
  ck_assert_int_eq(ends[0].calls, 1);
  ck_assert_int_eq(ends[1].calls, 0);
  close_ends();
}
END_TEST

START_TEST(a_bad_descriptor_is_an_error_and_not_watched) {
  struct loop_watch watch = {.fd = -1, .ready = count_call};

  ck_assert_int_lt(loop_watch(loop, &watch, LOOP_READ), 0);
  ck_assert_uint_eq(watch.events, 0);
  loop_unwatch(loop, &watch);
}
END_TEST

/* -- waking -- */

static atomic_bool go;

static void *waker(void *arg) {
  while (!atomic_load(&go))
    usleep(100);
  loop_wake(arg);
  return NULL;
}

START_TEST(another_thread_ends_the_waiting) {
  pthread_t thread;

  atomic_store(&go, false);
  ck_assert_int_eq(pthread_create(&thread, NULL, waker, loop), 0);
  atomic_store(&go, true);
  ck_assert_int_eq(loop_round(loop), 0); /* no timer: would wait for ever */
  ck_assert_int_eq(pthread_join(thread, NULL), 0);
  ck_assert_uint_eq(wakes, 1);
}
END_TEST

START_TEST(many_wakes_before_a_look_are_one) {
  for (int i = 0; i < 1000; i++)
    loop_wake(loop);
  ck_assert_int_eq(loop_round(loop), 0);
  ck_assert_uint_eq(wakes, 1);
}
END_TEST

static void on_alarm(int signal) {
  (void)signal;
  loop_wake(loop);
}

START_TEST(a_signal_wakes_it_too) {
  struct sigaction action = {.sa_handler = on_alarm};

  sigaction(SIGALRM, &action, NULL);
  ualarm(2000, 0);
  for (int i = 0; i < 3 && wakes == 0; i++)
    ck_assert_int_eq(loop_round(loop), 0); /* EINTR is no error */
  ck_assert_uint_eq(wakes, 1);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, timers_fire_in_the_order_of_their_times);
  tcase_add_test(t, a_timer_set_again_moves_and_a_cancelled_one_stays_silent);
  tcase_add_test(t, timers_may_change_each_other_from_inside);
  tcase_add_test(t, a_timer_that_is_always_late_ends_no_round);
  tcase_add_test(t, random_setting_and_cancelling_keeps_the_order);
  tcase_add_test(t, a_watch_taken_out_in_the_same_round_is_not_called);
  tcase_add_test(t, a_hang_up_is_reported_as_what_is_watched);
  tcase_add_test(t, a_bad_descriptor_is_an_error_and_not_watched);
  tcase_add_test(t, another_thread_ends_the_waiting);
  tcase_add_test(t, many_wakes_before_a_look_are_one);
  tcase_add_test(t, a_signal_wakes_it_too);
}

int main(void) { return suite_run("loop", fill); }
