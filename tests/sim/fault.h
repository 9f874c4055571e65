/* SPDX-License-Identifier: MIT */
/* What can go wrong on command: the names, their parameters, and which are
 * active on a device. What each one does is done where it belongs: fault_socket
 * kinds by the transport, fault_reply kinds in spoil.c, the rest by the
 * dialect. */
#ifndef KASASIM_FAULT_H
#define KASASIM_FAULT_H

#include "base.h"

struct cJSON;
struct text;

enum fault_id {
  /* the socket */
  FAULT_REFUSE,
  FAULT_DROP,
  FAULT_GONE,
  FAULT_SILENCE,
  FAULT_RESET,
  FAULT_EOF,
  FAULT_DELAY,
  FAULT_DRIP,
  FAULT_SEGMENTS,
  /* the frame or the text in it */
  FAULT_TRUNCATED,
  FAULT_TRUNCATED_JSON,
  FAULT_GARBAGE,
  FAULT_WRONG_LENGTH,
  FAULT_HUGE,
  FAULT_DEEP,
  FAULT_HTML,
  FAULT_TRAILING,
  FAULT_STRINGS,
  FAULT_NANLIKE,
  /* HTTP and the cryptography in it */
  FAULT_HTTP_STATUS,
  FAULT_HTTP_FORM,
  FAULT_COOKIE,
  FAULT_WRONG_HASH,
  FAULT_HANDSHAKE_LENGTH,
  FAULT_CUT_CIPHER,
  FAULT_BAD_PADDING,
  FAULT_FORGED,
  FAULT_STALE_SEQ,
  FAULT_NOT_BASE64,
  FAULT_TRANSPORT_ERROR,
  FAULT_BAD_POINT,
  FAULT_ITERATIONS,
  FAULT_SALT,
  FAULT_SUITE,
  FAULT_WRONG_CONFIRM,
  /* what the device says */
  FAULT_CONTROL_CHARS,
  FAULT_ERR_MODULE,
  FAULT_ERR_METHOD,
  FAULT_NEGATIVE,
  FAULT_METHOD,
  FAULT_LACKS,
  FAULT_FOREIGN_MAC,
  /* UDP */
  FAULT_UDP_SILENT,
  FAULT_UDP_GARBAGE,
  FAULT_UDP_DELAY,
  FAULT_UDP_FORM,
  N_FAULTS
};

struct fault {
  bool active;
  int64_t left;    /* uses; negative = until cleared */
  double number;   /* ms, segments, KiB, depth, error code, .. */
  double interval; /* drip, segments: ms between */
  char word[96];   /* a module, methods, a MAC, a number-like word */
  char how[24];    /* method: what becomes of its answers */
  int plug;        /* err_*, negative, method: only this plug; -1 = any */
};

struct faults {
  struct fault list[N_FAULTS];
};

/* Reads {"fault":name, "count":..} into the device's set, which is made when
 * first needed. The name "none" clears all. Returns what is wrong, or NULL. */
const char *fault_set(struct faults **faults, const struct cJSON *json);

/* The fault if it is active; NULL otherwise. Never counts. */
const struct fault *fault_peek(const struct faults *faults, enum fault_id id);
/* The same, and counts this use: after the last one it is over. */
const struct fault *fault_use(struct faults *faults, enum fault_id id);

/* What the fault "method" makes of one method's answer. */
enum method_fault {
  METHOD_SOUND, /* or the whole answer it is in is spoilt on its way */
  METHOD_ERROR, /* an error code stands in its place */
  METHOD_LIST,  /* [] does */
};

/* Counts a use when the fault "method" names this method and
 * outlet. A fault that spoils whole answers becomes
 * active for the answer that is being made. */
enum method_fault fault_method(struct faults *faults, struct slice method,
                               int plug, int *code);

/* ["delay","strings"] */
void fault_list(const struct faults *faults, struct text *out);
/* One line per fault, for --help. */
void fault_help(struct text *out);

#endif
