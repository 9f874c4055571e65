/* SPDX-License-Identifier: MIT */
/* Other legal forms of an HTTP answer than the devices' usual one. */
#ifndef KASASIM_HTTP_FORM_H
#define KASASIM_HTTP_FORM_H

#include "http.h"

/* Writes a reply of status 200 in the form of that name; false when there is
 * none. */
bool http_form_write(const char *name, const struct http_reply *reply,
                     struct text *wire);

#endif
