/* SPDX-License-Identifier: MIT */
/* Reads the text of a collectd.conf into the tree of conf_tree.h, by the
 * grammar of collectd's own parser (liboconfig), its oddities included: what
 * collectd would load, and nothing else. Include is an ordinary option here.
 *
 * Ownership: the tree is the caller's. Any thread. */
#ifndef CONFIG_CONF_PARSER_H
#define CONFIG_CONF_PARSER_H

#include "config/conf_tree.h"

enum {
  CONF_TEXT_MAX = 4 * 1024 * 1024, /* bytes */
  CONF_DEPTH_MAX = 32,             /* blocks within blocks */
  CONF_ITEMS_MAX = 100000,         /* options, blocks and values */
  CONF_WHY_SIZE = 200,
};

/* Told of what collectd accepts but hardly anybody means: characters that it
 * skips in silence, at most one per line, and blocks that it passes over
 * because they hold nothing; text is "line 3: ...". */
typedef void conf_parser_note(void *arg, unsigned line, const char *text);

/* The tree below a nameless root, with line numbers. NULL when collectd would
 * refuse the text or a bound is passed; why then says "line 12: ...". note
 * may be NULL. */
struct conf_item *conf_parser_read(const char *text, size_t len,
                                   conf_parser_note *note, void *arg,
                                   char why[CONF_WHY_SIZE]);

#endif
