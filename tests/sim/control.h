/* SPDX-License-Identifier: MIT */
/* The control socket: one JSON object per line, one JSON answer per line. */
#ifndef KASASIM_CONTROL_H
#define KASASIM_CONTROL_H

#include "base.h"

struct house;
struct text;

/* Listens on a Unix socket, replacing a left-over one; exits when it cannot. */
void control_open(struct house *house, const char *path);
void control_close(void);
/* All commands, for --help. */
void control_help(struct text *out);

/* One line in, one line out (without the newline). In control_commands.c. */
void control_command(struct house *house, const char *line, size_t len,
                     struct text *out);

#endif
