/* SPDX-License-Identifier: MIT */
/* Which open alerts explain others, for each <Inhibit>: found by the texts its
 * Equal names, so that asking costs the same however many are open.
 *
 * Holds pointers to alerts of others, who say when one changed and before it
 * goes. One thread. */
#ifndef ALERT_STATE_INHIBIT_INDEX_H
#define ALERT_STATE_INHIBIT_INDEX_H

#include "alert/config/config.h"
#include "alert/model/alert.h"
#include "base/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where an alert stands in the index of one rule. */
struct inhibit_entry {
  struct hash_node node;
  const struct alert *source;
  bool listed;
};

struct inhibit_sources {
  struct hash by_equal;
  uint64_t compared; /* alerts that all questions so far looked at */
};

struct inhibit_index {
  const struct inhibit_config *rules; /* borrowed */
  size_t rules_num;
  struct inhibit_sources *sources; /* rules_num of them */
};

/* 0 or -ENOMEM. */
int inhibit_index_init(struct inhibit_index *index,
                       const struct inhibit_config *rules, size_t rules_num);
void inhibit_index_free(struct inhibit_index *index);

/* Whether an alert in its state explains others at all. */
bool inhibit_explains(const struct alert *alert);

/* The alert is new, or its state, severity or text changed. *entries is its
 * own: NULL at first, made here, freed by inhibit_index_drop(). */
void inhibit_index_update(struct inhibit_index *index,
                          struct inhibit_entry **entries,
                          const struct alert *alert);
void inhibit_index_drop(struct inhibit_index *index,
                        struct inhibit_entry **entries);

/* An alert other than target that explains it by the rule; NULL = none. */
const struct alert *inhibit_index_find(const struct inhibit_index *index,
                                       size_t rule, const struct alert *target);

#endif
