/* SPDX-License-Identifier: MIT */
/* The lists of a strip's plugs: what they are, and what each can do. They come
 * in pages; plugs are told apart by their id, never by their place. */
#ifndef DEVICE_SMART_SMART_CHILDREN_H
#define DEVICE_SMART_SMART_CHILDREN_H

#include "device/progress.h"

enum smart_list {
  SMART_LIST_MORE,  /* there are further pages */
  SMART_LIST_ENDED, /* that was all */
  SMART_LIST_BAD,   /* that is no list */
};

/* One page of get_child_device_list. */
enum smart_list smart_children(struct device *d, struct progress *p,
                               const struct json *doc, json_ref result);
/* The list broke off: what has come of it counts. */
void smart_children_cut(struct device *d, struct progress *p);

/* One page of get_child_device_component_list. */
enum smart_list smart_child_components(struct device *d, struct progress *p,
                                       const struct json *doc, json_ref result);

#endif
