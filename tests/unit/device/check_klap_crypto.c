/* SPDX-License-Identifier: MIT */
/* KLAP's formulas against the vectors of doc/protocol.md. */
#include <config.h>

#include "device/transport/klap_crypto.h"

#include "../support/bytes.h"
#include "../support/suite.h"

#include <errno.h>
#include <limits.h>

#define USER "user@example.com"
#define PASS "great_password"

static const struct vector {
  enum klap_version version;
  const char *auth, *server, *client, *key, *iv, *sig;
  int32_t seq;
  const char *text1, *body1, *text2, *body2;
} vectors[] = {
    {KLAP_V1, "474728be8bb983216b5b73ae1f646147",
     "7c10489c80f0713f4bc0275f2612e432b210f2b7c28b3b03bf95f48987ab0ce9",
     "2ae521ab3434409b47aef4e781d8abac33ff9847ab9a3d50845b6aedbc297364",
     "87c50f0ecad32126357184d12590fe76", "629961cdc7a44ba56321678f",
     "78c63da71856057b0b7aced053c5ff5d2672ef8f742557efea385e76", 1845735337,
     "{\"system\":{\"get_sysinfo\":{}}}",
     "55ccfb0e64423dc275f40986b6bd04dc1520939319008e7591ded5c3af1d95ff"
     "331ac1dae54ca0bbb3d602e716f8f1396fbc7f0468b6a4fce4848750b0f07a71",
     "{\"emeter\":{\"get_realtime\":{}}}",
     "7365eedc30cac31148be6c2d42524a39e907f4daf3594e97b2bce8512f6855f7"
     "ed69efbb881c0e69cf7d1b50613c2937b5639dd465863b7b9712e32044fdd4f2"},
    {KLAP_V2,
     "98affa12cd82d89b4ca3e89d6513ac1e914461bb28683d9a6dcd8dac214e22c4",
     "c1621f9a663569e99047ef738405ee1000a63f11b512ca60424ccb5a4eb97241",
     "da526422f0bffef651ab2d6e6ace87c424c63b52e0471d2aae5520d3280aa7cc",
     "1804ff937c15fe35fa84565a002cf182", "72962cd4c95698979db97cb6",
     "bfa96a80a7f8c153f88f3460b5c539c5660e0e63bf2ad227ce154696", 1701519365,
     "{\"method\":\"get_device_info\"}",
     "bfb5af14e14207357f1500a7403e90215b32b4614d3563e0d43fe44a9ea15874"
     "406563e8448334264082730c01f8f35b88f3e4bc94ac66219f0a1922c284dcff",
     "{\"method\":\"get_energy_usage\"}",
     "d65e2e4858d2e737181188a38d2de5429361f5f26ebb4a72d0715304237cc621"
     "406563e8448334264082730c01f8f35b619abef17826be4c49faca1a355e2501"},
};

static uint8_t local[KLAP_SEED], remote[KLAP_SEED];

static void setup(void) {
  unhex("000102030405060708090a0b0c0d0e0f", local, sizeof(local));
  unhex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", remote, sizeof(remote));
}

START_TEST(vectors_come_out) {
  const struct vector *v = &vectors[_i];
  struct klap_auth auth;
  struct klap_keys keys;
  uint8_t hash[32];
  uint8_t body[KLAP_SEALED(64)];
  char *text;
  int len;

  ck_assert_int_eq(klap_auth_of(v->version, USER, PASS, &auth), 0);
  assert_hex("auth", auth.hash, auth.len, v->auth);
  ck_assert_int_eq(klap_server_hash(&auth, local, remote, hash), 0);
  assert_hex("server hash", hash, 32, v->server);
  ck_assert_int_eq(klap_client_hash(&auth, local, remote, hash), 0);
  assert_hex("client hash", hash, 32, v->client);
  ck_assert_int_eq(klap_derive(&auth, local, remote, &keys), 0);
  assert_hex("key", keys.key, 16, v->key);
  assert_hex("iv", keys.iv, 12, v->iv);
  assert_hex("sig", keys.sig, 28, v->sig);
  ck_assert_int_eq(keys.seq, v->seq);
  len = klap_seal(&keys, v->text1, strlen(v->text1), body);
  ck_assert_int_eq(keys.seq, v->seq + 1);
  assert_hex("first body", body, (size_t)len, v->body1);
  len = klap_seal(&keys, v->text2, strlen(v->text2), body);
  assert_hex("second body", body, (size_t)len, v->body2);
  len = klap_open(&keys, body, (size_t)len, &text);
  ck_assert_int_eq(len, (int)strlen(v->text2));
  ck_assert_mem_eq(text, v->text2, strlen(v->text2));
}
END_TEST

START_TEST(numbers_may_be_negative) {
  struct klap_auth auth;
  struct klap_keys keys;
  uint8_t body[KLAP_SEALED(32)];
  int len;

  memset(local, 2, sizeof(local));
  ck_assert_int_eq(klap_auth_of(KLAP_V2, USER, PASS, &auth), 0);
  ck_assert_int_eq(klap_derive(&auth, local, remote, &keys), 0);
  ck_assert_int_eq(keys.seq, -1401418201);
  len = klap_seal(&keys, "{\"method\":\"get_device_info\"}", 28, body);
  ck_assert_int_eq(keys.seq, -1401418200);
  assert_hex("body", body, (size_t)len,
             "b67cee4b47c5ab2a2a2cb2990945c3026da496d1f73889f9deb13a6ea89bc789"
             "ef2babf716224f63fdc903b7ee034de0bb04376c31f3135c22be712c8eb17cd"
             "8");
  keys.seq = INT32_MAX;
  ck_assert_int_gt(klap_seal(&keys, "{}", 2, body), 0);
  ck_assert_int_eq(keys.seq, INT32_MIN);
}
END_TEST

static const struct {
  enum klap_version version;
  const char *user, *pass, *hash;
} defaults[] = {
    {KLAP_V1, "", "", "5873dd45edd01f09c1ef2e7819369e8e"},
    {KLAP_V2, "", "",
     "b8628ab91c74f531603f6d5b45e730e54c123a7247b8978272c03f1e13560cea"},
    {KLAP_V1, "kasa@tp-link.net", "kasaSetup",
     "74b751bdd208bc155ae2a6d4167cc44d"},
    {KLAP_V2, "kasa@tp-link.net", "kasaSetup",
     "49fc4839a2733ffbf464337648f65dc411778d4c03ec82c5e4cccc682163fa64"},
    {KLAP_V1, "test@tp-link.net", "test", "a7317ea07dd83e3393fb702d9bf309a7"},
    {KLAP_V2, "test@tp-link.net", "test",
     "7d5ae9ac18f5bb37843a4577867dd4348d8dff26c4b261ebff1b74d88adc063b"},
};

START_TEST(accounts_of_the_makers) {
  struct klap_auth auth;

  ck_assert_int_eq(klap_auth_of(defaults[_i].version, defaults[_i].user,
                                defaults[_i].pass, &auth),
                   0);
  assert_hex("auth", auth.hash, auth.len, defaults[_i].hash);
}
END_TEST

static const struct {
  const char *user, *pass;
  enum klap_account account;
} known[] = {
    {USER, PASS, KLAP_ACCOUNT_OWN},
    {"kasa@tp-link.net", "kasaSetup", KLAP_ACCOUNT_KASA},
    {"test@tp-link.net", "test", KLAP_ACCOUNT_TAPO},
    {"", "", KLAP_ACCOUNT_BLANK},
};

START_TEST(one_hello_tells_account_and_version) {
  struct klap_auth auth, found;
  enum klap_account account;
  uint8_t hello[KLAP_HELLO];

  memcpy(hello, remote, KLAP_SEED);
  for (unsigned v = KLAP_V2; v <= KLAP_V2_ACCOUNT_V1_SEEDS; v++) {
    ck_assert_int_eq(klap_auth_of((enum klap_version)v, known[_i].user,
                                  known[_i].pass, &auth),
                     0);
    ck_assert_int_eq(klap_server_hash(&auth, local, remote, hello + KLAP_SEED),
                     0);
    ck_assert_int_eq(
        klap_recognise(USER, PASS, false, local, hello, &found, &account), 0);
    ck_assert_int_eq(account, known[_i].account);
    ck_assert_int_eq(found.version, (int)v);
    ck_assert_mem_eq(found.hash, auth.hash, auth.len);
  }
}
END_TEST

START_TEST(strangers_are_not_recognised) {
  struct klap_auth auth, found;
  enum klap_account account;
  uint8_t hello[KLAP_HELLO];

  memcpy(hello, remote, KLAP_SEED);
  ck_assert_int_eq(klap_auth_of(KLAP_V2, USER, "other", &auth), 0);
  ck_assert_int_eq(klap_server_hash(&auth, local, remote, hello + KLAP_SEED),
                   0);
  ck_assert_int_eq(
      klap_recognise(USER, PASS, false, local, hello, &found, &account),
      -ENOENT);
  ck_assert_int_eq(
      klap_recognise(NULL, NULL, false, local, hello, &found, &account),
      -ENOENT);
}
END_TEST

static const struct {
  size_t len;
  int err;
} lengths[] = {{0, -EMSGSIZE},  {31, -EMSGSIZE}, {32, -EMSGSIZE},
               {47, -EMSGSIZE}, {49, -EMSGSIZE}, {48, -EBADMSG},
               {64, -EBADMSG}};

START_TEST(pages_that_are_no_answers_are_told_apart) {
  struct klap_keys keys = {.seq = 1};
  uint8_t bytes[64];
  char *text;

  memset(bytes, '<', sizeof(bytes));
  ck_assert_int_eq(klap_open(&keys, bytes, lengths[_i].len, &text),
                   lengths[_i].err);
}
END_TEST

/* Under any of the 64 numbers before and after its own a text begins with
 * something else, and is the same from the second block on; over the end of
 * the numbers, too. */
static const int32_t numbers[] = {1, -1, 255, 65536, INT32_MAX, INT32_MIN};

START_TEST(how_a_text_begins_tells_its_number) {
  static const char right[] = "{\"error_code\":0,\"result\":{}}";
  struct klap_keys keys = {.seq = numbers[_i]};
  uint8_t body[KLAP_SEALED(sizeof(right))];
  uint8_t copy[sizeof(body)];
  int len = klap_seal(&keys, right, sizeof(right) - 1, body);
  uint32_t number = (uint32_t)keys.seq;

  ck_assert_int_gt(len, 0);
  for (uint32_t i = 0; i <= 128; i++) {
    char *text;
    int got;

    keys.seq = (int32_t)(number + i - 64);
    memcpy(copy, body, sizeof(body));
    got = klap_open(&keys, copy, (size_t)len, &text);
    ck_assert_int_eq(got, sizeof(right) - 1);
    ck_assert_int_eq(memcmp(text, right, AES_BLOCK) == 0, i == 64);
    ck_assert_mem_eq(text + AES_BLOCK, right + AES_BLOCK,
                     sizeof(right) - 1 - AES_BLOCK);
    ck_assert_int_eq(klap_age(&keys, 64, copy, text, (size_t)got),
                     i < 64    ? KLAP_AGE_UNKNOWN
                     : i == 64 ? KLAP_FRESH
                               : KLAP_OLD);
  }
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, NULL);
  tcase_add_loop_test(t, how_a_text_begins_tells_its_number, 0, ROWS(numbers));
  tcase_add_loop_test(t, vectors_come_out, 0, ROWS(vectors));
  tcase_add_test(t, numbers_may_be_negative);
  tcase_add_loop_test(t, accounts_of_the_makers, 0, ROWS(defaults));
  tcase_add_loop_test(t, one_hello_tells_account_and_version, 0, ROWS(known));
  tcase_add_test(t, strangers_are_not_recognised);
  tcase_add_loop_test(t, pages_that_are_no_answers_are_told_apart, 0,
                      ROWS(lengths));
}

int main(void) { return suite_run("klap_crypto", fill); }
