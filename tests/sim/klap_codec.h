/* SPDX-License-Identifier: MIT */
/* Formulas of KLAP: hashes of both versions, session keys, messages. */
#ifndef KASASIM_KLAP_CODEC_H
#define KASASIM_KLAP_CODEC_H

#include "session.h"
#include "text.h"

/* v1 and v2; mixed: the hash of v2 with the formulas of v1. */
enum klap_version { KLAP_V1, KLAP_V2, KLAP_MIXED };

/* Returns its length. */
size_t klap_auth_hash(enum klap_version version, const char *user,
                      const char *password, uint8_t out[32]);
/* From the session's seeds and hash. */
void klap_server_hash(enum klap_version version, const struct session *s,
                      uint8_t out[32]);
void klap_client_hash(enum klap_version version, const struct session *s,
                      uint8_t out[32]);
/* Key, iv, seq and sig of the session. */
void klap_keys(struct session *s);

enum klap_flaw { KLAP_SOUND, KLAP_BAD_PADDING, KLAP_BAD_SIGNATURE };
/* Appends signature and cipher text. */
void klap_seal(const struct session *s, int32_t seq, const void *plain,
               size_t len, enum klap_flaw flaw, struct text *out);
/* False when signature, length or padding are wrong. */
bool klap_unseal(const struct session *s, int32_t seq, const void *message,
                 size_t len, struct text *plain);

#endif
