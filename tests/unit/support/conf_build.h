/* SPDX-License-Identifier: MIT */
/* Small configuration trees for tests. */
#ifndef TESTS_UNIT_SUPPORT_CONF_BUILD_H
#define TESTS_UNIT_SUPPORT_CONF_BUILD_H

#include "config/option.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline struct conf_item *put(struct conf_item *parent, const char *key) {
  struct conf_item *item = conf_add_child(parent, key);

  ck_assert_ptr_nonnull(item);
  return item;
}

static inline struct conf_item *
put_string(struct conf_item *parent, const char *key, const char *string) {
  struct conf_item *item = put(parent, key);

  ck_assert_int_eq(conf_add_string(item, string), 0);
  return item;
}

static inline void put_number(struct conf_item *parent, const char *key,
                              double number) {
  ck_assert_int_eq(conf_add_number(put(parent, key), number), 0);
}

static inline void put_bool(struct conf_item *parent, const char *key,
                            bool boolean) {
  ck_assert_int_eq(conf_add_bool(put(parent, key), boolean), 0);
}

/* The line "key values" as a person writes it: bare words true and false are
 * booleans, numbers numbers, anything else (without blanks, quotes optional)
 * text. */
static inline struct conf_item *put_line(struct conf_item *parent,
                                         const char *line) {
  char copy[600];
  char *save = NULL;
  char *word;
  struct conf_item *item;

  snprintf(copy, sizeof(copy), "%s", line);
  item = put(parent, strtok_r(copy, " ", &save));
  while ((word = strtok_r(NULL, " ", &save)) != NULL) {
    char *end = NULL;
    double number = strtod(word, &end);
    size_t len = strlen(word);

    if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0)
      ck_assert_int_eq(conf_add_bool(item, word[0] == 't'), 0);
    else if (*end == '\0')
      ck_assert_int_eq(conf_add_number(item, number), 0);
    else if (word[0] == '"' && len >= 2) {
      word[len - 1] = '\0';
      ck_assert_int_eq(conf_add_string(item, word + 1), 0);
    } else
      ck_assert_int_eq(conf_add_string(item, word), 0);
  }
  return item;
}

/* Collects what a reader complains about. */
struct complaints {
  struct option_reporter reporter;
  unsigned num;
  unsigned line; /* of the last one */
  char last[600];
};

static inline void complaints_say(void *arg, const char *line) {
  struct complaints *c = arg;

  c->num++;
  c->line = c->reporter.line;
  snprintf(c->last, sizeof(c->last), "%s", line);
}

#define COMPLAINTS(name)                                                       \
  struct complaints name = {.reporter = {.say = complaints_say, .arg = &name}}

#endif
