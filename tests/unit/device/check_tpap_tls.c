/* SPDX-License-Identifier: MIT */
/* TPAP over TLS: any certificate where the device claims none, TP-Link's where
 * it claims that. */
#include <config.h>

#include "../support/pki.h"
#include "../support/tpap_device.h"
#include "device/transport/tpap.h"

static EVP_PKEY *root, *leaf;
static SSL_CTX *tls;

static void open_tls(void) {
  uint8_t point[65];

  reset();
  root = pki_key();
  leaf = pki_key();
  tls = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_max_proto_version(tls, TLS1_2_VERSION);
  pki_point(root, point);
  http_pool_set_root(b.env.http, point);
}

static void close_tls(void) {
  teardown();
  SSL_CTX_free(tls);
  EVP_PKEY_free(root);
  EVP_PKEY_free(leaf);
}

static const struct {
  const char *what;
  int mode;
  bool by_root;
  enum outcome outcome;
} rows[] = {
    {"TLS with anybody's certificate", 1, false, OUTCOME_OK},
    {"TLS with the root's, which nobody asked for", 1, true, OUTCOME_OK},
    {"genuine", 2, true, OUTCOME_OK},
    {"claims to be genuine", 2, false, OUTCOME_REFUSED},
};

START_TEST(a_login_goes_over_the_tls_that_is_claimed) {
  X509 *own;

  if (rows[_i].mode == 2 && !pki_can_verify())
    return; /* check_http_client.c says what happens then */
  own = pki_certificate("Plug", leaf, rows[_i].by_root ? "Root" : "Plug",
                        rows[_i].by_root ? root : leaf, false, 9);

  SSL_CTX_use_certificate(tls, own);
  SSL_CTX_use_PrivateKey(tls, leaf);
  X509_free(own);
  where =
      (struct endpoint){.address = server_start_tls(&web, answer, NULL, tls),
                        .service = {.tls = true},
                        .account = &account};
  dev.tls = rows[_i].mode;
  dev.port = web.port;
  reopen();
  for (int i = 0; i < 3; i++)
    ck_assert_msg(ask() == rows[_i].outcome, "%s: %d, %s", rows[_i].what,
                  (int)b.outcome, b.why);
  if (rows[_i].outcome == OUTCOME_OK) {
    ck_assert_int_eq(dev.discovers, 1);
    ck_assert_int_eq(web.connections, rows[_i].mode);
    return;
  }
  ck_assert_int_eq(dev.registers, 0); /* nothing is told to it */
  ck_assert_ptr_nonnull(strstr(b.why, "not issued by TP-Link"));
}
END_TEST

START_TEST(a_device_may_leave_tls_after_its_first_answer) {
  X509 *own = pki_certificate("Plug", leaf, "Plug", leaf, false, 9);
  struct server plain;
  struct sockaddr_in address;

  SSL_CTX_use_certificate(tls, own);
  SSL_CTX_use_PrivateKey(tls, leaf);
  X509_free(own);
  where =
      (struct endpoint){.address = server_start_tls(&web, answer, NULL, tls),
                        .service = {.tls = true},
                        .account = &account};
  address = server_start(&plain, answer, NULL);
  dev.port = ntohs(address.sin_port);
  reopen();
  ck_assert_msg(ask() == OUTCOME_OK, "%s", b.why);
  ck_assert_int_eq(web.requests, 1);
  ck_assert_int_eq(plain.requests, 3);
  transport_tpap.close(link_);
  link_ = NULL;
  server_stop(&plain);
  reopen();
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, open_tls, close_tls);
  tcase_set_timeout(t, 120);
  tcase_add_loop_test(t, a_login_goes_over_the_tls_that_is_claimed, 0,
                      ROWS(rows));
  tcase_add_test(t, a_device_may_leave_tls_after_its_first_answer);
}

int main(void) { return suite_run("tpap_tls", fill); }
