/* Who is known: see registry.h. */
#include <config.h>

#include "poll/registry.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "poll/filter.h"
#include "poll/names.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct registry {
  const struct poll_options *options;
  struct filter *filter;
  struct hash by_identity;
  struct hash by_address;
  struct hash by_name;   /* base names: two under one are made unique */
  struct hash by_called; /* the unique ones */
  struct known *first, *last;
  size_t count;
  bool full_said;
  void (*gone)(void *arg, struct known *k);
  void *arg;
};

/* -- known.h ------------------------------------------------------------------
 */

const char *known_address(const struct known *k) {
  static _Thread_local char text[INET_ADDRSTRLEN];

  if (k->address.sin_port == 0)
    return "";
  inet_ntop(AF_INET, &k->address.sin_addr, text, sizeof(text));
  return text;
}

double known_interval(const struct known *k, const struct poll_options *o) {
  /* No device is polled more often than collectd wakes the engine; saying so
   * would let its series expire between two values. */
  if (k->options != NULL && k->options->interval > o->interval)
    return k->options->interval;
  return o->interval;
}

bool known_energy(const struct known *k, double *wh) {
  *wh = k->energy.wh;
  if (k->plugs_num == 0)
    return k->energy.by != COUNTER_NEW;
  *wh = 0;
  for (unsigned i = 0; i < k->plugs_num; i++) {
    if (k->plugs[i].energy.by == COUNTER_NEW)
      return false;
    *wh += k->plugs[i].energy.wh;
  }
  return true;
}

/* -- the three indices
 * ---------------------------------------------------------- */

static struct known *find_identity(const struct registry *r,
                                   const char *identity) {
  uint64_t hash = hash_of(&r->by_identity, identity, strlen(identity));
  struct hash_node *n = hash_first(&r->by_identity, hash);

  for (; n != NULL; n = hash_next(n)) {
    struct known *k = HASH_OWNER(n, struct known, by_identity);

    if (strcmp(k->identity, identity) == 0)
      return k;
  }
  return NULL;
}

struct known *registry_at(const struct registry *r, struct in_addr address) {
  uint64_t hash = hash_of(&r->by_address, &address, sizeof(address));
  struct hash_node *n = hash_first(&r->by_address, hash);

  for (; n != NULL; n = hash_next(n)) {
    struct known *k = HASH_OWNER(n, struct known, by_address);

    if (k->address.sin_addr.s_addr == address.s_addr)
      return k;
  }
  return NULL;
}

static void set_identity(struct registry *r, struct known *k,
                         const char *identity) {
  if (k->identity[0] != '\0')
    hash_remove(&r->by_identity, &k->by_identity);
  snprintf(k->identity, sizeof(k->identity), "%s", identity);
  if (k->identity[0] != '\0')
    hash_add(&r->by_identity, &k->by_identity,
             hash_of(&r->by_identity, identity, strlen(identity)));
}

static void set_address(struct registry *r, struct known *k,
                        const struct sockaddr_in *address) {
  if (k->address.sin_port != 0)
    hash_remove(&r->by_address, &k->by_address);
  k->address = *address;
  if (k->address.sin_port != 0)
    hash_add(
        &r->by_address, &k->by_address,
        hash_of(&r->by_address, &address->sin_addr, sizeof(address->sin_addr)));
}

/* -- names
 * ------------------------------------------------------------------------ */

static struct known *next_same_name(struct hash_node *n, const char *base) {
  for (; n != NULL; n = hash_next(n)) {
    struct known *k = HASH_OWNER(n, struct known, by_name);

    if (strcmp(k->base_name, base) == 0)
      return k;
  }
  return NULL;
}

static struct known *first_same_name(const struct registry *r,
                                     const char *base) {
  return next_same_name(
      hash_first(&r->by_name, hash_of(&r->by_name, base, strlen(base))), base);
}

static struct known *called(const struct registry *r, const char *name) {
  struct hash_node *n =
      hash_first(&r->by_called, hash_of(&r->by_called, name, strlen(name)));

  for (; n != NULL; n = hash_next(n)) {
    struct known *k = HASH_OWNER(n, struct known, by_called);

    if (strcmp(k->name, name) == 0)
      return k;
  }
  return NULL;
}

static void call(struct registry *r, struct known *k, const char *name) {
  if (strcmp(k->name, name) == 0)
    return;
  if (k->name[0] != '\0')
    hash_remove(&r->by_called, &k->by_called);
  snprintf(k->name, sizeof(k->name), "%s", name);
  if (k->name[0] != '\0')
    hash_add(&r->by_called, &k->by_called,
             hash_of(&r->by_called, k->name, strlen(k->name)));
}

/* Calls k by its base name with its whole identity behind it (one not met yet:
 * with what its block is for). Whoever has an alias of just that look gives
 * way in turn. */
static void call_in_full(struct registry *r, struct known *k) {
  for (;;) {
    const char *whole = k->identity[0] == '\0' && k->options != NULL
                            ? k->options->match
                            : k->identity;
    char suffix[DEVICE_NAME_SIZE - 8];
    char name[DEVICE_NAME_SIZE];
    struct known *holder;

    text_name(whole, strlen(whole), suffix, sizeof(suffix));
    names_with_suffix(k->base_name, suffix, name);
    holder = called(r, name);
    if (holder == k)
      return;
    call(r, k, name);
    if (holder == NULL || strcmp(holder->name, holder->base_name) != 0)
      return;
    k = holder;
  }
}

/* Calls k by its base name with the short suffix, or in full where that would
 * not tell it apart; who came first makes no difference. */
static void call_apart(struct registry *r, struct known *k) {
  char suffix[DEVICE_NAME_SIZE];
  char name[DEVICE_NAME_SIZE];
  bool ambiguous = false;
  struct known *holder;

  for (struct known *o = first_same_name(r, k->base_name); o != NULL;
       o = next_same_name(hash_next(&o->by_name), k->base_name))
    if (o != k && names_same_suffix(o, k)) {
      ambiguous = true;
      call_in_full(r, o);
    }
  names_suffix(k, suffix);
  names_with_suffix(k->base_name, suffix, name);
  holder = called(r, name);
  if (holder != NULL && holder != k &&
      strcmp(holder->name, holder->base_name) == 0)
    call_in_full(r, holder);
  else if (holder != NULL && holder != k)
    ambiguous = true;
  if (ambiguous)
    call_in_full(r, k);
  else
    call(r, k, name);
}

static void unname(struct registry *r, struct known *k) {
  struct known *left;

  if (k->base_name[0] == '\0')
    return;
  hash_remove(&r->by_name, &k->by_name);
  left = first_same_name(r, k->base_name);
  if (left != NULL &&
      next_same_name(hash_next(&left->by_name), k->base_name) == NULL &&
      called(r, left->base_name) == NULL)
    call(r, left, left->base_name);
  k->base_name[0] = '\0';
}

static void say_shared(const struct known *k) {
  log_say(LOG_LEVEL_WARNING,
          "more than one device is called \"%s\": the end of the MAC address "
          "is added to tell them apart",
          k->base_name);
}

static void rename_device(struct registry *r, struct known *k) {
  char base[DEVICE_NAME_SIZE];
  char before[DEVICE_NAME_SIZE];
  struct known *other;
  struct known *holder;

  names_base(k, (enum name_by)r->options->name_by, base);
  if (strcmp(base, k->base_name) == 0)
    return;
  memcpy(before, k->name, sizeof(before));
  unname(r, k);
  other = first_same_name(r, base);
  memcpy(k->base_name, base, sizeof(base));
  hash_add(&r->by_name, &k->by_name, hash_of(&r->by_name, base, strlen(base)));
  holder = called(r, base);
  if (other == NULL && (holder == NULL || holder == k)) {
    call(r, k, base);
  } else {
    /* Of three and more the others have their suffix already. */
    if (other == NULL || strcmp(other->name, other->base_name) == 0)
      say_shared(k);
    if (other != NULL && strcmp(other->name, other->base_name) == 0)
      call_apart(r, other);
    if (other != NULL)
      call_apart(r, k);
    else
      call_in_full(r, k);
  }
  if (k->answered && before[0] != '\0')
    log_say(LOG_LEVEL_NOTICE, "%s is now called \"%s\"", before, k->name);
}

/* -- coming and going
 * -------------------------------------------------------------- */

static struct known *known_new(struct registry *r) {
  struct known *k = calloc(1, sizeof(*k));

  if (k == NULL)
    return NULL;
  k->dialect = &dialect_iot;
  k->transport = &transport_xor;
  k->since_us = clock_wall_us();
  k->previous = r->last;
  if (r->last != NULL)
    r->last->next = k;
  else
    r->first = k;
  r->last = k;
  r->count++;
  return k;
}

static void close_link(struct known *k) {
  if (k->link != NULL)
    k->transport->close(k->link);
  k->link = NULL;
}

void registry_forget(struct registry *r, struct known *k) {
  r->gone(r->arg, k);
  close_link(k);
  set_identity(r, k, "");
  set_address(r, k, &(struct sockaddr_in){0});
  unname(r, k);
  call(r, k, "");
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
  free(k);
}

/* The <Device> blocks are known from the start, also those not met yet. */
static int add_configured(struct registry *r) {
  for (size_t i = 0; i < r->options->devices_num; i++) {
    const struct device_options *o = &r->options->devices[i];
    struct known *k = known_new(r);
    struct sockaddr_in address = {.sin_family = AF_INET};

    if (k == NULL)
      return -1;
    k->options = o;
    if (o->kind == MATCH_ADDRESS) {
      address.sin_addr = o->address;
      address.sin_port =
          htons(o->port != 0 ? (in_port_t)o->port : k->transport->port);
      set_address(r, k, &address);
    } else if (o->kind == MATCH_MAC) {
      char mac[MAC_TEXT_SIZE];

      memcpy(k->device.mac, o->mac, 6);
      k->device.mac_known = true;
      device_format_mac(o->mac, mac);
      set_identity(r, k, mac);
    }
    rename_device(r, k);
  }
  return 0;
}

struct registry *registry_create(const struct poll_options *options,
                                 void (*gone)(void *arg, struct known *k),
                                 void *arg) {
  struct registry *r = calloc(1, sizeof(*r));

  if (r == NULL)
    return NULL;
  r->options = options;
  r->gone = gone;
  r->arg = arg;
  r->filter = filter_create(&options->ignore, &options->only);
  if (r->filter == NULL || hash_init(&r->by_identity) < 0 ||
      hash_init(&r->by_address) < 0 || hash_init(&r->by_name) < 0 ||
      hash_init(&r->by_called) < 0 || add_configured(r) < 0) {
    registry_free(r);
    return NULL;
  }
  return r;
}

void registry_free(struct registry *r) {
  if (r == NULL)
    return;
  while (r->first != NULL)
    registry_forget(r, r->first);
  filter_free(r->filter);
  hash_free(&r->by_identity);
  hash_free(&r->by_address);
  hash_free(&r->by_name);
  hash_free(&r->by_called);
  free(r);
}

struct known *registry_next(const struct registry *r, const struct known *k) {
  return k == NULL ? r->first : k->next;
}

size_t registry_count(const struct registry *r) { return r->count; }

/* -- addresses
 * ------------------------------------------------------------------------ */

void registry_move(struct registry *r, struct known *k,
                   const struct sockaddr_in *address) {
  close_link(k);
  set_address(r, k, address);
  k->candidate.sin_port = 0;
}

static struct sockaddr_in port_of(const struct known *k,
                                  const struct sockaddr_in *from,
                                  const struct transport *transport) {
  struct sockaddr_in address = *from;

  address.sin_family = AF_INET;
  address.sin_port = htons(transport->port);
  if (k != NULL && k->options != NULL && k->options->port != 0)
    address.sin_port = htons((in_port_t)k->options->port);
  return address;
}

bool registry_try_candidate(struct registry *r, struct known *k) {
  struct sockaddr_in address = k->candidate;

  if (address.sin_port == 0)
    return false;
  k->candidate.sin_port = 0;
  log_say(LOG_LEVEL_NOTICE, "%s does not answer at its old address, trying %s",
          k->name, inet_ntoa(address.sin_addr));
  registry_move(r, k, &address);
  return true;
}

/* k was seen at another address than it has. While it answers where it is,
 * the other one is only remembered: somebody may lie. */
static void seen_elsewhere(struct registry *r, struct known *k,
                           const struct sockaddr_in *address) {
  struct known *holder = registry_at(r, address->sin_addr);

  if (holder != NULL && holder->up)
    return;
  if (k->up && k->address.sin_port != 0) {
    if (k->candidate.sin_port == 0) /* liars do not get more than one line */
      log_say(LOG_LEVEL_NOTICE,
              "%s answers at %s and is also claimed by %s; staying", k->name,
              known_address(k), inet_ntoa(address->sin_addr));
    k->candidate = *address;
    return;
  }
  if (holder != NULL && holder->options == NULL)
    registry_move(r, holder, &(struct sockaddr_in){0});
  else if (holder != NULL)
    return; /* configured for this address: its poll will tell */
  registry_move(r, k, address);
}

/* -- meeting
 * ---------------------------------------------------------------------------
 */

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
static struct known *awaited(const struct registry *r, const char *alias) {
  for (struct known *k = r->first; k != NULL; k = k->next)
    if (k->options != NULL && k->options->kind == MATCH_TEXT &&
        k->identity[0] == '\0' && k->address.sin_port == 0 &&
        names_is_alias(k->options->match, alias))
      return k;
  return NULL;
}

/* When all places are taken, one that never answered makes room. */
static bool make_room(struct registry *r) {
  struct known *k;

  if (r->count < r->options->max_devices)
    return true;
  for (k = r->first; k != NULL; k = k->next)
    if (k->options == NULL && !k->answered && k->polled &&
        k->state == POLL_IDLE)
      break;
  if (!r->full_said)
    log_say(LOG_LEVEL_WARNING,
            "MaxDevices %u reached: further devices are only let in for ones "
            "that never answered",
            r->options->max_devices);
  r->full_said = true;
  if (k == NULL)
    return false;
  registry_forget(r, k);
  return true;
}

static void take_device(struct known *k, struct introduction *in) {
  device_free(&k->device);
  k->device = in->device;
  k->dialect = in->dialect;
  k->transport = in->transport;
  in->device = (struct device){0};
}

static struct known *welcome(struct registry *r, struct introduction *in,
                             const char *identity,
                             const struct sockaddr_in *from) {
  struct sockaddr_in address;
  struct known *k = registry_at(r, from->sin_addr);

  if (k != NULL && (k->up || k->identity[0] == '\0' ||
                    (k->options != NULL && k->options->kind == MATCH_ADDRESS)))
    return k; /* its next poll shows who is there */
  if (k != NULL)
    registry_move(r, k, &(struct sockaddr_in){0});
  k = awaited(r, in->device.alias);
  if (k == NULL && make_room(r))
    k = known_new(r);
  if (k == NULL)
    return NULL;
  take_device(k, in);
  set_identity(r, k, identity);
  address = port_of(k, from, k->transport);
  set_address(r, k, &address);
  rename_device(r, k);
  return k;
}

struct known *registry_meet(struct registry *r, struct introduction *in,
                            const struct sockaddr_in *from) {
  char identity[IDENTITY_SIZE];
  struct known *k = NULL;

  identity_of(&in->device, from, identity);
  k = find_identity(r, identity);
  if (in->device.kind == KIND_UNSUPPORTED ||
      !filter_passes(r->filter, &in->device, from->sin_addr)) {
    /* Renamed into what is to be ignored; only its own word counts. */
    if (k != NULL && k->options == NULL && k->state == POLL_IDLE &&
        k->address.sin_addr.s_addr == from->sin_addr.s_addr)
      registry_forget(r, k);
    k = NULL;
  } else {
    if (k == NULL) {
      k = welcome(r, in, identity, from);
    } else if (k->address.sin_port == 0 ||
               k->address.sin_addr.s_addr != from->sin_addr.s_addr) {
      struct sockaddr_in address = port_of(k, from, in->transport);

      seen_elsewhere(r, k, &address);
    }
  }
  device_free(&in->device);
  return k;
}

/* -- confirming
 * ----------------------------------------------------------------------------
 */

static bool follow_plugs(struct known *k) {
  unsigned num = k->device.plugs_num;
  struct known_plug *grown;

  if (num != k->plugs_num) {
    grown = num > 0 ? realloc(k->plugs, num * sizeof(*grown)) : NULL;
    if (num > 0 && grown == NULL)
      return false;
    if (num == 0)
      free(k->plugs);
    k->plugs = grown;
    for (unsigned i = k->plugs_num; i < num; i++)
      k->plugs[i] = (struct known_plug){0};
    k->plugs_num = num;
  }
  if (num > 0 && names_plugs(k))
    log_say(LOG_LEVEL_WARNING,
            "%s: plugs with the same name: their slot is added to tell them "
            "apart",
            k->name);
  return true;
}

/* Another device is where k was. Whoever it is will be met by the next
 * search; nothing of it may stay in k. */
static void not_him(struct registry *r, struct known *k) {
  uint8_t mac[6];
  bool mac_known =
      strchr(k->identity, ':') != NULL && device_parse_mac(k->identity, mac);

  device_free(&k->device);
  k->device = (struct device){.mac_known = mac_known};
  if (mac_known)
    memcpy(k->device.mac, mac, sizeof(mac));
  registry_move(r, k, &(struct sockaddr_in){0});
}

/* k, configured by its address, turns out to be somebody new. */
static void start_afresh(struct registry *r, struct known *k,
                         const char *identity) {
  if (k->identity[0] != '\0')
    log_say(LOG_LEVEL_NOTICE,
            "%s: another device (%s) is at this address now, its energy "
            "starts anew",
            k->name, identity);
  set_identity(r, k, identity);
  k->energy = (struct counter){0};
  free(k->plugs);
  k->plugs = NULL;
  k->plugs_num = 0;
}

bool registry_confirm(struct registry *r, struct known *k, char why[WHY_SIZE]) {
  char identity[IDENTITY_SIZE];
  struct known *other;

  identity_of(&k->device, &k->address, identity);
  if (strcmp(identity, k->identity) != 0) {
    bool by_address =
        k->options != NULL && k->options->kind != MATCH_MAC &&
        (k->options->kind == MATCH_ADDRESS || k->identity[0] == '\0');

    if (!by_address) {
      snprintf(why, WHY_SIZE, "another device (%s) answers at %s", identity,
               known_address(k));
      not_him(r, k);
      return false;
    }
    other = find_identity(r, identity);
    if (other != NULL)
      registry_forget(r, other); /* met by search before its own block was */
    start_afresh(r, k, identity);
  }
  if (!follow_plugs(k)) {
    snprintf(why, WHY_SIZE, "out of memory");
    return false;
  }
  rename_device(r, k);
  return true;
}
