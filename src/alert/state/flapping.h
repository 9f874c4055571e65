/* SPDX-License-Identifier: MIT */
/* An alert that comes and goes: after so many times within a while people hear
 * that it is flapping, then nothing but what is worse than they were told,
 * until it has not changed for as long; then how it is. While that lasts it is
 * one episode: that it is good again ends it only when it stays so. */
#ifndef ALERT_STATE_FLAPPING_H
#define ALERT_STATE_FLAPPING_H

#include "alert/state/state_internal.h"

#include <stdbool.h>
#include <stdint.h>

/* e, which is about to be told of, may have been here before: true when its
 * first message is that it is flapping. */
bool flapping_opens(const struct state *s, struct open_alert *e, int64_t now);
/* It was good and is bad again within its episode. True when that was once too
 * often: people hear so now. */
bool flapping_reopened(const struct state *s, struct open_alert *e,
                       int64_t now);
/* It went, or changed its level. */
void flapping_changed(struct open_alert *e, int64_t now);
/* Whether it may tell that it has its level now; notes that it does. */
bool flapping_passes(struct open_alert *e);
bool flapping_is(const struct open_alert *e);
/* When it has settled if nothing changes; 0 = it is not flapping. */
int64_t flapping_until(const struct notify_config *config,
                       const struct alert *alert);
/* It is over: nothing is flapping about its end. */
void flapping_over(struct open_alert *e);

#endif
