/* SPDX-License-Identifier: MIT */
/* News about ourselves: they become events like any other, handled after
 * those that came from outside. */
#ifndef ALERT_CORE_CORE_SELF_H
#define ALERT_CORE_CORE_SELF_H

#include "alert/core/core_internal.h"

/* A channel's trouble began (why) or ended (NULL): see deliver_hooks. */
void core_trouble(void *core, const char *channel, const char *what,
                  const char *why);
/* What the store says of itself now, if it says anything new. */
void core_check_store(struct alert_core *core);
/* What we say about ourselves at every start: broken channels, and the
 * all-clear for what an earlier run complained about. */
void core_announce(struct alert_core *core, enum store_opened opened,
                   const char *why);
/* So many notifications were lost since the start: told once in a while. */
void core_tell_lost(struct alert_core *core, uint64_t lost);
/* Likewise of alerts that found no room (state_refused()). */
void core_tell_refused(struct alert_core *core, uint64_t refused);

/* Queues an event about what this plugin has found out. */
void core_own_event(struct alert_core *core, enum severity severity,
                    const char *instance, const char *type, const char *text);

#endif
