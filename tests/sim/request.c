/* SPDX-License-Identifier: MIT */
/* Taking a request apart. */
#include "request.h"

#include "json.h"

#include <string.h>

static bool same(struct slice a, struct slice b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

/* Of duplicate methods of one module the last wins, in the first one's place.
 */
static bool add_call(struct request *r, const struct call *call) {
  for (size_t i = 0; i < r->n_calls; i++) {
    struct call *old = &r->calls[i];
    if (same(old->module, call->module) && same(old->method, call->method)) {
      *old = *call;
      return true;
    }
  }
  if (r->n_calls == MAX_CALLS)
    return false;
  r->calls[r->n_calls++] = *call;
  return true;
}

static bool module_parse(struct request *r, struct cursor *c,
                         struct slice module) {
  struct call call = {.module = module};
  bool first = true;
  int more;
  if (!json_enter(c, '{')) {
    call.bare = true;
    return json_value(c, &call.args) != JSON_BAD && add_call(r, &call);
  }
  while ((more = json_next(c, '}', &first, &call.method)) == 1) {
    enum json_type type = json_value(c, &call.args);
    call.null_args = type == JSON_NULL;
    if (type == JSON_BAD || !add_call(r, &call))
      return false;
  }
  if (more == 0 && call.method.p == NULL)
    return add_call(r, &call); /* "system":{} */
  return more == 0;
}

static void ids_parse(struct request *r, struct slice list) {
  struct cursor c = {list.p, list.p + list.len};
  bool first = true;
  r->context = CONTEXT_IDS;
  json_enter(&c, '[');
  while (json_next(&c, ']', &first, NULL) == 1) {
    struct slice id;
    if (json_value(&c, &id) != JSON_STRING) {
      r->context = CONTEXT_WRONG;
      return;
    }
    if (r->n_ids < MAX_IDS)
      r->ids[r->n_ids++] = id;
  }
}

static bool context_parse(struct request *r, struct cursor *c) {
  struct slice whole, key, value;
  bool first = true, ignored = r->context != CONTEXT_NONE;
  enum json_type type = json_value(c, &whole);
  if (type == JSON_BAD || ignored)
    return type != JSON_BAD; /* only the first context counts */
  if (type != JSON_OBJECT) {
    r->context = type == JSON_STRING ? CONTEXT_CRASH : CONTEXT_WRONG;
    return true;
  }
  struct cursor in = {whole.p, whole.p + whole.len};
  json_enter(&in, '{');
  while (json_next(&in, '}', &first, &key) == 1) {
    type = json_value(&in, &value);
    if (!slice_is(key, "child_ids"))
      continue;
    if (type == JSON_ARRAY)
      ids_parse(r, value);
    else
      r->context = CONTEXT_WRONG;
  }
  return true;
}

bool request_parse(struct request *r, const char *p, size_t len) {
  struct cursor c = {p, p + len};
  struct slice module;
  bool first = true;
  int more;
  r->n_calls = r->n_ids = 0;
  r->context = CONTEXT_NONE;
  if (!json_enter(&c, '{'))
    return false;
  while ((more = json_next(&c, '}', &first, &module)) == 1) {
    bool good = slice_is(module, "context") ? context_parse(r, &c)
                                            : module_parse(r, &c, module);
    if (!good)
      return false;
  }
  return more == 0 && json_done(&c);
}
