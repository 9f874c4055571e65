/* SPDX-License-Identifier: MIT */
/* What a notification is about: sentences as collectd 5.12 writes them. */
#include <config.h>

#include "alert/model/event.h"

#include "../support/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAMES "Host nas, plugin kasa (instance Freezer) type power: "

static const struct {
  enum severity severity;
  const char *text;
  double meta; /* CurrentValue; NAN = nan; -1 = forwarded, no metadata */
  enum alert_class class;
  double value, limit, percent;
  enum alert_direction direction;
} rows[] = {
    {SEVERITY_FAILURE,
     NAMES "Data source \"value\" is currently 2001.000000. That is above the "
           "failure threshold of 2000.000000.",
     2001, ALERT_RANGE, 2001, 2000, NAN, DIRECTION_ABOVE},
    {SEVERITY_WARNING,
     NAMES "Data source \"value\" is currently 15.000000. That is below the "
           "warning threshold of 20.000000.",
     -1, ALERT_RANGE, 15, 20, NAN, DIRECTION_BELOW},
    {SEVERITY_OKAY,
     NAMES "All data sources are within range again. Current value of "
           "\"value\" is 1500.000000.",
     -1, ALERT_RANGE, 1500, NAN, NAN, DIRECTION_NONE},
    {SEVERITY_OKAY,
     NAMES "All data sources are within range again. Current value of "
           "\"value\" is nan.",
     -1, ALERT_RANGE, NAN, NAN, NAN, DIRECTION_NONE},
    {SEVERITY_OKAY, NAMES "All data sources are within range again.", NAN,
     ALERT_RANGE, NAN, NAN, NAN, DIRECTION_NONE},
    {SEVERITY_FAILURE,
     "Host nas, plugin df (instance root) type percent_bytes (instance used): "
     "Data source \"value\" is currently 950 (95.00%). That is above the "
     "failure threshold of 90.00%.",
     950, ALERT_RANGE, 950, 90, 95, DIRECTION_ABOVE},
    {SEVERITY_FAILURE,
     NAMES "Data source \"value\" is currently 50.000000. That is within the "
           "failure region of 40.000000 and 60.000000.",
     50, ALERT_RANGE, 50, 40, NAN, DIRECTION_WITHIN},
    {SEVERITY_FAILURE,
     "nas/kasa-Freezer/power has not been updated for 3.373 seconds.", -1,
     ALERT_MISSING, NAN, NAN, NAN, DIRECTION_NONE},
    {SEVERITY_FAILURE,
     "nas/kasa-Freezer/power has not been updated for 17179869181.2 seconds.",
     -1, ALERT_MISSING, NAN, NAN, NAN, DIRECTION_NONE},
    {SEVERITY_FAILURE, "Disk 2 has not been updated for years", -1, ALERT_EVENT,
     NAN, NAN, NAN, DIRECTION_NONE},
    {SEVERITY_OKAY,
     "nas/kasa-Freezer/power has not been updated for 3.373 seconds.", -1,
     ALERT_EVENT, NAN, NAN, NAN, DIRECTION_NONE},
    {SEVERITY_FAILURE, "something else", -1, ALERT_EVENT, NAN, NAN, NAN,
     DIRECTION_NONE},
    /* an instance that quotes a sentence does not fool it */
    {SEVERITY_FAILURE,
     "Host nas, plugin kasa (instance Data source \"x\" is currently 1.0. "
     "That is above the failure threshold of 0.) type power: Data source "
     "\"value\" is currently 7.000000. That is above the failure threshold of "
     "6.000000.",
     -1, ALERT_RANGE, 7, 6, NAN, DIRECTION_ABOVE},
    /* the text cut off by its 256 bytes */
    {SEVERITY_FAILURE, NAMES "Data source \"value\" is currently 2001.0", -1,
     ALERT_RANGE, 2001, NAN, NAN, DIRECTION_NONE},
    {SEVERITY_FAILURE, "", -1, ALERT_EVENT, NAN, NAN, NAN, DIRECTION_NONE},
};

static void same(double got, double wanted) {
  if (isnan(wanted))
    ck_assert(isnan(got));
  else
    ck_assert_double_eq(got, wanted);
}

static struct event freezer(enum severity severity, const char *text) {
  struct event ev;

  event_init(&ev);
  ev.severity = severity;
  snprintf(ev.host, sizeof(ev.host), "nas");
  snprintf(ev.plugin, sizeof(ev.plugin), "kasa");
  snprintf(ev.plugin_instance, sizeof(ev.plugin_instance), "Freezer");
  snprintf(ev.type, sizeof(ev.type), "power");
  snprintf(ev.text, sizeof(ev.text), "%s", text);
  return ev;
}

START_TEST(class_and_numbers_are_recovered) {
  struct event ev = freezer(rows[_i].severity, rows[_i].text);

  ev.has_value = isnan(rows[_i].meta) || rows[_i].meta >= 0;
  if (ev.has_value)
    ev.value = rows[_i].meta;
  event_classify(&ev, true);
  ck_assert_msg(ev.class == rows[_i].class, "%s: class %s", rows[_i].text,
                alert_class_name(ev.class));
  same(ev.value, rows[_i].value);
  same(ev.limit, rows[_i].limit);
  same(ev.percent, rows[_i].percent);
  ck_assert_int_eq(ev.direction, rows[_i].direction);
}
END_TEST

START_TEST(identity_leaves_out_what_changes) {
  struct event a = freezer(SEVERITY_FAILURE, rows[0].text);
  struct event b = freezer(SEVERITY_OKAY, rows[2].text);

  a.has_value = true;
  a.value = 2001;
  snprintf(a.data_source, sizeof(a.data_source), "tx");
  snprintf(b.data_source, sizeof(b.data_source), "rx");
  event_classify(&a, true);
  event_classify(&b, true);
  ck_assert_str_eq(a.fingerprint, b.fingerprint);
  ck_assert_uint_eq(strlen(a.fingerprint), 32);
  snprintf(b.plugin_instance, sizeof(b.plugin_instance), "Heater");
  event_classify(&b, true);
  ck_assert_str_ne(a.fingerprint, b.fingerprint);
}
END_TEST

START_TEST(the_fingerprint_is_the_published_one) {
  /* sha256("v1\0range\0nas\0kasa\0Freezer\0power\0"), first 128 bits */
  char out[33];

  event_fingerprint(ALERT_RANGE, "nas", "kasa", "Freezer", "power", "", "",
                    out);
  ck_assert_str_eq(out, "e3c5922a94945fe854b54a525a68e20f");
}
END_TEST

START_TEST(series_of_one_device_share_the_missing_alert) {
  struct event a = freezer(SEVERITY_FAILURE, rows[7].text);
  struct event b = a;

  snprintf(b.type, sizeof(b.type), "voltage");
  event_classify(&a, true);
  event_classify(&b, true);
  ck_assert_str_eq(a.fingerprint, b.fingerprint);
  event_classify(&a, false);
  event_classify(&b, false);
  ck_assert_str_ne(a.fingerprint, b.fingerprint);
}
END_TEST

START_TEST(alert_key_replaces_the_names_of_an_event) {
  struct event a = freezer(SEVERITY_FAILURE, "one");
  struct event b = freezer(SEVERITY_OKAY, "two");

  snprintf(a.key, sizeof(a.key), "backup");
  snprintf(b.key, sizeof(b.key), "backup");
  snprintf(b.host, sizeof(b.host), "other");
  event_classify(&a, true);
  event_classify(&b, true);
  ck_assert_str_eq(a.fingerprint, b.fingerprint);
}
END_TEST

/* As threshold.c leaves it: the text cut at 255, the rest written over the
 * names behind it (seen with a 100-byte host and 127-byte instances). */
static struct event overrun(enum severity severity, const char *garbage) {
  struct event ev;
  char text[600];
  char long_host[101];
  char long_name[128];

  event_init(&ev);
  memset(long_host, 'h', 100);
  long_host[100] = '\0';
  memset(long_name, 'i', 127);
  long_name[127] = '\0';
  snprintf(text, sizeof(text), "Host %s, plugin kasa (instance %s) type power",
           long_host, long_name);
  ev.severity = severity;
  ev.has_value = true;
  ev.value = severity == SEVERITY_OKAY ? 1 : 2000;
  memcpy(ev.text, text, sizeof(ev.text) - 1);
  snprintf(ev.host, sizeof(ev.host), "%s", garbage);
  snprintf(ev.plugin, sizeof(ev.plugin), "%s", garbage + 3);
  snprintf(ev.plugin_instance, sizeof(ev.plugin_instance), "%s", long_name);
  snprintf(ev.type, sizeof(ev.type), "power");
  return ev;
}

START_TEST(overrun_names_are_taken_from_the_text) {
  struct event bad = overrun(SEVERITY_FAILURE, "e failure threshold of 1.0");
  struct event good = overrun(SEVERITY_OKAY, "are within range again.");

  ck_assert(event_classify(&bad, true));
  ck_assert(event_classify(&good, true));
  ck_assert_str_eq(bad.fingerprint, good.fingerprint);
  ck_assert_str_eq(bad.plugin, "kasa");
  ck_assert_uint_eq(strlen(bad.host), 100);
}
END_TEST

START_TEST(a_full_text_with_sound_names_is_left_alone) {
  struct event ev = freezer(SEVERITY_FAILURE, "");
  char name[128];

  memset(name, 'n', 110);
  name[110] = '\0';
  snprintf(ev.plugin_instance, sizeof(ev.plugin_instance), "%s", name);
  snprintf(ev.text, sizeof(ev.text),
           "Host nas, plugin kasa (instance %.110s) type power: Data source "
           "\"value\" is currently 2001.000000. That is above the failure "
           "threshold of 2000.0",
           name);
  ev.has_value = true;
  ev.value = 2001;
  ck_assert(!event_classify(&ev, true));
  ck_assert_str_eq(ev.plugin_instance, name);
}
END_TEST

/* "2000.0" may be the beginning of 2000.000000, "20" that of anything. */
START_TEST(half_a_number_is_none) {
  const char *const ends[] = {"20", "2000.0"};
  const double limits[] = {NAN, 2000};

  for (size_t i = 0; i < 2; i++) {
    struct event ev = freezer(SEVERITY_FAILURE, "");
    static const char sentence[] =
        ": Data source \"value\" is currently 2001.000000. That is above the "
        "failure threshold of ";
    char name[ALERT_TEXT_SIZE];
    size_t room = sizeof(ev.text) - 1 - strlen("Host nas, plugin ") -
                  strlen(" type power") - (sizeof(sentence) - 1) -
                  strlen(ends[i]);

    memset(name, 'n', sizeof(name));
    snprintf(ev.plugin, sizeof(ev.plugin), "%.*s", (int)room, name);
    snprintf(ev.plugin_instance, sizeof(ev.plugin_instance), "%s", "");
    ck_assert_int_eq(snprintf(ev.text, sizeof(ev.text),
                              "Host nas, plugin %.*s type power%s%s", (int)room,
                              name, sentence, ends[i]),
                     ALERT_TEXT_SIZE - 1);
    event_classify(&ev, true);
    ck_assert_int_eq(ev.class, ALERT_RANGE);
    ck_assert_double_eq(ev.value, 2001);
    same(ev.limit, limits[i]);
  }
}
END_TEST

START_TEST(cut_characters_and_bad_bytes_are_repaired) {
  struct event ev = freezer(SEVERITY_FAILURE, "bell\a and \xff\xfe line\nfeed");
  size_t i;

  for (i = 0; i < 63; i++)
    memcpy(ev.plugin_instance + 2 * i, "\xc3\xbc", 2);
  ev.plugin_instance[126] = '\xc3'; /* half of one more */
  ev.plugin_instance[127] = '\0';
  event_classify(&ev, true);
  ck_assert_uint_eq(strlen(ev.plugin_instance), 126);
  ck_assert_str_eq(ev.text, "bell and \xef\xbf\xbd\xef\xbf\xbd line feed");
}
END_TEST

START_TEST(cycles_and_reports_are_announcements) {
  struct event ev = freezer(SEVERITY_OKAY, "Washer finished: 1 h 12 min.");

  snprintf(ev.type, sizeof(ev.type), "cycle");
  event_classify(&ev, true);
  ck_assert(ev.oneshot);
  ck_assert_int_eq(ev.class, ALERT_EVENT);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, class_and_numbers_are_recovered, 0, ROWS(rows));
  tcase_add_test(t, identity_leaves_out_what_changes);
  tcase_add_test(t, the_fingerprint_is_the_published_one);
  tcase_add_test(t, series_of_one_device_share_the_missing_alert);
  tcase_add_test(t, alert_key_replaces_the_names_of_an_event);
  tcase_add_test(t, overrun_names_are_taken_from_the_text);
  tcase_add_test(t, a_full_text_with_sound_names_is_left_alone);
  tcase_add_test(t, half_a_number_is_none);
  tcase_add_test(t, cut_characters_and_bad_bytes_are_repaired);
  tcase_add_test(t, cycles_and_reports_are_announcements);
}

int main(void) { return suite_run("event", fill); }
