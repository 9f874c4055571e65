/* SPDX-License-Identifier: MIT */
/* See registry_meet.h. */
#include <config.h>

#include "poll/registry/registry_meet.h"

#include "base/log.h"
#include "poll/options/device_filter.h"
#include "poll/registry/registry_state.h"
#include "poll/registry/transport_select.h"

#include <string.h>

/* k was seen at another address than it has. */
static void seen_elsewhere(struct device_registry *r, struct poll_device *k,
                           const struct sockaddr_in *address) {
  struct poll_device *holder = device_registry_at(r, address->sin_addr);

  if (holder != NULL && holder->status.up)
    return;
  if (k->status.up && k->address.sin_port != 0) {
    poll_device_remember_candidate(k, address);
    return;
  }
  if (holder != NULL && holder->options == NULL)
    device_registry_move(r, holder, &(struct sockaddr_in){0});
  else if (holder != NULL)
    return; /* configured for this address: its poll will tell */
  device_registry_move(r, k, address);
  k->search.moved = true;
}

/* When all places are taken, one that never answered makes room. */
static bool make_room(struct device_registry *r) {
  struct poll_device *k;

  if (r->count < r->options->max_devices)
    return true;
  for (k = r->first; k != NULL; k = k->next)
    if (k->options == NULL && !k->status.answered && k->status.polled &&
        k->poll.state == POLL_IDLE)
      break;
  if (!r->full_said)
    log_say(LOG_LEVEL_WARNING,
            "MaxDevices %u reached: a further device only takes the place of "
            "one that never answered",
            r->options->max_devices);
  r->full_said = true;
  if (k == NULL)
    return false;
  device_registry_forget(r, k);
  return true;
}

static void take_device(struct poll_device *k, struct introduction *in) {
  device_free(&k->device);
  k->device = in->device;
  in->device = (struct device){0};
  transport_select_take(k, in);
}

/* While its polls go well nobody is believed who says that it is to be spoken
 * with in another way. */
static bool is_in_doubt(const struct poll_device *k) {
  return !k->status.up || k->search.asked_tdp;
}

/* It may be anybody: who is known at its address, for one. */
static bool names_nobody(const struct device *d) {
  return !d->mac_known && strspn(d->id, "0") == strlen(d->id);
}

/* Its datagrams name another MAC than its polls. */
static bool is_known_as(const struct poll_device *k, const struct device *d) {
  return d->mac_known && memcmp(k->search.named, d->mac, sizeof(d->mac)) == 0;
}

static struct poll_device *welcome(struct device_registry *r,
                                   struct introduction *in,
                                   const char *identity,
                                   const struct sockaddr_in *from) {
  struct sockaddr_in address;
  struct poll_device *k = device_registry_at(r, from->sin_addr);

  if (k != NULL && (k->status.up || k->identity[0] == '\0' ||
                    names_nobody(&in->device) || is_known_as(k, &in->device) ||
                    poll_device_is_block_of(k, MATCH_ADDRESS))) {
    if (is_in_doubt(k))
      transport_select_adopt(k, in);
    return k; /* its next poll shows who is there */
  }
  if (k != NULL)
    device_registry_move(r, k, &(struct sockaddr_in){0});
  k = device_registry_awaited(r, in->device.alias);
  if (k == NULL && make_room(r))
    k = device_registry_add(r);
  if (k == NULL)
    return NULL;
  take_device(k, in);
  device_index_set_identity(&r->index, k, identity);
  address = transport_select_at(k, from->sin_addr);
  device_index_set_address(&r->index, k, &address);
  unique_names_enter(&r->names, k, (enum name_by)r->options->name_by, false);
  return k;
}

struct poll_device *registry_meet(struct device_registry *r,
                                  struct introduction *in,
                                  const struct sockaddr_in *from) {
  char identity[IDENTITY_SIZE];
  struct poll_device *k = NULL;

  poll_device_identity_of(&in->device, from, identity);
  k = device_index_identity(&r->index, identity);
  if (in->device.kind == KIND_UNSUPPORTED ||
      !(in->tdp
            ? device_filter_may_pass(r->filter, &in->device, from->sin_addr)
            : device_filter_passes(r->filter, &in->device, from->sin_addr))) {
    /* Renamed into what is to be ignored, it seems. Of one that has answered
     * polls only they are believed: anybody can send a datagram. */
    if (k != NULL && k->options == NULL && k->poll.state == POLL_IDLE &&
        !k->status.answered &&
        k->address.sin_addr.s_addr == from->sin_addr.s_addr)
      device_registry_forget(r, k);
    k = NULL;
  } else {
    if (k == NULL) {
      k = welcome(r, in, identity, from);
    } else {
      struct sockaddr_in address;

      if (is_in_doubt(k))
        transport_select_adopt(k, in);
      address = transport_select_at(k, from->sin_addr);
      if (k->address.sin_port == 0 ||
          k->address.sin_addr.s_addr != from->sin_addr.s_addr)
        seen_elsewhere(r, k, &address);
    }
  }
  device_free(&in->device);
  return k;
}
