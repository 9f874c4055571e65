/* SPDX-License-Identifier: MIT */
/* The credential strings of TPAP: what a password becomes before SPAKE2+. */
#include "tpap.h"

#include "account.h"
#include "crypto.h"
#include "device.h"

#include <crypt.h>
#include <stdio.h>
#include <string.h>

#define AUTH_KEY "RDpbLfCPsJZ7fiv"
#define DICTIONARY "abcdefghijklmnopqrstuvwxyz0123456789"
#define SALT "pepper"
#define SALT_BASE64 "cGVwcGVy"

static const struct {
  const char *name;
  const char *extra; /* extra_crypt */
} forms[] = {
    [PASSCODE_SHADOW2] = {"shadow2",
                          "{\"type\":\"password_shadow\",\"params\":{"
                          "\"passwd_id\":2}}"},
    [PASSCODE_DEFAULT] = {"default", NULL},
    [PASSCODE_PLAIN] = {"plain", NULL},
    [PASSCODE_SHADOW1] = {"shadow1",
                          "{\"type\":\"password_shadow\",\"params\":{"
                          "\"passwd_id\":1,\"passwd_prefix\":"
                          "\"$1$abcdefgh$\"}}"},
    [PASSCODE_SHADOW3] = {"shadow3",
                          "{\"type\":\"password_shadow\",\"params\":{"
                          "\"passwd_id\":3}}"},
    [PASSCODE_SHADOW5] = {"shadow5",
                          "{\"type\":\"password_shadow\",\"params\":{"
                          "\"passwd_id\":5,\"passwd_prefix\":"
                          "\"$5$saltsaltsalt$\",\"passwd_rounds\":1000}}"},
    [PASSCODE_AUTHKEY] = {"authkey",
                          "{\"type\":\"password_authkey\",\"params\":{"
                          "\"authkey_tmpkey\":\"" AUTH_KEY
                          "\",\"authkey_dictionary\":\"" DICTIONARY "\"}}"},
    [PASSCODE_SALTED0] = {"salted0",
                          "{\"type\":\"password_sha_with_salt\",\"params\":{"
                          "\"sha_name\":0,\"sha_salt\":\"" SALT_BASE64 "\"}}"},
    [PASSCODE_SALTED1] = {"salted1",
                          "{\"type\":\"password_sha_with_salt\",\"params\":{"
                          "\"sha_name\":1,\"sha_salt\":\"" SALT_BASE64 "\"}}"},
    [PASSCODE_UNKNOWN] = {"unknown",
                          "{\"type\":\"password_of_next_year\",\"params\":{"
                          "\"id\":1}}"},
};

bool passcode_parse(const char *name, enum passcode *passcode) {
  for (size_t i = 0; i < COUNT(forms); i++) {
    if (strcmp(forms[i].name, name) != 0)
      continue;
    *passcode = (enum passcode)i;
    return true;
  }
  return false;
}

const char *passcode_names(void) {
  return "shadow2 default plain shadow1 shadow3 shadow5 authkey salted0 "
         "salted1 unknown";
}

void tpap_extra_crypt(const struct device *d, struct text *out) {
  const char *extra = forms[d->tpap.passcode].extra;
  if (extra == NULL)
    return;
  text_addz(out, ",\"extra_crypt\":");
  text_addz(out, extra);
}

static void put_default(const struct device *d, struct text *out) {
  uint8_t key[36], secret[32];
  memcpy(key, "GqY5o136oa4i6VprTlMW2DpVXxmfW8", 30);
  memcpy(key + 30, d->mac + 3, 3);
  memcpy(key + 33, d->mac, 3);
  hkdf_sha256(key, sizeof(key), "tp-kdf-salt-default-passcode",
              "tp-kdf-info-default-passcode", secret, sizeof(secret));
  for (size_t i = 0; i < sizeof(secret); i++)
    text_printf(out, "%02X", secret[i]);
}

static void put_crypt(const char *password, const char *setting,
                      struct text *out) {
  static struct crypt_data data;
  const char *hash = crypt_r(password, setting, &data);
  if (hash == NULL)
    die("crypt %s failed", setting);
  text_addz(out, hash);
}

static void put_hash(enum hash hash, const struct text *what,
                     struct text *out) {
  char hex[2 * HASH_MAX + 1];
  hash_hex(hash, what->p, what->len, false, hex);
  text_addz(out, hex);
}

static void put_with_mac(const struct device *d, struct text *out) {
  struct text what = {0};
  char hex[2 * HASH_MAX + 1];
  const char *user = account_user(d);
  const uint8_t *m = d->mac;
  if (*user == '\0') {
    text_addz(out, account_password(d));
    return;
  }
  hash_hex(HASH_MD5, user, strlen(user), false, hex);
  text_printf(&what, "%s_%02X:%02X:%02X:%02X:%02X:%02X", hex, m[0], m[1], m[2],
              m[3], m[4], m[5]);
  put_hash(HASH_SHA1, &what, out);
  text_free(&what);
}

static void put_authkey(const char *password, struct text *out) {
  size_t n = strlen(password), k = strlen(AUTH_KEY);
  for (size_t i = 0; i < n || i < k; i++) {
    unsigned a = i < n ? (unsigned char)password[i] : 0xbb;
    unsigned b = i < k ? (unsigned char)AUTH_KEY[i] : 0xbb;
    text_char(out, DICTIONARY[(a ^ b) % strlen(DICTIONARY)]);
  }
}

static void put_salted(const char *name, const char *password,
                       struct text *out) {
  struct text what = {0};
  text_printf(&what, "%s%s%s", name, SALT, password);
  put_hash(HASH_SHA256, &what, out);
  text_free(&what);
}

void tpap_credential(const struct device *d, struct text *out) {
  const char *user = account_user(d), *password = account_password(d);
  struct text plain = {0};
  text_addz(&plain, password);
  switch (d->tpap.passcode) {
  case PASSCODE_SHADOW2:
    put_hash(HASH_SHA1, &plain, out);
    break;
  case PASSCODE_DEFAULT:
    put_default(d, out);
    break;
  case PASSCODE_PLAIN:
  case PASSCODE_UNKNOWN:
    text_printf(out, "%s%s%s", user, *user != '\0' ? "/" : "", password);
    break;
  case PASSCODE_SHADOW1:
    put_crypt(password, "$1$abcdefgh$", out);
    break;
  case PASSCODE_SHADOW3:
    put_with_mac(d, out);
    break;
  case PASSCODE_SHADOW5:
    put_crypt(password, "$5$rounds=1000$saltsaltsalt$", out);
    break;
  case PASSCODE_AUTHKEY:
    put_authkey(password, out);
    break;
  case PASSCODE_SALTED0:
    put_salted("admin", password, out);
    break;
  case PASSCODE_SALTED1:
    put_salted("user", password, out);
    break;
  }
  text_free(&plain);
}
