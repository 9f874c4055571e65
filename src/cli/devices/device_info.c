/* SPDX-License-Identifier: MIT */
/* Copies of known devices: see device_info.h. */
#include <config.h>

#include "cli/devices/device_info.h"

#include "base/text.h"
#include "poll/registry/poll_device.h"
#include "poll/registry/transport_select.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static void clean(char *out, size_t size, const char *in) {
  text_clean(in, strlen(in), out, size);
}

static void copy_device(struct device_info *f, const struct device *d) {
  f->kind = d->kind;
  clean(f->alias, sizeof(f->alias), d->alias);
  clean(f->model, sizeof(f->model), d->model);
  clean(f->hardware, sizeof(f->hardware), d->hardware);
  clean(f->firmware, sizeof(f->firmware), d->firmware);
  clean(f->id, sizeof(f->id), d->id);
  if (d->mac_known)
    device_format_mac(d->mac, f->mac);
  f->now = d->now;
}

const char *device_info_account(const struct device_info *f) {
  static const char *const words[] = {
      [ACCOUNT_NONE] = "",
      [ACCOUNT_DEFAULT] = "default",
      [ACCOUNT_SHOWN] = "shown",
      [ACCOUNT_PROVED] = "own",
  };

  return words[f->account];
}

void device_info_copy(struct device_info *f, const struct poll_device *k) {
  const struct device *d = &k->device;

  *f = (struct device_info){0};
  copy_device(f, d);
  clean(f->name, sizeof(f->name), k->name);
  snprintf(f->address, sizeof(f->address), "%s", poll_device_address(k));
  f->port = ntohs(k->address.sin_port);
  snprintf(f->transport, sizeof(f->transport), "%s", transport_select_name(k));
  if (k->contact.link != NULL && k->contact.transport->account != NULL)
    f->account = k->contact.transport->account(k->contact.link);
  f->met = k->contact.told != NULL || k->contact.entered != NULL;
  f->configured = k->options != NULL;
  f->up = k->status.up;
  f->outcome = k->status.outcome;
  clean(f->why, sizeof(f->why), poll_device_why(k));
  f->response = k->status.response;
  f->time_us = k->report.time_us;
  for (unsigned i = 0;
       i < k->plugs_num && i < d->plugs_num && i < DEVICE_PLUGS_MAX; i++) {
    struct device_info_plug *p = &f->plugs[f->plugs_num++];

    clean(p->name, sizeof(p->name), k->plugs[i].name);
    p->slot = d->plugs[i].slot;
    p->now = d->plugs[i].now;
  }
}

void device_info_unsupported(struct device_info *f, const struct device *d,
                             const char *address) {
  *f = (struct device_info){0};
  copy_device(f, d);
  f->kind = KIND_UNSUPPORTED;
  clean(f->name, sizeof(f->name), d->alias[0] != '\0' ? d->alias : address);
  snprintf(f->address, sizeof(f->address), "%s", address);
  snprintf(f->why, sizeof(f->why), "%s",
           d->unsupported != NULL ? d->unsupported : "camera");
}

int device_info_compare(const void *a, const void *b) {
  const struct device_info *x = a;
  const struct device_info *y = b;
  bool last = x->kind == KIND_UNSUPPORTED;
  int order = strcasecmp(x->name, y->name);

  if (last != (y->kind == KIND_UNSUPPORTED))
    return last ? 1 : -1;
  return order != 0 ? order : strcmp(x->address, y->address);
}
