/* SPDX-License-Identifier: MIT */
/* A published dump of a real device (module -> method -> answer), served under
 * an address, MAC and id of its own. The file is read where it lies; nothing of
 * it is part of this project. */
#ifndef KASASIM_DUMP_H
#define KASASIM_DUMP_H

#include "device.h"

struct dump;

/* A device that answers as the file says, or NULL and what is wrong. Its MAC,
 * id and alias are the caller's to set before dump_render. */
struct device *dump_load(struct house *house, const char *path, uint64_t index,
                         const char **wrong);
/* Words the answers, when MAC, id and alias are final. */
void dump_render(struct device *d);
void dump_free(struct dump *dump);

const char *dump_path(const struct dump *dump);
void dump_sysinfo(const struct dump *dump, bool short_ids, struct text *out);
/* The method's answer, or an error when the file has none. */
void dump_method(const struct dump *dump, struct slice module,
                 struct slice method, size_t slot, struct text *out);
/* The file refuses the module, or does not know it. */
bool dump_refuses(const struct dump *dump, struct slice module,
                  enum refusal *refusal);
void dump_reading(const struct dump *dump, struct reading *out);

#endif
