/* SPDX-License-Identifier: MIT */
/* Who is known: see device_registry.h. */
#include <config.h>

#include "poll/registry/device_registry.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "device/iot/iot.h"
#include "device/transport/xor_tcp.h"
#include "poll/options/device_filter.h"
#include "poll/registry/device_index.h"
#include "poll/registry/device_names.h"
#include "poll/registry/device_plugs.h"
#include "poll/registry/transport_select.h"
#include "poll/registry/unique_names.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct device_registry {
  const struct poll_options *options;
  struct device_filter *filter;
  struct device_index index;
  struct unique_names names;
  struct poll_device *first, *last;
  size_t count;
  bool full_said;
  void (*gone)(void *arg, struct poll_device *k);
  void *arg;
};

static struct poll_device *find_identity(const struct device_registry *r,
                                         const char *identity) {
  return device_index_identity(&r->index, identity);
}

static bool is_block_of(const struct poll_device *k, enum match_kind kind) {
  return k->options != NULL && k->options->kind == kind;
}

/* Where another's device has come to the address of a block there are two. */
struct poll_device *device_registry_at(const struct device_registry *r,
                                       struct in_addr address) {
  struct poll_device *first = device_index_at(&r->index, address);
  struct poll_device *k = first;

  while (k != NULL && !is_block_of(k, MATCH_ADDRESS))
    k = device_index_also_at(k);
  return k != NULL ? k : first;
}

/* -- coming and going -- */

static struct poll_device *known_new(struct device_registry *r) {
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
  free(k->plugs);
  free(k->trouble);
  free(k);
}

/* The <Device> blocks are known from the start, also those not met yet. */
static int add_configured(struct device_registry *r) {
  for (size_t i = 0; i < r->options->devices_num; i++) {
    const struct device_options *o = &r->options->devices[i];
    struct poll_device *k = known_new(r);

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

/* While k answers where it is, another address is only remembered: somebody may
 * lie. */
static void remember_candidate(struct poll_device *k,
                               const struct sockaddr_in *address) {
  if (k->search.candidate_port == 0) /* liars get one line */
    log_say(LOG_LEVEL_NOTICE,
            "%s answers at %s; that %s says it were the same device is ignored",
            k->name, poll_device_address(k), inet_ntoa(address->sin_addr));
  k->search.candidate = address->sin_addr;
  k->search.candidate_port = address->sin_port;
}

/* k was seen at another address than it has. */
static void seen_elsewhere(struct device_registry *r, struct poll_device *k,
                           const struct sockaddr_in *address) {
  struct poll_device *holder = device_registry_at(r, address->sin_addr);

  if (holder != NULL && holder->status.up)
    return;
  if (k->status.up && k->address.sin_port != 0) {
    remember_candidate(k, address);
    return;
  }
  if (holder != NULL && holder->options == NULL)
    device_registry_move(r, holder, &(struct sockaddr_in){0});
  else if (holder != NULL)
    return; /* configured for this address: its poll will tell */
  device_registry_move(r, k, address);
  k->search.moved = true;
}

/* -- meeting -- */

static void identity_of(const struct device *d, const struct sockaddr_in *from,
                        char out[IDENTITY_SIZE]) {
  if (d->mac_known)
    device_format_mac(d->mac, out);
  else if (strspn(d->id, "0") < strlen(d->id))
    snprintf(out, IDENTITY_SIZE, "%s", d->id);
  else
    snprintf(out, IDENTITY_SIZE, "%s", inet_ntoa(from->sin_addr));
}

/* A configured device that waits to be found by alias. */
static struct poll_device *awaited(const struct device_registry *r,
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

/* -- meeting one -- */

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

  if (k != NULL &&
      (k->status.up || k->identity[0] == '\0' || names_nobody(&in->device) ||
       is_known_as(k, &in->device) || is_block_of(k, MATCH_ADDRESS))) {
    if (is_in_doubt(k))
      transport_select_adopt(k, in);
    return k; /* its next poll shows who is there */
  }
  if (k != NULL)
    device_registry_move(r, k, &(struct sockaddr_in){0});
  k = awaited(r, in->device.alias);
  if (k == NULL && make_room(r))
    k = known_new(r);
  if (k == NULL)
    return NULL;
  take_device(k, in);
  device_index_set_identity(&r->index, k, identity);
  address = transport_select_at(k, from->sin_addr);
  device_index_set_address(&r->index, k, &address);
  unique_names_enter(&r->names, k, (enum name_by)r->options->name_by, false);
  return k;
}

struct poll_device *device_registry_meet(struct device_registry *r,
                                         struct introduction *in,
                                         const struct sockaddr_in *from) {
  char identity[IDENTITY_SIZE];
  struct poll_device *k = NULL;

  identity_of(&in->device, from, identity);
  k = find_identity(r, identity);
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

/* -- confirming -- */

/* Somebody else answered: nothing of it may stay in k. */
static void forget_answer(struct poll_device *k) {
  uint8_t mac[6];
  bool mac_known =
      strchr(k->identity, ':') != NULL && device_parse_mac(k->identity, mac);

  device_free(&k->device);
  k->device = (struct device){.mac_known = mac_known};
  if (mac_known)
    memcpy(k->device.mac, mac, sizeof(mac));
}

/* Another device is where k was. Whoever it is will be met by the next
 * search. */
static void not_him(struct device_registry *r, struct poll_device *k) {
  forget_answer(k);
  device_registry_move(r, k, &(struct sockaddr_in){0});
}

/* k, configured by its address, turns out to be somebody new. */
static void start_afresh(struct device_registry *r, struct poll_device *k,
                         const char *identity) {
  if (k->identity[0] != '\0')
    log_say(LOG_LEVEL_NOTICE,
            "%s: another device (%s) is at this address now, its energy "
            "starts anew",
            k->name, identity);
  if (k->identity[0] != '\0')
    k->report.as[0] = '\0'; /* that was another */
  device_index_set_identity(&r->index, k, identity);
  memset(k->search.named, 0, sizeof(k->search.named));
  k->energy = (struct counter){0};
  free(k->plugs);
  k->plugs = NULL;
  k->plugs_num = 0;
}

/* A block for an alias that waits, for a device whose alias came only now. */
static void claim_block(struct device_registry *r, struct poll_device *k) {
  struct poll_device *block = k->options == NULL && k->device.alias[0] != '\0'
                                  ? awaited(r, k->device.alias)
                                  : NULL;

  if (block == NULL || block->poll.state != POLL_IDLE)
    return;
  k->options = block->options;
  device_registry_forget(r, block);
}

/* Found without its alias, or in a language in which it said little. */
static bool is_left_out(const struct device_registry *r, struct poll_device *k,
                        char why[WHY_SIZE]) {
  if (k->device.kind == KIND_UNSUPPORTED && k->device.unsupported != NULL) {
    if (k->options != NULL && !k->ignored)
      log_say(LOG_LEVEL_WARNING, "%s (%s) is %s: it is not polled", k->name,
              poll_device_address(k), k->device.unsupported);
    snprintf(why, WHY_SIZE, "%s", k->device.unsupported);
    return true;
  }
  snprintf(why, WHY_SIZE, "left out by Ignore or Only");
  return k->options == NULL &&
         !device_filter_passes(r->filter, &k->device, k->address.sin_addr);
}

/* other turns out to be the same device as k: met by search before its own
 * block was, or configured twice. */
static void replace(struct device_registry *r, struct poll_device *other,
                    struct poll_device *k) {
  if (other->options != NULL)
    log_say(LOG_LEVEL_WARNING,
            "<Device \"%s\"> and <Device \"%s\"> are one device: the first "
            "block counts, the second is left out",
            k->options != NULL ? k->options->match : k->identity,
            other->options->match);
  device_registry_forget(r, other);
}

/* Its block says who it is, or it has been found by its alias: it keeps that
 * device wherever that is. */
static bool keeps_its_device(const struct poll_device *k) {
  return k->options != NULL && k->options->kind != MATCH_ADDRESS &&
         k->identity[0] != '\0';
}

bool device_registry_is_taken(const struct device_registry *r,
                              const struct poll_device *k) {
  struct poll_device *o;

  if (k->options == NULL || k->status.up || keeps_its_device(k))
    return false;
  o = device_index_at(&r->index, k->address.sin_addr);
  while (o != NULL && (!o->status.up || !keeps_its_device(o)))
    o = device_index_also_at(o);
  return o != NULL;
}

/* Addresses have been given anew: who answers k was at that of other's block,
 * and somebody else will be there. */
static bool has_come_from(const struct poll_device *k,
                          const struct poll_device *other) {
  return k->status.answered && other->status.answered &&
         is_block_of(other, MATCH_ADDRESS) &&
         other->address.sin_addr.s_addr != k->address.sin_addr.s_addr;
}

/* Its next poll tells who is at k's address now; the name is another's. */
static void expect_anybody(struct device_registry *r, struct poll_device *k) {
  device_index_set_identity(&r->index, k, "");
  k->report.as[0] = '\0';
  unique_names_enter(&r->names, k, (enum name_by)r->options->name_by, false);
}

/* It answers there: who says here that it were the same may lie, or is early
 * by a poll. */
static bool is_live_elsewhere(const struct poll_device *other,
                              const struct poll_device *k) {
  return other->status.up &&
         other->address.sin_addr.s_addr != k->address.sin_addr.s_addr;
}

/* other's device answers where k is. */
static void found_at(struct device_registry *r, struct poll_device *other,
                     const struct poll_device *k) {
  struct sockaddr_in here = transport_select_at(other, k->address.sin_addr);

  if (other->address.sin_port != 0 &&
      other->address.sin_addr.s_addr == here.sin_addr.s_addr)
    return;
  if (other->status.up || other->poll.state != POLL_IDLE)
    remember_candidate(other, &here);
  else
    device_registry_move(r, other, &here);
}

/* Nobody was ever read as k, who is known by what a datagram said, if by
 * anything: its polls count. */
static bool is_unproved(const struct poll_device *k) {
  return k->options == NULL &&
         (!k->status.answered ||
          strcmp(k->identity, poll_device_address(k)) == 0);
}

/* Who answers at its address is its device, by configuration. */
static bool takes_up_anybody(const struct poll_device *k) {
  return is_block_of(k, MATCH_ADDRESS) ||
         (is_block_of(k, MATCH_TEXT) &&
          (k->identity[0] == '\0' || !k->status.answered));
}

/* k was only what a datagram said, and its polls name identity. */
static enum confirmed prove(struct device_registry *r, struct poll_device *k,
                            const char *identity) {
  struct poll_device *other = find_identity(r, identity);
  uint8_t named[6];

  if (!device_parse_mac(k->identity, named))
    memset(named, 0, sizeof(named));
  if (other != NULL) {
    memcpy(other->search.named, named, sizeof(named));
    found_at(r, other, k);
    return CONFIRMED_KNOWN;
  }
  memcpy(k->search.named, named, sizeof(named));
  device_index_set_identity(&r->index, k, identity);
  return CONFIRMED;
}

/* k's block takes up whoever is there, and identity is. */
static enum confirmed take_up(struct device_registry *r, struct poll_device *k,
                              const char *identity, char why[WHY_SIZE]) {
  struct poll_device *other = find_identity(r, identity);

  if (other != NULL && keeps_its_device(other)) {
    snprintf(why, WHY_SIZE, "the device of <Device \"%s\"> answers at %s",
             other->options->match, poll_device_address(k));
    found_at(r, other, k);
    forget_answer(k);
    return CONFIRMED_OTHER;
  }
  if (other != NULL && is_live_elsewhere(other, k)) {
    forget_answer(k);
    return CONFIRMED_OTHER;
  }
  if (other != NULL && has_come_from(k, other))
    expect_anybody(r, other);
  else if (other != NULL)
    replace(r, other, k);
  start_afresh(r, k, identity);
  return CONFIRMED;
}

void device_registry_unanswered(struct device_registry *r,
                                struct poll_device *k) {
  if (!k->status.answered)
    unique_names_unanswered(&r->names, k);
}

/* Whether it is still who it was, or may be who it says. */
static enum confirmed recognise(struct device_registry *r,
                                struct poll_device *k, char why[WHY_SIZE]) {
  char identity[IDENTITY_SIZE];

  identity_of(&k->device, &k->address, identity);
  if (strcmp(identity, k->identity) == 0)
    return CONFIRMED;
  snprintf(why, WHY_SIZE, "another device (%s) answers at %s", identity,
           poll_device_address(k));
  if (takes_up_anybody(k))
    return take_up(r, k, identity, why);
  if (is_unproved(k))
    return prove(r, k, identity);
  not_him(r, k);
  return CONFIRMED_OTHER;
}

enum confirmed device_registry_confirm(struct device_registry *r,
                                       struct poll_device *k,
                                       char why[WHY_SIZE]) {
  enum confirmed confirmed = recognise(r, k, why);

  if (confirmed != CONFIRMED)
    return confirmed;
  claim_block(r, k);
  k->ignored = is_left_out(r, k, why);
  if (k->ignored)
    return CONFIRMED_IGNORED;
  unique_names_enter(&r->names, k, (enum name_by)r->options->name_by, true);
  if (!device_plugs_follow(k)) {
    snprintf(why, WHY_SIZE, "out of memory");
    return CONFIRMED_OTHER;
  }
  return CONFIRMED;
}
