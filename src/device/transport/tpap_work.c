/* SPDX-License-Identifier: MIT */
/* The long computations of a TPAP login: see tpap_work.h. */
#include <config.h>

#include "device/transport/tpap_work.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct tpap_work *work_of(struct worker_job *job) {
  return (struct tpap_work *)(void *)((char *)job -
                                      offsetof(struct tpap_work, job));
}

/* What w0 and w1 depend on. */
static int fingerprint(const struct tpap_work *w, uint8_t out[SHA256_SIZE]) {
  const struct span parts[] = {
      {&w->unbound, sizeof(w->unbound)},
      {w->mac, sizeof(w->mac)},
      {w->user, sizeof(w->user)},
      {w->pass, sizeof(w->pass)},
      {&w->salt_len, sizeof(w->salt_len)},
      {w->salt, sizeof(w->salt)},
      {&w->iterations, sizeof(w->iterations)},
      {&w->recipe, sizeof(w->recipe)},
  };

  return crypto_digest(DIGEST_SHA256, parts, sizeof(parts) / sizeof(parts[0]),
                       out);
}

static int make_secrets(struct tpap_work *w) {
  char credential[TPAP_CREDENTIAL_MAX];
  int err = w->unbound ? tpap_default_credential(w->mac, credential)
                       : tpap_credential(&w->recipe, w->user, w->pass, w->mac,
                                         credential);

  if (err == 0 && atomic_load(&w->job.cancelled))
    err = -ECANCELED;
  if (err == 0)
    err = tpap_secrets(credential, w->salt, w->salt_len, w->iterations,
                       &w->job.cancelled, w->memory.w0, w->memory.w1);
  crypto_wipe(credential, sizeof(credential));
  return err;
}

static void run(struct worker_job *job) {
  struct tpap_work *w = work_of(job);
  uint8_t of[SHA256_SIZE];

  w->err = fingerprint(w, of);
  if (w->err == 0 && !crypto_same(of, w->memory.of, sizeof(of))) {
    w->err = make_secrets(w);
    memcpy(w->memory.of, of, sizeof(of));
  }
  if (w->err == 0) {
    memcpy(w->input.w0, w->memory.w0, P256_SCALAR);
    memcpy(w->input.w1, w->memory.w1, P256_SCALAR);
    w->err = spake2p_random(w->input.x);
  }
  if (w->err == 0)
    w->err = tpap_prove(&w->input, &w->proof);
  if (w->err != 0)
    crypto_wipe(&w->memory, sizeof(w->memory));
}

static void drop(struct worker_job *job) { tpap_work_free(work_of(job)); }

static bool copy_text(const char *from, char to[TPAP_TEXT_MAX]) {
  return snprintf(to, TPAP_TEXT_MAX, "%s", from) < TPAP_TEXT_MAX;
}

struct tpap_work *tpap_work_create(const struct tpap_offer *offer,
                                   const struct tpap_challenge *c,
                                   const struct account *account,
                                   const uint8_t user_random[TPAP_RANDOM],
                                   enum tpap_w0 form,
                                   const struct tpap_memory *memory) {
  struct tpap_work *w = calloc(1, sizeof(*w));

  if (w == NULL)
    return NULL;
  w->job = (struct worker_job){.run = run, .drop = drop};
  w->unbound = tpap_is_unbound(offer);
  memcpy(w->mac, offer->mac, sizeof(w->mac));
  memcpy(w->salt, c->salt, c->salt_len);
  w->salt_len = c->salt_len;
  w->iterations = c->iterations;
  memcpy(&w->recipe, &c->recipe, sizeof(w->recipe));
  w->input.form = form;
  memcpy(w->input.user_random, user_random, TPAP_RANDOM);
  memcpy(w->input.dev_random, c->dev_random, c->dev_random_len);
  w->input.dev_random_len = c->dev_random_len;
  memcpy(w->input.dev_share, c->dev_share, c->dev_share_len);
  w->input.dev_share_len = c->dev_share_len;
  w->memory = *memory;
  if (w->unbound || (account != NULL && copy_text(account->user, w->user) &&
                     copy_text(account->pass, w->pass)))
    return w;
  tpap_work_free(w);
  return NULL;
}

void tpap_work_free(struct tpap_work *w) {
  if (w == NULL)
    return;
  crypto_wipe(w, sizeof(*w));
  free(w);
}
