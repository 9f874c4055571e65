/* SPDX-License-Identifier: MIT */
/* What explains the rest: inhibition, and many devices gone at once. */
#include <config.h>

#include "../support/alert_fixture.h"
#include "../support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANNELS                                                               \
  "<Channel file \"mail\">\n Path \"/dev/null\"\n</Channel>\n"                 \
  "<Route \"all\">\n Channel \"mail\"\n</Route>\n"
#define RULE                                                                   \
  "<Inhibit \"the access point\">\n <Source>\n  Device \"ap\"\n"               \
  "  Class \"missing\"\n </Source>\n <Target>\n  Class \"missing\"\n"          \
  " </Target>\n Equal \"host\"\n</Inhibit>\n"
#define STORM "<Storm>\n Threshold 5\n Window 1m\n</Storm>\n"

static const struct {
  const char *row;
  const char *more;
  const char *story;
  const char *heard;
} stories[] = {
    {"a value of a device that is gone says nothing new", "",
     "missing power; fail 1900; +30", "mail:firing"},
    {"its reminders rest, its end is told", "",
     "fail 1900; missing voltage; +10000; back voltage; ok 90; +130",
     "mail:firing mail:firing mail:resolved mail:resolved"},
    {"one dead access point: one message, one recovery", RULE,
     "on ap; missing power; on Freezer; missing power; on Heater; "
     "missing power; +600; on Heater; back power; on ap; back power; +20; on "
     "Freezer; back power; +300",
     "mail:firing mail:resolved"},
    {"what stays away is told a minute after it", RULE,
     "on ap; missing power; on Freezer; missing power; +600; on ap; "
     "back power; +50; +200",
     "mail:firing mail:resolved mail:firing"},
    {"the access point itself is told", RULE,
     "on Freezer; missing power; on ap; missing power; +10",
     "mail:firing mail:firing"},
    {"who was told before hears the end", RULE,
     "on Freezer; missing power; on ap; missing power; +10; on Freezer; "
     "back power; +61",
     "mail:firing mail:firing mail:resolved"},
    {"not an inhibition of values", RULE,
     "on ap; missing power; on Freezer; "
     "fail 1900",
     "mail:firing mail:firing"},
    {"a restart in between", RULE,
     "on ap; missing power; on Freezer; missing power; +60; restart; +600",
     "mail:firing"},
    {"four devices are four messages, a minute later", STORM,
     "on a; missing power; on b; missing power; on c; missing power; on d; "
     "missing power; +50; +30",
     "mail:firing mail:firing mail:firing mail:firing"},
    {"one that comes back within the minute is none", STORM,
     "missing power; +30; back power; +300", ""},
};

START_TEST(people_hear) {
  static struct house h;
  char text[2000];

  snprintf(text, sizeof(text), CHANNELS "%s", stories[_i].more);
  house_open_file(&h, text, 0);
  house_tell(&h, stories[_i].row, stories[_i].story, stories[_i].heard);
}
END_TEST

static void sixty(struct house *h, const char *what) {
  char words[60];

  for (int i = 1; i <= 60; i++) {
    snprintf(words, sizeof(words), "on Plug %d; %s power", i, what);
    house_play(h, words);
  }
}

START_TEST(sixty_plugs_are_one_message_and_one_recovery) {
  static struct house h;

  house_open_file(&h, CHANNELS STORM, 0);
  h.keep_texts = true;
  sixty(&h, "missing");
  house_play(&h, "+3600");
  ck_assert_str_eq(h.heard, "mail:firing");
  ck_assert_ptr_nonnull(
      strstr(h.titles, "60 devices stopped reporting together, probably the "
                       "network or an access point: Plug 1, Plug 2, Plug 3 "
                       "and 57 more"));
  house_play(&h, "kill");
  sixty(&h, "missing");
  house_play(&h, "+600");
  sixty(&h, "back");
  house_play(&h, "+300");
  ck_assert_str_eq(h.heard, "mail:firing mail:resolved");
  house_close(&h);
}
END_TEST

START_TEST(those_that_stay_away_are_told_one_by_one) {
  static struct house h;

  house_open_file(&h, CHANNELS STORM, 0);
  sixty(&h, "missing");
  house_play(&h, "+600");
  sixty(&h, "back");
  house_play(&h, "on Plug 7; missing power; +400; on Plug 7; back power; +61");
  ck_assert_str_eq(h.heard,
                   "mail:firing mail:resolved mail:firing mail:resolved");
  house_close(&h);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 400);
  tcase_add_loop_test(t, people_hear, 0, ROWS(stories));
  tcase_add_test(t, sixty_plugs_are_one_message_and_one_recovery);
  tcase_add_test(t, those_that_stay_away_are_told_one_by_one);
}

int main(void) { return suite_run("inhibit", fill); }
