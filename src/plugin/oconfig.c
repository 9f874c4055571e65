/* SPDX-License-Identifier: MIT */
/* From collectd's configuration to ours: see oconfig.h. */
#include "collectd.h"
#include "plugin.h"

#include "plugin/oconfig.h"

static int copy(struct conf_item *to, const oconfig_item_t *from) {
  int err = 0;

  for (int i = 0; i < from->values_num && err == 0; i++) {
    const oconfig_value_t *value = &from->values[i];

    switch (value->type) {
    case OCONFIG_TYPE_STRING:
      err = conf_add_string(to, value->value.string);
      break;
    case OCONFIG_TYPE_NUMBER:
      err = conf_add_number(to, value->value.number);
      break;
    case OCONFIG_TYPE_BOOLEAN:
      err = conf_add_bool(to, value->value.boolean != 0);
      break;
    default:
      break;
    }
  }
  for (int i = 0; i < from->children_num && err == 0; i++) {
    struct conf_item *child = conf_add_child(to, from->children[i].key);

    err = child != NULL ? copy(child, &from->children[i]) : -ENOMEM;
  }
  return err;
}

struct conf_item *oconfig_read(const oconfig_item_t *item) {
  struct conf_item *root = conf_new(item->key);

  if (root != NULL && copy(root, item) < 0) {
    conf_free(root);
    return NULL;
  }
  return root;
}

void oconfig_log(void *arg, enum log_level level, const char *text) {
  static const int priorities[] = {
      [LOG_LEVEL_ERROR] = LOG_ERR,
      [LOG_LEVEL_WARNING] = LOG_WARNING,
      [LOG_LEVEL_NOTICE] = LOG_NOTICE,
      [LOG_LEVEL_INFO] = LOG_INFO,
      /* collectd itself drops LOG_DEBUG unless it was built for it */
      [LOG_LEVEL_DEBUG] = LOG_INFO,
  };

  plugin_log(priorities[level], "%s plugin: %s", (const char *)arg, text);
}
