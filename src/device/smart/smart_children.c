/* SPDX-License-Identifier: MIT */
/* The lists of a strip's plugs: see smart_children.h. */
#include <config.h>

#include "device/smart/smart_children.h"

#include "base/text.h"
#include "device/smart/smart_info.h"
#include "device/smart/smart_methods.h"

#include <string.h>

/* Whether more pages are to be asked for, by what the device says there is;
 * never more than anybody has. */
static enum smart_list after_page(const struct progress *p, unsigned before,
                                  const struct json *doc, json_ref result) {
  double sum;

  if (!json_number(doc, json_get(doc, result, "sum"), &sum) || p->listed >= sum)
    return SMART_LIST_ENDED;
  return p->listed > before && p->listed < DEVICE_PLUGS_MAX ? SMART_LIST_MORE
                                                            : SMART_LIST_ENDED;
}

static unsigned listed_num(const struct device *d) {
  unsigned num = 0;

  for (unsigned i = 0; i < d->plugs_num; i++)
    num += d->plugs[i].listed;
  return num;
}

static void settle(struct device *d, struct progress *p, bool whole) {
  d->plugs_incomplete = !device_settle_plugs(d, listed_num(d), whole) || !whole;
  device_sort_plugs(d);
  device_note_restart(d, ALL_METHODS);
  p->listed = 0;
}

static void take_child(struct device *d, struct progress *p,
                       const struct json *doc, json_ref child) {
  char raw[2 * sizeof(d->plugs->id)];
  char id[sizeof(d->plugs->id)] = "";
  double position = 0;
  struct plug *plug;
  struct value_source s = {.d = d,
                           .p = p,
                           .doc = doc,
                           .object = child,
                           .method = "get_child_device_list"};

  if (json_string(doc, json_get(doc, child, "device_id"), raw, sizeof(raw)))
    text_clean(raw, sizeof(raw), id, sizeof(id));
  if (id[0] == '\0' || strpbrk(id, "\"\\") != NULL) {
    progress_fail(p, OUTCOME_MALFORMED, "plug %u has no usable id",
                  p->listed + 1);
    return;
  }
  plug = device_plug(d, id);
  if (plug == NULL || plug->listed) {
    progress_fail(p, OUTCOME_MALFORMED,
                  plug == NULL ? "more plugs than any strip has (%u)"
                               : "plug %u has the id of another one",
                  p->listed + 1);
    return;
  }
  plug->listed = true;
  if (json_number(doc, json_get(doc, child, "position"), &position) &&
      position >= 1 && position <= 1000)
    plug->slot = (unsigned)position;
  else if (plug->slot == 0)
    plug->slot = p->listed + 1;
  smart_nickname(doc, child, plug->alias);
  s.now = &plug->now;
  smart_state(&s);
}

enum smart_list smart_children(struct device *d, struct progress *p,
                               const struct json *doc, json_ref result) {
  json_ref list = json_get(doc, result, "child_device_list");
  unsigned before = p->listed;
  enum smart_list after;
  double sum = 0;

  if (json_type(doc, list) != JSON_ARRAY)
    return SMART_LIST_BAD;
  for (unsigned i = 0; before == 0 && i < d->plugs_num; i++)
    d->plugs[i].listed = false;
  for (json_ref c = json_first(doc, list); c != 0; c = json_next(doc, c)) {
    if (p->listed == DEVICE_PLUGS_MAX) {
      progress_fail(p, OUTCOME_MALFORMED, "more plugs than any strip has (%u)",
                    p->listed + 1);
      break;
    }
    take_child(d, p, doc, c);
    p->listed++;
  }
  after = after_page(p, before, doc, result);
  if (after == SMART_LIST_MORE)
    return after;
  settle(d, p, true);
  if (json_number(doc, json_get(doc, result, "sum"), &sum) &&
      sum <= DEVICE_PLUGS_MAX)
    d->plugs_incomplete |= listed_num(d) < sum;
  if (d->plugs_incomplete)
    progress_fail(p, OUTCOME_MALFORMED, "the list of plugs lacks some");
  return after;
}

void smart_children_cut(struct device *d, struct progress *p) {
  if (p->listed == 0)
    return;
  settle(d, p, false);
}

enum smart_list smart_child_components(struct device *d, struct progress *p,
                                       const struct json *doc,
                                       json_ref result) {
  json_ref list = json_get(doc, result, "child_component_list");
  unsigned before = p->listed;
  enum smart_list after;
  double sum = 0;
  bool whole;

  if (json_type(doc, list) != JSON_ARRAY)
    return SMART_LIST_BAD;
  for (json_ref c = json_first(doc, list);
       c != 0 && p->listed < DEVICE_PLUGS_MAX; c = json_next(doc, c)) {
    char id[sizeof(d->plugs->id)];
    json_ref components = json_get(doc, c, "component_list");

    p->listed++;
    if (!json_string(doc, json_get(doc, c, "device_id"), id, sizeof(id)) ||
        !smart_has_components(doc, components))
      continue;
    for (unsigned i = 0; i < d->plugs_num; i++)
      if (strcmp(d->plugs[i].id, id) == 0) {
        d->plugs[i].learned = true;
        d->plugs[i].metered =
            (smart_components(doc, components) & SMART_CAN_METER) != 0;
      }
  }
  after = after_page(p, before, doc, result);
  if (after == SMART_LIST_MORE)
    return after;
  whole =
      !json_number(doc, json_get(doc, result, "sum"), &sum) || p->listed >= sum;
  p->listed = 0;
  return whole ? SMART_LIST_ENDED : SMART_LIST_BAD;
}
