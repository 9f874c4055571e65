/* SPDX-License-Identifier: MIT */
/* A small KLAP device for tests, and what is odd about it. Each test program
 * has one. */
#ifndef TESTS_UNIT_SUPPORT_KLAP_DEVICE_H
#define TESTS_UNIT_SUPPORT_KLAP_DEVICE_H

#include "device/transport/klap_crypto.h"

#include "server.h"
#include "suite.h"
#include "wipe.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct device_side {
  const char *user, *pass;
  enum klap_version version;
  long timeout;
  int status_hello, status_proof; /* instead of 200 */
  int hello_len;                  /* instead of 48 */
  bool html;                      /* a page in place of the hello */
  int evict;     /* after so many requests of a session: 403; 0: never */
  bool one_shot; /* garbage from the second request of a session on */
  int garbage;   /* so many answers are an HTML page */
  bool close;
  bool plain; /* decrypts to no JSON */
  bool huge;
  bool no_cookie; /* and wants none */
  bool unpadded;  /* the answer's padding is none */
  bool stale;     /* answers under the number before */
  bool replays;   /* answers what it answered first in the session */
  bool scrawls;   /* its signatures are its own */
  int cut;        /* the answer ends after so many bytes; -1: none are left */
  /* The answer to one step, instead: */
  struct {
    const char *at; /* in the path; NULL: to none */
    int status;
    const char *body;
  } instead;
  /* inside */
  struct klap_auth auth;
  struct klap_keys keys;
  uint8_t local[16], remote[16];
  bool proved;
  int in_session;
  atomic_int hellos;
  char said[300];
} dev;

static void answer_hello(const struct server_request *r,
                         struct server_answer *a) {
  ck_assert_uint_eq(r->len, 16);
  ck_assert_str_eq(r->cookie, "");
  dev.hellos++;
  dev.proved = false;
  dev.in_session = 0;
  memcpy(dev.local, r->body, 16);
  crypto_random(dev.remote, 16);
  klap_auth_of(dev.version, dev.user, dev.pass, &dev.auth);
  memcpy(a->body, dev.remote, 16);
  klap_server_hash(&dev.auth, dev.local, dev.remote, (uint8_t *)a->body + 16);
  a->len = 48;
  if (dev.html)
    memcpy(a->body, "<html><body><center>200</center></body></html>\r\n", 48);
  if (dev.hello_len != 0)
    a->len = (size_t)dev.hello_len;
  a->headers = "Set-Cookie: TP_SESSIONID=ABCDEF0123;TIMEOUT=86400\r\n";
  if (dev.no_cookie)
    a->headers = NULL;
  if (dev.timeout == 1)
    a->headers = "set-cookie: TP_SESSIONID=ABCDEF0123;TIMEOUT=1\r\n";
  if (dev.status_hello != 0)
    a->status = dev.status_hello;
}

static const char *wanted_cookie(void) {
  return dev.no_cookie ? "" : "TP_SESSIONID=ABCDEF0123";
}

static void answer_proof(const struct server_request *r,
                         struct server_answer *a) {
  uint8_t expected[32];

  klap_client_hash(&dev.auth, dev.local, dev.remote, expected);
  a->status = r->len == 32 && memcmp(expected, r->body, 32) == 0 &&
                      strcmp(r->cookie, wanted_cookie()) == 0
                  ? 200
                  : 403;
  if (dev.status_proof != 0)
    a->status = dev.status_proof;
  dev.proved = a->status == 200;
  klap_derive(&dev.auth, dev.local, dev.remote, &dev.keys);
  wipe_secret("the account's hash", dev.auth.hash, dev.auth.len);
  wipe_secret("the session's key", dev.keys.key, sizeof(dev.keys.key));
  wipe_secret("the session's sig", dev.keys.sig, sizeof(dev.keys.sig));
  wipe_secret("the session's iv", dev.keys.iv, sizeof(dev.keys.iv));
}

static void answer_request(const struct server_request *r,
                           struct server_answer *a) {
  static char body[70000];
  static char first[500];
  static size_t first_len;
  char *text;
  int len;

  if (!dev.proved || (dev.evict > 0 && dev.in_session >= dev.evict) ||
      strcmp(r->cookie, wanted_cookie()) != 0) {
    a->status = 403;
    return;
  }
  dev.in_session++;
  memcpy(body, r->body, r->len);
  dev.keys.seq = atoi(strstr(r->path, "?seq=") + 5);
  len = klap_open(&dev.keys, (uint8_t *)body, r->len, &text);
  ck_assert_int_gt(len, 0);
  snprintf(dev.said, sizeof(dev.said), "%.*s", len, text);
  if (dev.garbage > 0 || (dev.one_shot && dev.in_session > 1)) {
    dev.garbage -= dev.garbage > 0;
    a->len = (size_t)sprintf(a->body, "<html>busy</html>");
    return;
  }
  if (dev.huge) {
    a->len = 70000;
    return;
  }
  dev.keys.seq -= 1 + dev.stale;
  len = snprintf(body, sizeof(body), "%s{\"you said\":%s}",
                 dev.plain ? "not " : "", dev.said);
  while (dev.unpadded && len % 16 != 0) /* then the padding is a block */
    body[len++] = '}';
  a->len = (size_t)klap_seal(&dev.keys, body, (size_t)len, (uint8_t *)a->body);
  a->len -= dev.unpadded ? 16 : 0;
  if (dev.cut != 0)
    a->len = dev.cut > 0 ? (size_t)dev.cut : 0;
  if (dev.scrawls)
    memset(a->body, dev.in_session, 32);
  if (dev.replays && dev.in_session > 1)
    memcpy(a->body, first, a->len = first_len);
  if (dev.in_session == 1 && a->len <= sizeof(first))
    memcpy(first, a->body, first_len = a->len);
}

static bool answer_instead(const struct server_request *r,
                           struct server_answer *a) {
  if (dev.instead.at == NULL || strstr(r->path, dev.instead.at) == NULL)
    return false;
  a->status = dev.instead.status;
  a->len = (size_t)sprintf(a->body, "%s", dev.instead.body);
  return true;
}

static void answer(void *arg, const struct server_request *r,
                   struct server_answer *a) {
  (void)arg;
  ck_assert_ptr_nonnull(
      strstr(r->head, "\r\nContent-Type: application/octet-stream\r\n"));
  ck_assert_ptr_nonnull(strstr(r->head, "\r\nHost: 127.0.0.1"));
  ck_assert_ptr_null(strstr(r->head, "Expect"));
  ck_assert_ptr_null(strstr(r->head, "chunked"));
  a->close = dev.close;
  if (answer_instead(r, a))
    return;
  if (strcmp(r->path, "/app/handshake1") == 0)
    answer_hello(r, a);
  else if (strcmp(r->path, "/app/handshake2") == 0)
    answer_proof(r, a);
  else if (strncmp(r->path, "/app/request?seq=", 17) == 0)
    answer_request(r, a);
  else
    a->status = 404;
}

#endif
