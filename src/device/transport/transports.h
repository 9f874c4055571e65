/* SPDX-License-Identifier: MIT */
/* All transports as one table. What option Transport may say, what a device
 * says by TDP, and in which order to try a device that says nothing follow
 * from its rows: a new transport is a file and a row. */
#ifndef DEVICE_TRANSPORT_TRANSPORTS_H
#define DEVICE_TRANSPORT_TRANSPORTS_H

#include "device/dialect.h"
#include "device/transport.h"

/* Option Transport, and the rows of the table: in the order in which they are
 * tried, first whoever gives away least. */
enum transport_choice {
  TRANSPORT_AUTO, /* no row: the device's own word, or trial */
  TRANSPORT_XOR,
  TRANSPORT_KLAP,
  TRANSPORT_TPAP,
  TRANSPORT_AES,
  TRANSPORT_CHOICES
};

enum { TRANSPORT_DIALECTS = 2 };

struct transport_row {
  const struct transport *transport; /* NULL: TRANSPORT_AUTO */
  const char *scheme;                /* encrypt_type of TDP; NULL: not there */
  /* What may be spoken over it, more likely first; NULL: no more. */
  const struct dialect *dialects[TRANSPORT_DIALECTS];
  /* Its login shows the password, or a hash that does as well, to a device
   * that has proved nothing: only with leave (options AllowAES, Transport). */
  bool reveals_account;
};

extern const struct transport_row transports[TRANSPORT_CHOICES];

/* The words of option Transport by enum transport_choice, NULL behind them. */
extern const char *const transport_choices[TRANSPORT_CHOICES + 1];

/* What a device means by encrypt_type, in any capitals; NULL: not known. */
const struct transport *transport_by_scheme(const char *scheme);

/* The row of a transport; that of TRANSPORT_AUTO for NULL. */
const struct transport_row *transport_row_of(const struct transport *transport);

#endif
