/* SPDX-License-Identifier: MIT */
/* What the log says of failed polls: see poll_log.h. */
#include <config.h>

#include "poll/poll_log.h"

#include "base/log.h"
#include "device/transport/transports.h"

enum {
  STRANGERS_SAID = 16,
  STRANGERS_WINDOW_US = 300 * 1000000,
};

/* Whether there may be one more line about devices that were found but do not
 * let themselves be read. */
static bool may_say_stranger(struct poll_log *l, uint64_t now_us) {
  if (now_us >= l->window_ends_us) {
    l->window_ends_us = now_us + STRANGERS_WINDOW_US;
    l->strangers_said = 0;
  }
  if (l->strangers_said == STRANGERS_SAID)
    log_say(LOG_LEVEL_WARNING,
            "more devices were found that do not answer; not listed");
  return l->strangers_said++ < STRANGERS_SAID;
}

static void say_stranger(struct poll_log *l, const struct poll_device *k,
                         uint64_t now_us) {
  if (may_say_stranger(l, now_us))
    log_say(LOG_LEVEL_WARNING, "%s (%s) does not answer: %s", k->name,
            poll_device_address(k), poll_device_why(k));
}

/* AES shows the account to whoever answers; nothing was sent. */
static void say_barred(const struct poll_device *k) {
  char mac[MAC_TEXT_SIZE] = "MAC unknown";
  const char *block = k->options != NULL    ? k->options->match
                      : k->device.mac_known ? mac
                                            : poll_device_address(k);

  if (k->device.mac_known)
    device_format_mac(k->device.mac, mac);
  log_say(LOG_LEVEL_WARNING,
          "%s (%s, %s) wants the TP-Link account by AES, which gives it to "
          "whoever answers at that address: %s would be sent to %s. Nothing "
          "was sent. If that is your device and your network can be trusted, "
          "write AllowAES true, or Transport \"aes\", into <Device \"%s\">",
          k->name, mac, poll_device_address(k),
          k->contact.service.login == 1
              ? "the SHA1 of the user name and the password itself"
              : "the SHA1 of user name and password, without salt,",
          poll_device_address(k), block);
}

static bool is_barred(const struct poll_device *k,
                      const struct poll_options *o) {
  return k->status.outcome == OUTCOME_AUTH &&
         transport_row_of(k->contact.transport)->reveals_account &&
         poll_options_account(o, k->options) != NULL &&
         !poll_options_may_reveal(o, k->options);
}

void poll_log_failure(struct poll_log *l, struct poll_device *k,
                      const struct poll_options *o, uint64_t now_us) {
  bool refused = k->status.outcome == OUTCOME_AUTH;

  if (k->status.up)
    log_say(LOG_LEVEL_WARNING, "%s (%s) stopped answering: %s", k->name,
            k->address.sin_port != 0 ? poll_device_address(k) : "no address",
            poll_device_why(k));
  else if (is_barred(k, o) && !k->auth.barred_said &&
           may_say_stranger(l, now_us))
    say_barred(k);
  else if (!k->status.polled ||
           (refused && !k->auth.refused)) /* somebody has to act */
    say_stranger(l, k, now_us);
  k->auth.barred_said |= is_barred(k, o);
  k->auth.refused |= refused;
}

/* Once: whoever allowed it should know that it is done. */
void poll_log_shown(struct poll_log *l, const struct poll_device *k) {
  if (l->shown_said || k->contact.link == NULL ||
      k->contact.transport->account == NULL ||
      k->contact.transport->account(k->contact.link) != ACCOUNT_SHOWN)
    return;
  l->shown_said = true;
  log_say(LOG_LEVEL_WARNING,
          "the TP-Link account was given to %s (%s) by AES, as AllowAES or "
          "Transport \"aes\" says: whoever answers in its place is given it, "
          "too (this is said once for all devices)",
          k->name, poll_device_address(k));
}

void poll_log_round(struct poll_log *l, struct poll_device *k, const char *ways,
                    uint64_t now_us) {
  if (k->contact.round_said || !may_say_stranger(l, now_us))
    return;
  k->contact.round_said = true;
  log_say(LOG_LEVEL_WARNING, "%s (%s) cannot be read by any of %s: %s", k->name,
          poll_device_address(k), ways, poll_device_why(k));
}
