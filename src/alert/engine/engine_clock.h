/* SPDX-License-Identifier: MIT */
/* The system's clocks and chance, as alert_core_hooks has them. Any thread. */
#ifndef ALERT_ENGINE_ENGINE_CLOCK_H
#define ALERT_ENGINE_ENGINE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t engine_clock_wall_ms(void *unused);
int64_t engine_clock_boot_ms(void *unused);
int64_t engine_clock_awake_ms(void *unused);
bool engine_clock_synchronised(void *unused);
void engine_clock_random(void *unused, void *out, size_t size);

#endif
