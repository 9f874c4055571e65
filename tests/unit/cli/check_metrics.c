/* SPDX-License-Identifier: MIT */
/* The page of write_prometheus: lines become samples, samples a devices. */
#include <config.h>

#include "cli/live/metrics.h"
#include "cli/live/metrics_view.h"

#include "../support/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void write_sample(void *arg, const struct metrics_sample *s) {
  FILE *out = arg;

  fputs(s->name, out);
  for (size_t i = 0; i < s->labels_num; i++)
    fprintf(out, " %s=<%s>", s->labels[i].name, s->labels[i].value);
  if (isnan(s->value))
    fputs(" nan", out);
  else
    fprintf(out, " %g", s->value);
  if (s->time_ms != 0)
    fprintf(out, " @%lld", (long long)s->time_ms);
  fputc(';', out);
}

static const struct {
  const char *line;
  const char *sample; /* or "line 1: why" */
} lines[] = {
    {"", ""},
    {"# HELP x y", ""},
    {"up 1", "up 1;"},
    {"a:b_c{} 1.5e3", "a:b_c 1500;"},
    {"x{kasa=\"Living room\",instance=\"host\"} 12.5 1700000000123",
     "x kasa=<Living room> instance=<host> 12.5 @1700000000123;"},
    {"x{k=\"a\\\\b\\\"c\\nd\"} 1", "x k=<a\\b\"c\nd> 1;"},
    {"x{k=\"}, y=\\\"\",} 1", "x k=<}, y=\"> 1;"},
    {"x { a=\"1\" , b=\"2\" } 3 ", "x a=<1> b=<2> 3;"},
    {"x nan", "x nan;"},
    {"x +Inf", "x inf;"},
    {"x -5 -7", "x -5 @-7;"},
    {"x{k=\"\xff\"} 1", "x k=<\xff> 1;"},
    {"my-plugin 1", "line 1: a name is followed by something else than labels "
                    "or value"},
    {"1x 1", "line 1: no name of a metric"},
    {"x", "line 1: a name is followed by something else than labels or value"},
    {"x ", "line 1: the value is no number"},
    {"x 0x10", "line 1: the value is no number"},
    {"x 1..5", "line 1: the value is no number"},
    {"x 1 2 3", "line 1: more behind the time stamp"},
    {"x 1 2z", "line 1: more behind the time stamp"},
    {"x 1 z", "line 1: the time stamp is no number"},
    {"x 1 99999999999999999999", "line 1: the time stamp is no number"},
    {"x{k=\"v} 1", "line 1: a label's value is not closed"},
    {"x{k=\"\\", "line 1: an unknown escape in a label's value"},
    {"x{k=v} 1", "line 1: a label's value must stand in quotes"},
    {"x{k} 1", "line 1: \"=\" is missing behind a label's name"},
    {"x{k=\"v\"", "line 1: \",\" or \"}\" is missing behind a label"},
};

START_TEST(lines_become_samples) {
  char text[200];
  char out[400] = "";
  FILE *stream = fmemopen(out, sizeof(out), "w");
  struct metrics_result result;

  strcpy(text, lines[_i].line);
  result = metrics_read(text, strlen(text), write_sample, stream);
  if (result.bad > 0)
    fprintf(stream, "line %zu: %s", result.first_bad, result.why);
  fclose(stream);
  ck_assert_str_eq(out, lines[_i].sample);
}
END_TEST

START_TEST(a_bad_line_leaves_the_others) {
  char text[] = "a 1\nmy-plugin 2\nb 3\n?\n";
  char out[100] = "";
  FILE *stream = fmemopen(out, sizeof(out), "w");
  struct metrics_result result =
      metrics_read(text, strlen(text), write_sample, stream);

  fclose(stream);
  ck_assert_str_eq(out, "a 1;b 3;");
  ck_assert_uint_eq(result.samples, 2);
  ck_assert_uint_eq(result.bad, 2);
  ck_assert_uint_eq(result.first_bad, 2);
}
END_TEST

/* -- the devices -- */

static void take_page(struct metrics_view *h, const char *page,
                      int64_t now_ms) {
  char text[4000];

  strcpy(text, page);
  metrics_view_begin(h);
  metrics_read(text, strlen(text), metrics_view_take, h);
  metrics_view_end(h, now_ms);
}

#define SERIES(type, name, value)                                              \
  "collectd_kasa_" type "{kasa=\"" name "\",instance=\"h\"} " value "\n"
#define TYPED(type, name, instance, value)                                     \
  "collectd_kasa_" type "{kasa=\"" name "\",type=\"" instance                  \
  "\",instance=\"h\"} " value "\n"
#define PLUG(type, name, plug, value)                                          \
  "collectd_kasa_plug_" type "{kasa_plug=\"" name "\",type=\"" plug            \
  "\",instance=\"h\"} " value "\n"

static void rows_of(const struct metrics_view *h, char out[1000]) {
  struct device_rows rows = {0};
  struct device_row total;
  size_t used = 0;

  ck_assert_int_eq(metrics_view_rows(h, &rows, &total), 0);
  out[0] = '\0';
  for (size_t i = 0; i < rows.count; i++) {
    const struct device_row *r = &rows.items[i];

    used += (size_t)snprintf(out + used, 1000 - used, "%s%s|%s|",
                             r->kind == DEVICE_ROW_DEVICE ? "" : "+", r->name,
                             r->model);
    if (r->address[0] != '\0')
      used += (size_t)snprintf(out + used, 1000 - used, "%s ", r->address);
    if (reading_has(&r->now, Q_POWER))
      used += (size_t)snprintf(out + used, 1000 - used, "%g W",
                               r->now.value[Q_POWER]);
    used += (size_t)snprintf(out + used, 1000 - used, "%s\n", r->remark);
  }
  snprintf(out + used, 1000 - used, "%s", total.name);
  device_rows_free(&rows);
}

START_TEST(samples_become_devices_with_their_plugs) {
  struct metrics_view *h = metrics_view_create();
  char out[1000];

  take_page(h,
            SERIES("up", "strip", "1") PLUG("power", "strip", "b", "2")
                PLUG("power", "strip", "A", "1") SERIES("power", "strip", "3")
                    TYPED("info", "Freezer", "model=HS110(EU) mac=- hw=1", "1")
                        TYPED("info_now", "Freezer", "ip=192.0.2.7 fw=1", "1")
                            SERIES("up", "Freezer", "1")
                                SERIES("power", "Freezer", "80")
                                    SERIES("relay", "Freezer", "1"),
            1000);
  rows_of(h, out);
  ck_assert_str_eq(out, "Freezer|HS110(EU)|192.0.2.7 80 W\n"
                        "strip||3 W\n"
                        "+A||1 W\n"
                        "+b||2 W\n"
                        "2 devices, 2 up, 1 on");
  metrics_view_free(h);
}
END_TEST

START_TEST(a_silent_device_says_why) {
  struct metrics_view *h = metrics_view_create();
  char out[1000];

  take_page(h,
            SERIES("up", "a", "0") TYPED("failures_total", "a", "timeout", "9")
                TYPED("failures_total", "a", "refused", "2")
                    SERIES("power", "a", "5"),
            (int64_t)time(NULL) * 1000);
  rows_of(h, out);
  ck_assert_str_eq(out, "a||no answer (timeout)\n1 device, 0 up, 0 on");
  /* the counter that rose last names the reason */
  take_page(h,
            SERIES("up", "a", "0") TYPED("failures_total", "a", "timeout", "9")
                TYPED("failures_total", "a", "refused", "3"),
            (int64_t)time(NULL) * 1000);
  rows_of(h, out);
  ck_assert_str_eq(out,
                   "a||no answer (connection refused)\n1 device, 0 up, 0 on");
  metrics_view_free(h);
}
END_TEST

START_TEST(a_device_that_was_seen_answering_is_silent_since_then) {
  struct metrics_view *h = metrics_view_create();
  char page[500];
  char out[1000];
  char expected[200];
  char when[32];
  time_t then = time(NULL) - 120;
  struct tm tm;

  localtime_r(&then, &tm);
  strftime(when, sizeof(when), "%H:%M", &tm);
  if (tm.tm_hour == 23 && tm.tm_min >= 57)
    return; /* "since" carries the day then */
  snprintf(page, sizeof(page),
           SERIES("up", "a", "1") "collectd_kasa_response_time{kasa=\"a\","
                                  "instance=\"h\"} 0.1 %lld\n",
           (long long)then * 1000);
  take_page(h, page, (int64_t)then * 1000);
  take_page(h, "", (int64_t)then * 1000 + 10); /* a gap */
  take_page(h, SERIES("up", "a", "0"), (int64_t)time(NULL) * 1000);
  rows_of(h, out);
  snprintf(expected, sizeof(expected),
           "a||silent since %s\n1 device, 0 up, 0 on", when);
  ck_assert_str_eq(out, expected);
  metrics_view_free(h);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, lines_become_samples, 0, ROWS(lines));
  tcase_add_test(t, a_bad_line_leaves_the_others);
  tcase_add_test(t, samples_become_devices_with_their_plugs);
  tcase_add_test(t, a_silent_device_says_why);
  tcase_add_test(t, a_device_that_was_seen_answering_is_silent_since_then);
}

int main(void) { return suite_run("metrics", fill); }
