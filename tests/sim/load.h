/* SPDX-License-Identifier: MIT */
/* What is plugged in: electrical power as a function of simulated time.
 *
 * Every load is a step function, so that energy can be summed exactly: load_at
 * says how many watts flow at t and until when they stay the same. It is a pure
 * function of time and seed; the same seed draws the same curve. */
#ifndef KASASIM_LOAD_H
#define KASASIM_LOAD_H

#include "base.h"

struct cJSON;
struct trace;

enum load_kind {
  LOAD_CONSTANT,
  LOAD_DUTY,   /* a freezer: on_s running, off_s resting */
  LOAD_WASHER, /* fill, heat, wash, rinse, spin, then rest; every period_s */
  LOAD_OFFICE, /* a slow wave with people's noise on top */
  LOAD_TRACE,  /* a recorded curve */
};

struct load {
  enum load_kind kind;
  double watts;    /* when running, or the middle of the wave */
  double standby;  /* when resting */
  double on_s;     /* duty: running */
  double off_s;    /* duty: resting */
  double swing;    /* office: height of the wave */
  double noise;    /* plus or minus, in watts, while running */
  double period_s; /* washer and office */
  double offset_s; /* shifts the curve, so that two freezers differ */
  uint64_t seed;
  const struct trace *trace;
};

struct load_step {
  double watts;
  double until; /* simulated time; the step holds before it */
};

struct load_step load_at(const struct load *load, double t);
/* About what it draws on average: invents the days before the simulation. */
double load_mean(const struct load *load);

/* From a number (constant watts) or {"kind":"duty","watts":..}. Returns what is
 * wrong, or NULL. Keeps the seed. */
const char *load_parse(struct load *load, const struct cJSON *json);

/* A number in [-1,1] that belongs to this seed and slot. */
double noise_at(uint64_t seed, int64_t slot);
uint64_t mix64(uint64_t x);

#endif
