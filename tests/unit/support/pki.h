/* SPDX-License-Identifier: MIT */
/* Keys and certificates made up for tests of TLS. */
#ifndef TESTS_UNIT_SUPPORT_PKI_H
#define TESTS_UNIT_SUPPORT_PKI_H

#include <check.h>
#include <curl/curl.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* With other TLS libraries nobody can be told to be genuine. */
static inline bool pki_can_verify(void) {
  return strncmp(curl_version_info(CURLVERSION_NOW)->ssl_version, "OpenSSL/",
                 8) == 0;
}

static inline EVP_PKEY *pki_key(void) {
  EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
  EVP_PKEY *key = NULL;

  ck_assert_int_eq(EVP_PKEY_keygen_init(ctx), 1);
  ck_assert_int_eq(
      EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1), 1);
  ck_assert_int_eq(EVP_PKEY_keygen(ctx, &key), 1);
  EVP_PKEY_CTX_free(ctx);
  return key;
}

/* The public half as uncompressed point. */
static inline void pki_point(EVP_PKEY *key, uint8_t point[65]) {
  uint8_t *der = NULL;
  int len = i2d_PUBKEY(key, &der);

  ck_assert_int_eq(len, 91);
  memcpy(point, der + 91 - 65, 65);
  OPENSSL_free(der);
}

/* A certificate for key under the name, signed by that of the issuer. */
static inline X509 *pki_certificate(const char *name, EVP_PKEY *key,
                                    const char *issuer, EVP_PKEY *issuer_key,
                                    bool ca, long days) {
  X509 *x = X509_new();
  X509_NAME *who = X509_NAME_new();

  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
  X509_gmtime_adj(X509_getm_notBefore(x), -10 * 86400);
  X509_gmtime_adj(X509_getm_notAfter(x), days * 86400);
  X509_NAME_add_entry_by_txt(who, "CN", MBSTRING_ASC,
                             (const unsigned char *)name, -1, -1, 0);
  X509_set_subject_name(x, who);
  X509_NAME_free(who);
  who = X509_NAME_new();
  X509_NAME_add_entry_by_txt(who, "CN", MBSTRING_ASC,
                             (const unsigned char *)issuer, -1, -1, 0);
  X509_set_issuer_name(x, who);
  X509_NAME_free(who);
  X509_set_pubkey(x, key);
  if (ca) {
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints,
                                            "critical,CA:TRUE");

    X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
  }
  ck_assert_int_gt(X509_sign(x, issuer_key, EVP_sha256()), 0);
  return x;
}

#endif
