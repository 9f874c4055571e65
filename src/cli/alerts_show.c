/* Tables and texts of `kasactl alerts`: see alerts_show.h. */
#include <config.h>

#include "cli/alerts_show.h"

#include "alert/alert.h"
#include "alert/format.h"
#include "alert/topic.h"
#include "base/text.h"
#include "cli/width.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_SIZE = 1024, LEAST_COLUMNS = 60, GAP = 2 };

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
  const struct unit unit = topic_unit(alert, NULL);
  const struct format_style style = {" ", alert->unit[0] != '\0' ? alert->unit
                                                                 : NULL};

  format_value(value, &unit, &style, out, size);
}

/* "CPU 96 %, above 90 %", "not reporting", or somebody's own words. */
static void what_of(const struct alert *alert, char *out, size_t size) {
  double value = !isnan(alert->percent) ? alert->percent : alert->value;
  const char *state = topic_switch(alert, value);
  char quantity[TOPIC_SIZE];
  char words[FORMAT_SIZE];
  char limit[FORMAT_SIZE];
  const char *direction = alert_direction_name(alert->direction);

  if (topic_kind(alert) == TOPIC_AWAY) {
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
  topic_quantity(alert, quantity, sizeof(quantity));
  value_of(alert, alert->limit, limit, sizeof(limit));
  snprintf(out, size, "%s%s%s%s%s%s%s", quantity, words, topic_suffix(alert),
           limit[0] != '\0' ? ", " : "", limit[0] != '\0' ? direction : "",
           limit[0] != '\0' ? " " : "", limit);
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

/* -- tables -----------------------------------------------------------------
 */

struct column {
  const char *title;
  unsigned least; /* what the widest cell needs at most is what it gets */
  bool right;     /* numbers */
};

enum { COLUMNS_MAX = 8 };

struct table {
  const struct page *page;
  const struct column *columns;
  size_t columns_num;
  char **cells; /* row by row */
  size_t cells_num;
  bool out_of_memory;
};

static void table_cell(struct table *t, const char *text) {
  char clean[CELL_SIZE];
  char **grown = realloc(t->cells, (t->cells_num + 1) * sizeof(*grown));

  if (grown == NULL) {
    t->out_of_memory = true;
    return;
  }
  t->cells = grown;
  text_clean(text, strlen(text), clean, sizeof(clean));
  t->cells[t->cells_num] = strdup(clean);
  if (t->cells[t->cells_num] != NULL)
    t->cells_num++;
  else
    t->out_of_memory = true;
}

static void table_number(struct table *t, int64_t number) {
  char text[24] = "";

  if (number != 0)
    snprintf(text, sizeof(text), "%" PRId64, number);
  table_cell(t, text);
}

/* As wide as needed; what is too much is taken from the widest column, again
 * and again, but from none below its least width. */
static void fit_widths(const struct table *t, unsigned widths[COLUMNS_MAX]) {
  unsigned columns =
      t->page->columns > LEAST_COLUMNS ? t->page->columns : LEAST_COLUMNS;
  unsigned sum = (unsigned)(t->columns_num - 1) * GAP;

  for (size_t c = 0; c < t->columns_num; c++) {
    widths[c] = width_text(t->columns[c].title);
    for (size_t i = c; i < t->cells_num; i += t->columns_num)
      if (width_text(t->cells[i]) > widths[c])
        widths[c] = width_text(t->cells[i]);
    sum += widths[c];
  }
  while (sum > columns) {
    size_t widest = t->columns_num;

    for (size_t c = 0; c < t->columns_num; c++)
      if (widths[c] > t->columns[c].least &&
          (widest == t->columns_num || widths[c] > widths[widest]))
        widest = c;
    if (widest == t->columns_num)
      return;
    widths[widest]--;
    sum--;
  }
}

static void put_cell(const struct table *t, const char *text, unsigned width,
                     bool right, bool last) {
  char cut[CELL_SIZE];
  unsigned used = width_cut(text, width, "\xe2\x80\xa6", cut, sizeof(cut));
  unsigned pad = width > used ? width - used : 0;

  if (right)
    fprintf(t->page->out, "%*s%s", (int)pad, "", cut);
  else if (last)
    fprintf(t->page->out, "%s", cut);
  else
    fprintf(t->page->out, "%s%*s", cut, (int)pad, "");
}

static const char *color_of(const char *level) {
  if (strcmp(level, "critical") == 0 || strcmp(level, "emergency") == 0)
    return "\x1b[31m";
  if (strcmp(level, "warning") == 0 || strcmp(level, "error") == 0)
    return "\x1b[33m";
  return "";
}

/* A row is coloured by the level in its second cell, if there is one. */
static void put_row(const struct table *t, char *const *cells,
                    const unsigned widths[COLUMNS_MAX]) {
  const char *color =
      t->page->color && t->columns_num > 1 ? color_of(cells[1]) : "";

  for (size_t c = 0; c < t->columns_num; c++) {
    if (c > 0)
      fprintf(t->page->out, "%*s", GAP, "");
    if (c == 1)
      fprintf(t->page->out, "%s", color);
    put_cell(t, cells[c], widths[c], t->columns[c].right,
             c + 1 == t->columns_num);
    if (c == 1 && color[0] != '\0')
      fprintf(t->page->out, "\x1b[0m");
  }
  fprintf(t->page->out, "\n");
}

/* Prints and empties the table; 1 where it had no row. */
static int table_end(struct table *t, const char *nothing) {
  unsigned widths[COLUMNS_MAX];
  char *titles[COLUMNS_MAX];
  bool empty = t->cells_num == 0;

  if (t->out_of_memory) {
    fprintf(t->page->out, "out of memory\n");
  } else if (empty) {
    fprintf(t->page->out, "%s\n", nothing);
  } else {
    for (size_t c = 0; c < t->columns_num; c++)
      titles[c] = (char *)(uintptr_t)t->columns[c].title;
    fit_widths(t, widths);
    put_row(t, titles, widths);
    for (size_t i = 0; i + t->columns_num <= t->cells_num; i += t->columns_num)
      put_row(t, t->cells + i, widths);
  }
  for (size_t i = 0; i < t->cells_num; i++)
    free(t->cells[i]);
  free(t->cells);
  return empty || t->out_of_memory ? 1 : 0;
}

#define TABLE(page, columns)                                                   \
  { (page), (columns), sizeof(columns) / sizeof((columns)[0]), NULL, 0, false }

/* -- list, history ----------------------------------------------------------
 */

int show_list(const struct page *page, const cJSON *answer) {
  static const struct column columns[] = {
      {"ID", 2, true},     {"LEVEL", 5, false},   {"SINCE", 5, false},
      {"STATE", 5, false}, {"DEVICE", 12, false}, {"WHAT", 16, false}};
  struct table t = TABLE(page, columns);
  int64_t now = whole_in(answer, "now");
  const cJSON *item;

  cJSON_ArrayForEach(item, list_in(answer, "alerts")) {
    char text[CELL_SIZE];
    struct alert alert;

    read_alert(item, &alert);
    table_number(&t, whole_in(item, "id"));
    table_cell(&t, text_in(item, "level"));
    clock_of(whole_in(item, "since"), now, text, sizeof(text));
    table_cell(&t, text);
    table_cell(&t, state_of(item));
    topic_subject(&alert, text, sizeof(text));
    table_cell(&t, text);
    what_of(&alert, text, sizeof(text));
    table_cell(&t, text);
  }
  (void)table_end(&t, "No alert is open.");
  return 0;
}

int show_history(const struct page *page, const cJSON *answer) {
  static const struct column columns[] = {
      {"WHEN", 5, false},    {"ALERT", 5, true},    {"WHAT", 6, false},
      {"DEVICE", 10, false}, {"CHANNEL", 7, false}, {"DETAIL", 16, false}};
  struct table t = TABLE(page, columns);
  const cJSON *list = list_in(answer, "history");
  int64_t now = whole_in(cJSON_GetArrayItem(list, 0), "at");
  const cJSON *item;

  cJSON_ArrayForEach(item, list) {
    char text[FORMAT_SIZE];

    clock_of(whole_in(item, "at"), now, text, sizeof(text));
    table_cell(&t, text);
    table_number(&t, whole_in(item, "id"));
    table_cell(&t, text_in(item, "what"));
    table_cell(&t, text_in(item, "device"));
    table_cell(&t, text_in(item, "channel"));
    table_cell(&t, text_in(item, "detail"));
  }
  return table_end(&t, "Nothing has happened.");
}

/* -- one alert --------------------------------------------------------------
 */

static void put_fact(const struct page *page, const char *name,
                     const char *text) {
  char clean[CELL_SIZE];

  text_clean(text, strlen(text), clean, sizeof(clean));
  if (clean[0] != '\0')
    fprintf(page->out, "%-12s %s\n", name, clean);
}

static void put_moment(const struct page *page, const char *name, int64_t ms) {
  char text[FORMAT_SIZE];

  format_moment(ms / 1000, text, sizeof(text));
  put_fact(page, name, text);
}

int show_one(const struct page *page, const cJSON *answer) {
  const cJSON *object = list_in(answer, "alert");
  const cJSON *item;
  struct alert alert;
  char text[CELL_SIZE];

  read_alert(object, &alert);
  topic_subject(&alert, text, sizeof(text));
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

int show_status(const struct page *page, const cJSON *answer) {
  static const struct column columns[] = {
      {"CHANNEL", 8, false}, {"KIND", 5, false},  {"QUEUED", 4, true},
      {"SENT", 4, true},     {"FAILED", 4, true}, {"STATE", 20, false}};
  struct table t = TABLE(page, columns);
  int64_t now = whole_in(answer, "now");
  const cJSON *item;

  fprintf(page->out,
          "notify_kasa %s on %s: %" PRId64 " alert%s open, state kept %s\n",
          text_in(answer, "version"), text_in(answer, "host"),
          whole_in(answer, "open"), whole_in(answer, "open") == 1 ? "" : "s",
          text_in(answer, "store"));
  cJSON_ArrayForEach(item, list_in(answer, "channels")) {
    const char *stopped = text_in(item, "stopped");
    char text[CELL_SIZE] = "ready";
    char number[24];

    table_cell(&t, text_in(item, "name"));
    table_cell(&t, text_in(item, "kind"));
    snprintf(number, sizeof(number), "%" PRId64, whole_in(item, "queued"));
    table_cell(&t, number);
    snprintf(number, sizeof(number), "%" PRId64, whole_in(item, "sent"));
    table_cell(&t, number);
    snprintf(number, sizeof(number), "%" PRId64, whole_in(item, "failed"));
    table_cell(&t, number);
    if (stopped[0] != '\0') {
      snprintf(text, sizeof(text), "stopped: %.900s", stopped);
    } else if (whole_in(item, "not_before") > now) {
      char when[FORMAT_SIZE];

      clock_of(whole_in(item, "not_before"), now, when, sizeof(when));
      snprintf(text, sizeof(text), "waits until %s", when);
    }
    table_cell(&t, text);
  }
  return table_end(&t, "No channel is configured.");
}

int show_queue(const struct page *page, const cJSON *answer) {
  static const struct column columns[] = {
      {"ID", 2, true},      {"ALERT", 5, true},        {"CHANNEL", 7, false},
      {"KIND", 6, false},   {"STATE", 6, false},       {"TRIES", 5, true},
      {"TITLE", 12, false}, {"LAST ANSWER", 10, false}};
  struct table t = TABLE(page, columns);
  const cJSON *item;

  cJSON_ArrayForEach(item, list_in(answer, "rows")) {
    char tries[24];

    table_number(&t, whole_in(item, "id"));
    table_number(&t, whole_in(item, "alert"));
    table_cell(&t, text_in(item, "channel"));
    table_cell(&t, text_in(item, "kind"));
    table_cell(&t, text_in(item, "state"));
    snprintf(tries, sizeof(tries), "%" PRId64, whole_in(item, "attempts"));
    table_cell(&t, tries);
    table_cell(&t, text_in(item, "title"));
    table_cell(&t, text_in(item, "last_error"));
  }
  (void)table_end(&t, "Nothing waits.");
  return 0;
}

int show_test(const struct page *page, const cJSON *answer) {
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
static bool explain_channel(const struct page *page, const cJSON *item) {
  bool delivers = true_in(item, "delivers");
  char name[CELL_SIZE];
  char why[CELL_SIZE];

  copy_text(item, "channel", name, sizeof(name));
  copy_text(item, "why", why, sizeof(why));
  fprintf(page->out, "  %s %s%s%s%s\n", delivers ? "goes to" : "not to", name,
          why[0] != '\0' ? " (" : "", why, why[0] != '\0' ? ")" : "");
  return delivers;
}

int show_explain(const struct page *page, const cJSON *answer) {
  const cJSON *object = list_in(answer, "alert");
  const cJSON *route;
  const cJSON *item;
  struct alert alert;
  char text[CELL_SIZE];
  int told = 0;
  int routes = 0;

  read_alert(object, &alert);
  topic_subject(&alert, text, sizeof(text));
  fprintf(page->out, "%s: ", text);
  what_of(&alert, text, sizeof(text));
  fprintf(page->out, "%s\nClass %s, level %s.\n", text,
          text_in(object, "class"), text_in(object, "level"));
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
static void put_lines(const struct page *page, const char *text) {
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

int show_render(const struct page *page, const cJSON *answer) {
  const cJSON *item;
  int seen = 0;

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
