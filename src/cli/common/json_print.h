/* SPDX-License-Identifier: MIT */
/* JSON for people and files: two blanks a level and one behind a colon, as jq
 * and others print it. Pure functions. */
#ifndef CLI_COMMON_JSON_PRINT_H
#define CLI_COMMON_JSON_PRINT_H

#include <cjson/cJSON.h>

/* The caller frees it with free(); NULL when memory is out. */
char *json_print(const cJSON *root);

#endif
