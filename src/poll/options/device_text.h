/* SPDX-License-Identifier: MIT */
/* Texts by which a configuration means a device: its address, MAC or name, or a
 * regular expression.
 *
 * Any text may be a name, so one that was meant as something else and is
 * written wrongly would be looked for as a name, which nobody has. */
#ifndef POLL_OPTIONS_DEVICE_TEXT_H
#define POLL_OPTIONS_DEVICE_TEXT_H

/* What is wrong with a text that was meant as an address or a MAC; NULL: it is
 * a good one, or a name. */
const char *device_text_fault(const char *text);

/* The same of a pattern, which may also be a /regular expression/. */
const char *device_text_pattern_fault(const char *pattern);

#endif
