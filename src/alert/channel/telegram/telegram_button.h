/* SPDX-License-Identifier: MIT */
/* Telegram's button "Acknowledge": who presses it is heard by long polling, so
 * that no address of ours need be reachable. Only while something is open that
 * may be acknowledged; only presses in the configured chat count. All of it on
 * the channel's thread. */
#ifndef ALERT_CHANNEL_TELEGRAM_TELEGRAM_BUTTON_H
#define ALERT_CHANNEL_TELEGRAM_TELEGRAM_BUTTON_H

#include "alert/channel/sender.h"
#include "base/json_writer.h"

struct telegram;

/* The chat, as a number where it is one. */
void telegram_put_chat(const struct telegram *t, struct json_writer *j);

/* The button, into the object of a message that may be acknowledged. */
void telegram_button_add(const struct telegram *t,
                         const struct message *message, struct json_writer *j);
/* The message was taken under this id. */
void telegram_button_sent(struct telegram *t, const struct message *message,
                          int64_t message_id);

/* Those of struct sender. */
int telegram_button_poll(void *settings, const char *ref,
                         const struct sender_env *env,
                         struct poll_result *result);
/* Takes the buttons of the alert's messages away. */
void telegram_button_cancel(void *settings, const struct message *message,
                            const struct sender_env *env,
                            struct send_result *result);

#endif
