/* Found devices as JSON for programs: keys and units are fixed, values that a
 * device does not give are left out, texts are valid UTF-8. */
#ifndef CLI_FOUND_JSON_H
#define CLI_FOUND_JSON_H

#include "cli/look.h"

#include <stdbool.h>

/* One device, on one line or spread out, with a line feed: to be freed; NULL
 * when memory is out. */
char *found_json(const struct found *f, bool spread);

/* {"devices":[...],"unsupported":[...]} */
char *found_list_json(const struct found_list *list);

#endif
