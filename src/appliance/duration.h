/* SPDX-License-Identifier: MIT */
/* Lengths of time in words: "45 s", "31 min", "2 h 40 min", "3 days 4 h". */
#ifndef APPLIANCE_DURATION_H
#define APPLIANCE_DURATION_H

enum { DURATION_SIZE = 48 };

/* Rounded to what the words can say; out is terminated. */
void duration_words(double seconds, char out[DURATION_SIZE]);

#endif
