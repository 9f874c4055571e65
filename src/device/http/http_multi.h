/* SPDX-License-Identifier: MIT */
/* libcurl's multi handles inside the loop: places for clients, the start and
 * end of their transfers. Loop's thread only. */
#ifndef DEVICE_HTTP_HTTP_MULTI_H
#define DEVICE_HTTP_HTTP_MULTI_H

#include "device/http/http_internal.h"

/* A place among the handles that libcurl drives. False when memory is out. */
bool http_multi_join(struct http_client *c);
void http_multi_leave(struct http_client *c);
/* Starts and withdraws the transfer of c->easy; one that is not over loses its
 * connection. */
bool http_multi_start(struct http_client *c);
void http_multi_stop(struct http_client *c);
/* The client's connection is not used again. None may be under way. */
void http_multi_hang_up(struct http_client *c);
/* Sets the options of c->easy that belong to sockets. */
void http_multi_equip(struct http_client *c);
void http_multi_free_all(struct http_pool *h);

#endif
