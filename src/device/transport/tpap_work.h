/* SPDX-License-Identifier: MIT */
/* The long computations of a TPAP login, as a job for the worker: the
 * password's way through the device's recipe and PBKDF2, then SPAKE2+ itself.
 * Together they take from some milliseconds to a second, as the device
 * chooses. */
#ifndef DEVICE_TRANSPORT_TPAP_WORK_H
#define DEVICE_TRANSPORT_TPAP_WORK_H

#include "base/worker.h"
#include "device/transport.h"
#include "device/transport/tpap_login.h"

/* What the password has become for one device. It spares the first half of the
 * work as long as the device asks for the same; wiped with whom it belongs
 * to. Zeros: nothing is known. */
struct tpap_memory {
  uint8_t of[SHA256_SIZE]; /* account, recipe, salt and iterations */
  uint8_t w0[P256_SCALAR], w1[P256_SCALAR];
};

struct tpap_work {
  struct worker_job job;
  /* goes in */
  bool unbound; /* by the unbound device's credential */
  uint8_t mac[6];
  char user[TPAP_TEXT_MAX], pass[TPAP_TEXT_MAX];
  uint8_t salt[TPAP_SALT_MAX];
  size_t salt_len;
  long iterations;
  struct tpap_recipe recipe;
  struct tpap_input input; /* but w0, w1 and x */
  /* comes out: */
  struct tpap_memory memory;
  int err; /* -EINVAL: recipe, salt or iterations; -EBADMSG: the share */
  struct tpap_proof proof;
  void *owner; /* the caller's */
};

/* For the device's challenge. account is copied; NULL only for unbound
 * devices. job.done is left to the caller. NULL: out of memory, or the account
 * is too long. */
struct tpap_work *tpap_work_create(const struct tpap_offer *offer,
                                   const struct tpap_challenge *challenge,
                                   const struct account *account,
                                   const uint8_t user_random[TPAP_RANDOM],
                                   enum tpap_w0 form,
                                   const struct tpap_memory *memory);
/* Wipes and frees; NULL is fine. */
void tpap_work_free(struct tpap_work *work);

#endif
