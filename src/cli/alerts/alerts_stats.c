/* SPDX-License-Identifier: MIT */
/* See alerts_stats.h. */
#include <config.h>

#include "cli/alerts/alerts_stats.h"

#include "alert/text/format.h"
#include "alert/text/format_time.h"
#include "base/text.h"
#include "cli/alerts/alerts_answer.h"
#include "cli/term/text_table.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* "0.4 s", "12 s", "3 minutes"; below a second people want to see that it is.
 */
static void add_seconds(struct text_table *t, const cJSON *item,
                        const char *name) {
  double seconds = answer_number(item, name);
  char text[FORMAT_SIZE];

  if (cJSON_GetObjectItemCaseSensitive(item, name) == NULL)
    text[0] = '\0';
  else if (seconds < 10)
    snprintf(text, sizeof(text), "%.1f s", seconds);
  else
    format_duration(seconds, text, sizeof(text));
  text_table_add(t, text);
}

static void show_devices(const struct output *page, const cJSON *answer) {
  static const struct column columns[] = {
      {"DEVICE", 10, false}, {"WHAT", 6, false},    {"ALERTS", 4, true},
      {"OPEN", 4, true},     {"MESSAGES", 4, true}, {"BAD FOR", 6, false}};
  struct text_table t = CELLS(page, columns);
  const cJSON *item;

  cJSON_ArrayForEach(item, answer_list(answer, "devices")) {
    const char *type = answer_text(item, "type");
    const char *quantity = answer_text(item, "quantity");
    char text[FORMAT_SIZE];

    text_table_add(&t, answer_subject(item));
    text_table_add(&t, quantity[0] != '\0' ? quantity
                       : type[0] != '\0'   ? type
                                           : "missing");
    text_table_add_number(&t, answer_whole(item, "alerts"));
    text_table_add_number(&t, answer_whole(item, "open"));
    text_table_add_number(&t, answer_whole(item, "messages"));
    format_duration(answer_number(item, "bad_s"), text, sizeof(text));
    text_table_add(&t, text);
  }
  (void)text_table_end(&t, "Nothing has alerted.");
}

static void show_channels(const struct output *page, const cJSON *answer) {
  static const struct column columns[] = {
      {"CHANNEL", 8, false}, {"SENT", 4, true},    {"RETRIED", 4, true},
      {"FAILED", 4, true},   {"WAITING", 4, true}, {"HALF WITHIN", 6, false},
      {"9 OF 10", 6, false}, {"SLOWEST", 6, false}};
  struct text_table t = CELLS(page, columns);
  const cJSON *item;

  cJSON_ArrayForEach(item, answer_list(answer, "channels")) {
    text_table_add(&t, answer_text(item, "channel"));
    text_table_add_number(&t, answer_whole(item, "sent"));
    text_table_add_number(&t, answer_whole(item, "retried"));
    text_table_add_number(&t, answer_whole(item, "failed"));
    text_table_add_number(&t, answer_whole(item, "waiting"));
    add_seconds(&t, item, "median_s");
    add_seconds(&t, item, "slow_s");
    add_seconds(&t, item, "slowest_s");
  }
  (void)text_table_end(&t, "No channel is configured.");
}

/* "Freezer: 12 of 19 alerts". What alerts that often has the wrong limit. */
static void show_noisiest(const struct output *page, const cJSON *answer) {
  const cJSON *first = cJSON_GetArrayItem(answer_list(answer, "devices"), 0);
  int64_t alerts = answer_whole(answer, "alerts");
  int64_t most = answer_whole(first, "alerts");
  char name[CELL_SIZE];

  if (most < 5 || most * 2 < alerts)
    return;
  text_clean(answer_subject(first), strlen(answer_subject(first)), name,
             sizeof(name));
  fprintf(page->out,
          "\n%s has %" PRId64 " of %" PRId64
          " alerts: another limit, Hysteresis or For would calm it.\n",
          name, most, alerts);
}

int show_stats(const struct output *page, const cJSON *answer) {
  char when[FORMAT_SIZE];

  format_clock(answer_whole(answer, "since") / 1000,
               answer_whole(answer, "now") / 1000, when, sizeof(when));
  fprintf(page->out, "Since %s: %" PRId64 " alerts.\n\n", when,
          answer_whole(answer, "alerts"));
  show_devices(page, answer);
  fprintf(page->out, "\n");
  show_channels(page, answer);
  show_noisiest(page, answer);
  return 0;
}
