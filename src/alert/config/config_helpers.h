/* SPDX-License-Identifier: MIT */
/* What the readers of the configuration share. */
#ifndef ALERT_CONFIG_CONFIG_HELPERS_H
#define ALERT_CONFIG_CONFIG_HELPERS_H

#include "alert/config/config.h"
#include "config/conf_tree.h"
#include "config/option.h"

#include <stdbool.h>
#include <stddef.h>

struct template;

enum { WHERE_SIZE = 160 };

/* The block as a person finds it: <Route "offline">. */
void where_of(const struct conf_item *item, char out[WHERE_SIZE]);

/* "Repeat 1h", "Repeat never", "Repeat critical 1h" into the table by level:
 * 0, or -EINVAL after reporting. */
int repeat_read(double repeat[LEVEL_COUNT], const struct conf_item *item,
                const char *where, struct option_reporter *reporter);

/* Compiles a template option; *slot keeps the old one on a mistake. 0, or
 * -EINVAL after reporting. */
int template_read(struct template **slot, const struct conf_item *item,
                  const char *where, struct option_reporter *reporter);

/* One more zeroed element at the end of an array; NULL when memory is out. */
void *array_grow(void *array_pointer, size_t *count, size_t size);

/* A block's name without what does not belong into a line, at most 64 bytes;
 * the caller frees it. NULL when memory is out. */
char *clean_name(const char *name);
/* Whether a block with this clean name is the one that an option means. */
bool is_named(const char *clean, const char *wanted);

/* A number of seconds, or a text like "5m": 0 or -EINVAL. */
int seconds_of(const struct conf_value *value, double *seconds);

/* Where a struct alert has the text that people call name ("host", "device",
 * ...), or FIELD_UNKNOWN. */
#define FIELD_UNKNOWN ((size_t)-1)
size_t alert_field_offset(const char *name);

/* Whether a block without a name has one all the same, after reporting it. */
bool block_has_name(const struct conf_item *item, const char *where,
                    struct option_reporter *reporter);

/* <Storm>, and as collectd passes over an empty block Storm true, which is the
 * same with nothing in it. False for Storm false. */
bool block_is_on(const struct conf_item *item, const char *where,
                 struct option_reporter *reporter);

/* Whether item is "a" "b" without a block, a not empty. */
bool two_strings(const struct conf_item *item);

#endif
