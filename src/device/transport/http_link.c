/* SPDX-License-Identifier: MIT */
/* What HTTP transports have in common: see http_link.h. */
#include <config.h>

#include "device/transport/http_link.h"

#include "device/crypto/crypto.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  LIFETIME_DEFAULT = 86400,
  LIFETIME_MAX = 30 * 86400,
  /* Devices' clocks drift: sessions end earlier than announced. */
  RENEW_BEFORE = 1200,
  /* So many answers of no use in a row, more than the parts of a strip that
   * may fail in one poll: the session is in doubt once more. */
  USELESS_MAX = 16,
};

bool http_link_init(struct http_link *l, struct transport_env *env,
                    const struct endpoint *where,
                    const struct transport *transport, http_client_done *done,
                    void *arg) {
  l->env = env;
  l->where = *where;
  if (l->where.address.sin_port == 0)
    l->where.address.sin_port =
        htons(where->service.tls ? transport->port_tls : transport->port);
  if (env->http == NULL)
    return false;
  l->client = http_client_create(
      env->http, &l->where.address,
      where->service.tls ? HTTP_CLIENT_TLS : HTTP_CLIENT_PLAIN, done, arg);
  return l->client != NULL;
}

void http_link_forget(struct http_link *l) {
  if (l->request != NULL)
    crypto_wipe(l->request, l->request_len);
  free(l->request);
  l->request = NULL;
  l->done = NULL;
}

void http_link_close(struct http_link *l) {
  http_client_free(l->client);
  http_link_forget(l);
}

int http_link_begin(struct http_link *l, const void *request, size_t len,
                    link_done *done, void *arg) {
  l->request = malloc(len > 0 ? len : 1);
  if (l->request == NULL)
    return -ENOMEM;
  memcpy(l->request, request, len);
  l->request_len = len;
  l->done = done;
  l->arg = arg;
  l->renewed = !http_link_is_open(l); /* the first is as good as a second */
  return 0;
}

void http_link_finish(struct http_link *l, enum outcome outcome, char *answer,
                      size_t len, const char *why) {
  link_done *done = l->done;
  void *arg = l->arg;
  char text[WHY_SIZE] = "";

  if (outcome == OUTCOME_OK)
    l->given_up = l->useless = 0;
  else
    snprintf(text, sizeof(text), "%s", why); /* done may close the link */
  http_link_forget(l);
  done(arg, outcome, answer, len, text);
}

void http_link_fail(struct http_link *l, enum outcome outcome,
                    const char *format, ...) {
  va_list args;

  va_start(args, format);
  vsnprintf(l->why, sizeof(l->why), format, args);
  va_end(args);
  http_link_finish(l, outcome, NULL, 0, l->why);
}

void http_link_opened(struct http_link *l, long lifetime) {
  l->entered = true;
  if (lifetime <= 0)
    lifetime = LIFETIME_DEFAULT;
  if (lifetime > LIFETIME_MAX)
    lifetime = LIFETIME_MAX;
  lifetime = lifetime > RENEW_BEFORE ? lifetime - RENEW_BEFORE : lifetime / 2;
  l->expires_us = loop_now_us(l->env->loop) + (uint64_t)lifetime * 1000000 + 1;
}

bool http_link_is_open(const struct http_link *l) {
  return l->expires_us != 0 && loop_now_us(l->env->loop) < l->expires_us;
}

bool http_link_doubts(struct http_link *l) {
  l->stubborn |= l->renewed;
  if (++l->useless < USELESS_MAX)
    return !l->stubborn;
  l->useless = 0;
  return !l->renewed;
}

static const char FOREIGN[] = "it belongs to another account than %.40s: give "
                              "its Username and Password in a <Device> block";

bool http_link_is_barred(struct http_link *l, const char **why) {
  if (!l->where.foreign || l->where.account == NULL || http_link_is_open(l))
    return false;
  snprintf(l->why, sizeof(l->why), FOREIGN, l->where.account->user);
  *why = l->why;
  return true;
}

void http_link_fail_account(struct http_link *l) {
  const struct account *a = l->where.account;

  if (l->where.own_only && a != NULL)
    http_link_fail(l, OUTCOME_AUTH,
                   "it no longer proves that it knows the account %.40s, as it "
                   "did before: was it reset, or is it another device?",
                   a->user);
  else if (a == NULL)
    http_link_fail(l, OUTCOME_AUTH,
                   "it wants a TP-Link account: set Username and Password, or "
                   "PasswordFile, in <Plugin kasa>");
  else if (l->where.foreign)
    http_link_fail(l, OUTCOME_AUTH, FOREIGN, a->user);
  else
    http_link_fail(l, OUTCOME_AUTH,
                   "it does not accept the account %.40s: check the password; "
                   "if that is right, add the device in the app again",
                   a->user);
}
