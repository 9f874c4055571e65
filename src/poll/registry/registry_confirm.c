/* SPDX-License-Identifier: MIT */
/* See registry_confirm.h. */
#include <config.h>

#include "poll/registry/registry_confirm.h"

#include "base/log.h"
#include "poll/options/device_filter.h"
#include "poll/registry/device_plugs.h"
#include "poll/registry/registry_state.h"
#include "poll/registry/transport_select.h"

#include <stdio.h>
#include <string.h>

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
    reported_name_forget(&k->report.name); /* that was another */
  device_index_set_identity(&r->index, k, identity);
  memset(k->search.named, 0, sizeof(k->search.named));
  k->energy = (struct counter){0};
  device_plugs_free(k);
}

/* A block for an alias that waits, for a device whose alias came only now. */
static void claim_block(struct device_registry *r, struct poll_device *k) {
  struct poll_device *block = k->options == NULL && k->device.alias[0] != '\0'
                                  ? device_registry_awaited(r, k->device.alias)
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

bool registry_is_taken(const struct device_registry *r,
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
         poll_device_is_block_of(other, MATCH_ADDRESS) &&
         other->address.sin_addr.s_addr != k->address.sin_addr.s_addr;
}

/* Its next poll tells who is at k's address now; the name is another's. */
static void expect_anybody(struct device_registry *r, struct poll_device *k) {
  device_index_set_identity(&r->index, k, "");
  reported_name_forget(&k->report.name);
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
    poll_device_remember_candidate(other, &here);
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
  return poll_device_is_block_of(k, MATCH_ADDRESS) ||
         (poll_device_is_block_of(k, MATCH_TEXT) &&
          (k->identity[0] == '\0' || !k->status.answered));
}

/* k was only what a datagram said, and its polls name identity. */
static enum confirmed prove(struct device_registry *r, struct poll_device *k,
                            const char *identity) {
  struct poll_device *other = device_index_identity(&r->index, identity);
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
  struct poll_device *other = device_index_identity(&r->index, identity);

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

void registry_unanswered(struct device_registry *r, struct poll_device *k) {
  if (!k->status.answered)
    unique_names_unanswered(&r->names, k);
}

/* Whether it is still who it was, or may be who it says. */
static enum confirmed recognise(struct device_registry *r,
                                struct poll_device *k, char why[WHY_SIZE]) {
  char identity[IDENTITY_SIZE];

  poll_device_identity_of(&k->device, &k->address, identity);
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

enum confirmed registry_confirm(struct device_registry *r,
                                struct poll_device *k, char why[WHY_SIZE]) {
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
