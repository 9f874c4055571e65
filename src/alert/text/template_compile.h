/* SPDX-License-Identifier: MIT */
/* From a template's text to its steps. */
#ifndef ALERT_TEXT_TEMPLATE_COMPILE_H
#define ALERT_TEXT_TEMPLATE_COMPILE_H

#include <stddef.h>

struct template;

/* Compiles text. On a mistake returns NULL and writes to error what is wrong
 * and where, with the nearest known name for an unknown one. Also NULL with
 * "out of memory". */
struct template *template_compile(const char *text, char *error,
                                  size_t error_size);
/* Accepts NULL. */
void template_free(struct template *t);

#endif
