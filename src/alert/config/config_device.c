/* SPDX-License-Identifier: MIT */
/* <Device "plug-1f3a">: see config_device.h. */
#include <config.h>

#include "alert/config/config_device.h"

#include "alert/config/config_helpers.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct device_reading {
  struct device_config device;
  const char *where;
};

static bool has_label(const struct device_config *device, const char *name) {
  for (size_t i = 0; i < device->labels_num; i++)
    if (strcmp(device->labels[i].name, name) == 0)
      return true;
  return false;
}

static void read_label(void *target, const struct conf_item *item,
                       struct option_reporter *reporter) {
  struct device_reading *reading = target;
  struct device_config *device = &reading->device;
  struct alert_label *label;
  char *name;
  char *value;

  if (!two_strings(item)) {
    option_unexpected(item, reading->where, "a name and a value in quotes",
                      reporter);
    return;
  }
  if (has_label(device, item->values[0].string)) {
    option_error(reporter,
                 "%s: option Label \"%.40s\" stands twice, the first "
                 "one counts",
                 reading->where, item->values[0].string);
    return;
  }
  name = strdup(item->values[0].string);
  value = strdup(item->values[1].string);
  label = name != NULL && value != NULL
              ? array_grow(&device->labels, &device->labels_num, sizeof(*label))
              : NULL;
  if (label != NULL) {
    *label = (struct alert_label){name, value};
  } else {
    free(name);
    free(value);
  }
}

const struct option device_options[] = {
    {.name = "Alias",
     .type = OPTION_STRING,
     .offset = offsetof(struct device_reading, device.alias)},
    {.name = "Label", .type = OPTION_BLOCK, .block = read_label},
    {.name = NULL}};

void device_clear(struct device_config *device) {
  for (size_t i = 0; i < device->labels_num; i++) {
    free((char *)(uintptr_t)device->labels[i].name);
    free((char *)(uintptr_t)device->labels[i].value);
  }
  free(device->labels);
  free(device->name);
  free(device->alias);
}

void device_read(void *target, const struct conf_item *item,
                 struct option_reporter *reporter) {
  struct notify_config *config = target;
  struct device_reading reading = {.where = NULL};
  struct device_config *slot;
  char where[WHERE_SIZE];
  const char *name = option_block_name(item, "<Plugin notify_kasa>", reporter);

  if (name == NULL)
    return;
  where_of(item, where);
  reading.where = where;
  if (device_find(config, name) != NULL) {
    option_error(reporter, "%s: this device has a block already", where);
    return;
  }
  (void)options_read(device_options, &reading, item, where, reporter);
  reading.device.name = strdup(name);
  slot = reading.device.name != NULL
             ? array_grow(&config->devices, &config->devices_num, sizeof(*slot))
             : NULL;
  if (slot != NULL)
    *slot = reading.device;
  else
    device_clear(&reading.device);
}

const struct device_config *device_find(const struct notify_config *config,
                                        const char *plugin_instance) {
  for (size_t i = 0; i < config->devices_num; i++) {
    const struct device_config *device = &config->devices[i];

    if (strcmp(device->name, plugin_instance) == 0 ||
        (device->alias != NULL && strcmp(device->alias, plugin_instance) == 0))
      return device;
  }
  return NULL;
}
