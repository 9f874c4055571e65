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
#include "cli/alerts/alerts_answer.h"
#include "cli/term/text_table.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* -- reading an answer ------------------------------------------------------
 */

#define COPY(object, member)                                                   \
  answer_copy(object, #member, alert->member, sizeof(alert->member))

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
    if (strcmp(answer_text(object, "class"), classes[i]) == 0)
      alert->class = (enum alert_class)i;
  for (int i = 0; i < 4; i++)
    if (strcmp(answer_text(object, "direction"), directions[i]) == 0)
      alert->direction = (enum alert_direction)i;
  alert->value = answer_number(object, "value");
  alert->percent = answer_number(object, "percent");
  alert->limit = answer_number(object, "limit");
  alert->peak = answer_number(object, "peak");
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
  if (answer_true(alert, "acked"))
    return "acked";
  if (answer_true(alert, "stale"))
    return "stale";
  if (answer_true(alert, "no_reading"))
    return "no reading";
  if (answer_true(alert, "flapping"))
    return "flapping";
  return answer_text(alert, "state");
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
  int64_t now = answer_whole(answer, "now");
  const cJSON *item;

  cJSON_ArrayForEach(item, answer_list(answer, "alerts")) {
    char text[CELL_SIZE];
    struct alert alert;

    read_alert(item, &alert);
    text_table_add_number(&t, answer_whole(item, "id"));
    text_table_add(&t, answer_text(item, "level"));
    clock_of(answer_whole(item, "since"), now, text, sizeof(text));
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
  const cJSON *list = answer_list(answer, "history");
  int64_t now = answer_whole(cJSON_GetArrayItem(list, 0), "at");
  const cJSON *item;

  cJSON_ArrayForEach(item, list) {
    char text[FORMAT_SIZE];

    clock_of(answer_whole(item, "at"), now, text, sizeof(text));
    text_table_add(&t, text);
    text_table_add_number(&t, answer_whole(item, "id"));
    text_table_add(&t, answer_text(item, "what"));
    text_table_add(&t, answer_subject(item));
    text_table_add(&t, answer_text(item, "channel"));
    text_table_add(&t, answer_text(item, "detail"));
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

/* "mail: silence 3 by anna until 07:00: defrosting (2 messages)" */
static void put_held(const struct output *page, const cJSON *answer) {
  const cJSON *item;

  cJSON_ArrayForEach(item, answer_list(answer, "held")) {
    int64_t count = answer_whole(item, "count");
    char text[CELL_SIZE];

    snprintf(text, sizeof(text), "%.70s: %.40s, %.300s (%" PRId64 " message%s)",
             answer_text(item, "channel"), answer_text(item, "policy"),
             answer_text(item, "why"), count, count == 1 ? "" : "s");
    put_fact(page, "not told", text);
  }
}

int show_one(const struct output *page, const cJSON *answer) {
  const cJSON *object = answer_list(answer, "alert");
  const cJSON *item;
  struct alert alert;
  char text[CELL_SIZE];

  read_alert(object, &alert);
  alert_subject(&alert, text, sizeof(text));
  fprintf(page->out, "Alert %" PRId64 ": %s\n", answer_whole(object, "id"),
          text);
  what_of(&alert, text, sizeof(text));
  put_fact(page, "what", text);
  value_of(&alert, alert.peak, text, sizeof(text));
  put_fact(page, "worst", text);
  put_fact(page, "level", answer_text(object, "level"));
  put_fact(page, "state", state_of(object));
  put_moment(page, "since", answer_whole(object, "since"));
  put_moment(page, "last heard", answer_whole(object, "seen"));
  put_moment(page, "resolved", answer_whole(object, "resolved_at"));
  put_fact(page, "ack by", answer_text(object, "ack_by"));
  put_moment(page, "ack until", answer_whole(object, "ack_until"));
  put_fact(page, "identifier", answer_text(object, "identifier"));
  put_fact(page, "fingerprint", answer_text(object, "fingerprint"));
  put_fact(page, "collectd", answer_text(object, "text"));
  cJSON_ArrayForEach(item, answer_list(answer, "members")) {
    bool back = answer_whole(item, "back_at") != 0;

    snprintf(text, sizeof(text), "%s%s", answer_text(item, "series"),
             back ? " (back)" : "");
    put_fact(page, "missing", text);
  }
  cJSON_ArrayForEach(item, answer_list(answer, "told")) {
    char when[FORMAT_SIZE];

    format_moment(answer_whole(item, "last_at") / 1000, when, sizeof(when));
    snprintf(text, sizeof(text), "%s, last at %s", answer_text(item, "channel"),
             when);
    put_fact(page, "told", text);
  }
  put_held(page, answer);
  return 0;
}

/* -- channels, queue, tests -------------------------------------------------
 */

/* Text stays as it is when item need not wait. */
static void until(const cJSON *item, const char *key, int64_t now,
                  const char *verb, char *text, size_t size) {
  char when[FORMAT_SIZE];

  if (answer_whole(item, key) <= now)
    return;
  clock_of(answer_whole(item, key), now, when, sizeof(when));
  snprintf(text, size, "%suntil %s", verb, when);
}

int show_status(const struct output *page, const cJSON *answer) {
  static const struct column columns[] = {
      {"CHANNEL", 8, false}, {"KIND", 5, false},  {"QUEUED", 4, true},
      {"SENT", 4, true},     {"FAILED", 4, true}, {"STATE", 20, false}};
  struct text_table t = CELLS(page, columns);
  int64_t now = answer_whole(answer, "now");
  const cJSON *item;

  fprintf(page->out,
          "notify_kasa %s on %s: %" PRId64 " alert%s open, state kept %s\n",
          answer_text(answer, "version"), answer_text(answer, "host"),
          answer_whole(answer, "open"),
          answer_whole(answer, "open") == 1 ? "" : "s",
          answer_text(answer, "store"));
  if (answer_text(answer, "heartbeat")[0] != '\0')
    fprintf(page->out, "heartbeat: %s\n", answer_text(answer, "heartbeat"));
  if (answer_whole(answer, "coalesced") + answer_whole(answer, "lost") > 0)
    fprintf(page->out,
            "%" PRId64 " notifications came too fast: of %" PRId64
            " only the latest counted, %" PRId64 " were lost\n",
            answer_whole(answer, "coalesced") + answer_whole(answer, "lost"),
            answer_whole(answer, "coalesced"), answer_whole(answer, "lost"));
  cJSON_ArrayForEach(item, answer_list(answer, "channels")) {
    const char *stopped = answer_text(item, "stopped");
    char text[CELL_SIZE] = "ready";
    char number[24];

    text_table_add(&t, answer_text(item, "name"));
    text_table_add(&t, answer_text(item, "kind"));
    snprintf(number, sizeof(number), "%" PRId64, answer_whole(item, "queued"));
    text_table_add(&t, number);
    snprintf(number, sizeof(number), "%" PRId64, answer_whole(item, "sent"));
    text_table_add(&t, number);
    snprintf(number, sizeof(number), "%" PRId64, answer_whole(item, "failed"));
    text_table_add(&t, number);
    if (stopped[0] != '\0')
      snprintf(text, sizeof(text), "stopped: %.900s", stopped);
    else if (answer_whole(item, "rate_until") >
             answer_whole(item, "not_before"))
      until(item, "rate_until", now, "waits for RateLimit ", text,
            sizeof(text));
    else
      until(item, "not_before", now, "waits ", text, sizeof(text));
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

  cJSON_ArrayForEach(item, answer_list(answer, "rows")) {
    const char *to = answer_text(item, "recipient");
    char channel[CELL_SIZE];
    char state[CELL_SIZE];
    char tries[24];

    text_table_add_number(&t, answer_whole(item, "id"));
    text_table_add_number(&t, answer_whole(item, "alert"));
    snprintf(channel, sizeof(channel), "%.200s%s%.200s",
             answer_text(item, "channel"), to[0] != '\0' ? " to " : "", to);
    text_table_add(&t, channel);
    text_table_add(&t, answer_text(item, "kind"));
    snprintf(state, sizeof(state), "%.200s", answer_text(item, "state"));
    until(item, "not_before", answer_whole(answer, "now"), "", state,
          sizeof(state));
    text_table_add(&t, state);
    snprintf(tries, sizeof(tries), "%" PRId64, answer_whole(item, "attempts"));
    text_table_add(&t, tries);
    text_table_add(&t, answer_text(item, "title"));
    text_table_add(&t, answer_text(item, "last_error"));
  }
  (void)text_table_end(&t, "Nothing waits.");
  return 0;
}

int show_test(const struct output *page, const cJSON *answer) {
  const cJSON *item;
  int status = 0;
  int seen = 0;

  cJSON_ArrayForEach(item, answer_list(answer, "results")) {
    char name[CELL_SIZE];
    char why[CELL_SIZE];

    answer_copy(item, "channel", name, sizeof(name));
    answer_copy(item, "why", why, sizeof(why));
    fprintf(page->out, "%s: %s%s%s\n", name,
            answer_true(item, "ok") ? "delivered" : "FAILED",
            why[0] != '\0' ? ": " : "", why);
    if (!answer_true(item, "ok"))
      status = 1;
    seen++;
  }
  if (seen == 0)
    fprintf(page->out, "No channel is configured.\n");
  return seen == 0 ? 1 : status;
}

/* -- what would happen ------------------------------------------------------
 */

/* "self, level, silence: nothing; quiet hours: not now, "night" until 07:00" */
static void put_chain(const struct output *page, const cJSON *channel) {
  const cJSON *stage;
  bool silent = false; /* the ones before said nothing, either */
  bool first = true;

  cJSON_ArrayForEach(stage, answer_list(channel, "chain")) {
    char name[CELL_SIZE];
    char says[CELL_SIZE];
    char why[CELL_SIZE];
    bool nothing;

    answer_copy(stage, "policy", name, sizeof(name));
    answer_copy(stage, "says", says, sizeof(says));
    answer_copy(stage, "why", why, sizeof(why));
    nothing = strcmp(says, "nothing") == 0;
    if (!nothing && silent)
      fprintf(page->out, ": nothing against it");
    fprintf(page->out, "%s%s",
            first               ? "      checked: "
            : nothing && silent ? ", "
                                : "; ",
            name);
    if (!nothing)
      fprintf(page->out, ": %s%s%s", says, why[0] != '\0' ? ", " : "", why);
    silent = nothing;
    first = false;
  }
  if (!first)
    fprintf(page->out, "%s\n", silent ? ": nothing against it" : "");
}

static void put_steps(const struct output *page, const cJSON *route,
                      int64_t now) {
  const cJSON *step;
  const cJSON *name;

  cJSON_ArrayForEach(step, answer_list(route, "steps")) {
    char when[FORMAT_SIZE];
    char text[CELL_SIZE];
    bool first = true;

    format_clock(answer_whole(step, "at") / 1000, now / 1000, when,
                 sizeof(when));
    answer_copy(route, "escalation", text, sizeof(text));
    fprintf(page->out, "  if nobody has acknowledged it by %s, it goes to",
            when);
    cJSON_ArrayForEach(name, answer_list(step, "channels")) {
      if (!cJSON_IsString(name))
        continue;
      fprintf(page->out, "%s %s", first ? "" : ",", name->valuestring);
      first = false;
    }
    fprintf(page->out, " (\"%s\")\n", text);
  }
}

/* Returns whether the channel would be told. */
static bool explain_channel(const struct output *page, const cJSON *item) {
  bool delivers = answer_true(item, "delivers");
  char name[CELL_SIZE];
  char why[CELL_SIZE];

  answer_copy(item, "channel", name, sizeof(name));
  answer_copy(item, "why", why, sizeof(why));
  fprintf(page->out, "  %s %s%s%s%s\n", delivers ? "goes to" : "not to", name,
          why[0] != '\0' ? " (" : "", why, why[0] != '\0' ? ")" : "");
  put_chain(page, item);
  return delivers;
}

/* Why it may come otherwise. */
static void put_note(const struct output *page, const cJSON *answer) {
  char text[CELL_SIZE];

  answer_copy(answer, "note", text, sizeof(text));
  if (text[0] != '\0')
    fprintf(page->out, "Note: %s.\n", text);
}

int show_reported(const struct output *page, const cJSON *answer) {
  int64_t messages = answer_whole(answer, "messages");

  if (messages == 0)
    fputs("on its way as a notification of collectd\n", page->out);
  else
    fprintf(page->out, "on its way to %" PRId64 " channel%s\n", messages,
            messages == 1 ? "" : "s");
  return 0;
}

int show_explain(const struct output *page, const cJSON *answer) {
  const cJSON *object = answer_list(answer, "alert");
  const cJSON *route;
  const cJSON *item;
  struct alert alert;
  char text[CELL_SIZE];
  int told = 0;
  int routes = 0;

  if (answer_whole(answer, "at") > answer_whole(answer, "now")) {
    format_clock(answer_whole(answer, "at") / 1000,
                 answer_whole(answer, "now") / 1000, text, sizeof(text));
    fprintf(page->out, "At %s:\n", text);
  }
  read_alert(object, &alert);
  alert_subject(&alert, text, sizeof(text));
  fprintf(page->out, "%s: ", text);
  what_of(&alert, text, sizeof(text));
  fprintf(page->out, "%s\nClass %s, level %s.\n", text,
          answer_text(object, "class"), answer_text(object, "level"));
  put_note(page, answer);
  if (answer_whole(answer, "open_id") != 0)
    fprintf(page->out,
            "Open already as %" PRId64
            ": only a change of level or a reminder is sent.\n",
            answer_whole(answer, "open_id"));
  put_held(page, answer);
  cJSON_ArrayForEach(route, answer_list(answer, "routes")) {
    char name[CELL_SIZE];
    double lasts = answer_number(route, "for");
    double repeat = answer_number(route, "repeat");

    routes++;
    answer_copy(route, "route", name, sizeof(name));
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
    cJSON_ArrayForEach(item, answer_list(route, "channels")) told +=
        explain_channel(page, item) ? 1 : 0;
    put_steps(page, route, answer_whole(answer, "now"));
  }
  if (routes == 0)
    fprintf(page->out, "No route takes it: recorded, nobody is told.\n");
  else if (told == 0 && !answer_true(answer, "end"))
    fprintf(page->out, "Nobody is told.\n");
  return told > 0 || answer_true(answer, "end") ? 0 : 1;
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
  cJSON_ArrayForEach(item, answer_list(answer, "rendered")) {
    char name[CELL_SIZE];

    answer_copy(item, "channel", name, sizeof(name));
    fprintf(page->out, "%s== %s ==\n", seen > 0 ? "\n" : "", name);
    put_lines(page, answer_text(item, "title"));
    put_lines(page, answer_text(item, "body"));
    if (answer_text(item, "payload")[0] != '\0') {
      fprintf(page->out, "-- as sent, secrets hidden --\n");
      put_lines(page, answer_text(item, "payload"));
    }
    seen++;
  }
  if (seen == 0)
    fprintf(page->out, "No route takes it: nothing is sent.\n");
  return seen > 0 ? 0 : 1;
}
