/* SPDX-License-Identifier: MIT */
/* From account and device's recipe to the text SPAKE2+ starts with: see
 * tpap_credential.h. */
#include <config.h>

#include "device/transport/tpap_credential.h"

#include "device/crypto/cipher.h"
#include "device/crypto/crypto.h"

#include <crypt.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  ROUNDS_DEFAULT = 5000, /* of sha256-crypt when nobody says otherwise */
  ROUNDS_MIN = 1000,     /* less is raised to this by crypt() */
  ROUNDS_MAX = 100000,   /* more would hold everybody up */
};

static int digest_hex(enum digest digest, const char *text,
                      char out[2 * SHA256_SIZE + 1]) {
  static const size_t sizes[] = {[DIGEST_MD5] = MD5_SIZE,
                                 [DIGEST_SHA1] = SHA1_SIZE,
                                 [DIGEST_SHA256] = SHA256_SIZE};
  uint8_t hash[SHA256_SIZE];
  int err = crypto_digest(digest, &(struct span){text, strlen(text)}, 1, hash);

  crypto_hex(hash, sizes[digest], out);
  crypto_wipe(hash, sizeof(hash));
  return err;
}

int tpap_default_credential(const uint8_t mac[6],
                            char out[TPAP_CREDENTIAL_MAX]) {
  static const char start[] = "GqY5o136oa4i6VprTlMW2DpVXxmfW8";
  static const char salt[] = "tp-kdf-salt-default-passcode";
  uint8_t key[sizeof(start) - 1 + 6];
  uint8_t made[SHA256_SIZE];
  int err;

  memcpy(key, start, sizeof(start) - 1);
  memcpy(key + sizeof(start) - 1, mac + 3, 3);
  memcpy(key + sizeof(start) + 2, mac, 3);
  err = crypto_hkdf(key, sizeof(key), salt, sizeof(salt) - 1,
                    "tp-kdf-info-default-passcode", made, sizeof(made));
  crypto_upper_hex(made, sizeof(made), out);
  crypto_wipe(made, sizeof(made));
  return err;
}

/* -- crypt(3)
 * ------------------------------------------------------------------
 */

static int run_crypt(const char *pass, const char *setting,
                     char out[TPAP_CREDENTIAL_MAX]) {
  struct crypt_data *data = calloc(1, sizeof(*data));
  const char *made;
  int err = -EINVAL;

  if (data == NULL)
    return -ENOMEM;
  made = crypt_r(pass, setting, data);
  if (made != NULL && made[0] == '$') { /* "*0" says no */
    snprintf(out, TPAP_CREDENTIAL_MAX, "%s", made);
    err = 0;
  }
  crypto_wipe(data, sizeof(*data));
  free(data);
  return err;
}

/* The salt's end is the next "$" or where it gets too long; what crypt() would
 * choke on is refused. */
static bool salt_of(const char *text, size_t max, char *out) {
  size_t len = strcspn(text, "$");

  if (len > max)
    len = max;
  memcpy(out, text, len);
  out[len] = '\0';
  return strspn(out, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                     "0123456789./") == len;
}

static int md5_crypt(const struct tpap_recipe *r, const char *pass,
                     char out[TPAP_CREDENTIAL_MAX]) {
  char salt[9];
  char setting[32];

  if (strncmp(r->prefix, "$1$", 3) != 0 || !salt_of(r->prefix + 3, 8, salt))
    return -EINVAL;
  snprintf(setting, sizeof(setting), "$1$%s$", salt);
  return run_crypt(pass, setting, out);
}

static int sha256_crypt(const struct tpap_recipe *r, const char *pass,
                        char out[TPAP_CREDENTIAL_MAX]) {
  const char *rest = r->prefix + 3;
  char salt[17];
  char setting[48];
  long rounds = 0;

  if (strncmp(r->prefix, "$5$", 3) != 0)
    return -EINVAL;
  if (strncmp(rest, "rounds=", 7) == 0) {
    char *end;

    rounds = strtol(rest + 7, &end, 10);
    if (end == rest + 7 || *end != '$')
      return -EINVAL;
    rest = end + 1;
  }
  if (r->rounds != 0)
    rounds = r->rounds;
  if (rounds < 0 || rounds > ROUNDS_MAX || !salt_of(rest, 16, salt))
    return -EINVAL;
  if (rounds == 0 || rounds == ROUNDS_DEFAULT)
    snprintf(setting, sizeof(setting), "$5$%s$", salt);
  else
    snprintf(setting, sizeof(setting), "$5$rounds=%ld$%s$",
             rounds < ROUNDS_MIN ? ROUNDS_MIN : rounds, salt);
  return run_crypt(pass, setting, out);
}

static int shadow(const struct tpap_recipe *r, const char *user,
                  const char *pass, const uint8_t mac[6],
                  char out[TPAP_CREDENTIAL_MAX]) {
  char text[2 * SHA256_SIZE + 32];
  int err;

  switch (r->passwd_id) {
  case 1:
    return md5_crypt(r, pass, out);
  case 2:
    return digest_hex(DIGEST_SHA1, pass, out);
  case 3:
    if (user[0] == '\0')
      break;
    err = digest_hex(DIGEST_MD5, user, text);
    snprintf(text + 2 * MD5_SIZE, sizeof(text) - 2 * MD5_SIZE,
             "_%02X:%02X:%02X:%02X:%02X:%02X", mac[0], mac[1], mac[2], mac[3],
             mac[4], mac[5]);
    return err < 0 ? err : digest_hex(DIGEST_SHA1, text, out);
  case 5:
    return sha256_crypt(r, pass, out);
  default:
    break;
  }
  snprintf(out, TPAP_CREDENTIAL_MAX, "%s", pass);
  return 0;
}

/* -- the others
 * ----------------------------------------------------------------
 */

static int authkey(const struct tpap_recipe *r, const char *pass,
                   char out[TPAP_CREDENTIAL_MAX]) {
  enum { FILLER = 0xbb };
  size_t letters = strlen(r->dictionary);
  size_t pass_len = strlen(pass);
  size_t key_len = strlen(r->tmpkey);
  size_t len = pass_len > key_len ? pass_len : key_len;

  if (letters == 0 || len >= TPAP_CREDENTIAL_MAX)
    return -EINVAL;
  for (size_t i = 0; i < len; i++) {
    unsigned a = i < pass_len ? (unsigned char)pass[i] : FILLER;
    unsigned b = i < key_len ? (unsigned char)r->tmpkey[i] : FILLER;

    out[i] = r->dictionary[(a ^ b) % letters];
  }
  out[len] = '\0';
  return 0;
}

static int sha_with_salt(const struct tpap_recipe *r, const char *pass,
                         char out[TPAP_CREDENTIAL_MAX]) {
  const char *name = r->sha_name == 0 ? "admin" : "user";
  uint8_t hash[SHA256_SIZE];
  int err = crypto_digest(DIGEST_SHA256,
                          (const struct span[]){{name, strlen(name)},
                                                {r->salt, r->salt_len},
                                                {pass, strlen(pass)}},
                          3, hash);

  crypto_hex(hash, sizeof(hash), out);
  crypto_wipe(hash, sizeof(hash));
  return err;
}

int tpap_credential(const struct tpap_recipe *recipe, const char *user,
                    const char *pass, const uint8_t mac[6],
                    char out[TPAP_CREDENTIAL_MAX]) {
  if (strlen(user) >= TPAP_TEXT_MAX || strlen(pass) >= TPAP_TEXT_MAX)
    return -EINVAL;
  switch (recipe->crypt) {
  case TPAP_SHADOW:
    return shadow(recipe, user, pass, mac, out);
  case TPAP_AUTHKEY:
    return authkey(recipe, pass, out);
  case TPAP_SHA_WITH_SALT:
    return sha_with_salt(recipe, pass, out);
  case TPAP_PLAIN:
    break;
  }
  snprintf(out, TPAP_CREDENTIAL_MAX, "%s%s%s", user, user[0] != '\0' ? "/" : "",
           pass);
  return 0;
}
