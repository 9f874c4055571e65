/* SPDX-License-Identifier: MIT */
/* The XOR transport against a device on loopback that behaves and misbehaves.
 */
#include <config.h>

#include "base/clock.h"
#include "device/transport.h"
#include "device/transport/xor_tcp.h"

#include "../support/fake_device.h"
#include "../support/suite.h"

#include <stdio.h>

static struct loop *loop;
static struct transport_env env;
static struct fake fake;
static struct link *link_;

static void woken(void *arg) { (void)arg; }

static void setup(void) {
  loop = loop_create(woken, NULL);
  ck_assert_ptr_nonnull(loop);
  env = (struct transport_env){
      .loop = loop, .scratch = malloc(TRANSPORT_SCRATCH), .kept_max = 10};
  ck_assert_ptr_nonnull(env.scratch);
  link_ = NULL;
}

static void teardown(void) {
  if (link_ != NULL)
    transport_xor.close(link_);
  ck_assert_uint_eq(env.kept, 0);
  loop_free(loop);
  free(env.scratch);
  fake_stop(&fake);
}

#define START(...)                                                             \
  do {                                                                         \
    static const struct fake_act acts[] = {__VA_ARGS__};                       \
    fake_start(&fake, "127.0.0.1", 0, acts, sizeof(acts) / sizeof(acts[0]));   \
    link_ =                                                                    \
        transport_xor.open(&env, &(struct endpoint){.address = fake.address}); \
    ck_assert_ptr_nonnull(link_);                                              \
  } while (0)

static struct {
  unsigned calls;
  enum outcome outcome;
  size_t len;
  char answer[200];
  char why[WHY_SIZE];
} got;

static void done(void *arg, enum outcome outcome, char *answer, size_t len,
                 const char *why) {
  ck_assert_ptr_eq(arg, &got);
  ck_assert((outcome == OUTCOME_OK) == (answer != NULL));
  ck_assert((outcome == OUTCOME_OK) == (why[0] == '\0'));
  got.calls++;
  got.outcome = outcome;
  got.len = len;
  snprintf(got.answer, sizeof(got.answer), "%s", answer != NULL ? answer : "");
  snprintf(got.why, sizeof(got.why), "%s", why);
  if (answer != NULL) {
    ck_assert(answer[len] == '\0');
    answer[len - 1] = 'X'; /* it may be changed */
  }
}

static bool time_is_up;
static void time_up(struct loop_timer *timer) {
  (void)timer;
  time_is_up = true;
}

static void run_for(unsigned ms) {
  struct loop_timer timer = {.fired = time_up};
  unsigned before = got.calls;

  time_is_up = false;
  ck_assert_int_eq(
      loop_timer_set(loop, &timer, clock_monotonic_us() + ms * 1000U), 0);
  while (!time_is_up && got.calls == before)
    ck_assert_int_eq(loop_round(loop), 0);
  loop_timer_cancel(loop, &timer);
}

static enum outcome send_text(const char *request) {
  const char *why = "";

  got.calls = 0;
  return transport_xor.send(link_, request, strlen(request), done, &got, &why);
}

static const char *ask(const char *request) {
  ck_assert_int_eq(send_text(request), OUTCOME_OK);
  ck_assert_uint_eq(got.calls, 0); /* never from inside send() */
  run_for(5000);
  ck_assert_uint_eq(got.calls, 1);
  return got.answer;
}

START_TEST(an_answer_comes_and_the_connection_is_kept) {
  START({FAKE_ANSWER, "{\"n\":1}", 0}, {FAKE_ANSWER, "{\"n\":2}", 0});
  ck_assert_str_eq(ask("{\"system\":{\"get_sysinfo\":{}}}"), "{\"n\":1}");
  ck_assert_str_eq(fake.last, "{\"system\":{\"get_sysinfo\":{}}}");
  ck_assert_uint_eq(env.kept, 1);
  ck_assert_str_eq(ask("{\"again\":{}}"), "{\"n\":2}");
  ck_assert_str_eq(fake.last, "{\"again\":{}}");
  ck_assert_uint_eq(env.kept, 1);
  ck_assert_uint_eq(atomic_load(&fake.accepted), 1);
}
END_TEST

START_TEST(beyond_the_limit_connections_are_not_kept) {
  START({FAKE_ANSWER, "{}", 0});
  env.kept_max = 0;
  for (unsigned i = 1; i <= 3; i++) {
    ck_assert_str_eq(ask("{}"), "{}");
    ck_assert_uint_eq(env.kept, 0);
    ck_assert_uint_eq(atomic_load(&fake.accepted), i);
  }
}
END_TEST

START_TEST(a_device_that_closes_after_each_answer_is_no_failure) {
  START({FAKE_ANSWER_CLOSE, "{\"n\":1}", 0});
  for (unsigned i = 1; i <= 3; i++) {
    ck_assert_str_eq(ask("{}"), "{\"n\":1}");
    ck_assert_int_eq(got.outcome, OUTCOME_OK);
    if (i == 2) { /* the end is seen before the next request */
      run_for(20);
      ck_assert_uint_eq(env.kept, 0);
    }
  }
  ck_assert_uint_eq(atomic_load(&fake.requests), 3);
}
END_TEST

START_TEST(a_kept_connection_that_ends_is_tried_once_more) {
  START({FAKE_ANSWER, "{\"n\":1}", 0}, {FAKE_CLOSE, NULL, 0},
        {FAKE_ANSWER, "{\"n\":3}", 0}, {FAKE_RESET, NULL, 0},
        {FAKE_ANSWER, "{\"n\":5}", 0});
  ck_assert_str_eq(ask("{}"), "{\"n\":1}");
  ck_assert_str_eq(ask("{}"), "{\"n\":3}");
  ck_assert_str_eq(ask("{}"), "{\"n\":5}");
  ck_assert_uint_eq(atomic_load(&fake.accepted), 3);
}
END_TEST

START_TEST(but_only_once) {
  START({FAKE_ANSWER, "{\"n\":1}", 0}, {FAKE_CLOSE, NULL, 0});
  ck_assert_str_eq(ask("{}"), "{\"n\":1}");
  ask("{}");
  ck_assert_int_eq(got.outcome, OUTCOME_REFUSED);
  ck_assert_str_eq(got.why, "connection closed without an answer");
  ck_assert_uint_eq(atomic_load(&fake.requests), 3);
}
END_TEST

START_TEST(after_the_first_byte_nothing_is_repeated) {
  START({FAKE_ANSWER, "{\"n\":1}", 0}, {FAKE_RAW_CLOSE, "\0\0", 2},
        {FAKE_ANSWER, "{\"n\":3}", 0});
  ck_assert_str_eq(ask("{}"), "{\"n\":1}");
  ask("{}");
  ck_assert_int_eq(got.outcome, OUTCOME_MALFORMED);
  ck_assert_str_eq(got.why, "the answer ended too early");
  ck_assert_str_eq(ask("{}"), "{\"n\":3}");
}
END_TEST

START_TEST(an_answer_may_come_byte_by_byte) {
  START({FAKE_SEGMENTS, "{\"system\":{\"get_sysinfo\":{\"alias\":\"Lamp\"}}}",
         0});
  ck_assert_str_eq(ask("{}"),
                   "{\"system\":{\"get_sysinfo\":{\"alias\":\"Lamp\"}}}");
  ck_assert_uint_eq(env.kept, 1);
  ck_assert_str_eq(ask("{}"),
                   "{\"system\":{\"get_sysinfo\":{\"alias\":\"Lamp\"}}}");
  ck_assert_uint_eq(atomic_load(&fake.accepted), 1);
}
END_TEST

START_TEST(more_than_announced_ends_the_connection_not_the_answer) {
  START({FAKE_SURPLUS, "{\"n\":1}", 0});
  ck_assert_str_eq(ask("{}"), "{\"n\":1}");
  ck_assert_uint_eq(env.kept, 0);
  ck_assert_str_eq(ask("{}"), "{\"n\":1}");
  ck_assert_uint_eq(atomic_load(&fake.accepted), 2);
}
END_TEST

START_TEST(the_largest_answer_is_taken_whole) {
  START({FAKE_BIG, NULL, ANSWER_MAX}, {FAKE_BIG, NULL, ANSWER_MAX + 1},
        {FAKE_BIG, NULL, 1});
  ask("{}");
  ck_assert_int_eq(got.outcome, OUTCOME_OK);
  ck_assert_uint_eq(got.len, ANSWER_MAX);
  ask("{}");
  ck_assert_int_eq(got.outcome, OUTCOME_MALFORMED);
  ask("{}");
  ck_assert_uint_eq(got.len, 1);
}
END_TEST

#define RAW(bytes)                                                             \
  { FAKE_RAW, bytes, sizeof(bytes) - 1 }
#define RAW_CLOSE(bytes)                                                       \
  { FAKE_RAW_CLOSE, bytes, sizeof(bytes) - 1 }

static const struct {
  const char *what;
  struct fake_act act;
  enum outcome outcome;
} bad[] = {
    {"a length of nothing", RAW("\0\0\0\0"), OUTCOME_MALFORMED},
    {"a length beyond the cap", RAW("\0\1\0\1{}"), OUTCOME_MALFORMED},
    {"the largest length there is", RAW("\xff\xff\xff\xff{}"),
     OUTCOME_MALFORMED},
    {"no frame but text", RAW("HTTP/1.1 400 Bad Request\r\n\r\n"),
     OUTCOME_MALFORMED},
    {"half a header", RAW_CLOSE("\0\0"), OUTCOME_MALFORMED},
    {"a header alone", RAW_CLOSE("\0\0\0\5"), OUTCOME_MALFORMED},
    {"half an answer", RAW_CLOSE("\0\0\0\5ab"), OUTCOME_MALFORMED},
    {"the end", {FAKE_CLOSE, NULL, 0}, OUTCOME_REFUSED},
    {"a reset", {FAKE_RESET, NULL, 0}, OUTCOME_REFUSED},
};

START_TEST(nonsense_is_a_failure_and_the_next_request_starts_afresh) {
  struct fake_act acts[] = {bad[_i].act, {FAKE_ANSWER, "{\"n\":2}", 0}};

  fake_start(&fake, "127.0.0.1", 0, acts, 2);
  link_ = transport_xor.open(&env, &(struct endpoint){.address = fake.address});
  ask("{}");
  ck_assert_msg(got.outcome == bad[_i].outcome, "%s: %s", bad[_i].what,
                got.why);
  ck_assert_str_eq(ask("{}"), "{\"n\":2}");
}
END_TEST

START_TEST(silence_lasts_until_the_caller_gives_up) {
  START({FAKE_SILENCE, NULL, 0}, {FAKE_ANSWER, "{\"n\":2}", 0});
  ck_assert_int_eq(send_text("{}"), OUTCOME_OK);
  run_for(50);
  ck_assert_uint_eq(got.calls, 0);
  transport_xor.abort(link_);
  run_for(10);
  ck_assert_uint_eq(got.calls, 0);
  ck_assert_str_eq(ask("{}"), "{\"n\":2}");
}
END_TEST

START_TEST(half_an_answer_then_silence_is_no_answer) {
  START(RAW("\0\0\0\7ab"), {FAKE_ANSWER, "{\"n\":2}", 0});
  ck_assert_int_eq(send_text("{}"), OUTCOME_OK);
  run_for(50);
  ck_assert_uint_eq(got.calls, 0);
  transport_xor.abort(link_);
  transport_xor.abort(link_);
  ck_assert_str_eq(ask("{}"), "{\"n\":2}");
}
END_TEST

START_TEST(nobody_listens) {
  struct sockaddr_in address;
  const char *why = "";
  enum outcome outcome;

  START({FAKE_SILENCE, NULL, 0});
  address = fake.address;
  fake_stop(&fake);
  got.calls = 0;
  outcome = transport_xor.send(link_, "{}", 2, done, &got, &why);
  if (outcome == OUTCOME_OK) {
    run_for(5000);
    outcome = got.outcome;
    why = got.why;
  } else {
    ck_assert_uint_eq(got.calls, 0);
  }
  ck_assert_int_eq(outcome, OUTCOME_REFUSED);
  ck_assert_str_eq(why, "connection refused");
  fake_start(&fake, "127.0.0.1", ntohs(address.sin_port),
             &(struct fake_act){FAKE_ANSWER, "{\"n\":1}", 0}, 1);
  ck_assert_str_eq(ask("{}"), "{\"n\":1}"); /* and then somebody does */
}
END_TEST

START_TEST(an_absurd_request_is_not_sent) {
  static char request[70000];
  const char *why = "";

  START({FAKE_ANSWER, "{}", 0});
  memset(request, ' ', sizeof(request));
  ck_assert_int_ne(
      transport_xor.send(link_, request, sizeof(request), done, &got, &why),
      OUTCOME_OK);
  ck_assert_str_ne(why, "");
  ck_assert_str_eq(ask("{}"), "{}");
}
END_TEST

static void close_inside(void *arg, enum outcome outcome, char *answer,
                         size_t len, const char *why) {
  done(arg, outcome, answer, len, why);
  transport_xor.close(link_);
  link_ = NULL;
  answer[0] = 'Y'; /* lives until return */
}

static void ask_inside(void *arg, enum outcome outcome, char *answer,
                       size_t len, const char *why) {
  const char *text = "";
  unsigned calls = got.calls;

  done(arg, outcome, answer, len, why);
  ck_assert_int_eq(transport_xor.send(link_, "{}", 2, done, &got, &text),
                   OUTCOME_OK);
  ck_assert_uint_eq(got.calls, calls + 1);
  answer[0] = 'Y';
}

static const struct fake_act ways[] = {{FAKE_ANSWER, "{\"n\":1}", 0},
                                       {FAKE_SEGMENTS, "{\"n\":1}", 0},
                                       {FAKE_SURPLUS, "{\"n\":1}", 0}};

START_TEST(the_link_may_be_closed_from_inside_the_answer) {
  const char *why = "";

  fake_start(&fake, "127.0.0.1", 0, &ways[_i], 1);
  link_ = transport_xor.open(&env, &(struct endpoint){.address = fake.address});
  got.calls = 0;
  ck_assert_int_eq(transport_xor.send(link_, "{}", 2, close_inside, &got, &why),
                   OUTCOME_OK);
  run_for(5000);
  ck_assert_uint_eq(got.calls, 1);
  ck_assert_ptr_null(link_);
}
END_TEST

START_TEST(the_next_request_may_be_sent_from_inside_the_answer) {
  const char *why = "";

  fake_start(&fake, "127.0.0.1", 0, &ways[_i], 1);
  link_ = transport_xor.open(&env, &(struct endpoint){.address = fake.address});
  got.calls = 0;
  ck_assert_int_eq(transport_xor.send(link_, "{}", 2, ask_inside, &got, &why),
                   OUTCOME_OK);
  run_for(5000);
  run_for(5000);
  ck_assert_uint_eq(got.calls, 2);
  ck_assert_str_eq(got.answer, "{\"n\":1}");
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, an_answer_comes_and_the_connection_is_kept);
  tcase_add_test(t, beyond_the_limit_connections_are_not_kept);
  tcase_add_test(t, a_device_that_closes_after_each_answer_is_no_failure);
  tcase_add_test(t, a_kept_connection_that_ends_is_tried_once_more);
  tcase_add_test(t, but_only_once);
  tcase_add_test(t, after_the_first_byte_nothing_is_repeated);
  tcase_add_test(t, an_answer_may_come_byte_by_byte);
  tcase_add_test(t, more_than_announced_ends_the_connection_not_the_answer);
  tcase_add_test(t, the_largest_answer_is_taken_whole);
  tcase_add_loop_test(t,
                      nonsense_is_a_failure_and_the_next_request_starts_afresh,
                      0, ROWS(bad));
  tcase_add_test(t, silence_lasts_until_the_caller_gives_up);
  tcase_add_test(t, half_an_answer_then_silence_is_no_answer);
  tcase_add_test(t, nobody_listens);
  tcase_add_test(t, an_absurd_request_is_not_sent);
  tcase_add_loop_test(t, the_link_may_be_closed_from_inside_the_answer, 0,
                      ROWS(ways));
  tcase_add_loop_test(t, the_next_request_may_be_sent_from_inside_the_answer, 0,
                      ROWS(ways));
}

int main(void) { return suite_run("transport_xor", fill); }
