/* SPDX-License-Identifier: MIT */
/* Answers of anybody to each step of TPAP: see fuzz_web.h. The honest device
 * has no SPAKE2+ of its own: it looks at what the plugin has computed. */
#include <config.h>

#include "device/transport/tpap.h"
#include "device/transport/tpap_work.h"

#include "fuzz_web.h"

static const char *const fuzz_steps[] = {"discover", "register", "share",
                                         "data", NULL};

/* A point of the curve: the generator. */
static const char generator[] = "BGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+"
                                "NC4v4af5uO5+tKfA+eFivOM1drMV7"
                                "Oy7ZAaDe/UfU=";

static struct tpap_keys keys;
static enum aead aead;

static int fuzz_step(void) {
  static const char *const words[] = {"\"discover\"", "\"pake_register\"",
                                      "\"pake_share\""};

  for (int i = 0; i < 3; i++)
    if (strcmp(fuzz_client.path, "/") == 0 &&
        memmem(fuzz_client.body, fuzz_client.len, words[i], strlen(words[i])) !=
            NULL)
      return i;
  return 3;
}

static struct tpap_proof proof; /* of the last work */

static size_t share(uint8_t *out) {
  char confirm[BASE64_SIZE(SHA256_SIZE)];

  crypto_base64(proof.dev_confirm, SHA256_SIZE, confirm);
  if (tpap_derive(proof.shared, aead, &keys) < 0)
    abort();
  return (size_t)sprintf((char *)out,
                         "{\"error_code\":0,\"result\":{\"dev_confirm\":\"%s\","
                         "\"stok\":\"s1\",\"start_seq\":7,\"expired\":600}}",
                         confirm);
}

static size_t say(const char *text, uint8_t *out) {
  return (size_t)sprintf((char *)out, "%s", text);
}

static size_t fuzz_honest(int step, const uint8_t *text, size_t len,
                          uint8_t *out) {
  static const char *const ciphers[] = {"aes_128_ccm", "aes_256_ccm",
                                        "chacha20_poly1305"};
  static const char usual[] = "{\"error_code\":0}";
  uint32_t seq;

  switch (step) {
  case 0:
    return say("{\"error_code\":0,\"result\":{\"mac\":\"AA-BB-CC-11-22-33\","
               "\"tpap\":{\"tls\":0,\"port\":80,\"dac\":true,\"pake\":[2],"
               "\"user_hash_type\":0}}}",
               out);
  case 1:
    aead = (enum aead)(len > 0 ? text[0] % 3 : 0);
    return (size_t)sprintf(
        (char *)out,
        "{\"error_code\":0,\"result\":{\"dev_random\":\"AAAA\",\"dev_salt\":"
        "\"AAAA\",\"dev_share\":\"%s\",\"iterations\":10,\"cipher_suites\":1,"
        "\"encryption\":\"%s\",\"extra_crypt\":{\"type\":\"password_shadow\","
        "\"params\":{\"passwd_id\":2}}}}",
        generator, ciphers[aead]);
  case 2:
    return share(out);
  default:
    seq = (uint32_t)fuzz_client.body[0] << 24 |
          (uint32_t)fuzz_client.body[1] << 16 |
          (uint32_t)fuzz_client.body[2] << 8 | fuzz_client.body[3];
    if (tpap_seal(&keys, seq, len > 0 ? (const void *)text : usual,
                  len > 0 ? len : sizeof(usual) - 1, out) < 0)
      abort();
    return TPAP_SEALED(len > 0 ? len : sizeof(usual) - 1);
  }
}

/* The device's numbers would keep the fuzzer from its work, and what comes out
 * is needed above. */
static void fuzz_run(struct worker_job *job) {
  struct tpap_work *work =
      (struct tpap_work *)(void *)((char *)job -
                                   offsetof(struct tpap_work, job));

  if (work->iterations > 50)
    work->iterations = 50;
  if (work->recipe.rounds > 1000 ||
      strstr(work->recipe.prefix, "rounds=") != NULL)
    work->recipe.rounds = 1000;
  job->run(job);
  proof = work->proof;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct account account = {"user@example.com", "great_password"};
  struct endpoint where = {.account = &account};

  return fuzz_login(&transport_tpap, &where, data, size);
}
