/* SPDX-License-Identifier: MIT */
/* Asking notify_kasa through its control socket: one request, one answer.
 * One thread at a time. */
#ifndef CLI_ALERTS_CONTROL_CLIENT_H
#define CLI_ALERTS_CONTROL_CLIENT_H

#include <cjson/cJSON.h>
#include <stddef.h>

#define CONTROL_SOCKET "/run/collectd/notify_kasa.sock"

/* Sends request and waits at most timeout_s for the answer, which the caller
 * deletes: 0, or negative errno after writing to why what to do about it. An
 * answer with "ok" false is an answer. */
int control_ask(const char *path, const cJSON *request, unsigned timeout_s,
                cJSON **answer, char *why, size_t why_size);

#endif
