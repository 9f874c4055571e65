/* SPDX-License-Identifier: MIT */
/* Devices as JSON: see device_info_json.h. */
#include <config.h>

#include "cli/common/json_print.h"
#include "cli/devices/device_info_json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether all appends worked; cJSON leaves a hole otherwise. */
static bool text(cJSON *to, const char *key, const char *value) {
  return value[0] == '\0' || cJSON_AddStringToObject(to, key, value) != NULL;
}

/* Quantities between 0 and 1 are states. */
static bool values(cJSON *to, const struct reading *r) {
  bool good = true;

  for (unsigned q = 0; q < QUANTITIES && good; q++) {
    const struct quantity_info *info = &quantities[q];
    bool state = info->min == 0 && info->max == 1;

    if (!reading_has(r, (enum quantity)q))
      continue;
    if (state)
      good = cJSON_AddBoolToObject(to, info->json, r->value[q] > 0) != NULL;
    else
      good = cJSON_AddNumberToObject(to, info->json, r->value[q]) != NULL;
  }
  return good;
}

static bool plugs(cJSON *to, const struct device_info *f) {
  cJSON *list = f->plugs_num > 0 ? cJSON_AddArrayToObject(to, "plugs") : NULL;
  bool good = f->plugs_num == 0 || list != NULL;

  for (size_t i = 0; i < f->plugs_num && good; i++) {
    cJSON *plug = cJSON_CreateObject();

    good = plug != NULL && cJSON_AddItemToArray(list, plug) &&
           cJSON_AddNumberToObject(plug, "slot", f->plugs[i].slot) != NULL &&
           text(plug, "name", f->plugs[i].name) &&
           values(plug, &f->plugs[i].now);
  }
  return good;
}

static bool how_it_went(cJSON *to, const struct device_info *f) {
  if (cJSON_AddBoolToObject(to, "up", f->up) == NULL)
    return false;
  if (!f->up)
    return text(to, "failure",
                f->outcome != OUTCOME_OK ? outcome_name(f->outcome) : "") &&
           text(to, "why", f->why);
  return cJSON_AddNumberToObject(to, "response_s",
                                 round(f->response * 1e6) / 1e6) != NULL &&
         cJSON_AddNumberToObject(to, "time",
                                 (double)(f->time_us / 1000) / 1000) != NULL &&
         values(to, &f->now) && plugs(to, f);
}

static cJSON *device(const struct device_info *f) {
  cJSON *to = cJSON_CreateObject();
  bool supported = f->kind != KIND_UNSUPPORTED;

  if (to != NULL && text(to, "name", f->name) && text(to, "alias", f->alias) &&
      text(to, "model", f->model) &&
      text(to, "kind", device_kind_name(f->kind)) &&
      text(to, "address", f->address) &&
      (f->port == 0 || cJSON_AddNumberToObject(to, "port", f->port) != NULL) &&
      text(to, "transport", f->transport) &&
      text(to, "account", device_info_account(f)) && text(to, "mac", f->mac) &&
      text(to, "id", f->id) && text(to, "hardware", f->hardware) &&
      text(to, "firmware", f->firmware) &&
      (supported ? how_it_went(to, f) : text(to, "reason", f->why)))
    return to;
  cJSON_Delete(to);
  return NULL;
}

static char *print(cJSON *root, bool spread) {
  char *raw = NULL;
  char *out = NULL;

  if (root != NULL)
    raw = spread ? json_print(root) : cJSON_PrintUnformatted(root);
  cJSON_Delete(root);
  if (raw != NULL && asprintf(&out, "%s\n", raw) < 0)
    out = NULL;
  cJSON_free(raw);
  return out;
}

char *device_info_json(const struct device_info *f, bool spread) {
  return print(device(f), spread);
}

char *device_info_list_json(const struct device_info_list *list) {
  cJSON *root = cJSON_CreateObject();
  cJSON *known = root != NULL ? cJSON_AddArrayToObject(root, "devices") : NULL;
  cJSON *others =
      root != NULL ? cJSON_AddArrayToObject(root, "unsupported") : NULL;
  bool good = known != NULL && others != NULL;

  for (size_t i = 0; i < list->count && good; i++) {
    const struct device_info *f = &list->items[i];
    cJSON *one = device(f);

    good =
        one != NULL &&
        cJSON_AddItemToArray(f->kind == KIND_UNSUPPORTED ? others : known, one);
  }
  if (good)
    return print(root, true);
  cJSON_Delete(root);
  return NULL;
}
