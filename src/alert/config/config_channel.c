/* SPDX-License-Identifier: MIT */
/* <Channel kind "name"> and the one-line forms. A channel with a mistake is
 * kept, marked as broken, so that the others can announce it. */
#include <config.h>

#include "alert/config/config_channel.h"

#include "alert/channel/channel_types.h"
#include "alert/channel/sender.h"
#include "alert/config/config_helpers.h"
#include "alert/config/config_reference.h"
#include "base/guess.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 64, TABLE_MAX = 96, FALLBACK_AFTER_S = 15 * 60 };

#define PLUGIN "<Plugin notify_kasa>"
#define DAY 86400.0
#define MEMBER(name) .offset = offsetof(struct channel_config, name)

enum { RATE_MAX = 10000 };

/* RateLimit 20 10m, RateLimit never */
static void read_rate(void *target, const struct conf_item *item,
                      struct option_reporter *reporter) {
  struct channel_config *channel = target;
  char where[WHERE_SIZE];
  char expected[120];
  double window = 0;
  double count = 0;
  bool fits = item->children_num == 0 && item->values_num > 0;

  if (fits && item->values_num == 1) {
    fits = item->values[0].kind == CONF_STRING &&
           text_same(item->values[0].string, "never");
  } else if (fits) {
    count = item->values[0].kind == CONF_NUMBER ? item->values[0].number : NAN;
    fits = item->values_num == 2 && count >= 1 && count <= RATE_MAX &&
           count == floor(count) &&
           seconds_of(&item->values[1], &window) == 0 && window >= 1 &&
           window <= DAY;
  }
  if (!fits) {
    snprintf(where, sizeof(where), "<Channel %s \"%s\">", channel->sender->name,
             channel->name);
    snprintf(expected, sizeof(expected),
             "a number of messages up to %d and a time up to 1d, as in "
             "RateLimit 20 10m, or never",
             (int)RATE_MAX);
    option_unexpected(item, where, expected, reporter);
    return;
  }
  channel->rate_count = (unsigned)count;
  channel->rate_window = window;
}

const struct option channel_options[] = {
    {.name = "MinLevel",
     .type = OPTION_CHOICE,
     MEMBER(min_level),
     .choices = level_names},
    {.name = "Fallback", .type = OPTION_STRING, MEMBER(fallback_name)},
    {.name = "FallbackAfter",
     .type = OPTION_SECONDS,
     MEMBER(fallback_after),
     .min = 0,
     .max = 30 * DAY},
    {.name = "MaxAge",
     .type = OPTION_SECONDS,
     MEMBER(max_age),
     .min = 60,
     .max = 30 * DAY},
    {.name = "RateLimit",
     .type = OPTION_BLOCK,
     .block = read_rate,
     .once = true},
    {.name = "QuietHours", .type = OPTION_STRING, MEMBER(quiet_name)},
    {.name = NULL}};

int channel_index(const struct notify_config *config, const char *name) {
  for (size_t i = 0; i < config->channels_num; i++)
    if (strcmp(config->channels[i].name, name) == 0)
      return (int)i;
  return -1;
}

void channel_clear(struct channel_config *channel) {
  if (channel->settings != NULL && channel->sender->destroy != NULL)
    channel->sender->destroy(channel->settings);
  free(channel->settings);
  free(channel->fallback_name);
  free(channel->quiet_name);
  free(channel->name);
}

/* -- reporting what breaks a channel ----------------------------------------
 */

/* Passes every line on and keeps the first: it is what the other channels
 * tell people. */
struct witness {
  struct option_reporter inner; /* what the readers below report to */
  struct option_reporter *outer;
  char *first;
  size_t size;
};

static void witness_say(void *arg, const char *line) {
  struct witness *w = arg;

  if (w->first[0] == '\0')
    text_clean(line, strlen(line), w->first, w->size);
  w->outer->errors++;
  w->outer->line = w->inner.line;
  w->outer->say(w->outer->arg, line);
}

static struct option_reporter *witness_start(struct witness *w,
                                             struct channel_config *channel,
                                             struct option_reporter *outer) {
  *w = (struct witness){{witness_say, w, 0, outer->line, outer->where},
                        outer,
                        channel->broken_why,
                        sizeof(channel->broken_why)};
  return &w->inner;
}

/* -- reading ----------------------------------------------------------------
 */

static size_t aligned(size_t size) {
  return (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
}

/* The common options and the kind's own in one table, over one piece of
 * memory: the channel first, then its settings. */
static int merge_tables(const struct sender *sender,
                        struct option table[TABLE_MAX]) {
  const struct option *own = sender->options;
  size_t used = 0;

  for (const struct option *o = channel_options; o->name != NULL; o++)
    table[used++] = *o;
  for (; own->name != NULL; own++) {
    if (used + 1 == TABLE_MAX)
      return -E2BIG;
    table[used] = *own;
    table[used++].offset += aligned(sizeof(struct channel_config));
  }
  table[used] = (struct option){.hints = own->hints};
  return 0;
}

/* Reads the options into channel; true when all of them were understood. */
static bool read_options(struct channel_config *channel,
                         const struct conf_item *block, const char *where,
                         struct option_reporter *reporter) {
  size_t offset = aligned(sizeof(*channel));
  size_t size = channel->sender->settings_size;
  struct option table[TABLE_MAX];
  char *both = calloc(1, offset + size);
  unsigned lost;

  channel->settings = calloc(1, size > 0 ? size : 1);
  if (both == NULL || channel->settings == NULL ||
      merge_tables(channel->sender, table) < 0) {
    option_error(reporter, "%s: out of memory", where);
    free(both);
    return false;
  }
  if (channel->sender->defaults != NULL)
    channel->sender->defaults(channel->settings);
  memcpy(both, channel, sizeof(*channel));
  memcpy(both + offset, channel->settings, size);
  lost = options_read(table, both, block, where, reporter);
  memcpy(channel->settings, both + offset, size);
  /* members beyond the options, such as broken_why, were written through
   * channel itself */
  {
    const struct channel_config *read = (const struct channel_config *)both;

    channel->min_level = read->min_level;
    channel->fallback_name = read->fallback_name;
    channel->fallback_after = read->fallback_after;
    channel->max_age = read->max_age;
    channel->rate_count = read->rate_count;
    channel->rate_window = read->rate_window;
    channel->quiet_name = read->quiet_name;
  }
  /* inline secrets have passed through here */
  memset(both, 0, offset + size);
  free(both);
  return lost == 0;
}

static bool name_fits(const char *name, const char *where,
                      struct option_reporter *reporter) {
  char clean[NAME_MAX_BYTES + 1];

  text_clean(name, strlen(name), clean, sizeof(clean));
  if (strcmp(clean, name) == 0)
    return true;
  option_error(reporter,
               "%s: the name of a channel is at most %d bytes of text, without "
               "control characters",
               where, NAME_MAX_BYTES);
  return false;
}

static void add_channel(struct notify_config *config,
                        const struct sender *sender, const char *name,
                        const struct conf_item *block, const char *where,
                        struct option_reporter *reporter) {
  struct channel_config *channel;
  struct option_reporter *inner;
  struct witness witness;
  char *copy;

  if (!name_fits(name, where, reporter))
    return;
  if (channel_index(config, name) >= 0) {
    option_error(reporter, "%s: there is a channel \"%s\" already", where,
                 name);
    return;
  }
  if (config->channels_num == CHANNELS_MAX) {
    option_error(reporter, "%s: there are more than %d channels", where,
                 (int)CHANNELS_MAX);
    return;
  }
  copy = strdup(name);
  channel = copy != NULL ? array_grow(&config->channels, &config->channels_num,
                                      sizeof(*channel))
                         : NULL;
  if (channel == NULL) {
    option_error(reporter, "%s: out of memory", where);
    free(copy);
    return;
  }
  *channel = (struct channel_config){.name = copy,
                                     .sender = sender,
                                     .min_level = sender->least_level > LEVEL_OK
                                                      ? (int)sender->least_level
                                                      : -1,
                                     .fallback = -1,
                                     .quiet = -1,
                                     .fallback_after = SECONDS_UNSET,
                                     .rate_count = sender->rate_count,
                                     .rate_window = sender->rate_window_s,
                                     .max_age = 3 * DAY,
                                     .line = block->line};
  inner = witness_start(&witness, channel, reporter);
  channel->broken = !read_options(channel, block, where, inner);
  if (!channel->broken)
    channel->broken_why[0] = '\0'; /* a "not yet" breaks nothing */
}

/* -- <Channel pushover "phone"> ---------------------------------------------
 */

static const char *all_kinds(char *out, size_t size) {
  size_t begin = (size_t)snprintf(out, size, "are");
  size_t used = begin;

  for (const struct channel_type *t = channel_types; t->name != NULL; t++) {
    int n = snprintf(out + used, size - used, "%s %s", used == begin ? "" : ",",
                     t->name);

    if (t->sender != NULL && n > 0 && (size_t)n < size - used)
      used += (size_t)n;
    else
      out[used] = '\0';
  }
  return out;
}

static void unknown_kind(struct notify_config *config, const char *kind,
                         const char *name, const char *where,
                         struct option_reporter *reporter) {
  struct option_strings *absent = &config->absent;
  struct guess g = {.word = kind, .reach = 3};
  char list[300];
  char **slot;
  char *copy = strdup(name);

  slot = copy != NULL
             ? array_grow(&absent->items, &absent->count, sizeof(*slot))
             : NULL;
  if (slot != NULL)
    *slot = copy;
  else
    free(copy);
  for (const struct channel_type *t = channel_types; t->name != NULL; t++) {
    if (text_same(t->name, kind)) { /* and yet it was not found */
      option_error(reporter,
                   "%s: channels of kind %s are not yet supported by this "
                   "version; the block is ignored",
                   where, t->name);
      return;
    }
    if (t->sender != NULL)
      guess_try(&g, t->name);
  }
  if (g.nearest != NULL)
    option_error(reporter,
                 "%s: unknown kind of channel %.40s, did you mean %s?", where,
                 kind, g.nearest);
  else
    option_error(reporter, "%s: unknown kind of channel %.40s; there %s", where,
                 kind, all_kinds(list, sizeof(list)));
}

void channel_read(void *target, const struct conf_item *item,
                  struct option_reporter *reporter) {
  struct notify_config *config = target;
  const struct sender *sender;
  char where[WHERE_SIZE];

  where_of(item, where);
  if (item->values_num != 2 || item->values[0].kind != CONF_STRING ||
      item->values[1].kind != CONF_STRING ||
      item->values[1].string[0] == '\0') {
    option_error(reporter,
                 "%s: a channel block expects a kind and a name, as in "
                 "<Channel pushover \"phone\">",
                 where);
    return;
  }
  sender = sender_find(item->values[0].string);
  if (sender == NULL) {
    unknown_kind(config, item->values[0].string, item->values[1].string, where,
                 reporter);
    return;
  }
  add_channel(config, sender, item->values[1].string, item, where, reporter);
}

/* -- Pushover "user" "token" ------------------------------------------------
 */

static int copy_value(struct conf_item *to, const struct conf_value *value) {
  switch (value->kind) {
  case CONF_STRING:
    return conf_add_string(to, value->string);
  case CONF_NUMBER:
    return conf_add_number(to, value->number);
  case CONF_BOOL:
    return conf_add_bool(to, value->boolean);
  }
  return -EINVAL;
}

/* The values as the options they stand for; the last option takes the rest. */
static struct conf_item *line_as_block(const struct sender *sender,
                                       const struct conf_item *line) {
  struct conf_item *block = conf_new(line->key);
  struct conf_item *option = NULL;
  size_t next = 0;
  int err = block != NULL ? 0 : -ENOMEM;

  for (size_t i = 0; i < line->values_num && err == 0; i++) {
    if (sender->line != NULL && sender->line[next] != NULL)
      option = conf_add_child(block, sender->line[next++]);
    err = option != NULL ? copy_value(option, &line->values[i]) : -ENOMEM;
  }
  if (err < 0) {
    conf_free(block);
    return NULL;
  }
  return block;
}

static void free_name(const struct notify_config *config, const char *base,
                      char *out, size_t size) {
  snprintf(out, size, "%s", base);
  for (unsigned n = 2; channel_index(config, out) >= 0 && n < 1000; n++)
    snprintf(out, size, "%s-%u", base, n);
}

/* <Email "home"> with a To in it: the head was meant as a name. */
static void check_head(const struct sender *sender,
                       const struct conf_item *head,
                       const struct conf_item *item, const char *where,
                       struct option_reporter *reporter) {
  for (size_t i = 0; i < head->children_num; i++)
    for (size_t k = 0; k < item->children_num; k++)
      if (text_same(head->children[i].key, item->children[k].key)) {
        reporter->line = item->children[k].line;
        option_error(reporter,
                     "%s: the head of the block is a %s, too; a channel with a "
                     "name is <Channel %s \"name\">",
                     where, head->children[i].key, sender->name);
        return;
      }
}

void channel_line_read(void *target, const struct conf_item *item,
                       struct option_reporter *reporter) {
  struct notify_config *config = target;
  const struct sender *sender = sender_find_line(item->key);
  struct conf_item *block;
  struct conf_item joined;
  char name[NAME_MAX_BYTES + 8];
  char where[WHERE_SIZE];

  if (sender == NULL)
    return;
  /* the values may be secrets, so where names the option alone */
  snprintf(where, sizeof(where), "%s", sender->line_name);
  block = line_as_block(sender, item);
  if (block == NULL) {
    option_error(reporter, "%s: out of memory", where);
    return;
  }
  check_head(sender, block, item, where, reporter);
  /* <Pushover "user" "token"> Sound "none" </Pushover> */
  joined = *block;
  joined.line = item->line;
  joined.children_num = block->children_num + item->children_num;
  joined.children = calloc(joined.children_num + 1, sizeof(*joined.children));
  if (joined.children != NULL) {
    if (block->children_num > 0)
      memcpy(joined.children, block->children,
             block->children_num * sizeof(*joined.children));
    if (item->children_num > 0)
      memcpy(joined.children + block->children_num, item->children,
             item->children_num * sizeof(*joined.children));
    free_name(config, sender->name, name, sizeof(name));
    add_channel(config, sender, name, &joined, where, reporter);
    free(joined.children);
  }
  for (size_t i = 0; i < block->children_num; i++)
    for (size_t v = 0; v < block->children[i].values_num; v++)
      if (block->children[i].values[v].string != NULL)
        memset(block->children[i].values[v].string, 0,
               strlen(block->children[i].values[v].string));
  conf_free(block);
}

/* -- after the last block ---------------------------------------------------
 */

static void check_one(struct channel_config *channel,
                      struct option_reporter *reporter) {
  struct option_reporter *inner;
  struct witness witness;
  char where[WHERE_SIZE];

  snprintf(where, sizeof(where), "<Channel %s \"%s\">", channel->sender->name,
           channel->name);
  inner = witness_start(&witness, channel, reporter);
  if (channel->settings != NULL && channel->sender->check != NULL &&
      channel->sender->check(channel->settings, where, inner) < 0)
    channel->broken = true;
  if (channel->broken)
    option_error(reporter, "%s: channel \"%s\" is misconfigured and stays off",
                 where, channel->name);
  else
    channel->broken_why[0] = '\0'; /* only odd */
}

static void resolve_fallback(struct notify_config *config,
                             struct channel_config *channel,
                             struct option_reporter *reporter) {
  int own = (int)(channel - config->channels);
  char where[WHERE_SIZE];
  struct reference r = {.where = where,
                        .option = "Fallback",
                        .expects = "the name of another channel",
                        .wanted = channel->fallback_name};
  int index;

  snprintf(where, sizeof(where), "<Channel %s \"%.64s\">",
           channel->sender->name, channel->name);
  if (channel->fallback_name == NULL &&
      channel->fallback_after != SECONDS_UNSET)
    option_error(reporter,
                 "%s: option FallbackAfter does nothing without "
                 "Fallback",
                 where);
  if (channel->fallback_after == SECONDS_UNSET)
    channel->fallback_after = FALLBACK_AFTER_S;
  if (channel->fallback_name == NULL)
    return;
  index = channel_index(config, channel->fallback_name);
  if (index >= 0 && index != own) {
    channel->fallback = index;
    return;
  }
  if (index < 0)
    reference_try_channels(&r, config, own);
  reference_unknown(&r, reporter);
}

void channels_finish(struct notify_config *config,
                     struct option_reporter *reporter) {
  for (size_t i = 0; i < config->channels_num; i++) {
    reporter->line = config->channels[i].line;
    check_one(&config->channels[i], reporter);
    resolve_fallback(config, &config->channels[i], reporter);
  }
  reporter->line = 0;
  if (config->channels_num == 0)
    option_error(reporter, PLUGIN ": no channel is configured: alerts are "
                                  "recorded, but nobody is told");
}
