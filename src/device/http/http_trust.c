/* SPDX-License-Identifier: MIT */
/* Whose TLS certificate is good: see http_trust.h.
 *
 * Of TP-Link's root only the key is known for sure (doc/protocol.md, "TPAP"),
 * not how its certificate spells its names, and devices do not always send it.
 * So whoever the device's certificates name as their last issuer is given that
 * key, and libcrypto's own verification decides whether the chain holds. */
#include <config.h>

#include "device/http/http_trust.h"

#include <errno.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

const uint8_t http_trust_tp_link_root[HTTP_CLIENT_ROOT_SIZE] = {
    0x04, 0xbc, 0x28, 0xf0, 0x7f, 0x47, 0xe8, 0x1a, 0x09, 0x0e, 0xf7,
    0x28, 0x7b, 0x08, 0xb8, 0xc0, 0xfa, 0xcf, 0xaf, 0x25, 0x57, 0x8a,
    0xbe, 0x33, 0xe3, 0x25, 0xd5, 0x9f, 0x6f, 0x51, 0xe5, 0x70, 0x80,
    0x70, 0x57, 0xca, 0x93, 0x4e, 0xa9, 0x60, 0xfb, 0xa9, 0x1b, 0xaa,
    0x63, 0x68, 0xa3, 0x8b, 0x29, 0x65, 0xe7, 0x68, 0xe7, 0x4f, 0x65,
    0x38, 0x43, 0x17, 0x1c, 0x06, 0x2e, 0x8d, 0xee, 0xad, 0x5d,
};

/* The key as a SubjectPublicKeyInfo: what comes before a P-256 point. */
static const uint8_t p256_before[] = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
    0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
    0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
};

static EVP_PKEY *root_key(const uint8_t point[HTTP_CLIENT_ROOT_SIZE]) {
  uint8_t der[sizeof(p256_before) + HTTP_CLIENT_ROOT_SIZE];
  const uint8_t *at = der;

  memcpy(der, p256_before, sizeof(p256_before));
  memcpy(der + sizeof(p256_before), point, HTTP_CLIENT_ROOT_SIZE);
  return d2i_PUBKEY(NULL, &at, sizeof(der));
}

/* Signs x with a key nobody will ever need: what is trusted is not verified,
 * it only has to be well-formed. */
static bool sign_somehow(X509 *x) {
  EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
  EVP_PKEY *key = NULL;
  bool good =
      ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 &&
      EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1) == 1 &&
      EVP_PKEY_keygen(ctx, &key) == 1 && X509_sign(x, key, EVP_sha256()) > 0;

  EVP_PKEY_free(key);
  EVP_PKEY_CTX_free(ctx);
  return good;
}

/* A certificate of that name with the root's key. */
static X509 *anchor(const uint8_t root[HTTP_CLIENT_ROOT_SIZE],
                    X509_NAME *name) {
  X509 *x = X509_new();
  EVP_PKEY *key = root_key(root);
  X509_EXTENSION *ca = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints,
                                           "critical,CA:TRUE");
  bool good = x != NULL && key != NULL && ca != NULL &&
              X509_set_version(x, 2) == 1 &&
              ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
              X509_set_subject_name(x, name) == 1 &&
              X509_set_issuer_name(x, name) == 1 &&
              X509_gmtime_adj(X509_getm_notBefore(x), -86400) != NULL &&
              X509_gmtime_adj(X509_getm_notAfter(x), 86400) != NULL &&
              X509_set_pubkey(x, key) == 1 && X509_add_ext(x, ca, -1) == 1 &&
              sign_somehow(x);

  X509_EXTENSION_free(ca);
  EVP_PKEY_free(key);
  if (good)
    return x;
  X509_free(x);
  return NULL;
}

static int verify_against(X509 *root, X509 *leaf, STACK_OF(X509) * others) {
  X509_STORE *store = X509_STORE_new();
  X509_STORE_CTX *ctx = X509_STORE_CTX_new();
  int verdict = X509_V_ERR_OUT_OF_MEM;

  if (store != NULL && ctx != NULL && X509_STORE_add_cert(store, root) == 1 &&
      X509_STORE_CTX_init(ctx, store, leaf, others) == 1)
    verdict =
        X509_verify_cert(ctx) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(ctx);
  X509_STORE_CTX_free(ctx);
  X509_STORE_free(store);
  return verdict;
}

/* In place of libssl's verification. The root's name is that of some issuer
 * among the certificates; the number of those is bounded by libssl's limit on
 * handshake messages. */
static int verify(X509_STORE_CTX *ctx, void *arg) {
  const struct http_pool *h = arg;
  X509 *leaf = X509_STORE_CTX_get0_cert(ctx);
  STACK_OF(X509) *others = X509_STORE_CTX_get0_untrusted(ctx);
  int verdict = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;

  ERR_set_mark(); /* libcurl judges by the first error it finds */
  for (int i = 0; i < sk_X509_num(others) && i < 4 && verdict != X509_V_OK;
       i++) {
    X509 *root =
        anchor(h->root, X509_get_issuer_name(sk_X509_value(others, i)));

    verdict = root != NULL && leaf != NULL ? verify_against(root, leaf, others)
                                           : X509_V_ERR_OUT_OF_MEM;
    X509_free(root);
  }
  ERR_pop_to_mark();
  X509_STORE_CTX_set_error(ctx, verdict);
  return verdict == X509_V_OK;
}

static CURLcode on_context(CURL *easy, void *context, void *arg) {
  (void)easy;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_cert_verify_callback(context, verify, arg);
  return CURLE_OK;
}

/* Other TLS libraries have such a callback, too, with something else behind the
 * pointer. */
static bool is_openssl(CURL *easy) {
  struct curl_tlssessioninfo *info = NULL;

  return curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info) == CURLE_OK &&
         info != NULL && info->backend == CURLSSLBACKEND_OPENSSL;
}

int http_trust_apply(struct http_client *c) {
  if (c->tls != HTTP_CLIENT_TLS_GENUINE) {
    (void)curl_easy_setopt(c->easy, CURLOPT_SSL_CTX_FUNCTION, NULL);
    return 0;
  }
  return is_openssl(c->easy) &&
                 curl_easy_setopt(c->easy, CURLOPT_SSL_CTX_DATA, c->http) ==
                     CURLE_OK &&
                 curl_easy_setopt(c->easy, CURLOPT_SSL_CTX_FUNCTION,
                                  on_context) == CURLE_OK
             ? 0
             : -ENOTSUP;
}
