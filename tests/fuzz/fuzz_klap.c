/* SPDX-License-Identifier: MIT */
/* Answers of anybody to each step of KLAP: see fuzz_web.h. */
#include <config.h>

#include "device/transport/klap.h"
#include "device/transport/klap_crypto.h"

#include "fuzz_web.h"

static const char *const fuzz_steps[] = {"handshake1", "handshake2", "request",
                                         NULL};
static struct klap_keys keys;

static int fuzz_step(void) {
  return strcmp(fuzz_client.path, "/app/handshake1") == 0   ? 0
         : strcmp(fuzz_client.path, "/app/handshake2") == 0 ? 1
                                                            : 2;
}

static size_t hello(uint8_t out[KLAP_HELLO]) {
  struct klap_auth auth;

  memset(out, 7, KLAP_SEED);
  if (fuzz_client.len != KLAP_SEED ||
      klap_auth_of(KLAP_V2, "user@example.com", "great_password", &auth) < 0 ||
      klap_server_hash(&auth, fuzz_client.body, out, out + KLAP_SEED) < 0 ||
      klap_derive(&auth, fuzz_client.body, out, &keys) < 0)
    abort();
  return KLAP_HELLO;
}

static size_t fuzz_honest(int step, const uint8_t *text, size_t len,
                          uint8_t *out) {
  static const char usual[] = "{\"error_code\":0}";
  const char *number = strstr(fuzz_client.path, "?seq=");

  if (step == 0)
    return hello(out);
  if (step == 1)
    return 0;
  if (number == NULL)
    abort();
  keys.seq = (int32_t)((uint32_t)strtol(number + 5, NULL, 10) - 1);
  return (size_t)klap_seal(&keys, len > 0 ? (const void *)text : usual,
                           len > 0 ? len : sizeof(usual) - 1, out);
}

static void fuzz_run(struct worker_job *job) { job->run(job); }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct account account = {"user@example.com", "great_password"};
  struct endpoint where = {.account = &account};

  return fuzz_login(&transport_klap, &where, data, size);
}
