/* SPDX-License-Identifier: MIT */
/* SPAKE2+ against the vector of RFC 9383, with the RFC's own framing made
 * here; and shares that must be refused. */
#include <config.h>

#include "device/transport/spake2p.h"

#include "../support/bytes.h"
#include "../support/suite.h"

#include <errno.h>

static const char W0[] =
    "bb8e1bbcf3c48f62c08db243652ae55d3e5586053fca77102994f23ad95491b3";
static const char W1[] =
    "7e945f34d78785b8a3ef44d0df5a1a97d6b3b460409a345ca7830387a74b1dba";
static const char X[] =
    "d1232c8e8693d02368976c174e2088851b8365d0d79a9eee709c6a05a2fad539";
static const char SHARE_P[] =
    "04ef3bd051bf78a2234ec0df197f7828060fe9856503579bb1733009042c15c0c1"
    "de127727f418b5966afadfdd95a6e4591d171056b333dab97a79c7193e341727";
static const char SHARE_V[] =
    "04c0f65da0d11927bdf5d560c69e1d7d939a05b0e88291887d679fcadea75810fb"
    "5cc1ca7494db39e82ff2f50665255d76173e09986ab46742c798a9a68437b048";
static const char ORDER[] =
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

static uint8_t w0[32], w1[32], x[32], share_v[65];
static uint8_t r[65], z[65], v[65];

static void setup(void) {
  unhex(W0, w0, 32);
  unhex(W1, w1, 32);
  unhex(X, x, 32);
  unhex(SHARE_V, share_v, 65);
}

static uint8_t transcript[1024];
static size_t used;

static void append(const void *bytes, size_t len) {
  for (int i = 0; i < 8; i++)
    transcript[used++] = (uint8_t)((uint64_t)len >> (8 * i));
  memcpy(transcript + used, bytes, len);
  used += len;
}

START_TEST(the_vector_of_the_rfc_comes_out) {
  static const char context[] =
      "SPAKE2+-P256-SHA256-HKDF-SHA256-HMAC-SHA256 Test Vectors";
  uint8_t share_p[65], main_key[32], confirm[64], shared[32], mac[32];

  ck_assert_int_eq(spake2p_share(x, w0, share_p), 0);
  assert_hex("shareP", share_p, 65, SHARE_P);
  ck_assert_int_eq(spake2p_finish(x, w0, w1, share_v, 65, r, z, v), 0);
  ck_assert_mem_eq(r, share_v, 65);
  append(context, sizeof(context) - 1);
  append("client", 6);
  append("server", 6);
  append(spake2p_m, 65);
  append(spake2p_n, 65);
  append(share_p, 65);
  append(share_v, 65);
  append(z, 65);
  append(v, 65);
  append(w0, 32);
  crypto_digest(DIGEST_SHA256, &(struct span){transcript, used}, 1, main_key);
  assert_hex(
      "K_main", main_key, 32,
      "4c59e1ccf2cfb961aa31bd9434478a1089b56cd11542f53d3576fb6c2a438a29");
  crypto_hkdf(main_key, 32, "", 0, "ConfirmationKeys", confirm, 64);
  assert_hex("K_confirmP K_confirmV", confirm, 64,
             "871ae3f7b78445e34438fb284504240239031c39d80ac23eb5ab9be5ad6db58a"
             "ccd53c7c1fa37b64a462b40db8be101cedcf838950162902054e644b400f168"
             "0");
  crypto_hkdf(main_key, 32, "", 0, "SharedKey", shared, 32);
  assert_hex(
      "K_shared", shared, 32,
      "0c5f8ccd1413423a54f6c1fb26ff01534a87f893779c6e68666d772bfd91f3e7");
  crypto_hmac_sha256(confirm, 32, share_v, 65, mac);
  assert_hex(
      "confirmP", mac, 32,
      "926cc713504b9b4d76c9162ded04b5493e89109f6d89462cd33adc46fda27527");
  crypto_hmac_sha256(confirm + 32, 32, share_p, 65, mac);
  assert_hex(
      "confirmV", mac, 32,
      "9747bcc4f8fe9f63defee53ac9b07876d907d55047e6ff2def2e7529089d3e68");
}
END_TEST

START_TEST(compressed_shares_are_understood) {
  uint8_t short_form[33];
  uint8_t z2[65], v2[65];

  memcpy(short_form, share_v, 33);
  short_form[0] = 2 | (share_v[64] & 1);
  ck_assert_int_eq(spake2p_finish(x, w0, w1, share_v, 65, r, z, v), 0);
  ck_assert_int_eq(spake2p_finish(x, w0, w1, short_form, 33, r, z2, v2), 0);
  ck_assert_mem_eq(r, share_v, 65);
  ck_assert_mem_eq(z, z2, 65);
  ck_assert_mem_eq(v, v2, 65);
}
END_TEST

START_TEST(shares_that_are_no_points_are_refused) {
  static const uint8_t infinity[1] = {0};

  ck_assert_int_eq(spake2p_finish(x, w0, w1, infinity, 1, r, z, v), -EBADMSG);
  ck_assert_int_eq(spake2p_finish(x, w0, w1, share_v, 0, r, z, v), -EBADMSG);
  ck_assert_int_eq(spake2p_finish(x, w0, w1, share_v, 64, r, z, v), -EBADMSG);
  share_v[64] ^= 1; /* beside the curve */
  ck_assert_int_eq(spake2p_finish(x, w0, w1, share_v, 65, r, z, v), -EBADMSG);
  memset(share_v + 1, 0xff, 64); /* beyond the field */
  ck_assert_int_eq(spake2p_finish(x, w0, w1, share_v, 65, r, z, v), -EBADMSG);
}
END_TEST

START_TEST(a_share_that_cancels_is_refused) {
  static const uint8_t one[32] = {[31] = 1};

  /* w0 = 1 and R = N: nothing is left of it */
  ck_assert_int_eq(spake2p_finish(x, one, w1, spake2p_n, 65, r, z, v),
                   -EBADMSG);
}
END_TEST

START_TEST(scalars_outside_the_group_are_refused) {
  static const uint8_t zero[32];
  uint8_t order[32];

  unhex(ORDER, order, 32);
  ck_assert_int_eq(spake2p_share(zero, w0, r), -EINVAL);
  ck_assert_int_eq(spake2p_share(x, zero, r), -EINVAL);
  ck_assert_int_eq(spake2p_share(x, order, r), -EINVAL);
  ck_assert_int_eq(spake2p_finish(x, zero, w1, share_v, 65, r, z, v), -EINVAL);
  ck_assert_int_eq(spake2p_finish(x, w0, zero, share_v, 65, r, z, v), -EINVAL);
}
END_TEST

START_TEST(numbers_are_reduced) {
  uint8_t number[40] = {0};
  uint8_t out[32];

  unhex(ORDER, number + 8, 32);
  ck_assert_int_eq(spake2p_reduce(number, 40, out), 0);
  assert_hex(
      "order mod order", out, 32,
      "0000000000000000000000000000000000000000000000000000000000000000");
  number[39]++;
  ck_assert_int_eq(spake2p_reduce(number, 40, out), 0);
  ck_assert_int_eq(out[31], 1);
  ck_assert_int_eq(spake2p_random(out), 0);
  ck_assert_int_eq(spake2p_share(out, w0, r), 0);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, NULL);
  tcase_add_test(t, the_vector_of_the_rfc_comes_out);
  tcase_add_test(t, compressed_shares_are_understood);
  tcase_add_test(t, shares_that_are_no_points_are_refused);
  tcase_add_test(t, a_share_that_cancels_is_refused);
  tcase_add_test(t, scalars_outside_the_group_are_refused);
  tcase_add_test(t, numbers_are_reduced);
}

int main(void) { return suite_run("spake2p", fill); }
