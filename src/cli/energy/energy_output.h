/* SPDX-License-Identifier: MIT */
/* Numbers and texts as kasactl energy writes them. */
#ifndef CLI_ENERGY_ENERGY_OUTPUT_H
#define CLI_ENERGY_ENERGY_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

/* To stdout: enough digits to be read back as the same number, no more than
 * needed. */
void energy_put_number(double number);

/* Millionths as a decimal number, exactly. */
void energy_put_micro(int64_t micro);

/* A text as JSON, quotes included. */
void energy_put_json(const char *text);

/* A field of a CSV file, in quotes where it needs them. */
void energy_put_csv(const char *text);

/* Whether somebody means this device or plug: by one of their names, or by both
 * as tables write them, "Strip: Dryer" and "Strip / Dryer". */
bool energy_is_named(const char *words, const char *device, const char *plug);

#endif
