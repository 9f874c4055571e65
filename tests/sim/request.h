/* SPDX-License-Identifier: MIT */
/* A request in the IOT dialect, taken apart: modules, methods, and which child
 * it is for. Borrows the request's bytes. */
#ifndef KASASIM_REQUEST_H
#define KASASIM_REQUEST_H

#include "base.h"

#define MAX_CALLS 64
#define MAX_IDS 16

struct call {
  struct slice module;
  struct slice method; /* empty for a module without methods */
  struct slice args;
  bool null_args;
  bool bare; /* the module's value was not an object */
};

enum context {
  CONTEXT_NONE,
  CONTEXT_IDS,   /* possibly zero of them */
  CONTEXT_WRONG, /* child_ids of the wrong type */
  CONTEXT_CRASH, /* "context":"" */
};

struct request {
  struct call calls[MAX_CALLS];
  size_t n_calls;
  enum context context;
  struct slice ids[MAX_IDS];
  size_t n_ids;
};

/* False when it is not one JSON object of modules. */
bool request_parse(struct request *request, const char *p, size_t len);

#endif
