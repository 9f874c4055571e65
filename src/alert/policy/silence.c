/* SPDX-License-Identifier: MIT */
/* The silences people ordered: see silence.h. */
#include <config.h>

#include "alert/policy/silence.h"

#include "alert/config/config_helpers.h"
#include "alert/store/store_history.h"
#include "alert/store/store_silence.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

void silences_clear(struct silences *s) {
  for (size_t i = 0; i < s->num; i++)
    matchers_clear(&s->items[i].match);
  free(s->items);
  memset(s, 0, sizeof(*s));
}

/* -- matchers as JSON -------------------------------------------------------
 */

static int add_text(struct option_strings *values, const char *text) {
  char **slot;
  char *copy = strdup(text);

  slot = copy != NULL
             ? array_grow(&values->items, &values->count, sizeof(*slot))
             : NULL;
  if (slot == NULL) {
    free(copy);
    return -ENOMEM;
  }
  *slot = copy;
  return 0;
}

static struct option_strings *values_of(struct alert_matchers *m,
                                        const char *name) {
  for (size_t i = 0; matchers_field(i) != NULL; i++)
    if (strcasecmp(matchers_field(i), name) == 0)
      return matchers_values(m, i);
  return NULL;
}

struct complaint {
  char *text;
  size_t size;
};

static void complain(void *arg, const char *line) {
  struct complaint *c = arg;

  snprintf(c->text, c->size, "%s", line);
}

/* One text or several. Anything else would be a matcher less, and silence more
 * than was meant. */
static int add_texts(struct option_strings *values, const cJSON *given) {
  const cJSON *value = cJSON_IsArray(given) ? given->child : given;
  int err = value != NULL ? 0 : -EINVAL;

  for (; err == 0 && value != NULL; value = value->next) {
    err =
        cJSON_IsString(value) ? add_text(values, value->valuestring) : -EINVAL;
    if (value == given)
      break;
  }
  return err;
}

int silence_matchers(const cJSON *object, struct alert_matchers *out, char *why,
                     size_t why_size) {
  struct complaint complaint = {why, why_size};
  struct option_reporter reporter = {.say = complain, .arg = &complaint};
  const cJSON *field;
  int err = 0;

  memset(out, 0, sizeof(*out));
  cJSON_ArrayForEach(field, object) {
    struct option_strings *values = values_of(out, field->string);
    int added = values != NULL ? add_texts(values, field) : -EINVAL;

    if (values == NULL)
      snprintf(why, why_size, "there is no matcher \"%.40s\"", field->string);
    else if (added == -EINVAL)
      snprintf(why, why_size, "matcher %.40s expects texts", field->string);
    if (added < 0)
      err = added;
  }
  if (err == 0)
    err = matchers_compile(out, "silence", &reporter);
  if (err == -ENOMEM)
    snprintf(why, why_size, "out of memory");
  if (err < 0)
    matchers_clear(out);
  return err;
}

static char *matchers_text(const struct alert_matchers *m) {
  struct alert_matchers copy = *m; /* only read */
  cJSON *object = cJSON_CreateObject();
  char *text;

  for (size_t i = 0; matchers_field(i) != NULL; i++) {
    const struct option_strings *values = matchers_values(&copy, i);
    cJSON *list = values->count > 0
                      ? cJSON_AddArrayToObject(object, matchers_field(i))
                      : NULL;

    for (size_t v = 0; v < values->count; v++)
      cJSON_AddItemToArray(list, cJSON_CreateString(values->items[v]));
  }
  text = cJSON_PrintUnformatted(object);
  cJSON_Delete(object);
  return text;
}

/* -- the list ---------------------------------------------------------------
 */

static void load_one(void *arg, const struct silence_row *row) {
  struct silences *s = arg;
  cJSON *object = cJSON_Parse(row->matchers);
  struct silence *slot = NULL;
  struct alert_matchers match;
  char why[200] = "it is damaged";

  if (object != NULL && s->num < SILENCES_MAX &&
      silence_matchers(object, &match, why, sizeof(why)) == 0) {
    slot = array_grow(&s->items, &s->num, sizeof(*slot));
    if (slot == NULL)
      matchers_clear(&match);
  }
  cJSON_Delete(object);
  if (slot == NULL) {
    log_say(LOG_LEVEL_ERROR, "silence %" PRId64 " cannot be read: %s", row->id,
            why);
    return;
  }
  *slot = (struct silence){.id = row->id,
                           .match = match,
                           .starts = row->starts,
                           .ends = row->ends,
                           .until_resolved = row->until_resolved};
  memcpy(slot->by, row->by, sizeof(slot->by));
  memcpy(slot->comment, row->comment, sizeof(slot->comment));
}

int silences_load(struct silences *s, struct store *store) {
  return store_silence_each(store, load_one, s);
}

int64_t silences_add(struct silences *s, struct store *store,
                     const struct silence *new) {
  char *text;
  struct silence *slot;
  struct silence_row row = {.starts = new->starts,
                            .ends = new->ends,
                            .until_resolved = new->until_resolved};
  char words[300];
  int err;

  if (s->num >= SILENCES_MAX)
    return -ENOSPC;
  text = matchers_text(&new->match);
  slot = text != NULL ? array_grow(&s->items, &s->num, sizeof(*slot)) : NULL;
  if (slot == NULL) {
    free(text);
    return -ENOMEM;
  }
  row.matchers = text;
  memcpy(row.by, new->by, sizeof(row.by));
  memcpy(row.comment, new->comment, sizeof(row.comment));
  err = store_silence_add(store, &row);
  free(text);
  if (err < 0) {
    s->num--;
    return err;
  }
  *slot = *new;
  slot->id = row.id;
  silence_describe(slot, words, sizeof(words));
  store_history_add(store, new->starts, 0, "silenced", "", words);
  return row.id;
}

static void end_at(struct silences *s, struct store *store, size_t i,
                   int64_t now) {
  char words[300];

  silence_describe(&s->items[i], words, sizeof(words));
  store_silence_end(store, s->items[i].id, now);
  store_history_add(store, now, 0, "silence over", "", words);
  matchers_clear(&s->items[i].match);
  memmove(&s->items[i], &s->items[i + 1],
          (s->num - i - 1) * sizeof(s->items[0]));
  s->num--;
}

int silences_end(struct silences *s, struct store *store, int64_t id,
                 int64_t now) {
  for (size_t i = 0; i < s->num; i++)
    if (s->items[i].id == id) {
      end_at(s, store, i, now);
      return 0;
    }
  return -ENOENT;
}

static bool concerns_any(const struct silence *silence,
                         const struct alert_table *open) {
  for (const struct open_alert *e = open->first; e != NULL; e = e->next)
    if (matchers_take(&silence->match, &e->a))
      return true;
  return false;
}

bool silences_tick(struct silences *s, struct store *store,
                   const struct alert_table *open, int64_t now) {
  bool ended = false;

  for (size_t i = s->num; i-- > 0;) {
    const struct silence *one = &s->items[i];

    if ((one->ends == 0 || now < one->ends) &&
        !(one->until_resolved && open != NULL && !concerns_any(one, open)))
      continue;
    end_at(s, store, i, now);
    ended = true;
  }
  return ended;
}

int64_t silences_due(const struct silences *s, int64_t now) {
  int64_t due = 0;

  for (size_t i = 0; i < s->num; i++) {
    int64_t next =
        s->items[i].starts > now ? s->items[i].starts : s->items[i].ends;

    if (next > 0 && (due == 0 || next < due))
      due = next;
  }
  return due;
}

void silences_shift(struct silences *s, int64_t delta) {
  for (size_t i = 0; i < s->num; i++) {
    s->items[i].starts += delta;
    if (s->items[i].ends > 0)
      s->items[i].ends =
          s->items[i].ends + delta > 0 ? s->items[i].ends + delta : 1;
  }
}

/* What begins now has begun also where the clock goes back a little, by less
 * than timers follow (core_clock.c). */
static bool has_begun(const struct silence *s, int64_t now) {
  enum { SLEWED_MS = 5000 };

  return s->starts <= now + SLEWED_MS;
}

const struct silence *silences_find(const struct silences *s,
                                    const struct alert *alert, int64_t now) {
  for (size_t i = 0; i < s->num; i++)
    if (has_begun(&s->items[i], now) &&
        (s->items[i].ends == 0 || now < s->items[i].ends) &&
        matchers_take(&s->items[i].match, alert))
      return &s->items[i];
  return NULL;
}

void silence_describe(const struct silence *silence, char *out, size_t size) {
  time_t end = (time_t)(silence->ends / 1000);
  char until[40] = "";
  struct tm tm;

  if (silence->until_resolved)
    snprintf(until, sizeof(until), " until it is over");
  else if (silence->ends > 0 && localtime_r(&end, &tm) != NULL)
    strftime(until, sizeof(until), " until %Y-%m-%d %H:%M", &tm);
  snprintf(out, size, "silence %" PRId64 "%s%.40s%s%s%.100s", silence->id,
           silence->by[0] != '\0' ? " by " : "", silence->by, until,
           silence->comment[0] != '\0' ? ": " : "", silence->comment);
}
