/* SPDX-License-Identifier: MIT */
/* Which libraries a plugin needs, read from the file: nothing of it runs. */
#ifndef CLI_CHECK_SHARED_LIBRARY_H
#define CLI_CHECK_SHARED_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

enum { SHARED_LIBRARY_NAME_MAX = 128 };

/* Whether a library is missing that the file, or a library it needs, wants;
 * then missing names the first. False also where the file cannot be judged: it
 * is none of this machine's kind, or damaged. One thread. */
bool shared_library_missing(const char *path,
                            char missing[SHARED_LIBRARY_NAME_MAX]);

/* The name that Debian gives to the package of a library: "libcurl.so.4" is in
 * libcurl4. */
void shared_library_package(const char *library, char *out, size_t size);

#endif
