/* SPDX-License-Identifier: MIT */
/* What the readers of the configuration share: see config_helpers.h. */
#include <config.h>

#include "alert/config/config_helpers.h"

#include "alert/text/template_compile.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void where_of(const struct conf_item *item, char out[WHERE_SIZE]) {
  char text[WHERE_SIZE];

  if (item->values_num == 2 && item->values[0].kind == CONF_STRING &&
      item->values[1].kind == CONF_STRING)
    snprintf(text, sizeof(text), "<%.20s %.20s \"%.60s\">", item->key,
             item->values[0].string, item->values[1].string);
  else
    conf_describe(item, text, sizeof(text));
  text_clean(text, strlen(text), out, WHERE_SIZE);
}

void *array_grow(void *array_pointer, size_t *count, size_t size) {
  void **array = array_pointer;
  char *grown = realloc(*array, (*count + 1) * size);

  if (grown == NULL)
    return NULL;
  *array = grown;
  memset(grown + *count * size, 0, size);
  return grown + (*count)++ * size;
}

enum { CLEAN_NAME_SIZE = 65 };

char *clean_name(const char *name) {
  char clean[CLEAN_NAME_SIZE];

  text_clean(name, strlen(name), clean, sizeof(clean));
  return strdup(clean);
}

bool is_named(const char *clean, const char *wanted) {
  char same[CLEAN_NAME_SIZE];

  text_clean(wanted, strlen(wanted), same, sizeof(same));
  return strcmp(clean, same) == 0;
}

int seconds_of(const struct conf_value *value, double *seconds) {
  if (value->kind == CONF_NUMBER)
    *seconds = value->number;
  else if (value->kind != CONF_STRING ||
           option_parse_seconds(value->string, seconds) < 0)
    return -EINVAL;
  return 0;
}

int repeat_read(double repeat[LEVEL_COUNT], const struct conf_item *item,
                const char *where, struct option_reporter *reporter) {
  enum { SHORTEST = 60 };
  const struct conf_value *last =
      item->values_num > 0 ? &item->values[item->values_num - 1] : NULL;
  enum level level = LEVEL_OK;
  double seconds = 0;
  bool fits = item->children_num == 0 &&
              (item->values_num == 1 || item->values_num == 2);

  if (fits && item->values_num == 2)
    fits = item->values[0].kind == CONF_STRING &&
           level_parse(item->values[0].string, &level) == 0 &&
           level != LEVEL_OK;
  if (fits && last->kind == CONF_STRING && text_same(last->string, "never"))
    seconds = SECONDS_NEVER;
  else if (fits)
    fits = seconds_of(last, &seconds) == 0 && seconds >= SHORTEST &&
           seconds <= 366 * 86400.0;
  if (!fits) {
    option_unexpected(item, where,
                      item->values_num > 1
                          ? "never, or a time from 1m to 366d, behind the name "
                            "of a level or alone (like \"0.5h\" in quotes)"
                          : "never, or a time from 1m to 366d, behind the name "
                            "of a level or alone",
                      reporter);
    return -EINVAL;
  }
  for (int l = LEVEL_INFO; l < LEVEL_COUNT; l++)
    if (item->values_num == 1 || l == (int)level)
      repeat[l] = seconds;
  return 0;
}

/* What other programs' templates look like is plain text here, and would be
 * sent to people as it stands. */
static void warn_of_other_languages(const char *text, const char *where,
                                    const char *option) {
  static const char *const openings[] = {"{{", "${", "$("};

  for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
    const char *at = strstr(text, openings[i]);

    if (at == NULL)
      continue;
    log_say(LOG_LEVEL_WARNING,
            "%s: option %s: \"%.20s\" is sent as it stands: a value is written "
            "%%{device}",
            where, option, at);
    return;
  }
}

int template_read(struct template **slot, const struct conf_item *item,
                  const char *where, struct option_reporter *reporter) {
  char error[320];
  struct template *t;

  if (item->values_num != 1 || item->values[0].kind != CONF_STRING ||
      item->children_num > 0) {
    option_unexpected(item, where, "one text in quotes", reporter);
    return -EINVAL;
  }
  t = template_compile(item->values[0].string, error, sizeof(error));
  if (t == NULL) {
    option_error(reporter, "%s: option %s: %s", where, item->key, error);
    return -EINVAL;
  }
  warn_of_other_languages(item->values[0].string, where, item->key);
  template_free(*slot);
  *slot = t;
  return 0;
}

bool block_has_name(const struct conf_item *item, const char *where,
                    struct option_reporter *reporter) {
  if (item->values_num == 0)
    return false;
  option_unexpected(item, where, "a block without a name", reporter);
  return true;
}

bool block_is_on(const struct conf_item *item, const char *where,
                 struct option_reporter *reporter) {
  const struct conf_value *v = item->values;

  if (item->values_num == 1 && item->children_num == 0) {
    if (v->kind == CONF_BOOL)
      return v->boolean;
    if (v->kind == CONF_STRING && text_same(v->string, "true"))
      return true;
    if (v->kind == CONF_STRING && text_same(v->string, "false"))
      return false;
  }
  (void)block_has_name(item, where, reporter);
  return true;
}

bool two_strings(const struct conf_item *item) {
  return item->values_num == 2 && item->values[0].kind == CONF_STRING &&
         item->values[1].kind == CONF_STRING &&
         item->values[0].string[0] != '\0' && item->children_num == 0;
}

size_t alert_field_offset(const char *name) {
  static const struct {
    const char *name;
    size_t offset;
  } fields[] = {
      {"host", offsetof(struct alert, host)},
      {"plugin", offsetof(struct alert, plugin)},
      {"plugin_instance", offsetof(struct alert, plugin_instance)},
      {"type", offsetof(struct alert, type)},
      {"type_instance", offsetof(struct alert, type_instance)},
      {"device", offsetof(struct alert, device)},
  };

  for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
    if (text_same(fields[i].name, name))
      return fields[i].offset;
  return FIELD_UNKNOWN;
}
