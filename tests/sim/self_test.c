/* SPDX-License-Identifier: MIT */
/* Published vectors, where they apply to the device's side. */
#include "self_test.h"

#include "crypto.h"
#include "device.h"
#include "house.h"
#include "klap_codec.h"
#include "spake.h"
#include "tdp.h"
#include "tpap.h"

#include <stdio.h>
#include <string.h>

#define USER "user@example.com"
#define PASSWORD "great_password"

static unsigned failed, passed;

static void same_text(const char *what, const char *got, const char *want) {
  if (strcmp(got, want) == 0) {
    passed++;
    return;
  }
  failed++;
  printf("%s: %s, not %s\n", what, got, want);
}

static void same(const char *what, const void *got, size_t len,
                 const char *want) {
  struct text hex = {0};
  text_hex(&hex, got, len);
  same_text(what, hex.p, want);
  text_free(&hex);
}

static size_t unhex(const char *hex, uint8_t *out) {
  size_t n = strlen(hex) / 2;
  unsigned byte;
  for (size_t i = 0; i < n; i++)
    if (sscanf(hex + 2 * i, "%2x", &byte) == 1)
      out[i] = (uint8_t)byte;
  return n;
}

static void tdp(void) {
  struct text none = {0}, payload = {0}, out = {0};
  text_addz(&payload, "{\"params\":{\"rsa_key\":\"TEST\"}}");
  tdp_packet(0, 0, &none, &out);
  same("empty probe", out.p, out.len, "020000010000000000000000463cb5d3");
  text_clear(&out);
  tdp_packet(17, 0, &none, &out);
  same("empty probe, flags 17", out.p, out.len,
       "0200000100001100000000008e505f05");
  text_clear(&out);
  tdp_packet(17, 0x01020304, &payload, &out);
  same("probe", out.p, out.len,
       "02000001001d1100010203040e31f8957b22706172616d73223a7b227273615f6b6579"
       "223a2254455354227d7d");
  text_free(&payload);
  text_free(&out);
}

static const struct klap_case {
  enum klap_version version;
  uint8_t first_seed; /* what the client's counts from, or repeats */
  bool repeats;
  const char *auth, *server, *client, *key, *iv, *sig;
  int32_t seq;
  const char *request;
  const char *message;
} klap_cases[] = {
    {KLAP_V1, 0, false, "474728be8bb983216b5b73ae1f646147",
     "7c10489c80f0713f4bc0275f2612e432b210f2b7c28b3b03bf95f48987ab0ce9",
     "2ae521ab3434409b47aef4e781d8abac33ff9847ab9a3d50845b6aedbc297364",
     "87c50f0ecad32126357184d12590fe76", "629961cdc7a44ba56321678f",
     "78c63da71856057b0b7aced053c5ff5d2672ef8f742557efea385e76", 1845735337,
     "{\"system\":{\"get_sysinfo\":{}}}",
     "55ccfb0e64423dc275f40986b6bd04dc1520939319008e7591ded5c3af1d95ff"
     "331ac1dae54ca0bbb3d602e716f8f1396fbc7f0468b6a4fce4848750b0f07a71"},
    {KLAP_V2, 0, false,
     "98affa12cd82d89b4ca3e89d6513ac1e914461bb28683d9a6dcd8dac214e22c4",
     "c1621f9a663569e99047ef738405ee1000a63f11b512ca60424ccb5a4eb97241",
     "da526422f0bffef651ab2d6e6ace87c424c63b52e0471d2aae5520d3280aa7cc",
     "1804ff937c15fe35fa84565a002cf182", "72962cd4c95698979db97cb6",
     "bfa96a80a7f8c153f88f3460b5c539c5660e0e63bf2ad227ce154696", 1701519365,
     "{\"method\":\"get_device_info\"}",
     "bfb5af14e14207357f1500a7403e90215b32b4614d3563e0d43fe44a9ea15874"
     "406563e8448334264082730c01f8f35b88f3e4bc94ac66219f0a1922c284dcff"},
    {KLAP_V2, 2, true, NULL, NULL, NULL, NULL, NULL, NULL, -1401418201,
     "{\"method\":\"get_device_info\"}",
     "b67cee4b47c5ab2a2a2cb2990945c3026da496d1f73889f9deb13a6ea89bc789"
     "ef2babf716224f63fdc903b7ee034de0bb04376c31f3135c22be712c8eb17cd8"},
};

static void klap(const struct klap_case *c) {
  struct session s = {0};
  struct text out = {0}, back = {0};
  uint8_t hash[32];
  for (uint8_t i = 0; i < 16; i++) {
    s.seeds[0][i] = (uint8_t)(c->first_seed + (c->repeats ? 0 : i));
    s.seeds[1][i] = (uint8_t)(0xf0 + i);
  }
  s.auth_len = klap_auth_hash(c->version, USER, PASSWORD, s.auth);
  klap_keys(&s);
  if (c->auth != NULL) {
    same("auth_hash", s.auth, s.auth_len, c->auth);
    klap_server_hash(c->version, &s, hash);
    same("server_hash", hash, 32, c->server);
    klap_client_hash(c->version, &s, hash);
    same("client_hash", hash, 32, c->client);
    same("key", s.key, 16, c->key);
    same("iv", s.iv, 12, c->iv);
    same("sig", s.sig, 28, c->sig);
  }
  int32_t seq = (int32_t)s.seq;
  text_printf(&back, "%d", seq);
  text_printf(&out, "%d", c->seq);
  same_text("first seq", back.p, out.p);
  text_clear(&out);
  text_clear(&back);
  klap_seal(&s, seq + 1, c->request, strlen(c->request), KLAP_SOUND, &out);
  same("message", out.p, out.len, c->message);
  same_text("signature found good",
            klap_unseal(&s, seq + 1, out.p, out.len, &back) ? "yes" : "no",
            "yes");
  text_char(&back, '\0');
  same_text("request back", back.p, c->request);
  text_free(&out);
  text_free(&back);
}

static void default_hashes(void) {
  static const struct {
    const char *user, *password, *v1, *v2;
  } cases[] = {
      {"", "", "5873dd45edd01f09c1ef2e7819369e8e",
       "b8628ab91c74f531603f6d5b45e730e54c123a7247b8978272c03f1e13560cea"},
      {"kasa@tp-link.net", "kasaSetup", "74b751bdd208bc155ae2a6d4167cc44d",
       "49fc4839a2733ffbf464337648f65dc411778d4c03ec82c5e4cccc682163fa64"},
      {"test@tp-link.net", "test", "a7317ea07dd83e3393fb702d9bf309a7",
       "7d5ae9ac18f5bb37843a4577867dd4348d8dff26c4b261ebff1b74d88adc063b"},
  };
  uint8_t hash[32];
  char owner[2 * HASH_MAX + 1];
  for (size_t i = 0; i < COUNT(cases); i++) {
    size_t n = klap_auth_hash(KLAP_V1, cases[i].user, cases[i].password, hash);
    same("default v1", hash, n, cases[i].v1);
    n = klap_auth_hash(KLAP_V2, cases[i].user, cases[i].password, hash);
    same("default v2", hash, n, cases[i].v2);
  }
  hash_hex(HASH_MD5, USER, strlen(USER), true, owner);
  same_text("owner", owner, "B58996C504C5638798EB6B511E6F49AF");
}

static void aes(void) {
  static const char request[] = "{\"method\":\"get_device_info\"}";
  uint8_t key[16], iv[16];
  struct text cipher = {0}, out = {0};
  unhex("101112131415161718191a1b1c1d1e1f", key);
  unhex("202122232425262728292a2b2c2d2e2f", iv);
  aes_cbc_encrypt(key, iv, request, strlen(request), false, &cipher);
  base64_put(&out, cipher.p, cipher.len);
  same_text("passthrough", out.p,
            "n3m5exuZdnPXx5uyMLiee5gGjZnFSfa2HEa1RQJdFc8=");
  text_free(&cipher);
  text_free(&out);
}

static void rfc9383(void) {
  static const char context[] =
      "SPAKE2+-P256-SHA256-HKDF-SHA256-HMAC-SHA256 Test Vectors";
  struct spake_secret secret;
  struct spake_result result;
  uint8_t y[32], share[POINT];
  const struct spake_names names = {.context = {context, sizeof(context) - 1},
                                    .prover = {"client", 6},
                                    .verifier = {"server", 6},
                                    .fixed_w0 = true};
  unhex("bb8e1bbcf3c48f62c08db243652ae55d3e5586053fca77102994f23ad95491b3",
        secret.w0);
  unhex("7e945f34d78785b8a3ef44d0df5a1a97d6b3b460409a345ca7830387a74b1dba",
        secret.w1);
  unhex("717a72348a182085109c8d3917d6c43d59b224dc6a7fc4f0483232fa6516d8b3", y);
  unhex("04ef3bd051bf78a2234ec0df197f7828060fe9856503579bb1733009042c15c0c1de12"
        "7727f418b5966afadfdd95a6e4591d171056b333dab97a79c7193e341727",
        share);
  struct spake *spake = spake_start(&secret, y);
  same("RFC shareV", spake_share(spake), POINT,
       "04c0f65da0d11927bdf5d560c69e1d7d939a05b0e88291887d679fcadea75810fb5cc1c"
       "a7494db39e82ff2f50665255d76173e09986ab46742c798a9a68437b048");
  same_text("RFC finish",
            spake_finish(spake, share, POINT, &names, &result) ? "yes" : "no",
            "yes");
  same("RFC confirmP", result.prover_confirm, 32,
       "926cc713504b9b4d76c9162ded04b5493e89109f6d89462cd33adc46fda27527");
  same("RFC confirmV", result.verifier_confirm, 32,
       "9747bcc4f8fe9f63defee53ac9b07876d907d55047e6ff2def2e7529089d3e68");
  same("RFC K_shared", result.shared, 32,
       "0c5f8ccd1413423a54f6c1fb26ff01534a87f893779c6e68666d772bfd91f3e7");
  share[POINT - 1] ^= 1;
  same_text("off the curve",
            spake_finish(spake, share, POINT, &names, &result) ? "yes" : "no",
            "no");
  spake_free(spake);
}

static void seal(const char *encryption, const uint8_t shared[32],
                 const char *want_key, const char *want_nonce,
                 const char *want) {
  static const char request[] = "{\"method\":\"get_device_info\"}";
  uint8_t key[32], nonce[12];
  struct text out = {0}, back = {0};
  int aead = 0;
  size_t n = tpap_keys(encryption, shared, key, nonce, &aead);
  same("data key", key, n, want_key);
  same("base nonce", nonce, 12, want_nonce);
  memcpy(nonce + 8, "\0\0\0\7", 4);
  aead_seal((enum aead)aead, key, nonce, request, strlen(request), &out);
  same(encryption, out.p, out.len, want);
  same_text("opened",
            aead_open((enum aead)aead, key, nonce, out.p, out.len, &back)
                ? "yes"
                : "no",
            "yes");
  out.p[0] ^= 1;
  same_text("forged",
            aead_open((enum aead)aead, key, nonce, out.p, out.len, &back)
                ? "yes"
                : "no",
            "no");
  text_free(&out);
  text_free(&back);
}

static void tpap(void) {
  struct spake_secret secret;
  struct spake_result result;
  uint8_t salt[16], y[32], randoms[64], share[POINT], context[32];
  const struct piece pieces[] = {{"PAKE V1", 7}, {randoms, 64}};
  for (uint8_t i = 0; i < 64; i++)
    randoms[i] = i;
  memcpy(salt, randoms + 0x30, 16);
  hash_pieces(HASH_SHA256, pieces, COUNT(pieces), context);
  same("context", context, 32,
       "5b2a9a4124d0c3da88f8de08252b62cbfbb514891b888aa3d90d68f34a8594a2");
  spake_secret_from("698789c94a1bc1bf1bc2730bb513acd9fec936f8", salt, 16, 3000,
                    &secret);
  same("w0", secret.w0, 32,
       "e15b85c772b9b35f43c4f5e528ac7ff4d972de8cf0aeb2d463aee0c1b43bad97");
  same("w1", secret.w1, 32,
       "cc16dc61489c2b52b1a94a84528e717eb59aab6f34615cef98b8cd5810a9cc7f");
  unhex("717a72348a182085109c8d3917d6c43d59b224dc6a7fc4f0483232fa6516d8b3", y);
  unhex("0499d4f0fc15fcc599b8af9f00c7d41b9e723545a9a5a5ee50965b2c8681c51549a173"
        "accfa34909870cd7fb530c71358f9bade5cbdcb6a68b3a67a47d30fc3c02",
        share);
  struct spake *spake = spake_start(&secret, y);
  same("dev_share", spake_share(spake), POINT,
       "04bf6012a89a816e083dfcbf3ada7fd31b97d23818dce1d78ccdc4d0ed3054f5a763777"
       "0ea6a5cf2e065eb720ec1b0167cac6f45e255787c756ec741ece4d20256");
  const struct spake_names names = {
      .context = {(char *)context, 32}, .prover = {"", 0}, .verifier = {"", 0}};
  spake_finish(spake, share, POINT, &names, &result);
  same("user_confirm", result.prover_confirm, 32,
       "d84212f99ac95cd7c814533b48344fd0a4ff94f84bece4281510beab48f5879b");
  same("dev_confirm", result.verifier_confirm, 32,
       "0c85cdf9fa56a122fe49d152fae401af908bf8f64cc814ed45a53ec824615a09");
  same("shared", result.shared, 32,
       "6538949a2b7d32cd60500d22a7d6523627cb99393fe8eee57ca1d51d83e306ce");
  spake_free(spake);
  seal("aes_128_ccm", result.shared, "38fc7b57dc753bc00c476472b0d3bd67",
       "95864f151575fd3d2e9bbacf",
       "9fa968853c2a6b31231e1696a46d835aa98f275e8f2c5e9fadbe38c4e94a8bc9b05fd1c"
       "792d6d48e61af2f4a");
  seal("aes_256_ccm", result.shared,
       "cab3736a9223fe9a2cffa87455f53d23dc51bb17000cb9a539ef49a7cc62a0d8",
       "c5736319c4ccffaccf923190",
       "0a8c52b5b9b75a22113e3d0e6ac46648540ec197821fa77e7a00a9a67e2220f06fc0da6"
       "2aa030a2332439b9b");
  seal("chacha20_poly1305", result.shared,
       "b3970f5b5dbe53b51f79830a71a562afb7d40445544c2f2477f5c997fdd5185a",
       "5df0af1138c15f20048d64ac",
       "63634f68326a64bb6f96f63f1193068adccde940330678d24c97212bbc7213646a3ac79"
       "20df363036cc34700");
}

static void credentials(void) {
  static const struct {
    enum passcode passcode;
    const char *want;
  } cases[] = {
      {PASSCODE_PLAIN, "user@example.com/great_password"},
      {PASSCODE_SHADOW1, "$1$abcdefgh$V6yZQFsVznBGbhaqRQcq50"},
      {PASSCODE_SHADOW2, "698789c94a1bc1bf1bc2730bb513acd9fec936f8"},
      {PASSCODE_SHADOW3, "1943df6f7e02e7db3b548d87c98e1108dcfe7714"},
      {PASSCODE_SHADOW5, "$5$rounds=1000$saltsaltsalt$"
                         "YY4bOdCcDPyQ33JpunxOFv3Au.fZN.RvLm2Pn9epYP1"},
      {PASSCODE_AUTHKEY, "rsvduvpnavjqunz"},
      {PASSCODE_SALTED0,
       "4933f04f50a3fe1242a92322ed7ab38dcf537e9ce7dc38a8c1e3c0b63123ba95"},
      {PASSCODE_SALTED1,
       "257648d2e4dcca3444729959e2b1cff3ea3cc75567ffb672f7824edf9b2b5e5c"},
      {PASSCODE_DEFAULT,
       "E36D503BDAF829B2CE46EC39F7889E334FF3C1D3D9B3AFBC4C93E6B7131A7FDA"},
  };
  static struct house house = {.options = {.user = USER, .password = PASSWORD}};
  const uint8_t mac[6] = {0xaa, 0xbb, 0xcc, 0x11, 0x22, 0x33};
  struct device *d = device_new(&house, KIND_PLUG, 2, true, 0);
  device_set_mac(d, mac);
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct text out = {0};
    d->tpap.passcode = cases[i].passcode;
    tpap_credential(d, &out);
    same_text("credential", out.p, cases[i].want);
    text_free(&out);
  }
  device_free(d);
}

/* w0 of 31 bytes, which TPAP does not pad as the RFC does. */
static void short_w0(void) {
  static const struct {
    const char *salt, *w0;
  } cases[] = {
      {"73686f727477302d000000000000004d",
       "00ba2533aef88ff860d07ee462766395c38603810665cd8f44dc6853936c9576"},
      {"73686f727477302d0000000000000262",
       "000ef7b0c502e8fdb710ab4941aa850b9760218af0a12f9bbdbe895e26b09974"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct spake_secret secret;
    uint8_t salt[16];
    unhex(cases[i].salt, salt);
    spake_secret_from("698789c94a1bc1bf1bc2730bb513acd9fec936f8", salt, 16, 1,
                      &secret);
    same("short w0", secret.w0, 32, cases[i].w0);
  }
}

int self_test(void) {
  tdp();
  for (size_t i = 0; i < COUNT(klap_cases); i++)
    klap(&klap_cases[i]);
  default_hashes();
  aes();
  rfc9383();
  tpap();
  credentials();
  short_w0();
  printf("%u vectors equal, %u different\n", passed, failed);
  return failed > 0;
}
