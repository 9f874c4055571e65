/* SPDX-License-Identifier: MIT */
/* The types of channel this build knows: one row each. */
#include <config.h>

#include "alert/channel/channel_types.h"

#include "alert/channel/discord.h"
#include "alert/channel/email/email.h"
#include "alert/channel/exec.h"
#include "alert/channel/gotify.h"
#include "alert/channel/heartbeat_sender.h"
#include "alert/channel/incident/alertmanager.h"
#include "alert/channel/incident/opsgenie.h"
#include "alert/channel/incident/pagerduty.h"
#include "alert/channel/matrix.h"
#include "alert/channel/ntfy.h"
#include "alert/channel/pushover/pushover.h"
#include "alert/channel/slack.h"
#include "alert/channel/teams.h"
#include "alert/channel/telegram/telegram.h"
#include "alert/channel/twilio.h"
#include "alert/channel/webhook.h"

#include <stddef.h>

const struct channel_type channel_types[] = {
    {"email", &sender_email},         {"pushover", &sender_pushover},
    {"slack", &sender_slack},         {"webhook", &sender_webhook},
    {"discord", &sender_discord},     {"ntfy", &sender_ntfy},
    {"gotify", &sender_gotify},       {"telegram", &sender_telegram},
    {"matrix", &sender_matrix},       {"alertmanager", &sender_alertmanager},
    {"exec", &sender_exec},           {"opsgenie", &sender_opsgenie},
    {"pagerduty", &sender_pagerduty}, {"teams", &sender_teams},
    {"twilio", &sender_twilio},       {NULL, NULL},
};

const struct sender *const heartbeat_sender = &sender_heartbeat;
