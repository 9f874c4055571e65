/* SPDX-License-Identifier: MIT */
/* The devices of the house and where they are. */
#include "house.h"

#include "transport.h"
#include "udp.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ADDRESS 0x7f4d0001u /* 127.77.0.1 */

/* Waits while a device is away; then it comes back at its own pace. */
struct reboot {
  struct timer timer;
  struct house *house;
  struct device *device; /* NULL when it was removed meanwhile */
  struct reboot *next;
};
static struct reboot *reboots;

void house_init(struct house *house, const struct house_options *options,
                double speed, double start_epoch) {
  *house = (struct house){.options = *options,
                          .next_address = FIRST_ADDRESS,
                          .random = mix64(options->seed)};
  loop_init(&house->loop);
  clock_init(&house->clock, speed, start_epoch, house->loop.now_ns);
}

void house_free(struct house *house) {
  while (house->count > 0)
    house_remove(house, house->devices[house->count - 1]);
  while (reboots != NULL) {
    struct reboot *next = reboots->next;
    timer_stop(&house->loop, &reboots->timer);
    free(reboots);
    reboots = next;
  }
  udp_close(house);
  for (size_t i = 0; i < house->n_asked; i++)
    free(house->asked[i]);
  free(house->devices);
  free(house->by_address);
  text_free(&house->secrets);
  loop_free(&house->loop);
}

double house_elapsed(const struct house *house) {
  return clock_elapsed(&house->clock, house->loop.now_ns);
}

double real_epoch(void) {
  struct timespec ts;
  clock_gettime(CLOCK_REALTIME, &ts);
  return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

uint64_t house_random(struct house *house) {
  return house->random = mix64(house->random);
}

static size_t slot_of(const struct house *house, struct in_addr addr) {
  return (size_t)mix64(addr.s_addr) & (house->slots - 1);
}

static void index_put(struct house *house, struct device *d) {
  size_t i = slot_of(house, d->addr);
  while (house->by_address[i] != NULL)
    i = (i + 1) & (house->slots - 1);
  house->by_address[i] = d;
}

/* Removing from open addressing is fiddly and rare: make the index anew. */
static void index_rebuild(struct house *house) {
  free(house->by_address);
  house->slots = 64;
  while (house->slots < house->size * 2)
    house->slots *= 2;
  house->by_address = xcalloc(house->slots, sizeof(*house->by_address));
  for (size_t i = 0; i < house->count; i++)
    index_put(house, house->devices[i]);
}

struct device *house_at(const struct house *house, struct in_addr addr) {
  if (house->count == 0)
    return NULL;
  for (size_t i = slot_of(house, addr); house->by_address[i] != NULL;
       i = (i + 1) & (house->slots - 1))
    if (house->by_address[i]->addr.s_addr == addr.s_addr)
      return house->by_address[i];
  return NULL;
}

struct in_addr house_free_address(struct house *house) {
  struct in_addr addr;
  do {
    /* .0 and .255 look like broadcast to some clients */
    while ((house->next_address & 255) == 0 ||
           (house->next_address & 255) == 255)
      house->next_address++;
    addr.s_addr = htonl(house->next_address++);
  } while (house_at(house, addr) != NULL);
  return addr;
}

const char *house_add(struct house *house, struct device *d) {
  const char *wrong = NULL;
  if (house_at(house, d->addr) != NULL)
    wrong = "two devices at one address";
  if (wrong == NULL)
    wrong = d->transport->open(d);
  if (wrong != NULL) {
    device_free(d);
    return wrong;
  }
  if (house->count == house->size) {
    house->size = house->size * 2 + 16;
    house->devices =
        xrealloc(house->devices, house->size * sizeof(*house->devices));
    house->devices[house->count++] = d;
    index_rebuild(house);
  } else {
    house->devices[house->count++] = d;
    index_put(house, d);
  }
  return NULL;
}

void house_remove(struct house *house, struct device *d) {
  d->transport->close(d);
  for (struct reboot *r = reboots; r != NULL; r = r->next)
    if (r->device == d)
      r->device = NULL;
  for (size_t i = 0; i < house->count; i++) {
    if (house->devices[i] != d)
      continue;
    memmove(house->devices + i, house->devices + i + 1,
            (house->count - i - 1) * sizeof(*house->devices));
    house->count--;
    break;
  }
  if (house->devices != NULL)
    index_rebuild(house);
  device_free(d);
}

const char *house_move(struct house *house, struct device *d,
                       struct in_addr addr) {
  if (house_at(house, addr) != NULL)
    return "another device is there";
  struct in_addr old = d->addr;
  d->transport->close(d);
  d->addr = addr;
  const char *wrong = d->away ? NULL : d->transport->open(d);
  if (wrong != NULL) {
    d->addr = old;
    const char *worse = d->transport->open(d);
    if (worse != NULL)
      warn("%s", worse);
  }
  index_rebuild(house);
  return wrong;
}

static bool same_mac(const struct device *d, const char *name) {
  uint8_t mac[6];
  return mac_parse(name, mac) && memcmp(mac, d->mac, 6) == 0;
}

struct device *house_find(const struct house *house, const char *name) {
  struct in_addr addr;
  size_t len = strlen(name);
  if (inet_aton(name, &addr) != 0 && house_at(house, addr) != NULL)
    return house_at(house, addr);
  for (size_t i = 0; i < house->count; i++) {
    struct device *d = house->devices[i];
    if (strcmp(d->id, name) == 0 || same_mac(d, name) ||
        (d->alias.len == len && len > 0 && memcmp(d->alias.p, name, len) == 0))
      return d;
  }
  return NULL;
}

static void come_back(struct timer *timer) {
  struct reboot *r = OWNER(timer, struct reboot, timer);
  for (struct reboot **at = &reboots; *at != NULL; at = &(*at)->next)
    if (*at == r) {
      *at = r->next;
      break;
    }
  struct device *d = r->device;
  if (d != NULL) {
    d->away = false;
    const char *wrong = d->transport->open(d);
    if (wrong != NULL)
      warn("after a reboot: %s", wrong);
  }
  free(r);
}

void house_reboot(struct house *house, struct device *d, double seconds) {
  if (d->away)
    return;
  d->transport->close(d);
  d->away = true;
  d->awake = false;
  struct reboot *r = xcalloc(1, sizeof(*r));
  *r = (struct reboot){
      .timer.fire = come_back, .house = house, .device = d, .next = reboots};
  reboots = r;
  timer_start(&house->loop, &r->timer,
              house->loop.now_ns + (uint64_t)(seconds * 1e9));
}

unsigned house_asked_bit(struct house *house, struct slice module,
                         struct slice method) {
  if (method.p == NULL) /* a module without methods */
    method.p = "";
  for (size_t i = 0; i < house->n_asked; i++) {
    const char *name = house->asked[i];
    if (strncmp(name, module.p, module.len) == 0 && name[module.len] == '.' &&
        slice_is(method, name + module.len + 1))
      return (unsigned)i;
  }
  if (house->n_asked == ASKED_MAX)
    return ASKED_MAX - 1;
  char *name = xcalloc(1, module.len + method.len + 2);
  if (house->n_asked == ASKED_MAX - 1) {
    free(name);
    name = xstrdup("(others).");
  } else {
    memcpy(name, module.p, module.len);
    name[module.len] = '.';
    memcpy(name + module.len + 1, method.p, method.len);
  }
  house->asked[house->n_asked] = name;
  return (unsigned)house->n_asked++;
}
