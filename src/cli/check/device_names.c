/* SPDX-License-Identifier: MIT */
/* Devices by name: see device_names.h. */
#include <config.h>

#include "cli/check/device_names.h"

#include "base/guess.h"
#include "base/text.h"
#include "cli/live/fetch.h"
#include "cli/live/metrics.h"
#include "energy/ledger/ledger_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 64, NAMES_MAX = 100000 };

struct name {
  char device[NAME_SIZE], plug[NAME_SIZE];         /* "": the device itself */
  char new_device[NAME_SIZE], new_plug[NAME_SIZE]; /* "": called so now */
};

struct device_names {
  struct name *items;
  size_t num, room;
  bool ledger; /* all that is metered is known */
  bool page;   /* all that is there */
};

static void add(struct device_names *names, const char *device,
                const char *plug, const char *new_device,
                const char *new_plug) {
  struct name *name;

  if (names->num == names->room) {
    size_t room = names->room > 0 ? 2 * names->room : 64;
    struct name *grown =
        room <= NAMES_MAX ? realloc(names->items, room * sizeof(*grown)) : NULL;

    if (grown == NULL) { /* with a part of them, nothing can be judged */
      names->ledger = names->page = false;
      return;
    }
    names->items = grown;
    names->room = room;
  }
  name = &names->items[names->num++];
  snprintf(name->device, NAME_SIZE, "%s", device);
  snprintf(name->plug, NAME_SIZE, "%s", plug);
  snprintf(name->new_device, NAME_SIZE, "%s", new_device);
  snprintf(name->new_plug, NAME_SIZE, "%s", new_plug);
}

/* -- the configuration -- */

static const char *string_of(const struct conf_item *item) {
  return item->values_num == 1 && item->values[0].kind == CONF_STRING
             ? item->values[0].string
             : NULL;
}

/* The value of an option of a block, the last one; or otherwise. */
static const char *option_of(const struct conf_item *block, const char *key,
                             const char *otherwise) {
  for (size_t i = 0; i < block->children_num; i++)
    if (text_same(block->children[i].key, key) &&
        string_of(&block->children[i]) != NULL)
      otherwise = string_of(&block->children[i]);
  return otherwise;
}

struct places {
  const char *base, *state;
  char port[16];   /* of the metrics page */
  bool kasa, page; /* loaded */
  bool others;     /* the values of other machines come here */
};

/* collectd takes both 9103 and "9103". */
static void take_port(struct places *p, const struct conf_item *item) {
  const char *text = string_of(item);

  if (text != NULL && strspn(text, "0123456789") == strlen(text))
    snprintf(p->port, sizeof(p->port), "%s", text);
  else if (item->values_num == 1 && item->values[0].kind == CONF_NUMBER)
    snprintf(p->port, sizeof(p->port), "%.0f", item->values[0].number);
}

static void look_at(struct places *p, const struct conf_item *item) {
  const char *name = item->values_num > 0 && item->values[0].kind == CONF_STRING
                         ? item->values[0].string
                         : "";

  if (text_same(item->key, "BaseDir"))
    p->base = string_of(item) != NULL ? name : p->base;
  else if (text_same(item->key, "LoadPlugin")) {
    p->kasa |= text_same(name, "kasa");
    p->page |= text_same(name, "write_prometheus");
  } else if (config_is_plugin(item, "kasa")) {
    p->state = option_of(item, "StateDirectory", p->state);
  } else if (config_is_plugin(item, "write_prometheus")) {
    for (size_t i = 0; i < item->children_num; i++)
      if (text_same(item->children[i].key, "Port"))
        take_port(p, &item->children[i]);
  } else if (config_is_plugin(item, "network")) {
    for (size_t i = 0; i < item->children_num; i++)
      p->others |= text_same(item->children[i].key, "Listen");
  }
}

/* <Device "50:c7:..."> Name "Freezer", <Plug "1"> Name "Fan": names for what
 * may not have been seen yet. */
static void add_configured(struct device_names *names,
                           const struct conf_item *block) {
  for (size_t i = 0; i < block->children_num; i++) {
    const struct conf_item *device = &block->children[i];
    const char *name;

    if (!text_same(device->key, "Device") || string_of(device) == NULL)
      continue;
    name = option_of(device, "Name", string_of(device));
    add(names, name, "", "", "");
    for (size_t k = 0; k < device->children_num; k++)
      if (text_same(device->children[k].key, "Plug") &&
          string_of(&device->children[k]) != NULL)
        add(names, name,
            option_of(&device->children[k], "Name",
                      string_of(&device->children[k])),
            "", "");
  }
}

/* -- the ledger -- */

static void take_account(void *arg, const char *device, const char *plug,
                         const char *new_device, const char *new_plug) {
  struct device_names *names = arg;

  add(names, device, plug, new_device != NULL ? new_device : "",
      new_device != NULL ? new_plug : "");
  names->ledger = true;
}

static void read_ledger(struct device_names *names, const struct places *p) {
  char directory[512];
  char why[LEDGER_QUERY_WHY];
  struct ledger_query *q;

  if (p->state[0] == '/')
    snprintf(directory, sizeof(directory), "%s", p->state);
  else
    snprintf(directory, sizeof(directory), "%s/%s", p->base, p->state);
  q = ledger_query_open(directory, why);
  if (q == NULL)
    return;
  if (!ledger_query_names(q, take_account, names, why))
    names->ledger = false;
  ledger_query_close(q);
}

/* -- the page -- */

static void take_sample(void *arg, const struct metrics_sample *sample) {
  struct device_names *names = arg;

  if (strcmp(sample->name, "collectd_kasa_up") == 0) {
    add(names, metrics_label(sample, "kasa"), "", "", "");
    names->page = true;
  } else if (strcmp(sample->name, "collectd_kasa_plug_relay") == 0) {
    add(names, metrics_label(sample, "kasa_plug"),
        metrics_label(sample, "type"), "", "");
  }
}

static void read_page(struct device_names *names, const struct places *p) {
  char url[64];
  char why[FETCH_WHY_SIZE];
  struct fetch *fetch;
  struct buf page;

  snprintf(url, sizeof(url), "http://127.0.0.1:%s/metrics", p->port);
  fetch = fetch_create(url);
  buf_init(&page, METRICS_PAGE_MAX);
  if (fetch != NULL && fetch_page(fetch, &page, why) == 0 && page.len > 0)
    metrics_read(page.data, page.len, take_sample, names);
  buf_free(&page);
  fetch_free(fetch);
}

struct device_names *device_names_find(const struct config *config) {
  struct places p = {
      .base = "/var/lib/collectd", .state = "kasa", .port = "9103"};
  struct device_names *names = calloc(1, sizeof(*names));

  if (names == NULL)
    return NULL;
  for (size_t i = 0; i < config->statements_num; i++)
    look_at(&p, config->statements[i].item);
  if (p.kasa && !p.others) {
    for (size_t i = 0; i < config->statements_num; i++)
      if (config_is_plugin(config->statements[i].item, "kasa"))
        add_configured(names, config->statements[i].item);
    read_ledger(names, &p);
    if (p.page)
      read_page(names, &p);
  }
  if (!names->ledger && !names->page) {
    device_names_free(names);
    return NULL;
  }
  return names;
}

void device_names_free(struct device_names *names) {
  if (names != NULL)
    free(names->items);
  free(names);
}

/* -- judging -- */

static const char *nearest(const struct device_names *names, const char *device,
                           const char *plug) {
  const char *wanted = plug != NULL ? plug : device;
  size_t length = strlen(wanted);
  /* half of a short name is another name */
  struct guess g = {.word = wanted,
                    .reach = length < 4   ? 1
                             : length < 8 ? 2
                                          : 3};

  for (size_t i = 0; i < names->num; i++) {
    const struct name *name = &names->items[i];
    const char *candidate = plug != NULL ? name->plug : name->device;

    if (name->new_device[0] != '\0' || candidate[0] == '\0' ||
        (plug != NULL && strcmp(name->device, device) != 0))
      continue;
    guess_try(&g, candidate);
  }
  return g.nearest;
}

enum device_name_is device_names_judge(const struct device_names *names,
                                       const char *device, const char *plug,
                                       bool metered, const char **other) {
  const struct name *old = NULL;

  *other = NULL;
  for (size_t i = 0; i < names->num; i++) {
    const struct name *name = &names->items[i];

    if (strcmp(name->device, device) != 0 ||
        (plug != NULL && strcmp(name->plug, plug) != 0))
      continue;
    if (name->new_device[0] == '\0')
      return DEVICE_NAME_GOOD;
    old = name;
  }
  if (!names->page && !(metered && names->ledger))
    return DEVICE_NAME_GOOD;
  if (old != NULL) {
    *other = plug != NULL ? old->new_plug : old->new_device;
    return DEVICE_NAME_OLD;
  }
  *other = nearest(names, device, plug);
  return DEVICE_NAME_UNKNOWN;
}
