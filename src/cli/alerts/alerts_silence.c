/* SPDX-License-Identifier: MIT */
/* `kasactl alerts silence`: see alerts_silence.h. */
#include <config.h>

#include "cli/alerts/alerts_silence.h"

#include "alert/text/format.h"
#include "alert/text/format_time.h"
#include "base/text.h"
#include "cli/alerts/alerts_answer.h"
#include "cli/term/text_table.h"
#include "config/option.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* -- the request ------------------------------------------------------------
 */

const char *silence_match(cJSON *request, const char *const *words,
                          int words_num) {
  cJSON *match = cJSON_AddObjectToObject(request, "match");

  for (int i = 0; i < words_num; i++) {
    const char *equals = strchr(words[i], '=');
    char name[32] = "device";
    const char *value = words[i];
    cJSON *list;

    if (equals != NULL) {
      if ((size_t)(equals - words[i]) >= sizeof(name))
        return "a matcher is a name of the manual, =, and a value";
      snprintf(name, sizeof(name), "%.*s", (int)(equals - words[i]), words[i]);
      value = equals + 1;
    }
    if (value[0] == '\0')
      return "a matcher needs a value behind its =";
    list = cJSON_GetObjectItem(match, name);
    if (list == NULL)
      list = cJSON_AddArrayToObject(match, name);
    cJSON_AddItemToArray(list, cJSON_CreateString(value));
  }
  return NULL;
}

int silence_moment(const char *text, double *out) {
  static const char *const formats[] = {"%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M",
                                        "%Y-%m-%d"};
  time_t now = time(NULL);
  struct tm tm;
  const char *end;

  localtime_r(&now, &tm);
  tm.tm_sec = 0;
  end = strptime(text, "%H:%M", &tm);
  if (end != NULL && *end == '\0') {
    tm.tm_isdst = -1;
    if (mktime(&tm) <= now) {
      tm.tm_mday++;
      tm.tm_isdst = -1;
    }
    *out = (double)mktime(&tm);
    return 0;
  }
  for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
    memset(&tm, 0, sizeof(tm));
    tm.tm_isdst = -1;
    end = strptime(text, formats[i], &tm);
    if (end == NULL || *end != '\0')
      continue;
    *out = (double)mktime(&tm);
    return 0;
  }
  return -EINVAL;
}

const char *silence_end(cJSON *request, const char *for_text,
                        const char *until_text) {
  double seconds = 0;
  bool until_resolved = false;

  if (until_text != NULL && strcmp(until_text, "resolved") == 0) {
    until_resolved = true;
    until_text = NULL;
  }
  if ((for_text != NULL) + (until_text != NULL) + until_resolved != 1)
    return "a silence has one end: --for 2h, --until 07:00 or --until resolved";
  if (until_resolved)
    cJSON_AddTrueToObject(request, "until_resolved");
  if (for_text != NULL) {
    if (option_parse_seconds(for_text, &seconds) < 0 || seconds < 1)
      return "--for expects a time such as 30m, 4h or 2d";
    cJSON_AddNumberToObject(request, "for", seconds);
  }
  if (until_text != NULL) {
    if (silence_moment(until_text, &seconds) < 0)
      return "--until expects a time such as 07:00, \"2026-11-20 07:00\" or "
             "resolved";
    cJSON_AddNumberToObject(request, "until", seconds);
  }
  return NULL;
}

/* -- the answers ------------------------------------------------------------
 */

int show_silenced(const struct output *page, const cJSON *answer) {
  int64_t open = answer_whole(answer, "open");
  char note[CELL_SIZE];

  fprintf(page->out, "silence %" PRId64 ", about %" PRId64 " open alert%s\n",
          answer_whole(answer, "id"), open, open == 1 ? "" : "s");
  answer_copy(answer, "note", note, sizeof(note));
  if (note[0] != '\0')
    fprintf(page->out, "Note: %s\n", note);
  return 0;
}

int show_silences(const struct output *page, const cJSON *answer) {
  static const struct column columns[] = {
      {"ID", 2, true},  {"UNTIL", 6, false},  {"OPEN", 4, true},
      {"BY", 4, false}, {"ABOUT", 16, false}, {"COMMENT", 12, false}};
  struct text_table t = CELLS(page, columns);
  int64_t now = answer_whole(answer, "now");
  const cJSON *item;

  cJSON_ArrayForEach(item, answer_list(answer, "silences")) {
    char when[FORMAT_SIZE] = "resolved";

    text_table_add_number(&t, answer_whole(item, "id"));
    if (!answer_true(item, "until_resolved"))
      format_clock(answer_whole(item, "ends") / 1000, now / 1000, when,
                   sizeof(when));
    text_table_add(&t, when);
    snprintf(when, sizeof(when), "%" PRId64, answer_whole(item, "open"));
    text_table_add(&t, when);
    text_table_add(&t, answer_text(item, "by"));
    text_table_add(&t, answer_text(item, "match"));
    text_table_add(&t, answer_text(item, "comment"));
  }
  (void)text_table_end(&t, "Nothing is silenced.");
  return 0;
}

static void join(const cJSON *list, const char *none, char *out, size_t size) {
  const cJSON *item;
  size_t used = 0;

  snprintf(out, size, "%s", none);
  cJSON_ArrayForEach(item, list) {
    if (!cJSON_IsString(item) || used >= size)
      continue;
    used += (size_t)snprintf(out + used, size - used, "%s%s",
                             used > 0 ? ", " : "", item->valuestring);
  }
}

int show_maintenances(const struct output *page, const cJSON *answer) {
  static const struct column columns[] = {{"NAME", 8, false},
                                          {"NOW", 3, false},
                                          {"DAYS", 7, false},
                                          {"TIME", 11, false},
                                          {"ABOUT", 16, false}};
  struct text_table t = CELLS(page, columns);
  const cJSON *item;

  cJSON_ArrayForEach(item, answer_list(answer, "maintenances")) {
    char words[200];

    text_table_add(&t, answer_text(item, "name"));
    text_table_add(&t, answer_true(item, "now") ? "yes" : "no");
    join(answer_list(item, "days"), "every day", words, sizeof(words));
    text_table_add(&t, words);
    join(answer_list(item, "times"), "all day", words, sizeof(words));
    text_table_add(&t, words);
    text_table_add(&t, answer_text(item, "match"));
  }
  (void)text_table_end(&t, "No maintenance is configured.");
  return 0;
}
