/* SPDX-License-Identifier: MIT */
/* Quiet and business hours: what waits for the morning, and how that reads. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHANNELS                                                               \
  "<Channel file \"mail\">\n Path \"/dev/null\"\n</Channel>\n"                 \
  "<Channel pager \"pager\">\n Path \"/dev/null\"\n</Channel>\n"
#define NIGHT(more)                                                            \
  "<QuietHours \"night\">\n Time \"22:00-07:00\"\n" more "</QuietHours>\n"
#define ROUTE(channels)                                                        \
  "<Route \"all\">\n Channel " channels "\n QuietHours \"night\"\n</Route>\n"

/* Friday 2026-11-20, 21:00 in Berlin; the evenings before daylight saving
 * begins and ends */
#define EVENING INT64_C(1795204800000)
#define EVENING_MARCH INT64_C(1774728000000)
#define EVENING_OCTOBER INT64_C(1792868400000)

static const struct {
  const char *row;
  const char *file;
  int64_t when;
  const char *story;
  const char *heard;
} stories[] = {
    {"before the night it is told", NIGHT("") ROUTE("\"mail\""), EVENING,
     "warn 1600", "mail:firing"},
    {"at night it waits for the morning", NIGHT("") ROUTE("\"mail\""), EVENING,
     "until 23:00; warn 1600; until 06:59; warn 1600; +50", ""},
    {"and is one digest then", NIGHT("") ROUTE("\"mail\""), EVENING,
     "until 23:00; warn 1600; on Heater; warn 1601; ok 90; until 06:59; +61",
     "mail:digest"},
    {"what it called open is told when it is over", NIGHT("") ROUTE("\"mail\""),
     EVENING, "until 23:00; warn 1600; until 07:01; ok 90; +61",
     "mail:digest mail:resolved"},
    {"what it called over is not told again", NIGHT("") ROUTE("\"mail\""),
     EVENING, "until 23:00; warn 1600; ok 90; until 07:01; ok 90; +61",
     "mail:digest"},
    {"bad enough: it is told at night", NIGHT("") ROUTE("\"mail\""), EVENING,
     "until 23:00; fail 1900; ok 90; +61", "mail:firing mail:resolved"},
    {"it becomes bad enough", NIGHT("") ROUTE("\"mail\""), EVENING,
     "until 23:00; warn 1600; fail 1900; ok 90; +61; until 07:01",
     "mail:firing mail:resolved"},
    {"another PassLevel", NIGHT(" PassLevel emergency\n") ROUTE("\"mail\""),
     EVENING, "until 23:00; fail 1900", ""},
    {"told in the evening, over at night: the end is told, without a sound",
     NIGHT("") ROUTE("\"mail\""), EVENING, "warn 1600; until 23:00; ok 90; +61",
     "mail:firing mail:resolved"},
    {"soften: told at once, without a sound",
     NIGHT(" Action soften\n") ROUTE("\"mail\""), EVENING,
     "until 23:00; warn 1600", "mail:firing"},
    {"drop: never", NIGHT(" Action drop\n") ROUTE("\"mail\""), EVENING,
     "until 23:00; warn 1600; until 07:30", ""},
    {"a service that keeps incidents hears of what is open",
     NIGHT("") ROUTE("\"pager\""), EVENING,
     "until 23:00; warn 1600; on Heater; warn 1601; ok 90; until 07:01",
     "pager:firing"},
    {"a restart in the night", NIGHT("") ROUTE("\"mail\""), EVENING,
     "until 23:00; warn 1600; restart; until 07:01", "mail:digest"},
    {"the digest waits while the channel is away", NIGHT("") ROUTE("\"mail\""),
     EVENING,
     "until 23:00; warn 1600; mail=retry; until 07:01; ok 90; +120; "
     "mail=sent; +600",
     "mail:digest mail:resolved"},
    {"a kill while the digest is on its way", NIGHT("") ROUTE("\"mail\""),
     EVENING,
     "until 23:00; warn 1600; hold; until 07:01; kill; release; warn 1600; "
     "+100; ok 90; +61",
     "mail:digest mail:resolved"},
    {"an alarm that nobody took, held at night, over before both",
     NIGHT("") ROUTE("\"mail\""), EVENING,
     "mail=retry; fail 1900; until 23:00; warn 1600; until 07:01; ok 90; +61; "
     "mail=sent; +1200",
     "mail:missed"},
    {"business hours: Saturday waits for Monday",
     "<QuietHours \"night\">\n Days \"Mon-Fri\"\n Time \"08:00-17:00\"\n"
     " Only true\n</QuietHours>\n" ROUTE("\"mail\""),
     EVENING,
     "warn 1600; until 08:01; warn 1600; until 08:01; warn 1600; until 07:59; "
     "warn 1600",
     ""},
    {"on Monday at eight",
     "<QuietHours \"night\">\n Days \"Mon-Fri\"\n Time \"08:00-17:00\"\n"
     " Only true\n</QuietHours>\n" ROUTE("\"mail\""),
     EVENING, "warn 1600; until 08:01; until 08:01; until 08:00; +1",
     "mail:digest"},
    {"the night daylight saving begins", NIGHT("") ROUTE("\"mail\""),
     EVENING_MARCH, "until 23:00; warn 1600; +25190", ""},
    {"is an hour shorter", NIGHT("") ROUTE("\"mail\""), EVENING_MARCH,
     "until 23:00; warn 1600; +25201", "mail:digest"},
    {"the night it ends", NIGHT("") ROUTE("\"mail\""), EVENING_OCTOBER,
     "until 23:00; warn 1600; +32390", ""},
    {"is an hour longer", NIGHT("") ROUTE("\"mail\""), EVENING_OCTOBER,
     "until 23:00; warn 1600; +32401", "mail:digest"},
    {"the hours of a channel hold for all its routes",
     NIGHT("") "<Route \"all\">\n Channel \"quiet\"\n</Route>\n"
               "<Channel file \"quiet\">\n Path \"/dev/null\"\n"
               " QuietHours \"night\"\n</Channel>\n",
     EVENING, "until 23:00; warn 1600; until 06:59", ""},
};

static void berlin(void) {
  setenv("TZ", "Europe/Berlin", 1);
  tzset();
}

START_TEST(people_hear) {
  static struct house h;
  char text[2000];

  berlin();
  snprintf(text, sizeof(text), "%s%s", CHANNELS, stories[_i].file);
  house_open_file(&h, text, stories[_i].when);
  house_tell(&h, stories[_i].row, stories[_i].story, stories[_i].heard);
}
END_TEST

START_TEST(a_night_with_14_alerts_is_one_digest_that_reads_well) {
  static struct house h;
  char story[200];

  berlin();
  house_open_file(&h, CHANNELS NIGHT("") ROUTE("\"mail\""), EVENING);
  house_play(&h, "until 22:10");
  for (int i = 1; i <= 14; i++) {
    snprintf(story, sizeof(story), "on Plug %d; warn %d; +600%s", i, 1500 + i,
             i % 5 == 0 ? "" : "; ok 90; +100");
    house_play(&h, story);
  }
  h.keep_texts = true;
  house_play(&h, "until 07:01");
  ck_assert_str_eq(h.heard, "mail:digest");
  ck_assert_str_eq(
      h.titles,
      "14 alerts during quiet hours/2 still open, 12 over.\n"
      "- Plug 5: 1\u202f505 W, above 1\u202f500 W, since 20 Nov 22:56\n"
      "- Plug 10: 1\u202f510 W, above 1\u202f500 W, since 20 Nov 23:53\n"
      "- Plug 1 was above 1\u202f500 W, 20 Nov 22:10 to 22:20 (peak "
      "1\u202f501 W)\n"
      "- Plug 2 was above 1\u202f500 W, 20 Nov 22:21 to 22:31 (peak "
      "1\u202f502 W)\n"
      "- Plug 3 was above 1\u202f500 W, 20 Nov 22:33 to 22:43 (peak "
      "1\u202f503 W)\n"
      "- Plug 4 was above 1\u202f500 W, 20 Nov 22:45 to 22:55 (peak "
      "1\u202f504 W)\n"
      "- Plug 6 was above 1\u202f500 W, 20 Nov 23:06 to 23:16 (peak "
      "1\u202f506 W)\n"
      "- Plug 7 was above 1\u202f500 W, 20 Nov 23:18 to 23:28 (peak "
      "1\u202f507 W)\n"
      "- Plug 8 was above 1\u202f500 W, 20 Nov 23:30 to 23:40 (peak "
      "1\u202f508 W)\n"
      "- Plug 9 was above 1\u202f500 W, 20 Nov 23:41 to 23:51 (peak "
      "1\u202f509 W)\n"
      "and 4 more. To see all: kasactl alerts history|");
  house_close(&h);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 400);
  tcase_add_loop_test(t, people_hear, 0, ROWS(stories));
  tcase_add_test(t, a_night_with_14_alerts_is_one_digest_that_reads_well);
}

int main(void) { return suite_run("quiet", fill); }
