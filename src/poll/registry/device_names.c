/* SPDX-License-Identifier: MIT */
/* Naming devices and plugs: see device_names.h. */
#include <config.h>

#include "poll/registry/device_names.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

void device_name_suffix(const struct poll_device *k,
                        char out[DEVICE_NAME_SIZE]) {
  static const char digits[] = "0123456789abcdef";
  uint32_t host = ntohl(k->address.sin_addr.s_addr);

  if (!k->device.mac_known) {
    snprintf(out, DEVICE_NAME_SIZE, "%u.%u", host >> 8 & 0xff, host & 0xff);
    return;
  }
  for (unsigned i = 0; i < 2; i++) { /* in each poll: without snprintf() */
    out[2 * i] = digits[k->device.mac[4 + i] >> 4];
    out[2 * i + 1] = digits[k->device.mac[4 + i] & 15];
  }
  out[4] = '\0';
}

bool device_name_same_suffix(const struct poll_device *a,
                             const struct poll_device *b) {
  if (a->device.mac_known != b->device.mac_known)
    return false;
  if (a->device.mac_known)
    return memcmp(a->device.mac + 4, b->device.mac + 4, 2) == 0;
  return ((ntohl(a->address.sin_addr.s_addr) ^
           ntohl(b->address.sin_addr.s_addr)) &
          0xffff) == 0;
}

static void fallback(const struct poll_device *k, char out[DEVICE_NAME_SIZE]) {
  char suffix[DEVICE_NAME_SIZE];
  char model[sizeof(k->device.model)];
  char raw[2 * DEVICE_NAME_SIZE];
  char *region;

  memcpy(model, k->device.model, sizeof(model));
  region = strchr(model, '(');
  if (region != NULL)
    *region = '\0';
  device_name_suffix(k, suffix);
  snprintf(raw, sizeof(raw), "%s %s", model[0] != '\0' ? model : "Device",
           suffix);
  text_name(raw, sizeof(raw), out, DEVICE_NAME_SIZE);
}

void device_name_base(const struct poll_device *k, enum name_by by,
                      char out[DEVICE_NAME_SIZE]) {
  char mac[MAC_TEXT_SIZE] = "";
  const char *chosen = "";

  if (k->device.mac_known)
    device_format_mac(k->device.mac, mac);
  switch (by) {
  case NAME_BY_ALIAS:
    chosen = k->device.alias;
    break;
  case NAME_BY_MAC:
    chosen = mac;
    break;
  case NAME_BY_ID:
    chosen = k->device.id;
    break;
  case NAME_BY_ADDRESS:
    chosen = poll_device_address(k);
    break;
  }
  if (k->options != NULL && k->options->name != NULL)
    chosen = k->options->name;
  else if (k->identity[0] == '\0' && k->options != NULL)
    chosen = k->options->match; /* it has not said who it is */
  text_name(chosen, strlen(chosen), out, DEVICE_NAME_SIZE);
  if (out[0] == '\0')
    fallback(k, out);
}

void device_name_with_suffix(const char *base, const char *suffix,
                             char out[DEVICE_NAME_SIZE]) {
  size_t extra = strlen(suffix) + 3;
  size_t len = text_cut(base, DEVICE_NAME_MAX - extra);

  snprintf(out, DEVICE_NAME_SIZE, "%.*s (%s)", (int)len, base, suffix);
}

bool device_name_is_alias(const char *match, const char *alias) {
  char clean[DEVICE_NAME_SIZE];

  text_name(match, strlen(match), clean, sizeof(clean));
  return clean[0] != '\0' && text_same(clean, alias);
}

static bool is_slot(const char *match, unsigned slot) {
  char text[16];

  snprintf(text, sizeof(text), "%u", slot);
  return strcmp(match, text) == 0;
}

static bool is_just(const char *match, const char *alias) {
  char clean[DEVICE_NAME_SIZE];

  text_name(match, strlen(match), clean, sizeof(clean));
  return clean[0] != '\0' && strcmp(clean, alias) == 0;
}

/* Another plug is called just like that: where names differ by capitals only,
 * a block means one of them. */
static bool is_anothers(const struct poll_device *k, const char *match,
                        const struct plug *plug) {
  for (unsigned i = 0; i < k->device.plugs_num; i++)
    if (&k->device.plugs[i] != plug && is_just(match, k->device.plugs[i].alias))
      return true;
  return false;
}

const struct plug_options *device_name_plug_options(const struct poll_device *k,
                                                    const struct plug *plug) {
  const struct plug_options *similar = NULL;

  if (k->options == NULL)
    return NULL;
  for (size_t i = 0; i < k->options->plugs_num; i++) {
    const struct plug_options *o = &k->options->plugs[i];

    if (is_slot(o->match, plug->slot) || is_just(o->match, plug->alias))
      return o;
    if (similar == NULL && device_name_is_alias(o->match, plug->alias) &&
        !is_anothers(k, o->match, plug))
      similar = o;
  }
  return similar;
}

static void plug_base(const struct poll_device *k, const struct plug *plug,
                      char out[DEVICE_NAME_SIZE]) {
  const struct plug_options *o = device_name_plug_options(k, plug);

  if (o != NULL && o->name != NULL)
    snprintf(out, DEVICE_NAME_SIZE, "%s", o->name);
  else if (plug->alias[0] != '\0')
    memcpy(out, plug->alias, DEVICE_NAME_SIZE);
  else
    snprintf(out, DEVICE_NAME_SIZE, "Plug %u", plug->slot);
}

/* Adds the slot to all that share their name with another; false when there
 * were none. One with its slot behind it may have become another's own name:
 * to be called until there are none. */
static bool part(const struct poll_device *k,
                 char names[DEVICE_PLUGS_MAX][DEVICE_NAME_SIZE],
                 bool parted[DEVICE_PLUGS_MAX]) {
  bool shared[DEVICE_PLUGS_MAX] = {false};
  bool any = false;

  for (unsigned i = 0; i < k->plugs_num; i++)
    for (unsigned j = 0; j < k->plugs_num; j++)
      shared[i] |= j != i && !parted[i] && strcmp(names[i], names[j]) == 0;
  for (unsigned i = 0; i < k->plugs_num; i++) {
    char base[DEVICE_NAME_SIZE];
    char slot[16];

    if (!shared[i])
      continue;
    memcpy(base, names[i], sizeof(base));
    snprintf(slot, sizeof(slot), "%u", k->device.plugs[i].slot);
    device_name_with_suffix(base, slot, names[i]);
    any = parted[i] = true;
  }
  return any;
}

bool device_name_plugs(struct poll_device *k) {
  char names[DEVICE_PLUGS_MAX][DEVICE_NAME_SIZE];
  bool parted[DEVICE_PLUGS_MAX] = {false};
  bool fresh = false;

  for (unsigned i = 0; i < k->plugs_num; i++)
    plug_base(k, &k->device.plugs[i], names[i]);
  while (part(k, names, parted))
    ;
  for (unsigned i = 0; i < k->plugs_num; i++) {
    if (strcmp(k->plugs[i].name, names[i]) == 0)
      continue;
    reported_name_changes(&k->plugs[i].reported, k->plugs[i].name);
    memcpy(k->plugs[i].name, names[i], sizeof(names[i]));
    fresh |= parted[i];
  }
  return fresh;
}
