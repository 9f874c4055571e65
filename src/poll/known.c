/* What follows from what is known of a device: see known.h. */
#include <config.h>

#include "poll/known.h"

#include <arpa/inet.h>

const char *known_address(const struct known *k) {
  static _Thread_local char text[INET_ADDRSTRLEN];

  if (k->address.sin_port == 0)
    return "";
  inet_ntop(AF_INET, &k->address.sin_addr, text, sizeof(text));
  return text;
}

double known_interval(const struct known *k, const struct poll_options *o) {
  if (k->options != NULL && k->options->interval > o->interval)
    return k->options->interval;
  return o->interval;
}

bool known_energy(const struct known *k, double *wh) {
  *wh = k->energy.wh;
  if (k->plugs_num == 0)
    return k->energy.by != COUNTER_NEW;
  *wh = 0;
  for (unsigned i = 0; i < k->plugs_num; i++) {
    if (k->plugs[i].energy.by == COUNTER_NEW)
      return false;
    *wh += k->plugs[i].energy.wh;
  }
  return true;
}
