/* SPDX-License-Identifier: MIT */
/* <Report "name">: see config_report.h. */
#include <config.h>

#include "alert/config/config_report.h"

#include "alert/channel/sender.h"
#include "alert/config/config_channel.h"
#include "alert/config/config_helpers.h"
#include "alert/config/config_reference.h"
#include "base/text.h"
#include "energy/calendar.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLUGIN "<Plugin notify_kasa>"

enum { MONTH_DAYS = 31 };

/* A block while it is read. */
struct report_reading {
  struct report_config report;
  int kind; /* enum report_kind */
  char *at; /* as written */
  bool at_given;
  bool broken;
  const char *where;
  int weekday, mday; /* option Day; -1 = the one, or the other, was not given */
};

static void read_day(void *target, const struct conf_item *item,
                     struct option_reporter *reporter) {
  struct report_reading *reading = target;
  const struct conf_value *v = item->values;
  bool one = item->values_num == 1 && item->children_num == 0;

  if (one && v->kind == CONF_NUMBER && v->number >= 1 &&
      v->number <= MONTH_DAYS && v->number == (int)v->number) {
    reading->mday = (int)v->number;
    return;
  }
  for (int i = 0; one && v->kind == CONF_STRING && calendar_weekdays[i] != NULL;
       i++)
    if (text_same(v->string, calendar_weekdays[i])) {
      reading->weekday = i;
      return;
    }
  reading->broken = true;
  option_unexpected(item, reading->where,
                    "a day like \"Mon\" for a week, or a number from 1 to 31 "
                    "for a month",
                    reporter);
}

#define MEMBER(name) .offset = offsetof(struct report_reading, name)

static const struct option_hint report_hints[] = {
    {"Time", "say At"},
    {"Hour", "say At"},
    {"When", "say At"},
    {"Every", "say Period day, week or month"},
    {"Interval", "say Period day, week or month"},
    {"Days", "say Day, with Period week"},
    {"To", "say Channel, with the name of a channel"},
    {"Email", "say Channel, with the name of a channel"},
    {"Recipient", "say Channel, with the name of a channel"},
    {0},
};

const struct option report_options[] = {
    {.name = "At", .type = OPTION_STRING, MEMBER(at)},
    {.name = "Period",
     .type = OPTION_CHOICE,
     MEMBER(kind),
     .choices = report_kinds},
    {.name = "Day", .type = OPTION_BLOCK, .block = read_day, .once = true},
    {.name = "Channel", .type = OPTION_STRINGS, MEMBER(report.channel_names)},
    {.hints = report_hints}};

static int parse_time(const char *text, unsigned *minute) {
  int hour = -1, rest = -1, read = 0;

  if (sscanf(text, "%2d:%2d%n", &hour, &rest, &read) != 2 || read < 4 ||
      text[read] != '\0' || hour < 0 || hour > 23 || rest < 0 || rest > 59)
    return -EINVAL;
  *minute = (unsigned)(hour * 60 + rest);
  return 0;
}

static bool check_time(struct report_reading *reading, const char *where,
                       struct option_reporter *reporter) {
  if (reading->at != NULL &&
      parse_time(reading->at, &reading->report.schedule.minute) == 0)
    return true;
  if (reading->at != NULL)
    option_error(reporter,
                 "%s: option At expects a time like \"07:30\", found \"%.40s\"",
                 where, reading->at);
  else if (!reading->at_given) /* else it was told already */
    option_error(reporter, "%s: option At is missing", where);
  return false;
}

static bool check_day(struct report_reading *reading, const char *where,
                      struct option_reporter *reporter) {
  struct report_schedule *s = &reading->report.schedule;
  bool weekday = reading->weekday >= 0, mday = reading->mday >= 0;

  if ((weekday && s->kind != REPORT_WEEK) ||
      (mday && s->kind != REPORT_MONTH)) {
    if (s->kind == REPORT_DAY)
      option_error(reporter, "%s: option Day fits Period \"week\" or \"month\"",
                   where);
    else if (s->kind == REPORT_WEEK)
      option_error(
          reporter,
          "%s: option Day expects a day like \"Mon\" for a week, found "
          "%d",
          where, reading->mday);
    else
      option_error(reporter,
                   "%s: option Day expects a number from 1 to 31 for a month, "
                   "found \"%s\"",
                   where, calendar_weekdays[reading->weekday]);
    return false;
  }
  s->day = weekday ? (unsigned)reading->weekday
           : mday  ? (unsigned)reading->mday
                   : (s->kind == REPORT_MONTH ? 1U : 0U);
  return true;
}

static bool check(struct report_reading *reading, const char *where,
                  struct option_reporter *reporter) {
  bool good = check_time(reading, where, reporter);

  reading->report.schedule.kind = (enum report_kind)reading->kind;
  good = check_day(reading, where, reporter) && good;
  return good;
}

static bool is_known(const struct notify_config *config, const char *name) {
  for (size_t i = 0; i < config->reports_num; i++)
    if (strcmp(config->reports[i].name, name) == 0)
      return true;
  return false;
}

void report_clear(struct report_config *report) {
  option_strings_free(&report->channel_names);
  free(report->channels);
  free(report->name);
}

static bool has_option(const struct conf_item *block, const char *name) {
  for (size_t i = 0; i < block->children_num; i++)
    if (text_same(block->children[i].key, name))
      return true;
  return false;
}

void report_read(void *target, const struct conf_item *item,
                 struct option_reporter *reporter) {
  struct notify_config *config = target;
  const char *name = option_block_name(item, PLUGIN, reporter);
  struct report_reading reading = {.weekday = -1, .mday = -1};
  struct report_config *slot = NULL;
  char where[WHERE_SIZE];
  bool good;

  if (name == NULL)
    return;
  where_of(item, where);
  reading.where = where;
  good = options_read(report_options, &reading, item, where, reporter) == 0;
  good = good && !reading.broken;
  reading.at_given = has_option(item, "At");
  good = check(&reading, where, reporter) && good;
  reading.report.line = item->line;
  reading.report.name = clean_name(name);
  if (reading.report.name != NULL && is_known(config, reading.report.name)) {
    option_error(reporter, "%s: there is a report of that name already", where);
    good = false;
  } else if (config->reports_num == REPORTS_MAX) {
    option_error(reporter, "%s: there are more than %d reports", where,
                 (int)REPORTS_MAX);
    good = false;
  }
  if (!good)
    option_error(reporter, "%s: the report is left out", where);
  else if (reading.report.name != NULL)
    slot = array_grow(&config->reports, &config->reports_num, sizeof(*slot));
  if (slot != NULL)
    *slot = reading.report;
  else
    report_clear(&reading.report);
  free(reading.at);
}

/* -- after the last block ---------------------------------------------------
 */

static bool goes_to(const struct report_config *report, int channel) {
  for (size_t i = 0; i < report->channels_num; i++)
    if (report->channels[i] == channel)
      return true;
  return false;
}

static void resolve(const struct notify_config *config,
                    struct report_config *report, const char *name,
                    struct option_reporter *reporter) {
  int index = channel_index(config, name);
  char where[WHERE_SIZE];
  struct reference r = {.where = where,
                        .option = "Channel",
                        .expects = "the name of a channel",
                        .wanted = name};

  snprintf(where, sizeof(where), "<Report \"%.64s\">", report->name);
  if (index < 0) {
    reference_try_channels(&r, config, -1);
    reference_unknown(&r, reporter);
  } else if (config->channels[index].sender->stateful) {
    option_error(reporter,
                 "%s: channel \"%.64s\" (%s) keeps incidents and takes no "
                 "report",
                 where, name, config->channels[index].sender->name);
  } else if (!goes_to(report, index)) {
    report->channels[report->channels_num++] = index;
  }
}

void reports_finish(struct notify_config *config,
                    struct option_reporter *reporter) {
  for (size_t i = 0; i < config->reports_num; i++) {
    struct report_config *report = &config->reports[i];
    size_t named = report->channel_names.count;

    if (named == 0) /* collectd alone hears of it */
      continue;
    reporter->line = report->line;
    report->channels = calloc(named, sizeof(*report->channels));
    for (size_t c = 0; report->channels != NULL && c < named; c++)
      resolve(config, report, report->channel_names.items[c], reporter);
  }
  reporter->line = 0;
}
