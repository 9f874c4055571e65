/* SPDX-License-Identifier: MIT */
/* Tables and texts of `kasactl alerts`: see alerts_show.h. */
#include <config.h>

#include "cli/alerts/alerts_show.h"

#include "alert/model/alert.h"
#include "alert/text/alert_subject.h"
#include "alert/text/format.h"
#include "alert/text/format_time.h"
#include "alert/text/units.h"
#include "base/text.h"
#include "cli/term/text_table.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* -- reading an answer ------------------------------------------------------
 */

static const char *text_in(const cJSON *object, const char *name) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

  return cJSON_IsString(item) ? item->valuestring : "";
}

static double number_in(const cJSON *object, const char *name) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

  return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

static int64_t whole_in(const cJSON *object, const char *name) {
  double number = number_in(object, name);

  return fabs(number) < 9e15 ? (int64_t)number : 0;
}

static bool true_in(const cJSON *object, const char *name) {
  return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static const cJSON *list_in(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

static void copy_text(const cJSON *object, const char *name, char *out,
                      size_t size) {
  const char *text = text_in(object, name);

  text_clean(text, strlen(text), out, size);
}

#define COPY(object, member)                                                   \
  copy_text(object, #member, alert->member, sizeof(alert->member))

/* As much of the alert as the words need. */
static void read_alert(const cJSON *object, struct alert *alert) {
  static const char *const classes[] = {"range", "missing", "event"};
  static const char *const directions[] = {"", "above", "below", "within"};

  alert_init(alert);
  COPY(object, host);
  COPY(object, plugin);
  COPY(object, plugin_instance);
  COPY(object, type);
  COPY(object, type_instance);
  COPY(object, device);
  COPY(object, unit);
  COPY(object, text);
  for (int i = 0; i < 3; i++)
    if (strcmp(text_in(object, "class"), classes[i]) == 0)
      alert->class = (enum alert_class)i;
  for (int i = 0; i < 4; i++)
    if (strcmp(text_in(object, "direction"), directions[i]) == 0)
      alert->direction = (enum alert_direction)i;
  alert->value = number_in(object, "value");
  alert->percent = number_in(object, "percent");
  alert->limit = number_in(object, "limit");
  alert->peak = number_in(object, "peak");
}

/* -- words ------------------------------------------------------------------
 */

static void value_of(const struct alert *alert, double value, char *out,
                     size_t size) {
  const struct unit unit = unit_of_alert(alert, NULL);
  char currency[sizeof(alert->unit)];
  char blank[] = " ";
  const struct text_style style = {.currency =
                                       alert->unit[0] != '\0' ? currency : NULL,
                                   .thousands_separator = blank};

  snprintf(currency, sizeof(currency), "%s", alert->unit);

  format_value(value, &unit, &style, out, size);
}

/* "CPU 96 %, above 90 %", "not reporting", or somebody's own words. */
static void what_of(const struct alert *alert, char *out, size_t size) {
  double value = !isnan(alert->percent) ? alert->percent : alert->value;
  const char *state = alert_subject_switch(alert, value);
  char quantity[SUBJECT_SIZE];
  char words[FORMAT_SIZE];
  char limit[FORMAT_SIZE];
  const char *direction = alert_direction_name(alert->direction);

  if (alert_subject_kind(alert) == SUBJECT_AWAY) {
    snprintf(out, size, "not reporting");
    return;
  }
  if (state[0] != '\0') {
    snprintf(out, size, "%s", state);
    return;
  }
  value_of(alert, value, words, sizeof(words));
  if (words[0] == '\0') {
    snprintf(out, size, "%s",
             alert->text[0] != '\0' ? alert->text : "out of range");
    return;
  }
  alert_subject_quantity(alert, quantity, sizeof(quantity));
  value_of(alert, alert->limit, limit, sizeof(limit));
  snprintf(out, size, "%s%s%s%s%s%s%s", quantity, words,
           alert_subject_suffix(alert), limit[0] != '\0' ? ", " : "",
           limit[0] != '\0' ? direction : "", limit[0] != '\0' ? " " : "",
           limit);
}

static const char *state_of(const cJSON *alert) {
  if (true_in(alert, "acked"))
    return "acked";
  if (true_in(alert, "stale"))
    return "stale";
  if (true_in(alert, "no_reading"))
    return "no reading";
  return text_in(alert, "state");
}

static void clock_of(int64_t ms, int64_t now_ms, char *out, size_t size) {
  format_clock(ms / 1000, now_ms / 1000, out, size);
}

/* -- list, history ----------------------------------------------------------
 */

int show_list(const struct output *page, const cJSON *answer) {
  static const struct column columns[] = {
      {"ID", 2, true},     {"LEVEL", 5, false},   {"SINCE", 5, false},
      {"STATE", 5, false}, {"DEVICE", 12, false}, {"WHAT", 16, false}};
  struct text_table t = CELLS(page, columns);
  int64_t now = whole_in(answer, "now");
  const cJSON *item;

  cJSON_ArrayForEach(item, list_in(answer, "alerts")) {
    char text[CELL_SIZE];
    struct alert alert;

    read_alert(item, &alert);
    text_table_add_number(&t, whole_in(item, "id"));
    text_table_add(&t, text_in(item, "level"));
    clock_of(whole_in(item, "since"), now, text, sizeof(text));
    text_table_add(&t, text);
    text_table_add(&t, state_of(item));
    alert_subject(&alert, text, sizeof(text));
    text_table_add(&t, text);
    what_of(&alert, text, sizeof(text));
    text_table_add(&t, text);
  }
  (void)text_table_end(&t, "No alert is open.");
  return 0;
}

int show_history(const struct output *page, const cJSON *answer) {
  static const struct column columns[] = {
      {"WHEN", 5, false},    {"ALERT", 5, true},    {"WHAT", 6, false},
      {"DEVICE", 10, false}, {"CHANNEL", 7, false}, {"DETAIL", 16, false}};
  struct text_table t = CELLS(page, columns);
  const cJSON *list = list_in(answer, "history");
  int64_t now = whole_in(cJSON_GetArrayItem(list, 0), "at");
  const cJSON *item;

  cJSON_ArrayForEach(item, list) {
    char text[FORMAT_SIZE];

    clock_of(whole_in(item, "at"), now, text, sizeof(text));
    text_table_add(&t, text);
    text_table_add_number(&t, whole_in(item, "id"));
    text_table_add(&t, text_in(item, "what"));
    text_table_add(&t, text_in(item, "device"));
    text_table_add(&t, text_in(item, "channel"));
    text_table_add(&t, text_in(item, "detail"));
  }
  return text_table_end(&t, "Nothing has happened.");
}

/* -- one alert --------------------------------------------------------------
 */

static void put_fact(const struct output *page, const char *name,
                     const char *text) {
  char clean[CELL_SIZE];

  text_clean(text, strlen(text), clean, sizeof(clean));
  if (clean[0] != '\0')
    fprintf(page->out, "%-12s %s\n", name, clean);
}

static void put_moment(const struct output *page, const char *name,
                       int64_t ms) {
  char text[FORMAT_SIZE];

  format_moment(ms / 1000, text, sizeof(text));
  put_fact(page, name, text);
}

int show_one(const struct output *page, const cJSON *answer) {
  const cJSON *object = list_in(answer, "alert");
  const cJSON *item;
  struct alert alert;
  char text[CELL_SIZE];

  read_alert(object, &alert);
  alert_subject(&alert, text, sizeof(text));
  fprintf(page->out, "Alert %" PRId64 ": %s\n", whole_in(object, "id"), text);
  what_of(&alert, text, sizeof(text));
  put_fact(page, "what", text);
  value_of(&alert, alert.peak, text, sizeof(text));
  put_fact(page, "worst", text);
  put_fact(page, "level", text_in(object, "level"));
  put_fact(page, "state", state_of(object));
  put_moment(page, "since", whole_in(object, "since"));
  put_moment(page, "last heard", whole_in(object, "seen"));
  put_moment(page, "resolved", whole_in(object, "resolved_at"));
  put_fact(page, "ack by", text_in(object, "ack_by"));
  put_moment(page, "ack until", whole_in(object, "ack_until"));
  put_fact(page, "identifier", text_in(object, "identifier"));
  put_fact(page, "fingerprint", text_in(object, "fingerprint"));
  put_fact(page, "collectd", text_in(object, "text"));
  cJSON_ArrayForEach(item, list_in(answer, "members")) {
    bool back = whole_in(item, "back_at") != 0;

    snprintf(text, sizeof(text), "%s%s", text_in(item, "series"),
             back ? " (back)" : "");
    put_fact(page, "missing", text);
  }
  cJSON_ArrayForEach(item, list_in(answer, "told")) {
    char when[FORMAT_SIZE];

    format_moment(whole_in(item, "last_at") / 1000, when, sizeof(when));
    snprintf(text, sizeof(text), "%s, last at %s", text_in(item, "channel"),
             when);
    put_fact(page, "told", text);
  }
  return 0;
}

/* -- channels, queue, tests -------------------------------------------------
 */

/* Text stays as it is when item need not wait. */
static void until(const cJSON *item, int64_t now, const char *verb, char *text,
                  size_t size) {
  char when[FORMAT_SIZE];

  if (whole_in(item, "not_before") <= now)
    return;
  clock_of(whole_in(item, "not_before"), now, when, sizeof(when));
  snprintf(text, size, "%suntil %s", verb, when);
}

int show_status(const struct output *page, const cJSON *answer) {
  static const struct column columns[] = {
      {"CHANNEL", 8, false}, {"KIND", 5, false},  {"QUEUED", 4, true},
      {"SENT", 4, true},     {"FAILED", 4, true}, {"STATE", 20, false}};
  struct text_table t = CELLS(page, columns);
  int64_t now = whole_in(answer, "now");
  const cJSON *item;

  fprintf(page->out,
          "notify_kasa %s on %s: %" PRId64 " alert%s open, state kept %s\n",
          text_in(answer, "version"), text_in(answer, "host"),
          whole_in(answer, "open"), whole_in(answer, "open") == 1 ? "" : "s",
          text_in(answer, "store"));
  if (whole_in(answer, "coalesced") + whole_in(answer, "lost") > 0)
    fprintf(page->out,
            "%" PRId64 " notifications came too fast: of %" PRId64
            " only the latest counted, %" PRId64 " were lost\n",
            whole_in(answer, "coalesced") + whole_in(answer, "lost"),
            whole_in(answer, "coalesced"), whole_in(answer, "lost"));
  cJSON_ArrayForEach(item, list_in(answer, "channels")) {
    const char *stopped = text_in(item, "stopped");
    char text[CELL_SIZE] = "ready";
    char number[24];

    text_table_add(&t, text_in(item, "name"));
    text_table_add(&t, text_in(item, "kind"));
    snprintf(number, sizeof(number), "%" PRId64, whole_in(item, "queued"));
    text_table_add(&t, number);
    snprintf(number, sizeof(number), "%" PRId64, whole_in(item, "sent"));
    text_table_add(&t, number);
    snprintf(number, sizeof(number), "%" PRId64, whole_in(item, "failed"));
    text_table_add(&t, number);
    if (stopped[0] != '\0')
      snprintf(text, sizeof(text), "stopped: %.900s", stopped);
    else
      until(item, now, "waits ", text, sizeof(text));
    text_table_add(&t, text);
  }
  return text_table_end(&t, "No channel is configured.");
}

int show_queue(const struct output *page, const cJSON *answer) {
  static const struct column columns[] = {
      {"ID", 2, true},      {"ALERT", 5, true},        {"CHANNEL", 7, false},
      {"KIND", 6, false},   {"STATE", 11, false},      {"TRIES", 5, true},
      {"TITLE", 12, false}, {"LAST ANSWER", 10, false}};
  struct text_table t = CELLS(page, columns);
  const cJSON *item;

  cJSON_ArrayForEach(item, list_in(answer, "rows")) {
    const char *to = text_in(item, "recipient");
    char channel[CELL_SIZE];
    char state[CELL_SIZE];
    char tries[24];

    text_table_add_number(&t, whole_in(item, "id"));
    text_table_add_number(&t, whole_in(item, "alert"));
    snprintf(channel, sizeof(channel), "%.200s%s%.200s",
             text_in(item, "channel"), to[0] != '\0' ? " to " : "", to);
    text_table_add(&t, channel);
    text_table_add(&t, text_in(item, "kind"));
    snprintf(state, sizeof(state), "%.200s", text_in(item, "state"));
    until(item, whole_in(answer, "now"), "", state, sizeof(state));
    text_table_add(&t, state);
    snprintf(tries, sizeof(tries), "%" PRId64, whole_in(item, "attempts"));
    text_table_add(&t, tries);
    text_table_add(&t, text_in(item, "title"));
    text_table_add(&t, text_in(item, "last_error"));
  }
  (void)text_table_end(&t, "Nothing waits.");
  return 0;
}

int show_test(const struct output *page, const cJSON *answer) {
  const cJSON *item;
  int status = 0;
  int seen = 0;

  cJSON_ArrayForEach(item, list_in(answer, "results")) {
    char name[CELL_SIZE];
    char why[CELL_SIZE];

    copy_text(item, "channel", name, sizeof(name));
    copy_text(item, "why", why, sizeof(why));
    fprintf(page->out, "%s: %s%s%s\n", name,
            true_in(item, "ok") ? "delivered" : "FAILED",
            why[0] != '\0' ? ": " : "", why);
    if (!true_in(item, "ok"))
      status = 1;
    seen++;
  }
  if (seen == 0)
    fprintf(page->out, "No channel is configured.\n");
  return seen == 0 ? 1 : status;
}

/* -- what would happen ------------------------------------------------------
 */

/* Returns whether the channel would be told. */
static bool explain_channel(const struct output *page, const cJSON *item) {
  bool delivers = true_in(item, "delivers");
  char name[CELL_SIZE];
  char why[CELL_SIZE];

  copy_text(item, "channel", name, sizeof(name));
  copy_text(item, "why", why, sizeof(why));
  fprintf(page->out, "  %s %s%s%s%s\n", delivers ? "goes to" : "not to", name,
          why[0] != '\0' ? " (" : "", why, why[0] != '\0' ? ")" : "");
  return delivers;
}

/* Why it may come otherwise. */
static void put_note(const struct output *page, const cJSON *answer) {
  char text[CELL_SIZE];

  copy_text(answer, "note", text, sizeof(text));
  if (text[0] != '\0')
    fprintf(page->out, "Note: %s.\n", text);
}

int show_explain(const struct output *page, const cJSON *answer) {
  const cJSON *object = list_in(answer, "alert");
  const cJSON *route;
  const cJSON *item;
  struct alert alert;
  char text[CELL_SIZE];
  int told = 0;
  int routes = 0;

  read_alert(object, &alert);
  alert_subject(&alert, text, sizeof(text));
  fprintf(page->out, "%s: ", text);
  what_of(&alert, text, sizeof(text));
  fprintf(page->out, "%s\nClass %s, level %s.\n", text,
          text_in(object, "class"), text_in(object, "level"));
  put_note(page, answer);
  if (whole_in(answer, "open_id") != 0)
    fprintf(page->out,
            "Open already as %" PRId64
            ": only a change of level or a reminder is sent.\n",
            whole_in(answer, "open_id"));
  cJSON_ArrayForEach(route, list_in(answer, "routes")) {
    char name[CELL_SIZE];
    double lasts = number_in(route, "for");
    double repeat = number_in(route, "repeat");

    routes++;
    copy_text(route, "route", name, sizeof(name));
    if (name[0] != '#') /* a route always has a name; the implicit one none */
      fprintf(page->out, "Route \"%s\"", name);
    else
      fprintf(page->out, "No route is configured");
    if (lasts > 0) {
      format_duration(lasts, text, sizeof(text));
      fprintf(page->out, ", once it lasts %s", text);
    } else {
      fprintf(page->out, ", at once");
    }
    if (repeat > 0) {
      format_duration(repeat, text, sizeof(text));
      fprintf(page->out, ", reminders every %s:\n", text);
    } else {
      fprintf(page->out, ", no reminders:\n");
    }
    cJSON_ArrayForEach(item, list_in(route, "channels")) told +=
        explain_channel(page, item) ? 1 : 0;
  }
  if (routes == 0)
    fprintf(page->out, "No route takes it: recorded, nobody is told.\n");
  else if (told == 0)
    fprintf(page->out, "Nobody is told.\n");
  return told > 0 ? 0 : 1;
}

/* Line by line: a line feed is wanted here, other controls are not. */
static void put_lines(const struct output *page, const char *text) {
  while (*text != '\0') {
    size_t len = strcspn(text, "\n");
    size_t shown = len > 0 && text[len - 1] == '\r' ? len - 1 : len;
    char *clean = malloc(len + 1);

    if (clean == NULL)
      return;
    text_clean(text, shown, clean, len + 1);
    fprintf(page->out, "%s\n", clean);
    free(clean);
    text += len + (text[len] == '\n' ? 1 : 0);
  }
}

int show_render(const struct output *page, const cJSON *answer) {
  const cJSON *item;
  int seen = 0;

  put_note(page, answer);
  cJSON_ArrayForEach(item, list_in(answer, "rendered")) {
    char name[CELL_SIZE];

    copy_text(item, "channel", name, sizeof(name));
    fprintf(page->out, "%s== %s ==\n", seen > 0 ? "\n" : "", name);
    put_lines(page, text_in(item, "title"));
    put_lines(page, text_in(item, "body"));
    if (text_in(item, "payload")[0] != '\0') {
      fprintf(page->out, "-- as sent, secrets hidden --\n");
      put_lines(page, text_in(item, "payload"));
    }
    seen++;
  }
  if (seen == 0)
    fprintf(page->out, "No route takes it: nothing is sent.\n");
  return seen > 0 ? 0 : 1;
}
