/* SPDX-License-Identifier: MIT */
/* A channel that was renamed, or replaced by another, while an alert fires:
 * people were told by a name that the configuration no longer has. */
#ifndef ALERT_CORE_CORE_RENAMED_H
#define ALERT_CORE_CORE_RENAMED_H

#include "alert/core/core_internal.h"

/* At the start, before what is queued for unknown channels is given up. An open
 * alert that no channel of today was told of is theirs from now on to whom its
 * routes lead: they hear its end, and that it is bad once that is sure. */
void core_find_heirs(struct alert_core *core);

#endif
