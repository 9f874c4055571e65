/* SPDX-License-Identifier: MIT */
/* When nobody reacts: who else is told, and what keeps a step back. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CHANNEL(name)                                                          \
  "<Channel file \"" name "\">\n Path \"/dev/null\"\n</Channel>\n"
#define STEPS                                                                  \
  "RecoverAfter 30\n" CHANNEL("mail") CHANNEL("phone") CHANNEL(                \
      "boss") "<Route \"all\">\n Channel \"mail\"\n Escalation \"somebody\"\n" \
              " Repeat never\n</Route>\n<Escalation \"somebody\">\n"           \
              " Step 15m \"phone\"\n Step 30m \"mail\" \"boss\"\n"             \
              "</Escalation>\n"
#define NIGHT "<QuietHours \"night\">\n Time \"22:00-07:00\"\n</QuietHours>\n"
#define TWO_STEPS "mail:firing phone:firing mail:repeat boss:firing"
#define TWO_ENDS "mail:resolved phone:resolved boss:resolved"

static const struct {
  const char *row;
  const char *more;
  const char *story;
  const char *heard;
} stories[] = {
    {"each step in its time, all hear the end", "",
     "fail 1900; +899; +1; +900; ok 90; +31", TWO_STEPS " " TWO_ENDS},
    {"not a moment early", "", "fail 1900; +898", "mail:firing"},
    {"over before the step: nobody else", "", "fail 1900; +800; ok 90; +3600",
     "mail:firing mail:resolved"},
    {"good for a moment when it is due: it comes with the relapse", "",
     "fail 1900; +890; ok 90; +20; fail 1900; +5", "mail:firing phone:firing"},
    {"acknowledged: no step", "", "fail 1900; +800; ack; +7200",
     "mail:firing mail:acknowledged"},
    {"acknowledged, then renamed: no step", "",
     "fail 1900; +800; ack; renamed Chest; on Chest; fail 1900; +7200",
     "mail:firing mail:acknowledged mail:resolved mail:firing"},
    {"taken back: what is due", "", "fail 1900; +800; ack; +7200; unack; +1",
     "mail:firing mail:acknowledged mail:repeat phone:firing boss:firing"},
    {"worse begins anew", "", "warn 1600; +800; fail 1900; +800; +100",
     "mail:firing mail:worse phone:firing"},
    {"silenced: no step, and who was told hears the end", "",
     "fail 1900; +800; silence 86400 Freezer; +7200; ok 90; +31",
     "mail:firing mail:resolved"},
    {"still so when the silence ends: the steps' channels, too", "",
     "fail 1900; +800; silence 3600 Freezer; +3700",
     "mail:firing mail:still phone:still boss:still"},
    {"quiet hours hold no step", NIGHT, "until 23:00; fail 1900; +2000",
     TWO_STEPS},
    {"a restart between two steps", "",
     "fail 1900; +1000; restart; fail 1900; +900", TWO_STEPS},
    {"a kill between two steps", "", "fail 1900; +1000; kill; fail 1900; +900",
     TWO_STEPS},
    {"due while down: once, and when it is known to be bad still", "",
     "fail 1900; off 7200; +10; fail 1900; +10",
     "mail:firing mail:repeat phone:firing boss:firing"},
    {"a clock that is set moves none", "",
     "fail 1900; clock 86400; +890; +20; clock -86400; +880; +20", TWO_STEPS},
    {"nobody takes the alarm: the steps come all the same", "",
     "mail=retry; fail 1900; +2000; mail=sent; +1000",
     "phone:firing boss:firing mail:firing"},
};

START_TEST(people_hear) {
  static struct house h;
  char text[3000];

  setenv("TZ", "Europe/Berlin", 1);
  tzset();
  snprintf(text, sizeof(text), STEPS "%s", stories[_i].more);
  house_open_file(&h, text, 0);
  house_tell(&h, stories[_i].row, stories[_i].story, stories[_i].heard);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 400);
  tcase_add_loop_test(t, people_hear, 0, ROWS(stories));
}

int main(void) { return suite_run("escalation", fill); }
