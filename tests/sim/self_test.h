/* SPDX-License-Identifier: MIT */
/* Checks the device's side of the protocols against published vectors. */
#ifndef KASASIM_SELF_TEST_H
#define KASASIM_SELF_TEST_H

/* Says what is wrong and returns the exit status. */
int self_test(void);

#endif
