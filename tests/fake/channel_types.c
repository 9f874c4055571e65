/* SPDX-License-Identifier: MIT */
/* The kinds of channel that tests use instead of the real ones. */
#include <config.h>

#include "alert/channel/sender.h"

extern const struct sender sender_file;
extern const struct sender sender_pager;
extern const struct sender sender_family;

const struct sender *const senders[] = {&sender_file, &sender_pager,
                                        &sender_family, NULL};
