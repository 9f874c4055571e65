/* SPDX-License-Identifier: MIT */
/* A published dump of a SMART device (method -> result), served under an
 * address, MAC and id of its own. As dump.h, for the other dialect. */
#ifndef KASASIM_SMART_DUMP_H
#define KASASIM_SMART_DUMP_H

#include "device.h"

struct cJSON;

/* Is this a dump of that kind? */
bool smart_dump_is(const struct cJSON *root);
/* Takes root. */
struct device *smart_dump_load(struct house *house, struct cJSON *root,
                               const char *path, uint64_t index,
                               const char **wrong);
void smart_dump_render(struct device *d);
void smart_dump_free(struct smart_dump *dump);
const char *smart_dump_path(const struct smart_dump *dump);

/* As any method: 0 or the error code. */
int smart_dump_answer(struct device *d, int slot, struct slice method,
                      struct slice params, struct text *out);
void smart_dump_child_id(const struct device *d, size_t slot, char out[64]);
void smart_dump_reading(const struct smart_dump *dump, size_t slot,
                        struct reading *out);

#endif
