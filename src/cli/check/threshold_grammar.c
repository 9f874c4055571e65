/* SPDX-License-Identifier: MIT */
/* The grammar of <Plugin threshold>: see threshold_grammar.h. */
#include <config.h>

#include "cli/check/threshold_grammar.h"

#include "base/guess.h"
#include "base/text.h"
#include "cli/check/check_place.h"

#include <math.h>
#include <string.h>

enum takes { TAKES_TEXT, TAKES_NUMBER, TAKES_BOOL, TAKES_BLOCK };

/* Blocks and what may stand in each of them. */
enum {
  IN_THRESHOLD = 1,
  IN_HOST = 2,
  IN_PLUGIN = 4,
  IN_TYPE = 8,
};

static const struct word {
  const char *name;
  unsigned within;
  enum takes takes;
  unsigned opens; /* of a block: what stands in it is IN_... */
} words[] = {
    {"Host", IN_THRESHOLD, TAKES_BLOCK, IN_HOST},
    {"Plugin", IN_THRESHOLD | IN_HOST, TAKES_BLOCK, IN_PLUGIN},
    {"Type", IN_THRESHOLD | IN_HOST | IN_PLUGIN, TAKES_BLOCK, IN_TYPE},
    {"Instance", IN_PLUGIN | IN_TYPE, TAKES_TEXT, 0},
    {"DataSource", IN_TYPE, TAKES_TEXT, 0},
    {"WarningMax", IN_TYPE, TAKES_NUMBER, 0},
    {"WarningMin", IN_TYPE, TAKES_NUMBER, 0},
    {"FailureMax", IN_TYPE, TAKES_NUMBER, 0},
    {"FailureMin", IN_TYPE, TAKES_NUMBER, 0},
    {"Hits", IN_TYPE, TAKES_NUMBER, 0},
    {"Hysteresis", IN_TYPE, TAKES_NUMBER, 0},
    {"Interesting", IN_TYPE, TAKES_BOOL, 0},
    {"Invert", IN_TYPE, TAKES_BOOL, 0},
    {"Persist", IN_TYPE, TAKES_BOOL, 0},
    {"PersistOK", IN_TYPE, TAKES_BOOL, 0},
    {"Percentage", IN_TYPE, TAKES_BOOL, 0},
};
enum { WORDS = sizeof(words) / sizeof(words[0]) };

/* What people write for them. */
static const struct {
  const char *name;
  const char *advice;
} hints[] = {
    {"Max", "say WarningMax or FailureMax"},
    {"Min", "say WarningMin or FailureMin"},
    {"Warning", "say WarningMax or WarningMin"},
    {"Failure", "say FailureMax or FailureMin"},
    {"Critical", "say FailureMax or FailureMin"},
    {"CriticalMax", "say FailureMax"},
    {"CriticalMin", "say FailureMin"},
    {"Device", "say Instance \"NAME\", in <Plugin \"kasa\"> above the <Type>"},
    {"Plug", "an outlet is Instance \"NAME\" in a <Type> of <Plugin "
             "\"kasa_plug\">"},
    {"For", "say Hits N: it alerts at the value number N + 2 in a row"},
};

static const char *const expected[] = {
    [TAKES_TEXT] = "one text in quotes",
    [TAKES_NUMBER] = "one number, without quotes and without a unit",
    [TAKES_BOOL] = "true or false",
    [TAKES_BLOCK] = "one name in quotes",
};

static const struct word *word_of(const char *key, unsigned within) {
  for (size_t i = 0; i < WORDS; i++)
    if ((words[i].within & within) != 0 && text_same(key, words[i].name))
      return &words[i];
  return NULL;
}

static const char *nearest(const char *key, unsigned within) {
  struct guess g = {.word = key, .reach = 3};

  for (size_t i = 0; i < WORDS; i++)
    if ((words[i].within & within) != 0)
      guess_try(&g, words[i].name);
  return g.nearest;
}

static const char *hint(const char *key) {
  for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
    if (text_same(key, hints[i].name))
      return hints[i].advice;
  return NULL;
}

static void unknown(const struct check_place *place,
                    const struct conf_item *item, const char *block,
                    unsigned within) {
  const char *advice = hint(item->key);
  const char *near = nearest(item->key, within);

  if (advice != NULL)
    check_tell(place, item,
               "%s: unknown option %.60s: %s; collectd will not start", block,
               item->key, advice);
  else
    check_tell(place, item,
               "%s: unknown option %.60s%s%s%s; collectd will not start", block,
               item->key, near != NULL ? ", did you mean " : "",
               near != NULL ? near : "", near != NULL ? "?" : "");
}

static bool is_boolean(const struct conf_value *value) {
  return value->kind == CONF_BOOL ||
         (value->kind == CONF_STRING &&
          (text_same(value->string, "true") ||
           text_same(value->string, "yes") || text_same(value->string, "on") ||
           text_same(value->string, "false") ||
           text_same(value->string, "no") || text_same(value->string, "off")));
}

static bool fits(const struct conf_item *item, enum takes takes) {
  if (item->values_num != 1)
    return false;
  switch (takes) {
  case TAKES_NUMBER:
    return item->values[0].kind == CONF_NUMBER;
  case TAKES_BOOL:
    return is_boolean(&item->values[0]);
  case TAKES_TEXT:
  case TAKES_BLOCK:
    break;
  }
  return item->values[0].kind == CONF_STRING;
}

/* -- limits that say nothing sensible -- */

static double limit(const struct conf_item *type, const char *name) {
  for (size_t i = type->children_num; i-- > 0;)
    if (text_same(type->children[i].key, name) &&
        fits(&type->children[i], TAKES_NUMBER))
      return type->children[i].values[0].number;
  return (double)NAN;
}

static bool is_inverted(const struct conf_item *type) {
  for (size_t i = 0; i < type->children_num; i++)
    if (text_same(type->children[i].key, "Invert"))
      return true;
  return false;
}

static void check_limits(const struct check_place *place,
                         const struct conf_item *type, const char *block) {
  static const struct {
    const char *lower;
    const char *higher;
    const char *otherwise;
  } pairs[] = {
      {"WarningMin", "WarningMax", "every value would be a warning"},
      {"FailureMin", "FailureMax", "every value would be a failure"},
      {"WarningMax", "FailureMax", "there would never be a warning"},
      {"FailureMin", "WarningMin", "there would never be a warning"},
  };

  if (is_inverted(type))
    return;
  for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
    double lower = limit(type, pairs[i].lower);
    double higher = limit(type, pairs[i].higher);

    if (lower > higher)
      check_tell(place, type, "%s: %s %g is above %s %g: %s", block,
                 pairs[i].lower, lower, pairs[i].higher, higher,
                 pairs[i].otherwise);
  }
}

/* -- blocks -- */

static void read_block(const struct check_place *place,
                       const struct conf_item *block, unsigned within);

static void read_child(const struct check_place *place,
                       const struct conf_item *item, const char *block,
                       unsigned within) {
  const struct word *word = word_of(item->key, within);

  if (word == NULL)
    unknown(place, item, block, within);
  else if (!fits(item, word->takes))
    check_tell(place, item, "%s: %s expects %s; collectd will not start", block,
               word->name, expected[word->takes]);
  else if (word->takes == TAKES_BLOCK)
    read_block(place, item, word->opens);
}

static void read_block(const struct check_place *place,
                       const struct conf_item *block, unsigned within) {
  char name[120];

  conf_describe(block, name, sizeof(name));
  if (block->children_num == 0 && within != IN_THRESHOLD)
    check_tell(place, block,
               "<%s>: needs at least one option; collectd will not start",
               block->key);
  for (size_t i = 0; i < block->children_num; i++)
    read_child(place, &block->children[i], name, within);
  if (within == IN_TYPE)
    check_limits(place, block, name);
}

void threshold_grammar(const struct conf_item *block, const char *path,
                       config_problem *problem, void *arg) {
  const struct check_place place = {
      .path = path, .problem = problem, .arg = arg};

  read_block(&place, block, IN_THRESHOLD);
}
