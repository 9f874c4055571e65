/* SPDX-License-Identifier: MIT */
/* The primitives: digests, key derivation, ciphers, text forms of bytes. */
#include <config.h>

#include "device/crypto/cipher.h"
#include "device/crypto/crypto.h"

#include "../support/bytes.h"
#include "../support/suite.h"

#include <errno.h>

START_TEST(digests_take_parts) {
  const struct span parts[] = {{"a", 1}, {"", 0}, {"bc", 2}};
  uint8_t out[32];

  ck_assert_int_eq(crypto_digest(DIGEST_MD5, parts, 3, out), 0);
  assert_hex("md5", out, 16, "900150983cd24fb0d6963f7d28e17f72");
  ck_assert_int_eq(crypto_digest(DIGEST_SHA1, parts, 3, out), 0);
  assert_hex("sha1", out, 20, "a9993e364706816aba3e25717850c26c9cd0d89d");
  ck_assert_int_eq(crypto_digest(DIGEST_SHA256, parts, 3, out), 0);
  assert_hex(
      "sha256", out, 32,
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

/* RFC 5869, test case 1 (its info is binary without a zero byte). */
START_TEST(keys_derive_as_the_rfc_says) {
  uint8_t key[22], salt[13], info[11] = {0}, out[42];

  memset(key, 0x0b, sizeof(key));
  unhex("000102030405060708090a0b0c", salt, sizeof(salt));
  unhex("f0f1f2f3f4f5f6f7f8f9", info, sizeof(info));
  ck_assert_int_eq(crypto_hkdf(key, sizeof(key), salt, sizeof(salt),
                               (const char *)info, out, sizeof(out)),
                   0);
  assert_hex("okm", out, sizeof(out),
             "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
             "34007208d5b887185865");
}
END_TEST

START_TEST(cbc_refuses_what_it_did_not_make) {
  uint8_t key[16] = "0123456789abcdef";
  uint8_t iv[16] = "fedcba9876543210";
  uint8_t out[64];
  char text[33] = "";
  int len;

  for (size_t n = 0; n <= 32; n++) {
    memset(text, 'x', n);
    len = crypto_cbc_encrypt(key, iv, text, n, out);
    ck_assert_int_eq(len, (int)((n / 16 + 1) * 16));
    ck_assert_int_eq(crypto_cbc_decrypt(key, iv, out, (size_t)len, out),
                     (int)n);
    ck_assert_mem_eq(out, text, n);
  }
  ck_assert_int_eq(crypto_cbc_decrypt(key, iv, out, 0, out), -EBADMSG);
  ck_assert_int_eq(crypto_cbc_decrypt(key, iv, out, 15, out), -EBADMSG);
  ck_assert_int_eq(crypto_cbc_decrypt(key, iv, out, 17, out), -EBADMSG);
  len = crypto_cbc_encrypt(key, iv, "abc", 3, out);
  key[0] ^= 1; /* the padding comes out wrong, all but surely */
  ck_assert_int_eq(crypto_cbc_decrypt(key, iv, out, (size_t)len, out),
                   -EBADMSG);
}
END_TEST

START_TEST(sealed_texts_open_only_unchanged) {
  uint8_t key[32] = "key key key key key key key key";
  uint8_t nonce[AEAD_NONCE] = "nonce nonce";
  uint8_t sealed[64 + AEAD_TAG];
  uint8_t copy[64 + AEAD_TAG];
  enum aead aead = (enum aead)_i;
  static const char text[] = "twenty-five bytes of text";
  size_t len = sizeof(text) - 1;

  ck_assert_int_eq(crypto_seal(aead, key, nonce, text, len, sealed), 0);
  for (size_t i = 0; i < len + AEAD_TAG; i++) {
    memcpy(copy, sealed, sizeof(copy));
    copy[i] ^= 0x40;
    ck_assert_int_eq(crypto_open(aead, key, nonce, copy, len + AEAD_TAG, copy),
                     -EBADMSG);
  }
  memcpy(copy, sealed, sizeof(copy));
  ck_assert_int_eq(crypto_open(aead, key, nonce, copy, AEAD_TAG - 1, copy),
                   -EBADMSG);
  ck_assert_int_eq(
      crypto_open(aead, key, nonce, sealed, len + AEAD_TAG, sealed), 0);
  ck_assert_mem_eq(sealed, text, len);
}
END_TEST

static const struct {
  const char *text, *base64;
} pairs[] = {{"", ""},
             {"f", "Zg=="},
             {"fo", "Zm8="},
             {"foo", "Zm9v"},
             {"foob", "Zm9vYg=="},
             {"fooba", "Zm9vYmE="},
             {"foobar", "Zm9vYmFy"}};

START_TEST(base64_goes_both_ways) {
  char text[32];
  size_t len = strlen(pairs[_i].text);
  size_t bare = strcspn(pairs[_i].base64, "=");

  ck_assert_uint_eq(crypto_base64(pairs[_i].text, len, text),
                    strlen(pairs[_i].base64));
  ck_assert_str_eq(text, pairs[_i].base64);
  ck_assert_int_eq(crypto_unbase64(text, strlen(text), text, sizeof(text)),
                   (int)len);
  ck_assert_mem_eq(text, pairs[_i].text, len);
  ck_assert_int_eq(crypto_unbase64(pairs[_i].base64, bare, text, sizeof(text)),
                   (int)len);
}
END_TEST

static const char *const no_base64[] = {"A",    "AAAAA", "A===", "AA=A", "AA A",
                                        "AA\n", "====",  "=AAA", "A-_A"};

START_TEST(other_texts_are_no_base64) {
  char out[16];

  ck_assert_int_eq(
      crypto_unbase64(no_base64[_i], strlen(no_base64[_i]), out, sizeof(out)),
      -EINVAL);
}
END_TEST

START_TEST(base64_keeps_to_its_room) {
  char out[2];

  ck_assert_int_eq(crypto_unbase64("Zm9v", 4, out, 2), -EINVAL);
  ck_assert_int_eq(crypto_unbase64("Zm8=", 4, out, 2), 2);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, digests_take_parts);
  tcase_add_test(t, keys_derive_as_the_rfc_says);
  tcase_add_test(t, cbc_refuses_what_it_did_not_make);
  tcase_add_loop_test(t, sealed_texts_open_only_unchanged, 0, AEADS);
  tcase_add_loop_test(t, base64_goes_both_ways, 0, ROWS(pairs));
  tcase_add_loop_test(t, other_texts_are_no_base64, 0, ROWS(no_base64));
  tcase_add_test(t, base64_keeps_to_its_room);
}

int main(void) { return suite_run("crypto", fill); }
