/* SPDX-License-Identifier: MIT */
/* TLS by libssl. */
#include "tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdlib.h>

struct tls {
  SSL *ssl;
};

static SSL_CTX *contexts[2];

static const char *const suites_of[] = {
    [TLS_SUITES_RSA] = "AES256-GCM-SHA384:AES256-SHA256:AES128-GCM-SHA256:"
                       "AES128-SHA256:AES256-SHA",
    [TLS_SUITES_ECDHE] = "ECDHE-RSA-AES256-GCM-SHA384:"
                         "ECDHE-RSA-AES128-GCM-SHA256:"
                         "ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA",
};

static EVP_PKEY *key_of_the_house(void) {
  static EVP_PKEY *key;
  EVP_PKEY_CTX *made = NULL;
  if (key != NULL)
    return key;
  made = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
  if (made == NULL || EVP_PKEY_keygen_init(made) != 1 ||
      EVP_PKEY_CTX_set_rsa_keygen_bits(made, 2048) != 1 ||
      EVP_PKEY_keygen(made, &key) != 1)
    die("no key for TLS");
  EVP_PKEY_CTX_free(made);
  return key;
}

static X509 *certificate(EVP_PKEY *key) {
  static const unsigned char name[] = "TP-LINK DEVICE";
  X509 *made = X509_new();
  X509_NAME *who = made != NULL ? X509_get_subject_name(made) : NULL;
  if (who == NULL || X509_set_version(made, 2) != 1 ||
      ASN1_INTEGER_set(X509_get_serialNumber(made), 1) != 1 ||
      X509_gmtime_adj(X509_getm_notBefore(made), -86400) == NULL ||
      X509_gmtime_adj(X509_getm_notAfter(made), 3650L * 86400) == NULL ||
      X509_NAME_add_entry_by_txt(who, "CN", MBSTRING_ASC, name, -1, -1, 0) !=
          1 ||
      X509_set_issuer_name(made, who) != 1 || X509_set_pubkey(made, key) != 1 ||
      X509_sign(made, key, EVP_sha256()) == 0)
    die("no certificate for TLS");
  return made;
}

static SSL_CTX *context(enum tls_suites suites) {
  SSL_CTX *ctx = contexts[suites];
  if (ctx != NULL)
    return ctx;
  signal(SIGPIPE, SIG_IGN); /* libssl writes without MSG_NOSIGNAL */
  EVP_PKEY *key = key_of_the_house();
  X509 *own = certificate(key);
  ctx = SSL_CTX_new(TLS_server_method());
  if (ctx == NULL || SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(ctx, suites_of[suites]) != 1 ||
      SSL_CTX_use_certificate(ctx, own) != 1 ||
      SSL_CTX_use_PrivateKey(ctx, key) != 1)
    die("no context for TLS");
  SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  X509_free(own);
  return contexts[suites] = ctx;
}

struct tls *tls_new(int fd, enum tls_suites suites) {
  struct tls *tls = xcalloc(1, sizeof(*tls));
  tls->ssl = SSL_new(context(suites));
  if (tls->ssl == NULL || SSL_set_fd(tls->ssl, fd) != 1)
    die("out of memory");
  SSL_set_accept_state(tls->ssl);
  return tls;
}

void tls_free(struct tls *tls, bool goodbye) {
  if (tls == NULL)
    return;
  if (goodbye && SSL_is_init_finished(tls->ssl))
    SSL_shutdown(tls->ssl);
  ERR_clear_error();
  SSL_free(tls->ssl);
  free(tls);
}

static ssize_t judge(struct tls *tls, int done) {
  switch (SSL_get_error(tls->ssl, done)) {
  case SSL_ERROR_WANT_READ:
  case SSL_ERROR_WANT_WRITE:
    errno = EAGAIN;
    break;
  case SSL_ERROR_ZERO_RETURN:
    return 0;
  default:
    errno = EPROTO;
  }
  ERR_clear_error();
  return -1;
}

ssize_t tls_recv(struct tls *tls, void *p, size_t len) {
  int n = SSL_read(tls->ssl, p, len > INT32_MAX ? INT32_MAX : (int)len);
  return n > 0 ? n : judge(tls, n);
}

ssize_t tls_send(struct tls *tls, const void *p, size_t len) {
  int n = SSL_write(tls->ssl, p, len > INT32_MAX ? INT32_MAX : (int)len);
  return n > 0 ? n : judge(tls, n);
}
