/* SPDX-License-Identifier: MIT */
/* The configuration tree: see conf_tree.h. */
#include <config.h>

#include "config/conf_tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct conf_item *conf_new(const char *key) {
  struct conf_item *item = calloc(1, sizeof(*item));

  if (item == NULL)
    return NULL;
  item->key = strdup(key);
  if (item->key == NULL) {
    free(item);
    return NULL;
  }
  return item;
}

static void item_clear(struct conf_item *item) {
  for (size_t i = 0; i < item->values_num; i++) {
    if (item->values[i].string != NULL) /* it may be a password */
      explicit_bzero(item->values[i].string, strlen(item->values[i].string));
    free(item->values[i].string);
  }
  for (size_t i = 0; i < item->children_num; i++)
    item_clear(&item->children[i]);
  free(item->values);
  free(item->children);
  free(item->key);
}

void conf_free(struct conf_item *root) {
  if (root == NULL)
    return;
  item_clear(root);
  free(root);
}

static struct conf_value *value_add(struct conf_item *item,
                                    enum conf_kind kind) {
  struct conf_value *grown =
      realloc(item->values, (item->values_num + 1) * sizeof(*grown));

  if (grown == NULL)
    return NULL;
  item->values = grown;
  grown += item->values_num++;
  *grown = (struct conf_value){.kind = kind};
  return grown;
}

int conf_add_string(struct conf_item *item, const char *string) {
  char *copy = strdup(string);
  struct conf_value *value;

  if (copy == NULL)
    return -ENOMEM;
  value = value_add(item, CONF_STRING);
  if (value == NULL) {
    free(copy);
    return -ENOMEM;
  }
  value->string = copy;
  return 0;
}

int conf_add_number(struct conf_item *item, double number) {
  struct conf_value *value = value_add(item, CONF_NUMBER);

  if (value == NULL)
    return -ENOMEM;
  value->number = number;
  return 0;
}

int conf_add_bool(struct conf_item *item, bool boolean) {
  struct conf_value *value = value_add(item, CONF_BOOL);

  if (value == NULL)
    return -ENOMEM;
  value->boolean = boolean;
  return 0;
}

struct conf_item *conf_add_child(struct conf_item *parent, const char *key) {
  char *copy = strdup(key);
  struct conf_item *grown;

  if (copy == NULL)
    return NULL;
  grown =
      realloc(parent->children, (parent->children_num + 1) * sizeof(*grown));
  if (grown == NULL) {
    free(copy);
    return NULL;
  }
  parent->children = grown;
  grown += parent->children_num++;
  *grown = (struct conf_item){.key = copy};
  return grown;
}

void conf_describe(const struct conf_item *item, char *out, size_t size) {
  if (item->children_num == 0 && item->values_num == 0)
    snprintf(out, size, "%s", item->key);
  else if (item->values_num == 1 && item->values[0].kind == CONF_STRING)
    snprintf(out, size, "<%s \"%s\">", item->key, item->values[0].string);
  else
    snprintf(out, size, "<%s>", item->key);
}
