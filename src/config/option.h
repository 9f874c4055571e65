/* SPDX-License-Identifier: MIT */
/* Options as data: one table row per option fills a struct, makes the error
 * text and is what `kasactl check` and the manual's test compare with.
 *
 * Every mistake is one line through the reporter, naming block, option, what
 * was expected and what was found; the option keeps its default and reading
 * goes on. One thread at a time. */
#ifndef CONFIG_OPTION_H
#define CONFIG_OPTION_H

#include "config/conf_tree.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum option_type {
  OPTION_BOOL,    /* bool */
  OPTION_COUNT,   /* unsigned, whole number between min and max; in
                     quotes, too */
  OPTION_SECONDS, /* double, number of seconds or "90s" "5m" "4h" "2d" */
  OPTION_NUMBER,  /* double between min and max */
  OPTION_STRING,  /* char *, owned by the struct */
  OPTION_STRINGS, /* struct option_strings: every value of every occurrence */
  OPTION_CHOICE,  /* int: index into choices */
  OPTION_BLOCK,   /* handled by block() */
  OPTION_LATER,   /* known, but not built yet: one clear error line */
};

struct option_strings {
  char **items;
  size_t count;
};

struct option_reporter {
  void (*say)(void *arg, const char *line);
  void *arg;
  unsigned errors;   /* counted by option_error() */
  unsigned line;     /* of what is being read; 0 where the parser did not say */
  const char *where; /* the block that is being read, for readers of blocks in
                        it; set by options_read() */
};

/* What people write where an option of another name, or another place, is
 * meant. A table of them ends with a row without name. */
struct option_hint {
  const char *name;
  const char *advice; /* "belongs in <LoadPlugin kasa>" */
};

struct option;

/* Options of another block are meant for it. Ends with a row without table. */
struct option_elsewhere {
  const struct option *table;
  const char *advice; /* "it belongs in <Appliance>" */
};

struct option {
  const char *name; /* as in collectd.conf; compared without case */
  enum option_type type;
  size_t offset; /* of the member in the struct */
  double min, max;
  const char *const *choices; /* OPTION_CHOICE: NULL-terminated */
  /* OPTION_BLOCK: reads the block into target; never fails, reports. */
  void (*block)(void *target, const struct conf_item *item,
                struct option_reporter *reporter);
  /* OPTION_STRINGS: whether a text is one that the option takes, after saying
   * what is wrong with it; NULL: all are. */
  bool (*good)(const struct option *option, const char *text, const char *where,
               struct option_reporter *reporter);
  /* of the row that ends a table; or NULL */
  const struct option_hint *hints;
  const struct option_elsewhere *elsewhere;
  bool once;   /* OPTION_BLOCK: a second one is a mistake, as of all options */
  bool digits; /* OPTION_STRING: a whole number needs no quotes */
};

/* Fills target from block's children by the table (ended by a row without
 * name). where names the surrounding block in messages, e.g. "<Plugin kasa>".
 * Returns how many options could not be taken, for owners who would rather do
 * without a block than with half of it; what is OPTION_LATER or stands inside
 * an OPTION_BLOCK does not count. */
unsigned options_read(const struct option *table, void *target,
                      const struct conf_item *block, const char *where,
                      struct option_reporter *reporter);

/* The single string argument of a block like <Device "x">, or NULL after
 * reporting what is wrong with it. Borrowed from item. */
const char *option_block_name(const struct conf_item *item, const char *where,
                              struct option_reporter *reporter);

/* The head of a block without a name, like <Spike>, in where: reports what is
 * wrong with it. False when it is no block. */
bool option_block_plain(const struct conf_item *item, const char *where,
                        struct option_reporter *reporter);

/* Its values as they were written, for messages: "a" 5 true; "nothing". */
void option_describe(const struct conf_item *item, char *out, size_t size);

/* The line of a reader of its own (OPTION_BLOCK): "<Tier>: option UpTo expects
 * ..., found 0". */
void option_unexpected(const struct conf_item *item, const char *where,
                       const char *expected, struct option_reporter *reporter);

/* Formats one line, whatever stands in a name: no other, nor what a terminal
 * obeys. */
void option_say(struct option_reporter *reporter, const char *format,
                va_list args) __attribute__((format(printf, 2, 0)));

/* The same, and counts it as an error. */
void option_error(struct option_reporter *reporter, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The line of the last option of a name in a block; the block's own where there
 * is none. */
unsigned option_line(const struct conf_item *block, const char *name);

/* Takes true or false, also in quotes; false when it is neither. */
bool option_bool(const struct conf_item *item, bool *value);

/* Takes a whole number from min to max, also in quotes; false when it is none.
 */
bool option_count(const struct conf_item *item, double min, double max,
                  unsigned *count);

/* Whether the block has an option of that name, right or wrong. */
bool option_stands_in(const struct conf_item *block, const char *name);

/* A number, also one in quotes: there is only one thing that it can mean. */
bool option_number(const struct conf_value *value, double *number);

/* Parses "90", "90s", "5m", "4h", "2d", "250ms", "1h30m" into seconds: 0 or
 * -EINVAL. */
int option_parse_seconds(const char *text, double *seconds);

void option_strings_free(struct option_strings *strings);

#endif
