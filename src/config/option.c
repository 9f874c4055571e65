/* SPDX-License-Identifier: MIT */
/* Reading options by table: see option.h. */
#include <config.h>

#include "config/option.h"

#include "base/guess.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void option_say(struct option_reporter *reporter, const char *format,
                va_list args) {
  char raw[512];
  char line[sizeof(raw)];

  vsnprintf(raw, sizeof(raw), format, args);
  text_clean(raw, sizeof(raw), line, sizeof(line));
  reporter->say(reporter->arg, line);
}

void option_error(struct option_reporter *reporter, const char *format, ...) {
  va_list args;

  va_start(args, format);
  option_say(reporter, format, args);
  va_end(args);
  reporter->errors++;
}

int option_parse_seconds(const char *text, double *seconds) {
  static const struct {
    const char *suffix;
    double factor;
  } units[] = {{"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
  const char *start = text;
  double sum = 0;

  if (*text == '\0')
    return -EINVAL;
  while (*text != '\0') {
    char *end = NULL;
    double number;
    size_t unit;

    if ((*text < '0' || *text > '9') && *text != '.')
      return -EINVAL;
    if (text[0] == '0' && (text[1] | 0x20) == 'x') /* strtod reads 0x10 */
      return -EINVAL;
    number = strtod(text, &end);
    if (end == text || !isfinite(number))
      return -EINVAL;
    if (*end == '\0') { /* a bare number of seconds, only on its own */
      if (text != start)
        return -EINVAL;
      sum = number;
      break;
    }
    for (unit = 0; unit < sizeof(units) / sizeof(units[0]); unit++)
      if (strncmp(end, units[unit].suffix, strlen(units[unit].suffix)) == 0)
        break;
    if (unit == sizeof(units) / sizeof(units[0]))
      return -EINVAL;
    sum += number * units[unit].factor;
    text = end + strlen(units[unit].suffix);
  }
  *seconds = sum;
  return 0;
}

void option_describe(const struct conf_item *item, char *out, size_t size) {
  size_t used = 0;

  out[0] = '\0';
  if (item->values_num == 0)
    snprintf(out, size, "nothing");
  for (size_t i = 0; i < item->values_num && used < size; i++) {
    const struct conf_value *v = &item->values[i];
    const char *gap = i > 0 ? " " : "";
    int n;

    if (v->kind == CONF_STRING)
      n = snprintf(out + used, size - used, "%s\"%.80s\"", gap, v->string);
    else if (v->kind == CONF_BOOL)
      n = snprintf(out + used, size - used, "%s%s", gap,
                   v->boolean ? "true" : "false");
    else
      n = snprintf(out + used, size - used, "%s%.12g", gap, v->number);
    used += n > 0 ? (size_t)n : 0;
  }
}

/* Passwords and addresses that are secrets must not reach a log, not even when
 * they stand in the wrong place. */
static bool is_secret(const char *name) {
  static const char *const words[] = {"token", "password", "secret",
                                      "key",   "url",      "header"};
  size_t len = strlen(name);

  if (len > 4 && text_same(name + len - 4, "File"))
    return false;
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
    if (strcasestr(name, words[i]) != NULL)
      return true;
  return text_same(name, "User");
}

/* What was found, as far as a log may have it. */
static void found_of(const char *name, const struct conf_item *item, char *out,
                     size_t size) {
  if (is_secret(name))
    snprintf(out, size, "%zu values (not shown)", item->values_num);
  else
    option_describe(item, out, size);
}

void option_unexpected(const struct conf_item *item, const char *where,
                       const char *expected, struct option_reporter *reporter) {
  char found[200];

  found_of(item->key, item, found, sizeof(found));
  option_error(reporter, "%s: option %.60s expects %s, found %s", where,
               item->key, expected, found);
}

static void wrong_value(const struct option *option,
                        const struct conf_item *item, const char *where,
                        const char *expected,
                        struct option_reporter *reporter) {
  char found[200];

  found_of(option->name, item, found, sizeof(found));
  if (item->values_num > 1 &&
      (option->type == OPTION_COUNT || option->type == OPTION_NUMBER))
    option_error(reporter,
                 "%s: option %s expects %s, found %s: without a unit, and with "
                 "a point in place of a comma",
                 where, option->name, expected, found);
  else if (item->values_num > 1) /* 0.5h and 22:00 fall apart in the grammar */
    option_error(reporter,
                 "%s: option %s expects %s, found %s: quote it if it is one "
                 "value",
                 where, option->name, expected, found);
  else
    option_error(reporter, "%s: option %s expects %s, found %s", where,
                 option->name, expected, found);
}

static void wrong_range(const struct option *option,
                        const struct conf_item *item, const char *where,
                        const char *what, struct option_reporter *reporter) {
  char expected[120];

  snprintf(expected, sizeof(expected), "%s from %.10g to %.10g", what,
           option->min, option->max);
  wrong_value(option, item, where, expected, reporter);
}

/* Who wrote no time at all is told how one is written. */
static void wrong_time(const struct option *option,
                       const struct conf_item *item, const char *where,
                       struct option_reporter *reporter) {
  const struct conf_value *last =
      item->values_num > 0 ? &item->values[item->values_num - 1] : NULL;
  char expected[160];
  double seconds;

  if (last == NULL || last->kind == CONF_NUMBER ||
      (item->values_num == 1 && last->kind == CONF_STRING &&
       option_parse_seconds(last->string, &seconds) == 0)) {
    wrong_range(option, item, where, "seconds", reporter);
    return;
  }
  snprintf(expected, sizeof(expected),
           "seconds from %.10g to %.10g, or a time like \"30s\", \"5m\" or "
           "\"2h\"",
           option->min, option->max);
  wrong_value(option, item, where, expected, reporter);
}

static bool in_range(const struct option *option, double value) {
  return value >= option->min && value <= option->max;
}

/* What people write in quotes. */
static const struct {
  const char *word;
  bool value;
} truths[] = {{"true", true},   {"yes", true}, {"on", true},
              {"false", false}, {"no", false}, {"off", false}};

bool option_bool(const struct conf_item *item, bool *value) {
  const struct conf_value *v = item->values;

  if (item->values_num != 1)
    return false;
  if (v->kind == CONF_BOOL)
    *value = v->boolean;
  for (size_t i = 0;
       v->kind == CONF_STRING && i < sizeof(truths) / sizeof(truths[0]); i++)
    if (text_same(v->string, truths[i].word)) {
      *value = truths[i].value;
      return true;
    }
  return v->kind == CONF_BOOL;
}

static void take_bool(const struct option *option, void *member,
                      const struct conf_item *item, const char *where,
                      struct option_reporter *reporter) {
  if (!option_bool(item, member))
    wrong_value(option, item, where, "true or false", reporter);
}

bool option_number(const struct conf_value *v, double *number) {
  char *end = NULL;

  if (v->kind == CONF_NUMBER)
    *number = v->number;
  if (v->kind != CONF_STRING)
    return v->kind == CONF_NUMBER;
  if (strspn(v->string, "+-.0123456789") != strlen(v->string))
    return false; /* strtod reads 0x10, inf and 1e3 */
  *number = strtod(v->string, &end);
  return end != v->string && *end == '\0';
}

static bool number_of(const struct conf_item *item, double *number) {
  return item->values_num == 1 && option_number(item->values, number);
}

bool option_count(const struct conf_item *item, double min, double max,
                  unsigned *count) {
  double number = 0;

  if (!number_of(item, &number) || number != floor(number) || number < min ||
      number > max)
    return false;
  *count = (unsigned)number;
  return true;
}

static void take_count(const struct option *option, void *member,
                       const struct conf_item *item, const char *where,
                       struct option_reporter *reporter) {
  if (!option_count(item, option->min, option->max, member))
    wrong_range(option, item, where, "a whole number", reporter);
}

static void take_number(const struct option *option, void *member,
                        const struct conf_item *item, const char *where,
                        struct option_reporter *reporter) {
  double *out = member;
  double number = 0;

  if (number_of(item, &number) && in_range(option, number))
    *out = number;
  else
    wrong_range(option, item, where, "a number", reporter);
}

static void take_seconds(const struct option *option, void *member,
                         const struct conf_item *item, const char *where,
                         struct option_reporter *reporter) {
  const struct conf_value *v = item->values;
  double *out = member;
  double seconds = -1;

  if (item->values_num == 1 && v->kind == CONF_NUMBER)
    seconds = v->number;
  else if (item->values_num == 1 && v->kind == CONF_STRING &&
           option_parse_seconds(v->string, &seconds) < 0)
    seconds = -1;
  if (seconds >= 0 && in_range(option, seconds))
    *out = seconds;
  else
    wrong_time(option, item, where, reporter);
}

/* A number that its digits came through: beyond 2^53 they did not. */
static bool whole(const struct conf_value *value) {
  return value->kind == CONF_NUMBER && value->number == floor(value->number) &&
         fabs(value->number) < 9e15;
}

static void take_string(const struct option *option, void *member,
                        const struct conf_item *item, const char *where,
                        struct option_reporter *reporter) {
  char **out = member;
  char number[32];
  char *copy;

  if (option->digits && item->values_num == 1 && whole(item->values)) {
    snprintf(number, sizeof(number), "%.0f", item->values[0].number);
    copy = strdup(number);
  } else if (item->values_num != 1 || item->values[0].kind != CONF_STRING ||
             item->values[0].string[0] == '\0') {
    wrong_value(option, item, where, "one text in quotes", reporter);
    return;
  } else {
    copy = strdup(item->values[0].string);
  }
  if (copy == NULL) {
    option_error(reporter, "%s: option %s: out of memory", where, option->name);
    return;
  }
  free(*out);
  *out = copy;
}

static void take_strings(const struct option *option, void *member,
                         const struct conf_item *item, const char *where,
                         struct option_reporter *reporter) {
  struct option_strings *out = member;

  if (item->values_num == 0) {
    wrong_value(option, item, where, "texts in quotes", reporter);
    return;
  }
  for (size_t i = 0; i < item->values_num; i++) {
    char **grown;
    char *copy;

    if (item->values[i].kind != CONF_STRING ||
        item->values[i].string[0] == '\0') {
      wrong_value(option, item, where, "texts in quotes", reporter);
      return;
    }
    if (option->good != NULL &&
        !option->good(option, item->values[i].string, where, reporter))
      continue;
    grown = realloc(out->items, (out->count + 1) * sizeof(*grown));
    if (grown != NULL)
      out->items = grown;
    copy = strdup(item->values[i].string);
    if (grown == NULL || copy == NULL) {
      free(copy);
      option_error(reporter, "%s: option %s: out of memory", where,
                   option->name);
      return;
    }
    out->items[out->count++] = copy;
  }
}

static const char *nearest_choice(const char *word,
                                  const char *const *choices) {
  struct guess g = {.word = word, .reach = strlen(word) < 5 ? 1 : 2};

  for (; *choices != NULL; choices++)
    guess_try(&g, *choices);
  return g.nearest;
}

static void wrong_choice(const struct option *option,
                         const struct conf_item *item, const char *where,
                         const char *expected,
                         struct option_reporter *reporter) {
  const char *nearest =
      item->values_num == 1 && item->values[0].kind == CONF_STRING
          ? nearest_choice(item->values[0].string, option->choices)
          : NULL;

  if (nearest != NULL)
    option_error(
        reporter, "%s: option %s expects %s, found \"%.80s\", did you mean %s?",
        where, option->name, expected, item->values[0].string, nearest);
  else
    option_unexpected(item, where, expected, reporter);
}

static void take_choice(const struct option *option, void *member,
                        const struct conf_item *item, const char *where,
                        struct option_reporter *reporter) {
  char expected[200];
  size_t used = 0;
  int *out = member;

  for (int i = 0; option->choices[i] != NULL; i++) {
    int n;

    if (item->values_num == 1 && item->values[0].kind == CONF_STRING &&
        text_same(item->values[0].string, option->choices[i])) {
      *out = i;
      return;
    }
    if (option->choices[i][0] == '\0') /* nothing was said */
      continue;
    n = snprintf(expected + used, sizeof(expected) - used, "%s%s",
                 used > 0 ? ", " : "one of: ", option->choices[i]);
    used += n > 0 && (size_t)n < sizeof(expected) - used ? (size_t)n : 0;
  }
  wrong_choice(option, item, where, expected, reporter);
}

typedef void take_fn(const struct option *option, void *member,
                     const struct conf_item *item, const char *where,
                     struct option_reporter *reporter);

static take_fn *const takers[] = {
    [OPTION_BOOL] = take_bool,       [OPTION_COUNT] = take_count,
    [OPTION_SECONDS] = take_seconds, [OPTION_NUMBER] = take_number,
    [OPTION_STRING] = take_string,   [OPTION_STRINGS] = take_strings,
    [OPTION_CHOICE] = take_choice,
};

static const char *advice_of(const struct option_hint *hints,
                             const char *name) {
  struct guess g = {.word = name};
  const char *advice = NULL;

  for (; hints != NULL && hints->name != NULL; hints++) {
    g.reach = strlen(hints->name) > 4 ? 2 : 0;
    if (guess_try(&g, hints->name))
      advice = hints->advice;
  }
  return advice;
}

static const char *advice_elsewhere(const struct option_elsewhere *elsewhere,
                                    const char *name) {
  for (; elsewhere != NULL && elsewhere->table != NULL; elsewhere++)
    for (const struct option *o = elsewhere->table; o->name != NULL; o++)
      if (text_same(o->name, name))
        return elsewhere->advice;
  return NULL;
}

static void unknown_option(const struct option *table,
                           const struct conf_item *item, const char *where,
                           struct option_reporter *reporter) {
  size_t len = strlen(item->key);
  /* beyond three edits, or half of a short word, a guess only misleads */
  struct guess g = {.word = item->key,
                    .reach = len < 6 ? (unsigned)len / 2 : 3};
  const char *advice = NULL;
  const struct option *o;

  for (o = table; o->name != NULL; o++)
    guess_try(&g, o->name);
  if (g.nearest == NULL || g.edits > 1)
    advice = advice_of(o->hints, item->key);
  if (advice == NULL)
    advice = advice_elsewhere(o->elsewhere, item->key);
  if (advice != NULL)
    option_error(reporter, "%s: unknown option %.60s: %s", where, item->key,
                 advice);
  else if (g.nearest != NULL)
    option_error(reporter, "%s: unknown option %.60s, did you mean %s?", where,
                 item->key, g.nearest);
  else
    option_error(reporter, "%s: unknown option %.60s", where, item->key);
}

static void read_one(const struct option *option, void *target,
                     const struct conf_item *item, const char *where,
                     struct option_reporter *reporter) {
  if (option->type == OPTION_LATER)
    option_error(reporter,
                 "%s: %s is not yet supported by this version and is ignored",
                 where, option->name);
  else if (option->type == OPTION_BLOCK)
    option->block(target, item, reporter);
  else if (item->children_num > 0)
    option_error(reporter, "%s: %s is an option, not a block", where,
                 option->name);
  else
    takers[option->type](option, (char *)target + option->offset, item, where,
                         reporter);
}

/* Options that may stand once only: a second one is a mistake worth a line,
 * the last one counts. */
static bool is_single(const struct option *option) {
  return option->once ||
         (option->type != OPTION_STRINGS && option->type != OPTION_BLOCK &&
          option->type != OPTION_LATER);
}

static bool stood_before(const struct conf_item *block, size_t index) {
  for (size_t i = 0; i < index; i++)
    if (text_same(block->children[i].key, block->children[index].key))
      return true;
  return false;
}

unsigned options_read(const struct option *table, void *target,
                      const struct conf_item *block, const char *where,
                      struct option_reporter *reporter) {
  const char *around = reporter->where;
  unsigned lost = 0;

  reporter->where = where;
  for (size_t i = 0; i < block->children_num; i++) {
    const struct conf_item *item = &block->children[i];
    const struct option *option = table;
    unsigned before;

    reporter->line = item->line;
    while (option->name != NULL && !text_same(option->name, item->key))
      option++;
    if (option->name == NULL) {
      unknown_option(table, item, where, reporter);
      lost++;
      continue;
    }
    if (is_single(option) && stood_before(block, i))
      option_error(reporter, "%s: option %s stands twice, the last one counts",
                   where, option->name);
    before = reporter->errors;
    read_one(option, target, item, where, reporter);
    if (reporter->errors > before && option->type != OPTION_LATER &&
        option->type != OPTION_BLOCK)
      lost++;
  }
  reporter->line = block->line;
  reporter->where = around;
  return lost;
}

bool option_stands_in(const struct conf_item *block, const char *name) {
  for (size_t i = 0; i < block->children_num; i++)
    if (text_same(block->children[i].key, name))
      return true;
  return false;
}

unsigned option_line(const struct conf_item *block, const char *name) {
  unsigned line = block->line;

  for (size_t i = 0; i < block->children_num; i++)
    if (text_same(block->children[i].key, name))
      line = block->children[i].line;
  return line;
}

const char *option_block_name(const struct conf_item *item, const char *where,
                              struct option_reporter *reporter) {
  char found[200];

  if (item->values_num == 1 && item->values[0].kind == CONF_STRING &&
      item->values[0].string[0] != '\0')
    return item->values[0].string;
  option_describe(item, found, sizeof(found));
  option_error(reporter,
               "%s: <%s> expects one name in quotes, as in <%s \"name\">, "
               "found %s",
               where, item->key, item->key, found);
  return NULL;
}

bool option_block_plain(const struct conf_item *item, const char *where,
                        struct option_reporter *reporter) {
  char found[200];

  if (item->values_num == 0)
    return true;
  option_describe(item, found, sizeof(found));
  if (item->children_num > 0)
    option_error(reporter, "%s: <%s> takes no name, found %s", where, item->key,
                 found);
  else
    option_error(reporter,
                 "%s: %s expects a block, as in <%s> ... </%s>, found %s",
                 where, item->key, item->key, item->key, found);
  return item->children_num > 0;
}

void option_strings_free(struct option_strings *strings) {
  for (size_t i = 0; i < strings->count; i++)
    free(strings->items[i]);
  free(strings->items);
  *strings = (struct option_strings){0};
}
