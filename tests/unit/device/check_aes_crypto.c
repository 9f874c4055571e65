/* SPDX-License-Identifier: MIT */
/* AES passthrough against the vectors of doc/protocol.md; our own RSA key. */
#include <config.h>

#include "device/transport/aes_crypto.h"

#include "../support/bytes.h"
#include "../support/suite.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

static struct aes_session session;

static void setup(void) {
  unhex("101112131415161718191a1b1c1d1e1f", session.key, 16);
  unhex("202122232425262728292a2b2c2d2e2f", session.iv, 16);
}

static const struct {
  const char *text, *sealed;
} texts[] = {
    {"{\"method\":\"get_device_info\"}",
     "n3m5exuZdnPXx5uyMLiee5gGjZnFSfa2HEa1RQJdFc8="},
    {"{\"method\":\"login_device\",\"params\":{\"password2\":"
     "\"Njk4Nzg5Yzk0YTFiYzFiZjFiYzI3MzBiYjUxM2FjZDlmZWM5MzZmOA==\","
     "\"username\":\"NjNhNzEwNTY5MjYxYTI0YjM3NjYyNzViNzAwMGNlOGQ3YjMyZTJmNw=="
     "\"}"
     ",\"request_time_milis\":1700000000000}",
     "K6dsT55RedLJxCgKUJW7d3pRnS3v7nFgdbtsV62gTDMFULR9G+d3X1BBaO9BT5bx"
     "7mI+oNar7jsNYYyd11dNPumNQRyzXWwXpQrXEXL6MgNFbwbZJ6F9AtHphN15d2b2"
     "qvVKAcxbM76vsGkdQknSe9RdenLGOZLqtc2olnTcfdxVSoqUJZgrq5UnSUbobILz"
     "w6A9FIapCQABU7OvdwF6wiY1aBG+fbyj40lnZaIn7x7s+PVoYToK4jEVcqGsGn/f"
     "NLSdOctkI6+p/A23Xng2y1NfkJUmOfJdNxeCGgqxaVs="},
};

START_TEST(texts_are_sealed_and_opened) {
  char out[AES_SEALED(300)];
  size_t len = strlen(texts[_i].text);
  int sealed = aes_seal(&session, texts[_i].text, len, out);

  ck_assert_int_eq(sealed, (int)strlen(texts[_i].sealed));
  ck_assert_str_eq(out, texts[_i].sealed);
  ck_assert_int_eq(aes_open(&session, out, (size_t)sealed), (int)len);
  ck_assert_mem_eq(out, texts[_i].text, len);
}
END_TEST

static const char *const broken[] = {
    "",
    "{}",
    "no base64 at all",
    "AAAA",
    "n3m5exuZdnPXx5uyMLiee5gGjZnFSfa2",
    "AAAAAAAAAAAAAAAAAAAAAA==",
};

START_TEST(what_does_not_open_is_told) {
  char text[64];

  strcpy(text, broken[_i]);
  ck_assert_int_eq(aes_open(&session, text, strlen(text)), -EBADMSG);
}
END_TEST

START_TEST(names_and_passwords_are_hashed) {
  char out[AES_NAME_SIZE];

  ck_assert_int_eq(aes_hashed("user@example.com", out), 0);
  ck_assert_str_eq(out,
                   "NjNhNzEwNTY5MjYxYTI0YjM3NjYyNzViNzAwMGNlOGQ3YjMyZTJmNw==");
  ck_assert_int_eq(aes_hashed("great_password", out), 0);
  ck_assert_str_eq(out,
                   "Njk4Nzg5Yzk0YTFiYzFiZjFiYzI3MzBiYjUxM2FjZDlmZWM5MzZmOA==");
}
END_TEST

/* What a device does with our public key. */
static size_t wrap(const uint8_t *plain, size_t len, char *out) {
  const char *pem = rsa_public_pem(true);
  BIO *bio = BIO_new_mem_buf(pem, -1);
  EVP_PKEY *key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
  EVP_PKEY_CTX *ctx;
  uint8_t cipher[128];
  size_t cipher_len = sizeof(cipher);

  ck_assert_ptr_nonnull(key);
  ctx = EVP_PKEY_CTX_new(key, NULL);
  ck_assert_int_eq(EVP_PKEY_encrypt_init(ctx), 1);
  ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING), 1);
  ck_assert_int_eq(EVP_PKEY_encrypt(ctx, cipher, &cipher_len, plain, len), 1);
  EVP_PKEY_CTX_free(ctx);
  EVP_PKEY_free(key);
  BIO_free(bio);
  return crypto_base64(cipher, cipher_len, out);
}

START_TEST(the_handshake_brings_key_and_iv) {
  struct aes_session got;
  uint8_t plain[32];
  char text[BASE64_SIZE(128)];
  size_t len;

  for (size_t i = 0; i < sizeof(plain); i++)
    plain[i] = (uint8_t)i;
  len = wrap(plain, sizeof(plain), text);
  ck_assert_int_eq(aes_take_key(text, len, &got), 0);
  ck_assert_mem_eq(got.key, plain, 16);
  ck_assert_mem_eq(got.iv, plain + 16, 16);
  ck_assert_int_eq(aes_take_key(text, len - 4, &got), -EBADMSG);
  ck_assert_int_eq(aes_take_key("", 0, &got), -EBADMSG);
  len = wrap(plain, 31, text);
  ck_assert_int_eq(aes_take_key(text, len, &got), -EBADMSG);
}
END_TEST

START_TEST(the_key_has_the_length_devices_expect) {
  static const char around[] = "{\"method\":\"handshake\",\"params\":{\"key\":"
                               "\"\"}}";
  const char *pem = rsa_public_pem(true);
  size_t newlines = 0;

  ck_assert_ptr_nonnull(pem);
  for (const char *c = pem; *c != '\0'; c++)
    newlines += *c == '\n';
  ck_assert_uint_eq(newlines, 3);
  ck_assert_uint_eq(strlen(pem) + newlines + sizeof(around) - 1, 314);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, NULL);
  tcase_add_loop_test(t, texts_are_sealed_and_opened, 0, ROWS(texts));
  tcase_add_loop_test(t, what_does_not_open_is_told, 0, ROWS(broken));
  tcase_add_test(t, names_and_passwords_are_hashed);
  tcase_add_test(t, the_handshake_brings_key_and_iv);
  tcase_add_test(t, the_key_has_the_length_devices_expect);
}

int main(void) { return suite_run("aes_crypto", fill); }
