/* SPDX-License-Identifier: MIT */
/* See device_registry.h. */
#include <config.h>

#include "poll/registry/device_registry.h"

#include "base/clock.h"
#include "base/log.h"
#include "device/iot/iot.h"
#include "device/transport/xor_tcp.h"
#include "poll/registry/device_names.h"
#include "poll/registry/device_plugs.h"
#include "poll/registry/registry_state.h"
#include "poll/registry/transport_select.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* Where another's device has come to the address of a block there are two. */
struct poll_device *device_registry_at(const struct device_registry *r,
                                       struct in_addr address) {
  struct poll_device *first = device_index_at(&r->index, address);
  struct poll_device *k = first;

  while (k != NULL && !poll_device_is_block_of(k, MATCH_ADDRESS))
    k = device_index_also_at(k);
  return k != NULL ? k : first;
}

/* -- coming and going -- */

struct poll_device *device_registry_add(struct device_registry *r) {
  struct poll_device *k = calloc(1, sizeof(*k));

  if (k == NULL)
    return NULL;
  k->contact.dialect = &dialect_iot;
  k->contact.transport = &transport_xor;
  k->status.since_us = clock_wall_us();
  k->previous = r->last;
  if (r->last != NULL)
    r->last->next = k;
  else
    r->first = k;
  r->last = k;
  r->count++;
  return k;
}

void device_registry_forget(struct device_registry *r, struct poll_device *k) {
  r->gone(r->arg, k);
  transport_select_close(k);
  device_index_set_identity(&r->index, k, "");
  device_index_set_address(&r->index, k, &(struct sockaddr_in){0});
  unique_names_leave(&r->names, k);
  if (k->previous != NULL)
    k->previous->next = k->next;
  else
    r->first = k->next;
  if (k->next != NULL)
    k->next->previous = k->previous;
  else
    r->last = k->previous;
  r->count--;
  device_free(&k->device);
  device_plugs_free(k);
  reported_name_forget(&k->report.name);
  free(k->trouble);
  free(k);
}

/* The <Device> blocks are known from the start, also those not met yet. */
static int add_configured(struct device_registry *r) {
  for (size_t i = 0; i < r->options->devices_num; i++) {
    const struct device_options *o = &r->options->devices[i];
    struct poll_device *k = device_registry_add(r);

    if (k == NULL)
      return -1;
    k->options = o;
    transport_select_start(k, r->options);
    if (o->kind == MATCH_ADDRESS) {
      struct sockaddr_in address = transport_select_at(k, o->address);

      device_index_set_address(&r->index, k, &address);
    } else if (o->kind == MATCH_MAC) {
      char mac[MAC_TEXT_SIZE];

      memcpy(k->device.mac, o->mac, 6);
      k->device.mac_known = true;
      device_format_mac(o->mac, mac);
      device_index_set_identity(&r->index, k, mac);
    }
    unique_names_enter(&r->names, k, (enum name_by)r->options->name_by, false);
  }
  return 0;
}

struct device_registry *
device_registry_create(const struct poll_options *options,
                       void (*gone)(void *arg, struct poll_device *k),
                       void *arg) {
  struct device_registry *r = calloc(1, sizeof(*r));

  if (r == NULL)
    return NULL;
  r->options = options;
  r->gone = gone;
  r->arg = arg;
  r->filter = device_filter_create(&options->ignore, &options->only);
  if (r->filter == NULL || device_index_init(&r->index) < 0 ||
      unique_names_init(&r->names) < 0 || add_configured(r) < 0) {
    device_registry_free(r);
    return NULL;
  }
  return r;
}

void device_registry_free(struct device_registry *r) {
  if (r == NULL)
    return;
  while (r->first != NULL)
    device_registry_forget(r,
                           r->first); /* NOLINT(clang-analyzer-unix.Malloc) */
  device_filter_free(r->filter);
  device_index_free(&r->index);
  unique_names_free(&r->names);
  free(r);
}

struct poll_device *device_registry_next(const struct device_registry *r,
                                         const struct poll_device *k) {
  return k == NULL ? r->first : k->next;
}

size_t device_registry_count(const struct device_registry *r) {
  return r->count;
}

/* -- addresses -- */

void device_registry_move(struct device_registry *r, struct poll_device *k,
                          const struct sockaddr_in *address) {
  transport_select_close(k);
  device_index_set_address(&r->index, k, address);
  k->search.candidate_port = 0;
  k->search.polled_for = false; /* what answers over there is news */
  k->search.seen = false;
  k->search.seen_iot = false;
  k->search.seen_tdp = false;
}

bool device_registry_try_candidate(struct device_registry *r,
                                   struct poll_device *k) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = k->search.candidate_port,
                                .sin_addr = k->search.candidate};

  if (address.sin_port == 0)
    return false;
  log_say(LOG_LEVEL_NOTICE, "%s does not answer at its old address, trying %s",
          k->name, inet_ntoa(address.sin_addr));
  device_registry_move(r, k, &address);
  return true;
}

struct poll_device *device_registry_awaited(const struct device_registry *r,
                                            const char *alias) {
  /* asked at every poll of every device: nobody is looked at in vain */
  size_t blocks = r->options->devices_num;

  for (struct poll_device *k = r->first; k != NULL && blocks > 0; k = k->next) {
    if (k->options == NULL)
      continue;
    blocks--;
    if (k->options->kind == MATCH_TEXT && k->identity[0] == '\0' &&
        k->address.sin_port == 0 &&
        device_name_is_alias(k->options->match, alias))
      return k;
  }
  return NULL;
}
