/* SPDX-License-Identifier: MIT */
/* The socket `kasactl alerts` talks to: one JSON object per line each way,
 *
 *   {"command":"ack","id":417,"for":14400,"by":"me"}
 *   {"ok":true,...}  or  {"ok":false,"error":"there is no open alert 417"}
 *
 * Commands (all but the first two words of an error are stable):
 *   status    -> channels[], counts
 *   list      -> alerts[]
 *   history   device?, since? (s since 1970), limit? -> history[]
 *   show      id -> alert, members[], told[]
 *   ack       id, for? (s), by?      unack id, by?      resolve id, by?
 *   test      channel ("all"), level? -> results[] {channel, ok, why, ref}
 *   queue     -> rows[]     retry id     drop id
 *   enable    channel
 *   explain   identifier, severity, value? -> class, routes[], channels[]
 *   render    identifier, severity, value?, channel? -> rendered[]
 *
 * Runs on the engine's thread between two rounds: nothing here waits for a
 * client. At most CONTROL_CLIENTS at once, requests up to 64 KiB. */
#ifndef ALERT_CONTROL_CONTROL_H
#define ALERT_CONTROL_CONTROL_H

#include "alert/core/alert_core.h"

#include <poll.h>
#include <stddef.h>

enum { CONTROL_CLIENTS = 8, CONTROL_FDS_MAX = CONTROL_CLIENTS + 1 };

struct control;

/* Listens at path (0660, group when not NULL), replacing a dead socket. NULL
 * after a log line. core is borrowed. */
struct control *control_new(const char *path, const char *group,
                            struct alert_core *core, const char *version);
void control_free(struct control *control);

/* Fills fds (CONTROL_FDS_MAX) for poll(); how many. Lowers *timeout_ms when a
 * client's time runs out sooner. */
size_t control_fds(struct control *control, struct pollfd *fds,
                   int *timeout_ms);
void control_serve(struct control *control, const struct pollfd *fds,
                   size_t fds_num);
/* A test message has its result. */
void control_tested(struct control *control, int64_t row_id,
                    const struct send_result *result);

#endif
