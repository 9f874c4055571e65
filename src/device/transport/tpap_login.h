/* SPDX-License-Identifier: MIT */
/* The messages of TPAP's login (doc/protocol.md, "TPAP"): what is asked, and
 * what the answers say. Answers are anybody's. Pure functions. */
#ifndef DEVICE_TRANSPORT_TPAP_LOGIN_H
#define DEVICE_TRANSPORT_TPAP_LOGIN_H

#include "base/buf.h"
#include "base/json.h"
#include "device/outcome.h"
#include "device/transport/tpap_credential.h"
#include "device/transport/tpap_crypto.h"

#include <netinet/in.h>

enum { TPAP_STOK_SIZE = 200, TPAP_LOGIN_MAX = 1024 };

/* -- discover: how the device wants to be spoken to -- */

extern const char tpap_ask_offer[];

struct tpap_offer {
  uint8_t mac[6];            /* zeros: it did not say */
  int tls;                   /* 0: none, 1: any certificate, 2: TP-Link's */
  in_port_t port;            /* 0: it did not say */
  bool dac;                  /* it can prove that it is genuine */
  bool hash_by_sha256;       /* of the user name, which is always "admin" */
  const char *passcode_type; /* a constant */
};

/* False: it does not speak TPAP. */
bool tpap_read_offer(const struct json *doc, json_ref result,
                     struct tpap_offer *offer);
/* Whether no account is needed to get in. */
bool tpap_is_unbound(const struct tpap_offer *offer);

/* -- pake_register -- */

/* Appends to body: 0 or a negative errno value. */
int tpap_write_register(struct buf *body, const struct tpap_offer *offer,
                        const uint8_t user_random[TPAP_RANDOM]);

struct tpap_challenge {
  enum aead aead;
  uint8_t dev_random[64];
  size_t dev_random_len;
  uint8_t dev_share[P256_POINT];
  size_t dev_share_len;
  uint8_t salt[TPAP_SALT_MAX];
  size_t salt_len;
  long iterations;
  struct tpap_recipe recipe;
};

/* OUTCOME_OK, or what is wrong with it. */
enum outcome tpap_read_challenge(const struct json *doc, json_ref result,
                                 struct tpap_challenge *challenge,
                                 const char **why);

/* What is said of a recipe that turns out not to work only later. */
extern const char tpap_no_recipe[];

/* -- pake_share -- */

/* with_nonce: asks for the proof that the device is genuine. */
int tpap_write_share(struct buf *body, const struct tpap_proof *proof,
                     bool with_nonce);

struct tpap_session {
  bool confirmed; /* there was something to compare: */
  uint8_t dev_confirm[SHA256_SIZE];
  bool good; /* what follows makes sense */
  char stok[TPAP_STOK_SIZE];
  uint32_t seq;
  long lifetime; /* s; 0: it did not say */
};

void tpap_read_session(const struct json *doc, json_ref result,
                       struct tpap_session *session);

/* For how long it locks everybody out, s. */
unsigned tpap_read_lock(const struct json *doc, json_ref root);

#endif
