/* SPDX-License-Identifier: MIT */
/* Damage to TDP answers, by the word of the fault udp_form:
 *
 *   crc       a checksum that is wrong
 *   length    another length than the payload's is announced: n
 *   cut       the datagram ends after n bytes
 *   doubled   each member of the result stands there twice, the second empty
 *   list      the result is a list
 *   mac       the MAC address is spelled otherwise: n is the separator's code,
 *             0 for none
 *   no_mac    there is none
 *   other_mac it is another device's: its last byte is one more */
#include "tdp_form.h"

#include "device.h"
#include "tdp.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct fault *form(const struct device *d, const char *word) {
  const struct fault *f = fault_peek(d->faults, FAULT_UDP_FORM);
  return f != NULL && strcmp(f->word, word) == 0 ? f : NULL;
}

/* Puts other words in the place of what stands there. */
static void put_instead(struct text *t, const char *old, const char *words) {
  char *at = memmem(t->p, t->len, old, strlen(old));
  struct text out = {0};
  if (at == NULL)
    return;
  size_t before = (size_t)(at - t->p);
  text_add(&out, t->p, before);
  text_addz(&out, words);
  text_add(&out, at + strlen(old), t->len - before - strlen(old));
  text_clear(t);
  text_add(t, out.p, out.len);
  text_free(&out);
}

static void spell(const struct device *d, const struct fault *f,
                  struct text *payload) {
  const uint8_t *m = d->mac;
  char usual[40], other[40] = "\"mac\":\"";
  char separator[2] = {(char)f->number, '\0'};
  snprintf(usual, sizeof(usual), "\"mac\":\"%02X-%02X-%02X-%02X-%02X-%02X\"",
           m[0], m[1], m[2], m[3], m[4], m[5]);
  for (int i = 0; i < 6; i++) {
    size_t used = strlen(other);
    snprintf(other + used, sizeof(other) - used, "%s%02x",
             i > 0 ? separator : "", m[i]);
  }
  strcat(other, "\"");
  put_instead(payload, usual, other);
}

static void other_mac(const struct device *d, struct text *payload) {
  char usual[8], other[8];
  snprintf(usual, sizeof(usual), "-%02X\"", d->mac[5]);
  snprintf(other, sizeof(other), "-%02X\"", (uint8_t)(d->mac[5] + 1));
  put_instead(payload, usual, other);
}

void tdp_form_payload(const struct device *d, struct text *payload) {
  const struct fault *f = form(d, "mac");
  if (f != NULL)
    spell(d, f, payload);
  if (form(d, "no_mac") != NULL)
    put_instead(payload, "\"mac\":", "\"nomac\":");
  if (form(d, "other_mac") != NULL)
    other_mac(d, payload);
  if (form(d, "list") != NULL) {
    put_instead(payload, "\"result\":{", "\"result\":[{");
    put_instead(payload, "},\"error_code\"", "}],\"error_code\"");
  }
  if (form(d, "doubled") != NULL)
    put_instead(payload, "},\"error_code\"",
                ",\"device_type\":\"\",\"device_model\":null,\"mac\":\"\","
                "\"mgt_encrypt_schm\":{},\"owner\":[]},\"error_code\"");
}

void tdp_form_datagram(struct device *d, struct text *bytes) {
  const struct fault *f;
  if (form(d, "crc") != NULL)
    bytes->p[TDP_HEADER - 1] ^= 1;
  if ((f = form(d, "length")) != NULL) {
    bytes->p[4] = (char)((int)f->number >> 8);
    bytes->p[5] = (char)f->number;
  }
  if ((f = form(d, "cut")) != NULL && f->number < (double)bytes->len)
    bytes->len = (size_t)f->number;
  fault_use(d->faults, FAULT_UDP_FORM);
}
