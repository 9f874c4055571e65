/* SPDX-License-Identifier: MIT */
/* A configuration as a tree of blocks and options, whoever read it: collectd's
 * own parser (through src/plugin/oconfig.c) or our reader of collectd.conf
 * (conf_parser.h, for kasactl). The rooms that own options see only this.
 *
 * Ownership: a tree owns everything in it; conf_free() releases the root.
 * One thread at a time. */
#ifndef CONFIG_CONF_TREE_H
#define CONFIG_CONF_TREE_H

#include <stdbool.h>
#include <stddef.h>

/* The three kinds of value collectd's grammar knows. */
enum conf_kind { CONF_STRING, CONF_NUMBER, CONF_BOOL };

struct conf_value {
  enum conf_kind kind;
  char *string; /* kind CONF_STRING only */
  double number;
  bool boolean;
};

struct conf_item {
  char *key;
  struct conf_value *values;
  size_t values_num;
  struct conf_item *children;
  size_t children_num;
  unsigned line; /* 0 where the parser did not say */
};

/* A new, empty item; NULL when memory is out. */
struct conf_item *conf_new(const char *key);
void conf_free(struct conf_item *root);

/* Append to an item; 0 or -ENOMEM. conf_add_child() returns the child, which
 * stays valid until the next child is added to the same parent. */
int conf_add_string(struct conf_item *item, const char *string);
int conf_add_number(struct conf_item *item, double number);
int conf_add_bool(struct conf_item *item, bool boolean);
struct conf_item *conf_add_child(struct conf_item *parent, const char *key);

/* "<Device "Freezer">" or "Interval", as a person would write it, for
 * messages: cut to size, terminated. */
void conf_describe(const struct conf_item *item, char *out, size_t size);

#endif
