/* SPDX-License-Identifier: MIT */
/* See inhibit_index.h. */
#include <config.h>

#include "alert/state/inhibit_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int inhibit_index_init(struct inhibit_index *index,
                       const struct inhibit_config *rules, size_t rules_num) {
  *index = (struct inhibit_index){.rules = rules};
  if (rules_num == 0)
    return 0;
  index->sources = calloc(rules_num, sizeof(*index->sources));
  if (index->sources == NULL)
    return -ENOMEM;
  while (index->rules_num < rules_num) {
    if (hash_init(&index->sources[index->rules_num].by_equal) < 0) {
      inhibit_index_free(index);
      return -ENOMEM;
    }
    index->rules_num++;
  }
  return 0;
}

void inhibit_index_free(struct inhibit_index *index) {
  for (size_t i = 0; i < index->rules_num; i++)
    hash_free(&index->sources[i].by_equal);
  free(index->sources);
  *index = (struct inhibit_index){.rules = NULL};
}

bool inhibit_explains(const struct alert *a) {
  return a->state == ALERT_FIRING ||
         (a->state == ALERT_RECOVERING && !(a->flags & ALERT_FLAPPING));
}

static const char *equal_text(const struct inhibit_config *rule, size_t i,
                              const struct alert *a) {
  return (const char *)a + rule->equal[i];
}

/* What the rule compares, each text with its end. */
static uint64_t key_of(const struct hash *hash,
                       const struct inhibit_config *rule,
                       const struct alert *a) {
  char key[INHIBIT_EQUAL_MAX * ALERT_NAME_SIZE];
  size_t used = 0;

  for (size_t i = 0; i < rule->equal_num; i++) {
    const char *text = equal_text(rule, i, a);
    size_t len = strnlen(text, ALERT_NAME_SIZE - 1);

    memcpy(key + used, text, len);
    used += len;
    key[used++] = '\0';
  }
  return hash_of(hash, key, used);
}

static bool equal(const struct inhibit_config *rule, const struct alert *a,
                  const struct alert *b) {
  for (size_t i = 0; i < rule->equal_num; i++)
    if (strcmp(equal_text(rule, i, a), equal_text(rule, i, b)) != 0)
      return false;
  return true;
}

void inhibit_index_update(struct inhibit_index *index,
                          struct inhibit_entry **entries,
                          const struct alert *alert) {
  if (*entries == NULL && index->rules_num > 0)
    *entries = calloc(index->rules_num, sizeof(**entries));
  if (*entries == NULL) /* without memory it explains nothing: more is told */
    return;
  for (size_t i = 0; i < index->rules_num; i++) {
    const struct inhibit_config *rule = &index->rules[i];
    struct hash *hash = &index->sources[i].by_equal;
    struct inhibit_entry *entry = &(*entries)[i];
    bool listed =
        inhibit_explains(alert) && matchers_take(&rule->source.match, alert);

    if (listed && !entry->listed) {
      entry->source = alert;
      hash_add(hash, &entry->node, key_of(hash, rule, alert));
    } else if (!listed && entry->listed) {
      hash_remove(hash, &entry->node);
    }
    entry->listed = listed;
  }
}

void inhibit_index_drop(struct inhibit_index *index,
                        struct inhibit_entry **entries) {
  for (size_t i = 0; *entries != NULL && i < index->rules_num; i++)
    if ((*entries)[i].listed)
      hash_remove(&index->sources[i].by_equal, &(*entries)[i].node);
  free(*entries);
  *entries = NULL;
}

const struct alert *inhibit_index_find(const struct inhibit_index *index,
                                       size_t rule,
                                       const struct alert *target) {
  const struct inhibit_config *config = &index->rules[rule];
  struct inhibit_sources *sources = &index->sources[rule];
  const struct hash *hash = &sources->by_equal;
  struct hash_node *node = hash_first(hash, key_of(hash, config, target));

  for (; node != NULL; node = hash_next(node)) {
    const struct alert *source =
        HASH_OWNER(node, struct inhibit_entry, node)->source;

    sources->compared++;
    if (source->id != target->id && equal(config, source, target))
      return source;
  }
  return NULL;
}
