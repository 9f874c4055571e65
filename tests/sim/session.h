/* SPDX-License-Identifier: MIT */
/* Who is logged in at a device: the sessions of the HTTP transports. Newer
 * firmware keeps one; whoever logs in evicts the others. */
#ifndef KASASIM_SESSION_H
#define KASASIM_SESSION_H

#include "base.h"

struct device;
struct spake;
struct text;

#define SESSIONS 8

enum session_state { SESSION_NONE, SESSION_STARTED, SESSION_READY };

struct session {
  enum session_state state;
  char id[33];
  char token[33]; /* AES */
  uint64_t started_ns;
  uint64_t requests;
  int64_t seq;
  uint8_t seeds[2][16]; /* KLAP: the client's and ours */
  uint8_t auth[32];
  size_t auth_len;
  uint8_t key[32];
  uint8_t iv[16];
  uint8_t sig[28];
  /* TPAP */
  struct spake *spake; /* between its two steps */
  uint8_t randoms[64]; /* the client's and ours */
  char cipher[24];
  int aead;
};

/* A new one, started; the oldest makes room. */
struct session *session_new(struct device *d);
/* NULL when there is none, or it has expired. */
struct session *session_find(struct device *d, struct slice id);
/* The login has succeeded: others must go. */
void session_ready(struct device *d, struct session *s);
void session_end(struct session *s);
void session_end_all(struct device *d);
unsigned session_count(const struct device *d);

/* A wrong password. After some of them the device is locked. */
void session_failed(struct device *d);
/* Seconds left, 0 when it is not locked. */
unsigned session_locked_s(const struct device *d);
void session_lock(struct device *d, double seconds);

#endif
