/* SPDX-License-Identifier: MIT */
/* Reports that are sent by themselves: once for each day they are due on. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/ledger_fixture.h"

#include "config/conf_parser.h"

#define CHANNELS                                                               \
  "<Channel file \"mail\">\n Path \"/dev/null\"\n</Channel>\n"                 \
  "<Channel file \"second\">\n Path \"/dev/null\"\n</Channel>\n"
#define REPORT(more)                                                           \
  "<Report \"daily\">\n At \"07:30\"\n Channel \"mail\"\n" more "</Report>\n"
#define AT_NIGHT                                                               \
  "<Report \"daily\">\n At \"02:30\"\n Channel \"mail\"\n</Report>\n"

/* Friday 2026-11-20, 21:00 in Berlin; the evenings before daylight saving
 * begins and ends; the one before a leap day */
#define EVENING INT64_C(1795204800000)
#define EVENING_MARCH INT64_C(1774728000000)
#define EVENING_OCTOBER INT64_C(1792868400000)
#define EVENING_LEAP INT64_C(1835380800000)
#define UNSET INT64_C(100000000)

static const struct {
  const char *row;
  const char *file;
  int64_t when;
  const char *story;
  const char *heard;
  const char *log; /* what it says, "" nothing of a report */
} stories[] = {
    {"not before its time", REPORT(""), EVENING, "until 07:29", "", ""},
    {"at its time", REPORT(""), EVENING, "until 07:31", "mail:report", ""},
    {"once a day", REPORT(""), EVENING, "until 07:31; +86300; +200",
     "mail:report mail:report", ""},
    {"a new one begins with its next day", REPORT(""), EVENING,
     "+3600; restart; +60", "", ""},
    {"to each of its channels, once", REPORT(" Channel \"second\" \"mail\"\n"),
     EVENING, "until 07:31", "mail:report second:report", ""},
    {"a restart sends nothing again", REPORT(""), EVENING,
     "until 07:31; restart; +60; kill; +3600; off 3600; +60", "mail:report",
     ""},
    {"killed between decision and sending", REPORT(""), EVENING,
     "until 07:29; hold; +120; kill; release; +60; kill; +3600", "mail:report",
     ""},
    {"what could not be sent is sent when it can", REPORT(""), EVENING,
     "mail=retry; until 07:31; restart; mail=sent; +3600", "mail:report", ""},
    {"late by hours", REPORT(""), EVENING, "+60; off 45000; +60; restart; +60",
     "mail:report", ""},
    {"late by less than 12 hours", REPORT(""), EVENING, "+60; off 80880; +60",
     "mail:report", ""},
    {"late by more is left out, and that is said once", REPORT(""), EVENING,
     "+60; off 81000; +60; restart; +60", "",
     "report \"daily\" of 2026-11-21 07:30 is left out: it is more than 12 "
     "hours late"},
    {"days later the last one is enough", REPORT(""), EVENING,
     "+60; off 298740; +60; +3600", "mail:report",
     "report \"daily\" of 2026-11-21 07:30 is left out: a newer one was due"},
    {"the clock leaps over it", REPORT(""), EVENING,
     "until 07:00; clock +3600; +60", "mail:report", ""},
    {"and back again", REPORT(""), EVENING,
     "until 07:00; clock +3600; +60; clock -3600; +7200", "mail:report", ""},
    {"set back over midnight", REPORT(""), EVENING,
     "until 08:00; clock -36000; +36060", "mail:report", ""},
    {"a year ahead once, and back", REPORT(""), EVENING,
     "until 08:00; clock +31536000; +60; clock -31536000; +86400",
     "mail:report mail:report mail:report",
     "report \"daily\" of 2026-11-22 07:30 is left out: a newer one was due"},
    {"a clock that was never set", REPORT(""), UNSET, "+172800", "", ""},
    {"and is then", REPORT(""), UNSET,
     "+60; clock +1795104800; +60; until 07:31", "mail:report", ""},
    {"a board without a clock starts in the past", REPORT(""), EVENING,
     "until 07:00; reboot -20000000; +3600; clock +20000000; +60",
     "mail:report", ""},
    {"an hour that is not there", AT_NIGHT, EVENING_MARCH, "+86400",
     "mail:report", ""},
    {"an hour that is there twice", AT_NIGHT, EVENING_OCTOBER,
     "+19860; restart; +66540", "mail:report", ""},
    {"on a day of 23 hours", REPORT(""), EVENING_MARCH, "+86400", "mail:report",
     ""},
    {"on a day of 25 hours", REPORT(""), EVENING_OCTOBER, "+86400",
     "mail:report", ""},
    {"on a leap day", REPORT(""), EVENING_LEAP, "+86400", "mail:report", ""},
    {"each week", REPORT(" Period \"week\"\n Day \"Sat\"\n"), EVENING,
     "+604800; +604800", "mail:report mail:report", ""},
    {"each month, at its last day", REPORT(" Period \"month\"\n Day 31\n"),
     EVENING, "+864000; +2592000", "mail:report", ""},
    {"quiet hours are not for what has an hour of its own",
     "<QuietHours \"all\">\n Time \"00:00-24:00\"\n</QuietHours>\n" REPORT(""),
     EVENING, "until 07:31", "mail:report", ""},
};

START_TEST(test_stories) {
  struct house h;
  char file[1024];
  const char *heard;
  const char *said;

  snprintf(file, sizeof(file), "LedgerDirectory \"/nowhere\"\n" CHANNELS "%s",
           stories[_i].file);
  house_open_file(&h, file, stories[_i].when);
  house_play(&h, stories[_i].story);
  heard = house_heard(&h);
  ck_assert_msg(strcmp(heard, stories[_i].heard) == 0,
                "%s: heard \"%s\", expected \"%s\"", stories[_i].row, heard,
                stories[_i].heard);
  said = strstr(h.log, "report \"daily\"");
  if (stories[_i].log[0] == '\0')
    ck_assert_msg(said == NULL, "%s: %s", stories[_i].row, said);
  else {
    ck_assert_msg(said != NULL && strncmp(said, stories[_i].log,
                                          strlen(stories[_i].log)) == 0,
                  "%s: %s", stories[_i].row, h.log);
    ck_assert_msg(strstr(said + 1, "report \"daily\"") == NULL, "%s: %s",
                  stories[_i].row, h.log);
  }
  house_close(&h);
}
END_TEST

#define TWO                                                                    \
  REPORT("")                                                                   \
  "<Report \"week\">\n At \"07:30\"\n Period \"week\"\n Day \"Sat\"\n"         \
  "</Report>\n"

/* How often collectd was told; "deaf": it does not take it, "hears": it does
 * from then on. */
static const struct {
  const char *row, *file, *before, *deaf, *after;
  unsigned deaf_told, told;
} announcements[] = {
    {"not before its time", REPORT(""), "until 07:29", "", "", 0, 0},
    {"at its time, once", REPORT(""), "until 07:31; +3600", "", "", 1, 1},
    {"once a day", REPORT(""), "until 07:31; +86300; +200", "", "", 2, 2},
    {"over restarts", REPORT(""),
     "until 07:31; restart; +60; kill; +3600; off 3600; +60", "", "", 1, 1},
    {"the clock leaps over it, and back", REPORT(""),
     "until 07:00; clock +3600; +60; clock -3600; +7200", "", "", 1, 1},
    {"not twice while collectd takes its time", REPORT(""), "until 07:29",
     "until 07:31; +7200", "", 1, 1},
    {"killed before collectd had it", REPORT(""), "until 07:29", "until 07:31",
     "kill; +60; restart; +60; kill; +3600", 1, 2},
    {"stopped before collectd had it", REPORT(""), "until 07:29", "until 07:31",
     "off 36000; +60; kill; +3600", 1, 2},
    {"the next day nobody needs it", REPORT(""), "until 07:29", "until 07:31",
     "off 64800; +60", 1, 1},
    {"late by more is left out", REPORT(""), "+60; off 81000; +60", "", "", 0,
     0},
    {"one after the other", TWO, "until 07:31", "", "", 2, 2},
    {"the second waits for the first", TWO, "until 07:29", "until 07:31; +60",
     "kill; +60", 1, 3},
    {"without a channel", "<Report \"daily\">\n At \"07:30\"\n</Report>\n",
     "until 07:31", "", "restart; +60", 1, 1},
};

START_TEST(test_announced) {
  struct house h;
  char file[1024];

  snprintf(file, sizeof(file), "LedgerDirectory \"/nowhere\"\n" CHANNELS "%s",
           announcements[_i].file);
  house_open_file(&h, file, EVENING);
  house_play(&h, announcements[_i].before);
  h.unanswered = announcements[_i].deaf[0] != '\0';
  house_play(&h, announcements[_i].deaf);
  ck_assert_msg(h.announced == announcements[_i].deaf_told, "%s: %u",
                announcements[_i].row, h.announced);
  h.unanswered = false;
  house_play(&h, announcements[_i].after);
  ck_assert_msg(h.announced == announcements[_i].told, "%s: %u",
                announcements[_i].row, h.announced);
  house_close(&h);
}
END_TEST

/* While collectd has one, the next becomes due. */
START_TEST(test_the_next_is_not_taken_for_heard) {
  struct house h;
  int first;

  house_open_file(&h, "LedgerDirectory \"/nowhere\"\n" CHANNELS REPORT(""),
                  EVENING);
  house_play(&h, "until 07:29");
  h.unanswered = true;
  house_play(&h, "until 07:31");
  first = h.announced_day;
  house_play(&h, "+86400");
  ck_assert_uint_eq(h.announced, 1);
  ck_assert_int_eq(alert_core_announced(h.core), 0);
  h.unanswered = false;
  house_play(&h, "+60; restart; +60");
  ck_assert_uint_eq(h.announced, 2);
  ck_assert_int_eq(h.announced_day, first + 1);
  house_close(&h);
}
END_TEST

static const struct {
  int64_t evening, created;
} nights[] = {
    {EVENING_MARCH, INT64_C(1774746000000)},   /* 03:00 CEST */
    {EVENING_OCTOBER, INT64_C(1792888200000)}, /* 02:30 CEST, the first */
};

START_TEST(test_night) {
  struct house h;

  house_open_file(&h, CHANNELS AT_NIGHT, nights[_i].evening);
  house_play(&h, "+43200");
  ck_assert_int_eq(strtoll(house_letter(&h, 0, 9), NULL, 10),
                   nights[_i].created);
  house_close(&h);
}
END_TEST

START_TEST(test_without_figures) {
  struct house h;

  house_open_file(&h, "LedgerDirectory \"/nowhere\"\n" CHANNELS REPORT(""),
                  EVENING);
  house_play(&h, "until 07:31");
  ck_assert_str_eq(house_letter(&h, 0, 10),
                   "Friday, 20 November 2026: no figures");
  ck_assert_ptr_nonnull(strstr(house_letter(&h, 0, 11),
                               "the ledger could not be read: "
                               "/nowhere/energy.db: No such file"));
  house_close(&h);
}
END_TEST

START_TEST(test_figures) {
  struct house h;
  char file[1024];
  int64_t us = 0;
  struct ledger_sum day;

  start();
  use();
  day = sum(NULL, NULL, "2026-01-15", "2026-01-15");
  ck_assert_int_eq(day.mwh, 1200000);
  ck_assert(calendar_parse_moment("2026-01-16T06:00:00+01:00", &us));
  snprintf(file, sizeof(file), "LedgerDirectory \"%s\"\n" CHANNELS REPORT(""),
           directory);
  house_open_file(&h, file, us / 1000);
  house_play(&h, "until 07:31");
  ck_assert_str_eq(house_letter(&h, 0, 10), "Thursday: 1.20 kWh, 0.60 EUR");
  ck_assert_ptr_nonnull(
      strstr(house_letter(&h, 0, 11), "Heater: 1.00 kWh, 0.50 EUR"));
  ck_assert_ptr_nonnull(
      strstr(house_letter(&h, 0, 11), "Strip: Lamp: 0.20 kWh, 0.10 EUR"));
  ck_assert_str_eq(house_heard(&h), "mail:report");
  /* by hand, as often as somebody wants: it is no turn of its own */
  ck_assert_int_eq(alert_core_report(h.core, 0), 1);
  house_settle(&h);
  ck_assert_uint_eq(h.announced, 2);
  house_play(&h, "+86400");
  ck_assert_str_eq(house_heard(&h), "mail:report mail:report");
  ck_assert_str_eq(house_letter(&h, 1, 10), "Thursday: 1.20 kWh, 0.60 EUR");
  house_close(&h);
  end();
}
END_TEST

static void keep(void *arg, const char *line) {
  snprintf(arg, 200, "%s", line);
}

START_TEST(test_no_incidents) {
  static const char file[] =
      "<Channel pager \"pager\">\n Path \"/dev/null\"\n</Channel>\n"
      "<Report \"daily\">\n At \"07:30\"\n Channel \"pager\"\n</Report>\n";
  char why[CONF_WHY_SIZE];
  char said[200] = "";
  struct option_reporter reporter = {.say = keep, .arg = said};
  struct conf_item *root =
      conf_parser_read(file, strlen(file), NULL, NULL, why);
  struct notify_config *config = notify_config_new();

  ck_assert_ptr_nonnull(root);
  notify_config_read(config, root, &reporter);
  notify_config_finish(config, &reporter);
  ck_assert_str_eq(said, "<Report \"daily\">: channel \"pager\" (pager) keeps "
                         "incidents and takes no report");
  ck_assert_uint_eq(config->reports[0].channels_num, 0);
  conf_free(root);
  notify_config_free(config);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, test_no_incidents);
  tcase_add_loop_test(t, test_stories, 0, ROWS(stories));
  tcase_add_loop_test(t, test_announced, 0, ROWS(announcements));
  tcase_add_test(t, test_the_next_is_not_taken_for_heard);
  tcase_add_loop_test(t, test_night, 0, ROWS(nights));
  tcase_add_test(t, test_without_figures);
  tcase_add_test(t, test_figures);
}

int main(void) {
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  return suite_run("report", fill);
}
