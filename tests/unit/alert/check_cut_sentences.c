/* SPDX-License-Identifier: MIT */
/* Notifications that came over the network with long names: collectd's sentence
 * is cut off at 255 bytes, anywhere, and what began must end all the same. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* "Host H, plugin docker (instance ii..) type gauge (instance jj..): SENTENCE",
 * cut; names is the length of what stands before the sentence. */
static struct event forwarded(enum severity severity, size_t names,
                              const char *sentence) {
  static const char form[] =
      "Host web-17, plugin docker (instance %.*s) type gauge (instance %.*s): ";
  const size_t frame = sizeof(form) - 1 - 8;
  char letters[ALERT_NAME_SIZE];
  char text[600];
  int first = (int)((names - frame) / 2);
  int second = (int)(names - frame) - first;
  struct event ev;

  event_init(&ev);
  memset(letters, 'n', sizeof(letters) - 1);
  letters[sizeof(letters) - 1] = '\0';
  ev.severity = severity;
  ev.forwarded = true;
  snprintf(ev.host, sizeof(ev.host), "web-17");
  snprintf(ev.plugin, sizeof(ev.plugin), "docker");
  snprintf(ev.plugin_instance, sizeof(ev.plugin_instance), "%.*s", first,
           letters);
  snprintf(ev.type, sizeof(ev.type), "gauge");
  snprintf(ev.type_instance, sizeof(ev.type_instance), "%.*s", second, letters);
  snprintf(text, sizeof(text), form, first, letters, second, letters);
  ck_assert_uint_eq(strlen(text), names);
  snprintf(text + names, sizeof(text) - names, "%s", sentence);
  memcpy(ev.text, text, sizeof(ev.text) - 1);
  return ev;
}

enum { NAMES_MIN = 90, NAMES_MAX = 254 };

static const char *const data_sources[] = {"value", "shortterm",
                                           "a_data_source_of_some_length"};

/* The whole story at one length of names. */
static void play(size_t names, struct event bad, struct event fine) {
  struct house h;

  house_open(&h, "");
  house_event(&h, &bad);
  house_play(&h, "+30");
  house_event(&h, &fine);
  house_play(&h, "+130");
  ck_assert_msg(strcmp(h.heard, "mail:firing mail:resolved") == 0,
                "names of %zu bytes, \"%s\": heard \"%s\"", names, bad.text,
                h.heard);
  house_close(&h);
}

START_TEST(what_was_out_of_range_ends) {
  for (size_t names = NAMES_MIN; names <= NAMES_MAX; names++) {
    char bad[200];
    char fine[200];

    snprintf(bad, sizeof(bad),
             "Data source \"%s\" is currently 2001.000000. That is above the "
             "failure threshold of 2000.000000.",
             data_sources[_i]);
    snprintf(fine, sizeof(fine),
             "All data sources are within range again. Current value of \"%s\" "
             "is 90.000000.",
             data_sources[_i]);
    play(names, forwarded(SEVERITY_FAILURE, names, bad),
         forwarded(SEVERITY_OKAY, names, fine));
  }
}
END_TEST

/* "web-17/docker-ii../gauge-jj.. has not been updated for 23.456 seconds." */
START_TEST(what_was_missing_is_back) {
  static const char fine[] =
      "All data sources are within range again. Current value of \"value\" is "
      "90.000000.";

  for (size_t names = NAMES_MIN; names <= NAMES_MAX; names++) {
    struct event bad = forwarded(SEVERITY_FAILURE, names, "");
    char text[6 * ALERT_NAME_SIZE];

    snprintf(text, sizeof(text),
             "%s/%s-%s/%s-%s has not been updated for 23.456 seconds.",
             bad.host, bad.plugin, bad.plugin_instance, bad.type,
             bad.type_instance);
    memset(bad.text, 0, sizeof(bad.text));
    memcpy(bad.text, text, strnlen(text, sizeof(bad.text) - 1));
    play(names, bad, forwarded(SEVERITY_OKAY, names, fine));
  }
}
END_TEST

START_TEST(not_a_number_ends_nothing) {
  struct house h;
  struct event ev;

  house_open(&h, "");
  ev = forwarded(SEVERITY_FAILURE, 225,
                 "Data source \"a_data_source\" is currently 2001.000000.");
  house_event(&h, &ev);
  ev = forwarded(SEVERITY_OKAY, 150,
                 "All data sources are within range again. Current value of "
                 "\"a_data_source\" is nan.");
  memcpy(ev.plugin_instance, forwarded(SEVERITY_OKAY, 225, "").plugin_instance,
         sizeof(ev.plugin_instance));
  memcpy(ev.type_instance, forwarded(SEVERITY_OKAY, 225, "").type_instance,
         sizeof(ev.type_instance));
  house_event(&h, &ev);
  house_play(&h, "+130");
  ck_assert_str_eq(h.heard, "mail:firing");
  house_close(&h);
}
END_TEST

START_TEST(somebody_elses_words_end_only_their_own) {
  struct house h;
  struct event ev;

  house_open(&h, "");
  ev = forwarded(SEVERITY_FAILURE, 120, "the array is degraded");
  snprintf(ev.text, sizeof(ev.text), "the array is degraded");
  house_event(&h, &ev);
  ev = forwarded(SEVERITY_OKAY, 120,
                 "All data sources are within range again. Current value of "
                 "\"value\" is 1.000000.");
  house_event(&h, &ev);
  house_play(&h, "+130");
  ck_assert_str_eq(h.heard, "mail:firing");
  house_close(&h);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 60);
  tcase_add_loop_test(t, what_was_out_of_range_ends, 0,
                      sizeof(data_sources) / sizeof(data_sources[0]));
  tcase_add_test(t, what_was_missing_is_back);
  tcase_add_test(t, not_a_number_ends_nothing);
  tcase_add_test(t, somebody_elses_words_end_only_their_own);
}

int main(void) { return suite_run("cut sentences", fill); }
