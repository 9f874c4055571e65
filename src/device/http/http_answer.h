/* SPDX-License-Identifier: MIT */
/* Heads, cookies, bodies and errors of devices' answers. Loop's thread only. */
#ifndef DEVICE_HTTP_HTTP_ANSWER_H
#define DEVICE_HTTP_HTTP_ANSWER_H

#include "device/http/http_internal.h"

/* Callbacks of libcurl; arg is the client. */
size_t http_answer_take_header(char *line, size_t size, size_t n, void *arg);
size_t http_answer_take_body(char *bytes, size_t size, size_t n, void *arg);

/* How a transfer ended. status: of the answer as far as it came; 0: it did
 * not. */
enum outcome http_answer_judge(CURLcode code, long status, long os_error,
                               const char **why);

#endif
