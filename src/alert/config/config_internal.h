/* SPDX-License-Identifier: MIT */
/* What the files that read the configuration (config*.c) share; config.h is
 * for everybody else. */
#ifndef ALERT_CONFIG_CONFIG_INTERNAL_H
#define ALERT_CONFIG_CONFIG_INTERNAL_H

#include "alert/config/config.h"
#include "config/conf_tree.h"
#include "config/option.h"

#include <stdbool.h>
#include <stddef.h>

enum { WHERE_SIZE = 160 };

/* The configuration with what only its reading needs. */
struct config_reading {
  struct notify_config config;  /* first: a pointer to one is both */
  struct option_strings absent; /* channels of kinds this build lacks */
};

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

/* -- channels (config_channel.c) --------------------------------------------
 */

/* OPTION_BLOCK readers; target is the struct notify_config. */
void channel_read(void *target, const struct conf_item *item,
                  struct option_reporter *reporter);
void channel_line_read(void *target, const struct conf_item *item,
                       struct option_reporter *reporter);
void channels_finish(struct notify_config *config,
                     struct option_reporter *reporter);
void channel_clear(struct channel_config *channel);
int channel_index(const struct notify_config *config, const char *name);

/* -- routes (config_route.c) ------------------------------------------------
 */

void route_read(void *target, const struct conf_item *item,
                struct option_reporter *reporter);
void routes_finish(struct notify_config *config,
                   struct option_reporter *reporter);
void route_clear(struct route_config *route);

/* -- tables, for the test that compares them with the manual ----------------
 */

extern const struct option notify_options[];
extern const struct option channel_options[]; /* common to all channels */
extern const struct option route_options[];
extern const struct option device_options[];
extern const struct option unit_options[];
/* Kinds of channel that ALERTING.md names and a later version brings. */
extern const char *const later_senders[];

#endif
