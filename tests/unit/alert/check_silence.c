/* SPDX-License-Identifier: MIT */
/* Silences, recurring maintenance: who is told of what, and what comes after.
 */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/suite.h"
#include "alert/config/time_window.h"
#include "alert/policy/silence.h"
#include "alert/store/store_held.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHANNELS                                                               \
  "<Channel file \"mail\">\n Path \"/dev/null\"\n</Channel>\n"                 \
  "<Channel file \"second\">\n Path \"/dev/null\"\n</Channel>\n"
#define ROUTE "<Route \"all\">\n Channel \"mail\"\n</Route>\n"

/* Friday 2026-11-20, 12:00 in Berlin */
#define NOON INT64_C(1795172400000)

static const struct {
  const char *row;
  const char *more;
  const char *story;
  const char *heard;
} stories[] = {
    {"silenced: nobody hears, nor of its end", "",
     "silence 7200 Freezer; fail 1900; +600; ok 90; +4000", ""},
    {"still so when the silence ends: told once, at once", "",
     "silence 7200 Freezer; fail 1900; +7000; fail 1900; +205", "mail:still"},
    {"and its end too", "",
     "silence 7200 Freezer; fail 1900; +7210; ok 90; +61",
     "mail:still mail:resolved"},
    {"told before: the end comes all the same", "",
     "fail 1900; silence 7200 Freezer; ok 90; +61",
     "mail:firing mail:resolved"},
    {"told before: no reminders meanwhile, one word afterwards", "",
     "fail 1900; silence 6000 Freezer; +6100", "mail:firing mail:still"},
    {"told before and nothing was held back: nothing to say", "",
     "fail 1900; silence 600 Freezer; +1000", "mail:firing"},
    {"others are told", "", "silence 7200 Freezer; on Heater; fail 1900",
     "mail:firing"},
    {"ended by hand", "", "silence 7200 Freezer; fail 1900; +60; unsilence; +1",
     "mail:still"},
    {"it outlives a restart", "",
     "silence 7200 Freezer; fail 1900; restart; fail 1900; +7000", ""},
    {"what is held outlives a kill", "",
     "silence 7200 Freezer; fail 1900; +10; kill; fail 1900; +7300",
     "mail:still"},
    {"until it is resolved: not a word of this time", "",
     "silence 1 Oven; fail 1900; silence resolved Freezer; +90000; fail 1900; "
     "ok 90; +100",
     "mail:firing mail:resolved"},
    {"and the next time is told again", "",
     "warn 1600; silence resolved Freezer; fail 1900; ok 90; +100; fail 1900",
     "mail:firing mail:resolved mail:firing"},
    {"acknowledged meanwhile: nothing to add", "",
     "silence 7200 Freezer; fail 1900; ack; +7300", ""},
    {"and taken back: who was never told is told then", "",
     "silence 7200 Freezer; fail 1900; ack; +9000; unack; +10", "mail:firing"},
    {"or run out", "AckTimeout 3h\n",
     "silence 7200 Freezer; fail 1900; ack; +10790; +30; ok 90; +61",
     "mail:firing mail:resolved"},
    {"taken back after a kill", "",
     "silence 7200 Freezer; fail 1900; ack; +9000; kill; fail 1900; unack; "
     "+10",
     "mail:firing"},
    {"over while it was acknowledged: nothing to say", "",
     "silence 7200 Freezer; fail 1900; ack; +9000; ok 90; +100", ""},
    {"told before, acknowledged, taken back: reminders as ever", "",
     "fail 1900; silence 7200 Freezer; +60; ack; +9000; unack; +10",
     "mail:firing mail:acknowledged mail:repeat"},
    {"a clock that is set moves its end", "",
     "silence 7200 Freezer; fail 1900; clock 86400; +60; fail 1900; +6000", ""},
    {"maintenance comes again",
     "<Maintenance \"test\">\n Time \"13:00-14:00\"\n Device \"Freezer\"\n"
     "</Maintenance>\n",
     "until 13:05; fail 1900; +60; ok 90; +61; until 13:05; fail 1900; +60; "
     "ok 90; +61; until 14:05; fail 1900",
     "mail:firing"},
    {"still so after maintenance",
     "<Maintenance \"test\">\n Time \"13:00-14:00\"\n Device \"Freezer\"\n"
     "</Maintenance>\n",
     "until 13:05; fail 1900; until 13:59; fail 1900; until 14:00; +1",
     "mail:still"},
    {"a silence that goes over into maintenance",
     "<Maintenance \"test\">\n Time \"13:00-14:00\"\n Device \"Freezer\"\n"
     "</Maintenance>\n",
     "silence 4200 Freezer; fail 1900; until 13:50; fail 1900; until 14:00; +1",
     "mail:still"},
};

START_TEST(people_hear) {
  static struct house h;
  char text[2000];

  setenv("TZ", "Europe/Berlin", 1);
  tzset();
  snprintf(text, sizeof(text), CHANNELS ROUTE "%s", stories[_i].more);
  house_open_file(&h, text, NOON);
  house_tell(&h, stories[_i].row, stories[_i].story, stories[_i].heard);
}
END_TEST

START_TEST(what_was_silenced_is_counted_with_its_reason) {
  static struct house h;
  struct deliver_counts n;
  struct held_row row;

  house_open_file(&h, CHANNELS ROUTE, NOON);
  house_play(&h, "silence 7200 Freezer; warn 1600; fail 1900; +60");
  deliver_count(alert_core_deliver(h.core), 0, &n);
  ck_assert_uint_eq(n.suppressed, 2);
  ck_assert_int_eq(store_held_get(alert_core_store(h.core), "mail", 1, &row),
                   0);
  ck_assert_uint_eq(row.count, 2);
  ck_assert_str_eq(row.policy, "silence");
  ck_assert_ptr_nonnull(strstr(row.why, "silence 1 by anna until"));
  house_close(&h);
}
END_TEST

/* -- days and hours ---------------------------------------------------------
 */

static int64_t local(int year, int month, int day, int hour, int minute) {
  struct tm tm = {.tm_year = year - 1900,
                  .tm_mon = month - 1,
                  .tm_mday = day,
                  .tm_hour = hour,
                  .tm_min = minute,
                  .tm_isdst = -1};

  return (int64_t)mktime(&tm) * 1000;
}

static const struct {
  const char *days, *time;
  int month, day, hour, minute; /* of 2026; 11-20 is a Friday */
  bool inside;
} moments[] = {
    {"", "22:00-07:00", 11, 20, 22, 0, true},
    {"", "22:00-07:00", 11, 20, 21, 59, false},
    {"", "22:00-07:00", 11, 21, 6, 59, true},
    {"", "22:00-07:00", 11, 21, 7, 0, false},
    {"Fri", "22:00-07:00", 11, 21, 3, 0, true},  /* Friday's night */
    {"Fri", "22:00-07:00", 11, 20, 3, 0, false}, /* that was Thursday's */
    {"Sat,Sun", "", 11, 22, 12, 0, true},
    {"Sat,Sun", "", 11, 23, 12, 0, false},
    {"Fri-Mon", "08:00-17:00", 11, 23, 12, 0, true},
    {"Fri-Mon", "08:00-17:00", 11, 24, 12, 0, false},
    {"", "00:00-24:00", 11, 20, 23, 59, true},
    {"Mon-Fri", "07:00-24:00", 11, 20, 23, 59, true},
    /* 2026-03-29, 02:00 to 03:00 does not exist, 2026-10-25 it comes twice */
    {"", "22:00-07:00", 3, 29, 3, 30, true},
    {"", "22:00-07:00", 3, 29, 6, 59, true},
    {"", "22:00-07:00", 3, 29, 7, 0, false},
    {"", "22:00-07:00", 10, 25, 2, 30, true},
    {"", "22:00-07:00", 10, 25, 6, 59, true},
    {"", "22:00-07:00", 10, 25, 7, 0, false},
};

START_TEST(windows_hold_by_the_clock_on_the_wall) {
  struct option_reporter reporter = {0};
  struct time_window w = {0};
  char days[40], hours[40];
  char *days_items[] = {days};
  char *time_items[] = {hours};

  setenv("TZ", "Europe/Berlin", 1);
  tzset();
  snprintf(days, sizeof(days), "%s", moments[_i].days);
  snprintf(hours, sizeof(hours), "%s", moments[_i].time);
  w.days_text = (struct option_strings){days_items, days[0] != '\0'};
  w.times_text = (struct option_strings){time_items, hours[0] != '\0'};
  ck_assert_int_eq(time_window_compile(&w, "here", &reporter), 0);
  ck_assert_int_eq(
      time_window_holds(&w,
                        local(2026, moments[_i].month, moments[_i].day,
                              moments[_i].hour, moments[_i].minute),
                        NULL),
      moments[_i].inside);
}
END_TEST

/* A matcher that is not understood may not be left out: the silence would be
 * about more than somebody meant. */
static const struct {
  const char *row;
  const char *match;
  const char *why; /* NULL = it is one */
} orders[] = {
    {"texts", "{\"Device\":[\"Freezer\",\"/^Heat/\"]}", NULL},
    {"one text", "{\"device\":\"Freezer\",\"Host\":[\"nas\"]}", NULL},
    {"a number", "{\"Device\":417,\"Host\":[\"nas\"]}",
     "matcher Device expects texts"},
    {"a number among texts", "{\"Device\":[\"Freezer\",417]}",
     "matcher Device expects texts"},
    {"none", "{\"Device\":[],\"Host\":[\"nas\"]}",
     "matcher Device expects texts"},
    {"null", "{\"Device\":null,\"Host\":[\"nas\"]}",
     "matcher Device expects texts"},
    {"an object", "{\"Device\":{\"a\":\"Freezer\"},\"Host\":[\"nas\"]}",
     "matcher Device expects texts"},
    {"a name nobody knows", "{\"Devise\":[\"Freezer\"],\"Host\":[\"nas\"]}",
     "there is no matcher \"Devise\""},
};

START_TEST(what_a_silence_is_about_is_understood_as_a_whole) {
  cJSON *object = cJSON_Parse(orders[_i].match);
  struct alert other;
  struct alert_matchers match;
  char why[200] = "";
  int err;

  ck_assert_ptr_nonnull(object);
  err = silence_matchers(object, &match, why, sizeof(why));
  ck_assert_str_eq(why, orders[_i].why != NULL ? orders[_i].why : "");
  ck_assert_int_eq(err, orders[_i].why != NULL ? -EINVAL : 0);
  if (err == 0) {
    alert_init(&other);
    snprintf(other.host, sizeof(other.host), "nas");
    snprintf(other.device, sizeof(other.device), "Dryer");
    ck_assert(!matchers_take(&match, &other));
    matchers_clear(&match);
  }
  cJSON_Delete(object);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, what_a_silence_is_about_is_understood_as_a_whole, 0,
                      ROWS(orders));
  tcase_add_loop_test(t, people_hear, 0, ROWS(stories));
  tcase_add_test(t, what_was_silenced_is_counted_with_its_reason);
  tcase_add_loop_test(t, windows_hold_by_the_clock_on_the_wall, 0,
                      ROWS(moments));
}

int main(void) { return suite_run("silence", fill); }
