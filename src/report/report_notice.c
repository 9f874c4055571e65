/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_notice.h"

#include "base/buf.h"
#include "base/text.h"
#include "energy/calendar.h"
#include "report/report_brief.h"
#include "report/report_words.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { BRIEF_MAX = 4096 };

static const char *const instances[] = {[REPORT_DAY] = "daily",
                                        [REPORT_WEEK] = "weekly",
                                        [REPORT_MONTH] = "monthly"};

__attribute__((format(printf, 3, 4))) static void
add(struct report_notice *out, const char *name, const char *format, ...) {
  struct report_notice_field *field = &out->fields[out->fields_num];
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(field->value, sizeof(field->value), format, arguments);
  va_end(arguments);
  if (field->value[0] == '\0')
    return;
  field->name = name;
  out->fields_num++;
}

static void add_figures(const struct report *r, struct report_notice *out) {
  char cost[REPORT_LINE];

  add(out, "Energy", "%.2f kWh", r->kwh);
  report_words_cost(r, r->cost, cost);
  add(out, "Cost", "%.60s", cost);
  if (!isnan(r->usual))
    add(out, "Usual", "%.2f kWh", r->usual);
  report_words_cost(r, r->forecast_cost, cost);
  if (!isnan(r->forecast_cost))
    add(out, "Forecast", "%.60s", cost);
}

static void add_fields(const struct report *r, struct report_notice *out) {
  char date[CALENDAR_DATE_SIZE];

  add(out, "Period", "%s", report_kinds[r->kind]);
  calendar_format_date(r->first, date);
  add(out, "From", "%s", date);
  calendar_format_date(r->last, date);
  add(out, "To", "%s", date);
  if (r->nothing[0] == '\0')
    add_figures(r, out);
}

/* A sentence that has no room is left out with all that come after it: what is
 * news stands first. */
static bool put_sentence(struct report_notice *out, size_t *used,
                         const char *text, size_t len) {
  const char *between = *used > 0 ? ". " : "";
  size_t more = strlen(between) + len;

  if (*used + more >= sizeof(out->message))
    return false;
  snprintf(out->message + *used, sizeof(out->message) - *used, "%s%.*s",
           between, (int)len, text);
  *used += more;
  return true;
}

static void put_message(const char *title, const char *brief,
                        struct report_notice *out) {
  size_t used = 0;
  size_t len = text_cut(title, sizeof(out->message) - 1);

  put_sentence(out, &used, title, len);
  for (const char *line = brief; *line != '\0';) {
    len = strcspn(line, "\n");
    if (!put_sentence(out, &used, line, len))
      return;
    line += len;
    line += *line == '\n';
  }
}

void report_notice(const struct report *r, struct report_notice *out) {
  struct buf title, brief;

  *out = (struct report_notice){.instance = instances[r->kind]};
  buf_init(&title, BRIEF_MAX);
  buf_init(&brief, BRIEF_MAX);
  report_brief(r, &title, &brief);
  put_message(title.data != NULL ? title.data : "",
              buf_error(&brief) == 0 && brief.data != NULL ? brief.data : "",
              out);
  add_fields(r, out);
  buf_free(&title);
  buf_free(&brief);
}
