/* SPDX-License-Identifier: MIT */
/* Matrix: a room of any homeserver. */
#ifndef ALERT_CHANNEL_MATRIX_H
#define ALERT_CHANNEL_MATRIX_H

#include "alert/channel/sender.h"

extern const struct sender sender_matrix;

#endif
