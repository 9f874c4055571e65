/* SPDX-License-Identifier: MIT */
/* TPAP against the vectors of doc/protocol.md: a whole session, every form of
 * credential, w0 in both forms, each cipher. */
#include <config.h>

#include "device/transport/tpap_credential.h"
#include "device/transport/tpap_crypto.h"

#include "../support/bytes.h"
#include "../support/suite.h"

#include <errno.h>

static const char CREDENTIAL[] = "698789c94a1bc1bf1bc2730bb513acd9fec936f8";
static const char SHARED[] =
    "6538949a2b7d32cd60500d22a7d6523627cb99393fe8eee57ca1d51d83e306ce";
static const char ASK[] = "{\"method\":\"get_device_info\"}";

static struct tpap_input input;

static void setup(void) {
  static const uint8_t salt[16] = {0x30, 0x31, 0x32, 0x33, 0x34, 0x35,
                                   0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b,
                                   0x3c, 0x3d, 0x3e, 0x3f};

  input = (struct tpap_input){.dev_random_len = 32, .dev_share_len = 65};
  for (uint8_t i = 0; i < 32; i++) {
    input.user_random[i] = i;
    input.dev_random[i] = (uint8_t)(0x20 + i);
  }
  unhex("d1232c8e8693d02368976c174e2088851b8365d0d79a9eee709c6a05a2fad539",
        input.x, 32);
  unhex("04bf6012a89a816e083dfcbf3ada7fd31b97d23818dce1d78ccdc4d0ed3054f5a7"
        "637770ea6a5cf2e065eb720ec1b0167cac6f45e255787c756ec741ece4d20256",
        input.dev_share, 65);
  ck_assert_int_eq(tpap_secrets(CREDENTIAL, salt, sizeof(salt), 3000, NULL,
                                input.w0, input.w1),
                   0);
}

START_TEST(a_session_comes_out) {
  struct tpap_proof proof;
  struct tpap_keys keys;
  uint8_t body[TPAP_SEALED(28)];
  char *text;

  assert_hex(
      "w0", input.w0, 32,
      "e15b85c772b9b35f43c4f5e528ac7ff4d972de8cf0aeb2d463aee0c1b43bad97");
  assert_hex(
      "w1", input.w1, 32,
      "cc16dc61489c2b52b1a94a84528e717eb59aab6f34615cef98b8cd5810a9cc7f");
  ck_assert_int_eq(tpap_prove(&input, &proof), 0);
  assert_hex(
      "L", proof.user_share, 65,
      "0499d4f0fc15fcc599b8af9f00c7d41b9e723545a9a5a5ee50965b2c8681c51549"
      "a173accfa34909870cd7fb530c71358f9bade5cbdcb6a68b3a67a47d30fc3c02");
  assert_hex(
      "user_confirm", proof.user_confirm, 32,
      "d84212f99ac95cd7c814533b48344fd0a4ff94f84bece4281510beab48f5879b");
  assert_hex(
      "dev_confirm", proof.dev_confirm, 32,
      "0c85cdf9fa56a122fe49d152fae401af908bf8f64cc814ed45a53ec824615a09");
  assert_hex("shared", proof.shared, 32, SHARED);
  ck_assert_int_eq(tpap_derive(proof.shared, AEAD_AES_128_CCM, &keys), 0);
  assert_hex("key", keys.key, 16, "38fc7b57dc753bc00c476472b0d3bd67");
  assert_hex("nonce", keys.nonce, 12, "95864f151575fd3d2e9bbacf");
  ck_assert_int_eq(tpap_seal(&keys, 7, ASK, 28, body), 0);
  assert_hex("body", body, sizeof(body),
             "000000079fa968853c2a6b31231e1696a46d835aa98f275e8f2c5e9fadbe38c4"
             "e94a8bc9b05fd1c792d6d48e61af2f4a");
  ck_assert_int_eq(tpap_open(&keys, 7, body, sizeof(body), &text), 28);
  ck_assert_mem_eq(text, ASK, 28);
}
END_TEST

static const struct {
  const char *name;
  size_t key_len;
  const char *key, *nonce, *sealed;
} ciphers[] = {
    {"AES-128-CCM", 16, "38fc7b57dc753bc00c476472b0d3bd67",
     "95864f151575fd3d2e9bbacf",
     "9fa968853c2a6b31231e1696a46d835aa98f275e8f2c5e9fadbe38c4e94a8bc9b05fd1c7"
     "92d6d48e61af2f4a"},
    {"aes_256_ccm", 32,
     "cab3736a9223fe9a2cffa87455f53d23dc51bb17000cb9a539ef49a7cc62a0d8",
     "c5736319c4ccffaccf923190",
     "0a8c52b5b9b75a22113e3d0e6ac46648540ec197821fa77e7a00a9a67e2220f06fc0da62"
     "aa030a2332439b9b"},
    {"chacha20_poly1305", 32,
     "b3970f5b5dbe53b51f79830a71a562afb7d40445544c2f2477f5c997fdd5185a",
     "5df0af1138c15f20048d64ac",
     "63634f68326a64bb6f96f63f1193068adccde940330678d24c97212bbc7213646a3ac792"
     "0df363036cc34700"},
};

START_TEST(each_cipher_seals_as_it_should) {
  uint8_t shared[32], body[TPAP_SEALED(28)];
  struct tpap_keys keys;
  enum aead aead;
  char *text;

  unhex(SHARED, shared, 32);
  ck_assert(tpap_cipher(ciphers[_i].name, &aead));
  ck_assert_int_eq(tpap_derive(shared, aead, &keys), 0);
  assert_hex("key", keys.key, ciphers[_i].key_len, ciphers[_i].key);
  assert_hex("nonce", keys.nonce, 12, ciphers[_i].nonce);
  ck_assert_int_eq(tpap_seal(&keys, 7, ASK, 28, body), 0);
  assert_hex("sealed", body + 4, sizeof(body) - 4, ciphers[_i].sealed);
  ck_assert_int_eq(tpap_open(&keys, 8, body, sizeof(body), &text), -EBADMSG);
  ck_assert_int_eq(tpap_open(&keys, 7, body, 19, &text), -EMSGSIZE);
  body[20] ^= 1;
  ck_assert_int_eq(tpap_open(&keys, 7, body, sizeof(body), &text), -EBADMSG);
}
END_TEST

START_TEST(other_ciphers_are_not_known) {
  enum aead aead;

  ck_assert(!tpap_cipher("aes_128_gcm", &aead));
  ck_assert(!tpap_cipher("", &aead));
  ck_assert(!tpap_cipher("aes_128_ccm_and_a_very_long_tail_of_it", &aead));
}
END_TEST

static const struct {
  const char *salt, *w0;
  size_t short_len;
} short_w0s[] = {
    {"73686f727477302d000000000000004d",
     "00ba2533aef88ff860d07ee462766395c38603810665cd8f44dc6853936c9576", 32},
    {"73686f727477302d0000000000000262",
     "000ef7b0c502e8fdb710ab4941aa850b9760218af0a12f9bbdbe895e26b09974", 31},
};

START_TEST(a_small_w0_has_two_forms) {
  uint8_t salt[16], w0[32], w1[32], out[33];

  unhex(short_w0s[_i].salt, salt, 16);
  ck_assert_int_eq(tpap_secrets(CREDENTIAL, salt, 16, 1, NULL, w0, w1), 0);
  assert_hex("w0", w0, 32, short_w0s[_i].w0);
  ck_assert_uint_eq(tpap_encode_w0(w0, TPAP_W0_SHORT, out),
                    short_w0s[_i].short_len);
  ck_assert_mem_eq(out, w0 + 32 - short_w0s[_i].short_len,
                   short_w0s[_i].short_len);
  ck_assert_uint_eq(tpap_encode_w0(w0, TPAP_W0_LONG, out), 32);
  ck_assert_mem_eq(out, w0, 32);
}
END_TEST

static const struct {
  const char *what;
  struct tpap_recipe recipe;
  const char *credential; /* NULL: refused */
} credentials[] = {
    {"no recipe", {.crypt = TPAP_PLAIN}, "user@example.com/great_password"},
    {"md5-crypt",
     {.crypt = TPAP_SHADOW, .passwd_id = 1, .prefix = "$1$abcdefgh$"},
     "$1$abcdefgh$V6yZQFsVznBGbhaqRQcq50"},
    {"sha1",
     {.crypt = TPAP_SHADOW, .passwd_id = 2},
     "698789c94a1bc1bf1bc2730bb513acd9fec936f8"},
    {"sha1 of user and MAC",
     {.crypt = TPAP_SHADOW, .passwd_id = 3},
     "1943df6f7e02e7db3b548d87c98e1108dcfe7714"},
    {"sha256-crypt",
     {.crypt = TPAP_SHADOW,
      .passwd_id = 5,
      .prefix = "$5$saltsaltsalt$",
      .rounds = 1000},
     "$5$rounds=1000$saltsaltsalt$YY4bOdCcDPyQ33JpunxOFv3Au.fZN."
     "RvLm2Pn9epYP1"},
    {"sha256-crypt, rounds in the prefix",
     {.crypt = TPAP_SHADOW,
      .passwd_id = 5,
      .prefix = "$5$rounds=1000$saltsaltsalt"},
     "$5$rounds=1000$saltsaltsalt$YY4bOdCcDPyQ33JpunxOFv3Au.fZN."
     "RvLm2Pn9epYP1"},
    {"an unknown kind of shadow",
     {.crypt = TPAP_SHADOW, .passwd_id = 9},
     "great_password"},
    {"mixed with the device's key",
     {.crypt = TPAP_AUTHKEY,
      .tmpkey = "RDpbLfCPsJZ7fiv",
      .dictionary = "abcdefghijklmnopqrstuvwxyz0123456789"},
     "rsvduvpnavjqunz"},
    {"salted, admin",
     {.crypt = TPAP_SHA_WITH_SALT,
      .sha_name = 0,
      .salt = "pepper",
      .salt_len = 6},
     "4933f04f50a3fe1242a92322ed7ab38dcf537e9ce7dc38a8c1e3c0b63123ba95"},
    {"salted, user",
     {.crypt = TPAP_SHA_WITH_SALT,
      .sha_name = 1,
      .salt = "pepper",
      .salt_len = 6},
     "257648d2e4dcca3444729959e2b1cff3ea3cc75567ffb672f7824edf9b2b5e5c"},
    {"an empty dictionary", {.crypt = TPAP_AUTHKEY, .tmpkey = "x"}, NULL},
    {"md5-crypt without a salt",
     {.crypt = TPAP_SHADOW, .passwd_id = 1, .prefix = "$5$x"},
     NULL},
    {"a salt of hostile bytes",
     {.crypt = TPAP_SHADOW, .passwd_id = 5, .prefix = "$5$a\nb:c$"},
     NULL},
    {"a thousand million rounds",
     {.crypt = TPAP_SHADOW,
      .passwd_id = 5,
      .prefix = "$5$rounds=999999999$salt"},
     NULL},
};

START_TEST(credentials_follow_the_recipe) {
  static const uint8_t mac[6] = {0xaa, 0xbb, 0xcc, 0x11, 0x22, 0x33};
  char out[TPAP_CREDENTIAL_MAX] = "";
  int err = tpap_credential(&credentials[_i].recipe, "user@example.com",
                            "great_password", mac, out);

  if (credentials[_i].credential == NULL) {
    ck_assert_msg(err == -EINVAL, "%s", credentials[_i].what);
    return;
  }
  ck_assert_msg(err == 0 && strcmp(out, credentials[_i].credential) == 0,
                "%s: %s", credentials[_i].what, out);
}
END_TEST

START_TEST(an_empty_user_leaves_the_password_alone) {
  static const uint8_t mac[6] = {1};
  struct tpap_recipe recipe = {.crypt = TPAP_PLAIN};
  char out[TPAP_CREDENTIAL_MAX];

  ck_assert_int_eq(tpap_credential(&recipe, "", "p", mac, out), 0);
  ck_assert_str_eq(out, "p");
  recipe = (struct tpap_recipe){.crypt = TPAP_SHADOW, .passwd_id = 3};
  ck_assert_int_eq(tpap_credential(&recipe, "", "p", mac, out), 0);
  ck_assert_str_eq(out, "p");
}
END_TEST

START_TEST(unbound_devices_have_their_own) {
  static const uint8_t mac[6] = {0xaa, 0xbb, 0xcc, 0x11, 0x22, 0x33};
  char out[TPAP_CREDENTIAL_MAX];

  ck_assert_int_eq(tpap_default_credential(mac, out), 0);
  ck_assert_str_eq(
      out, "E36D503BDAF829B2CE46EC39F7889E334FF3C1D3D9B3AFBC4C93E6B7131A7FDA");
}
END_TEST

START_TEST(limits_hold) {
  uint8_t salt[TPAP_SALT_MAX + 1] = {0};
  uint8_t w0[32], w1[32];

  ck_assert_int_eq(tpap_secrets("x", salt, 16, 0, NULL, w0, w1), -EINVAL);
  ck_assert_int_eq(tpap_secrets("x", salt, 16, -1, NULL, w0, w1), -EINVAL);
  ck_assert_int_eq(tpap_secrets("x", salt, 16, 2147483648L, NULL, w0, w1),
                   -EINVAL);
  ck_assert_int_eq(tpap_secrets("x", salt, sizeof(salt), 1, NULL, w0, w1),
                   -EINVAL);
  ck_assert_int_eq(tpap_secrets("x", salt, 0, 1, NULL, w0, w1), 0);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, NULL);
  tcase_add_test(t, a_session_comes_out);
  tcase_add_loop_test(t, each_cipher_seals_as_it_should, 0, ROWS(ciphers));
  tcase_add_test(t, other_ciphers_are_not_known);
  tcase_add_loop_test(t, a_small_w0_has_two_forms, 0, ROWS(short_w0s));
  tcase_add_loop_test(t, credentials_follow_the_recipe, 0, ROWS(credentials));
  tcase_add_test(t, an_empty_user_leaves_the_password_alone);
  tcase_add_test(t, unbound_devices_have_their_own);
  tcase_add_test(t, limits_hold);
}

int main(void) { return suite_run("tpap_crypto", fill); }
