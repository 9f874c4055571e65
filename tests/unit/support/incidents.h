/* SPDX-License-Identifier: MIT */
/* What programs of random incidents share: chance that a seed decides, and
 * which seeds are played. INCIDENTS=10000 plays so many, INCIDENT_SEED=7 begins
 * there. */
#ifndef TESTS_UNIT_SUPPORT_INCIDENTS_H
#define TESTS_UNIT_SUPPORT_INCIDENTS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static inline uint64_t incident_chance(unsigned seed) {
  return seed * 2654435761u + 1;
}

/* 0 to sides - 1 */
static inline unsigned incident_roll(uint64_t *chance, unsigned sides) {
  *chance = *chance * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(*chance >> 33) % sides;
}

static inline unsigned incident_number(const char *variable, unsigned other) {
  const char *text = getenv(variable);

  return text != NULL ? (unsigned)atoi(text) : other;
}

/* What the seeds came to: how often a device went bad, and kills. */
static struct { unsigned bad_times, kills; } incidents_sum;

/* Plays usual of them where INCIDENTS does not say how many. */
static inline void incidents_play(void (*one)(unsigned seed), unsigned usual) {
  unsigned first = incident_number("INCIDENT_SEED", 1);
  unsigned count = incident_number("INCIDENTS", usual);

  for (unsigned seed = first; seed < first + count; seed++) {
    if (getenv("INCIDENTS") != NULL && seed % 100 == 0) {
      printf("seed %u\n", seed);
      fflush(stdout);
    }
    one(seed);
  }
  if (getenv("INCIDENTS") != NULL)
    printf("%u evenings, %u incidents, %u kills\n", count,
           incidents_sum.bad_times, incidents_sum.kills);
}

#endif
