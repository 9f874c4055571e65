/* SPDX-License-Identifier: MIT */
/* Answers of anybody to each step of AES passthrough: see fuzz_web.h. */
#include <config.h>

#include "device/transport/aes.h"
#include "device/transport/aes_crypto.h"

#include "fuzz_web.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

static const char *const fuzz_steps[] = {"handshake", "login", "request", NULL};
static struct aes_session session;

static int fuzz_step(void) {
  return memmem(fuzz_client.body, fuzz_client.len, "\"handshake\"", 11) != NULL
             ? 0
         : strcmp(fuzz_client.path, "/app") == 0 ? 1
                                                 : 2;
}

/* The session's key under the plugin's, which is another in each process. */
static size_t key(uint8_t *out) {
  static char text[BASE64_SIZE(128)];
  uint8_t plain[32], cipher[128];
  size_t len = sizeof(cipher);

  memset(plain, 5, sizeof(plain));
  memcpy(session.key, plain, 16);
  memcpy(session.iv, plain + 16, 16);
  if (text[0] == '\0') {
    BIO *bio = BIO_new_mem_buf(rsa_public_pem(false), -1);
    EVP_PKEY *public = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(public, NULL);

    if (EVP_PKEY_encrypt_init(ctx) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1 ||
        EVP_PKEY_encrypt(ctx, cipher, &len, plain, 32) != 1)
      abort();
    crypto_base64(cipher, len, text);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(public);
    BIO_free(bio);
  }
  return (size_t)sprintf(
      (char *)out, "{\"error_code\":0,\"result\":{\"key\":\"%s\"}}", text);
}

static size_t fuzz_honest(int step, const uint8_t *text, size_t len,
                          uint8_t *out) {
  static const char token[] =
      "{\"error_code\":0,\"result\":{\"token\":\"T0k3n\"}}";
  static const char usual[] = "{\"error_code\":0,\"result\":{}}";
  static char sealed[AES_SEALED(FUZZ_ANSWER_MAX)];
  const void *say = step == 1 ? token : usual;
  size_t say_len = step == 1 ? sizeof(token) - 1 : sizeof(usual) - 1;

  if (step == 0)
    return key(out);
  if (len > 50000) /* base64 makes it longer */
    len = 50000;
  if (aes_seal(&session, len > 0 ? text : say, len > 0 ? len : say_len,
               sealed) < 0)
    abort();
  return (size_t)snprintf((char *)out, FUZZ_ANSWER_MAX,
                          "{\"error_code\":0,\"result\":{\"response\":\"%s\"}}",
                          sealed);
}

static void fuzz_run(struct worker_job *job) { job->run(job); }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct account account = {"user@example.com", "great_password"};
  struct endpoint where = {
      .account = &account, .service = {.login = 2}, .reveal = true};

  if (size > 0)
    where.service.login = data[0] & 3; /* the first letter serves twice */
  return fuzz_login(&transport_aes, &where, data, size);
}
