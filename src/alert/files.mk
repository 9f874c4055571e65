# SPDX-License-Identifier: MIT
# alert: from a notification to a delivered message

# What the table of channel types adds to the engine; tests link the engine
# with a table of their own.
if ALERTS
noinst_LTLIBRARIES += libalert.la libchannels.la
else
EXTRA_LTLIBRARIES += libalert.la libchannels.la
endif
libalert_la_SOURCES =

libalert_la_SOURCES += \
	%D%/config/config.c \
	%D%/config/config.h \
	%D%/config/config_channel.c \
	%D%/config/config_channel.h \
	%D%/config/config_device.c \
	%D%/config/config_device.h \
	%D%/config/config_escalation.c \
	%D%/config/config_escalation.h \
	%D%/config/config_group.c \
	%D%/config/config_group.h \
	%D%/config/config_heartbeat.c \
	%D%/config/config_heartbeat.h \
	%D%/config/config_flapping.c \
	%D%/config/config_flapping.h \
	%D%/config/config_helpers.c \
	%D%/config/config_helpers.h \
	%D%/config/config_inhibit.c \
	%D%/config/config_inhibit.h \
	%D%/config/config_maintenance.c \
	%D%/config/config_maintenance.h \
	%D%/config/config_print.c \
	%D%/config/config_print.h \
	%D%/config/config_quiet.c \
	%D%/config/config_quiet.h \
	%D%/config/config_reference.c \
	%D%/config/config_reference.h \
	%D%/config/config_report.c \
	%D%/config/config_report.h \
	%D%/config/config_route.c \
	%D%/config/config_route.h \
	%D%/config/config_unit.c \
	%D%/config/config_unit.h \
	%D%/config/matcher.c \
	%D%/config/matcher.h \
	%D%/config/route.c \
	%D%/config/route.h \
	%D%/config/time_window.c \
	%D%/config/time_window.h

libalert_la_SOURCES += \
	%D%/control/command.c \
	%D%/control/command.h \
	%D%/control/command_explain.c \
	%D%/control/command_explain.h \
	%D%/control/command_notification.c \
	%D%/control/command_request.c \
	%D%/control/command_request.h \
	%D%/control/command_silence.c \
	%D%/control/command_silence.h \
	%D%/control/command_stats.c \
	%D%/control/command_stats.h \
	%D%/control/command_unknown_name.c \
	%D%/control/command_unknown_name.h \
	%D%/control/control.c \
	%D%/control/control.h

libalert_la_SOURCES += \
	%D%/core/alert_core.c \
	%D%/core/alert_core.h \
	%D%/core/core_clock.c \
	%D%/core/core_clock.h \
	%D%/core/core_internal.h \
	%D%/core/core_renamed.c \
	%D%/core/core_renamed.h \
	%D%/core/core_report.c \
	%D%/core/core_report.h \
	%D%/core/core_self.c \
	%D%/core/core_self.h \
	%D%/core/core_storm.c \
	%D%/core/core_storm.h

libalert_la_SOURCES += \
	%D%/deliver/backoff.c \
	%D%/deliver/backoff.h \
	%D%/deliver/deliver.c \
	%D%/deliver/deliver.h \
	%D%/deliver/deliver_breaker.c \
	%D%/deliver/deliver_breaker.h \
	%D%/deliver/deliver_fallback.c \
	%D%/deliver/deliver_fallback.h \
	%D%/deliver/deliver_fold.c \
	%D%/deliver/deliver_fold.h \
	%D%/deliver/deliver_group.c \
	%D%/deliver/deliver_group.h \
	%D%/deliver/group/group_merge.c \
	%D%/deliver/group/group_merge.h \
	%D%/deliver/group/group_wait.c \
	%D%/deliver/group/group_wait.h \
	%D%/deliver/deliver_held.c \
	%D%/deliver/deliver_held.h \
	%D%/deliver/deliver_hold.c \
	%D%/deliver/deliver_hold.h \
	%D%/deliver/deliver_internal.h \
	%D%/deliver/deliver_message.c \
	%D%/deliver/deliver_message.h \
	%D%/deliver/deliver_notify.c \
	%D%/deliver/deliver_notify.h \
	%D%/deliver/deliver_operator.c \
	%D%/deliver/deliver_operator.h \
	%D%/deliver/deliver_outbox.c \
	%D%/deliver/deliver_outbox.h \
	%D%/deliver/deliver_plan.c \
	%D%/deliver/deliver_plan.h \
	%D%/deliver/deliver_rate.c \
	%D%/deliver/deliver_rate.h \
	%D%/deliver/deliver_receipts.c \
	%D%/deliver/deliver_receipts.h \
	%D%/deliver/deliver_refresh.c \
	%D%/deliver/deliver_refresh.h \
	%D%/deliver/deliver_report.c \
	%D%/deliver/deliver_report.h \
	%D%/deliver/deliver_result.c \
	%D%/deliver/deliver_result.h \
	%D%/deliver/job.c \
	%D%/deliver/job.h

libalert_la_SOURCES += \
	%D%/engine/alert_engine.c \
	%D%/engine/alert_engine.h \
	%D%/engine/channel_thread.c \
	%D%/engine/channel_thread.h \
	%D%/engine/engine_clock.c \
	%D%/engine/engine_clock.h \
	%D%/engine/heartbeat_thread.c \
	%D%/engine/heartbeat_thread.h \
	%D%/engine/report_thread.c \
	%D%/engine/report_thread.h \
	%D%/core/event_queue.c \
	%D%/core/event_queue.h

libalert_la_SOURCES += \
	%D%/model/alert.c \
	%D%/model/alert.h \
	%D%/model/alert_json.c \
	%D%/model/alert_json.h \
	%D%/model/event.c \
	%D%/model/event.h \
	%D%/model/level.c \
	%D%/model/level.h \
	%D%/model/message.c \
	%D%/model/message.h \
	%D%/model/threshold.c \
	%D%/model/threshold.h \
	%D%/model/value_source.h

libalert_la_SOURCES += \
	%D%/policy/policy.c \
	%D%/policy/policy.h \
	%D%/policy/policy_ack.c \
	%D%/policy/policy_inhibit.c \
	%D%/policy/policy_level.c \
	%D%/policy/policy_maintenance.c \
	%D%/policy/policy_quiet.c \
	%D%/policy/policy_self.c \
	%D%/policy/policy_silence.c \
	%D%/policy/policy_storm.c \
	%D%/policy/silence.c \
	%D%/policy/silence.h \
	%D%/policy/storm.c \
	%D%/policy/storm.h

libalert_la_SOURCES += \
	%D%/state/alert_build.c \
	%D%/state/alert_build.h \
	%D%/state/alert_table.c \
	%D%/state/alert_table.h \
	%D%/state/flapping.c \
	%D%/state/flapping.h \
	%D%/state/inhibit_index.c \
	%D%/state/inhibit_index.h \
	%D%/state/notification.h \
	%D%/state/open_alert.c \
	%D%/state/open_alert.h \
	%D%/state/renamed_ack.c \
	%D%/state/renamed_ack.h \
	%D%/state/route_key.c \
	%D%/state/route_key.h \
	%D%/state/state.c \
	%D%/state/state.h \
	%D%/state/escalation.c \
	%D%/state/escalation.h \
	%D%/state/state_escalation.c \
	%D%/state/state_escalation.h \
	%D%/state/state_event.c \
	%D%/state/state_event.h \
	%D%/state/state_flapping.c \
	%D%/state/state_flapping.h \
	%D%/state/state_internal.h \
	%D%/state/state_news.c \
	%D%/state/state_news.h \
	%D%/state/state_operator.c \
	%D%/state/state_operator.h \
	%D%/state/state_renamed.c \
	%D%/state/state_renamed.h \
	%D%/state/state_timers.c \
	%D%/state/state_timers.h

libalert_la_SOURCES += \
	%D%/store/store.c \
	%D%/store/store.h \
	%D%/store/store_alert.c \
	%D%/store/store_alert.h \
	%D%/store/store_channel.c \
	%D%/store/store_channel.h \
	%D%/store/store_db.c \
	%D%/store/store_db.h \
	%D%/store/store_event.c \
	%D%/store/store_event.h \
	%D%/store/store_failover.c \
	%D%/store/store_failover.h \
	%D%/store/store_file.c \
	%D%/store/store_file.h \
	%D%/store/store_group.c \
	%D%/store/store_group.h \
	%D%/store/store_held.c \
	%D%/store/store_held.h \
	%D%/store/store_history.c \
	%D%/store/store_history.h \
	%D%/store/store_internal.h \
	%D%/store/store_meta.c \
	%D%/store/store_meta.h \
	%D%/store/store_notification_log.c \
	%D%/store/store_notification_log.h \
	%D%/store/store_numbers.h \
	%D%/store/store_outbox.c \
	%D%/store/store_outbox.h \
	%D%/store/store_repair.c \
	%D%/store/store_repair.h \
	%D%/store/store_schema.c \
	%D%/store/store_schema.h \
	%D%/store/store_silence.c \
	%D%/store/store_silence.h \
	%D%/store/store_stats.c \
	%D%/store/store_stats.h \
	%D%/store/store_upkeep.c \
	%D%/store/store_upkeep.h

libalert_la_SOURCES += \
	%D%/text/alert_fields.c \
	%D%/text/alert_fields.h \
	%D%/text/alert_subject.c \
	%D%/text/alert_subject.h \
	%D%/text/default_templates.c \
	%D%/text/default_templates.h \
	%D%/text/escape.c \
	%D%/text/escape.h \
	%D%/text/format.c \
	%D%/text/format.h \
	%D%/text/format_time.c \
	%D%/text/format_time.h \
	%D%/text/gsm7.c \
	%D%/text/gsm7.h \
	%D%/text/message_texts.c \
	%D%/text/message_texts.h \
	%D%/text/template.c \
	%D%/text/template.h \
	%D%/text/template_compile.c \
	%D%/text/template_compile.h \
	%D%/text/template_filters.c \
	%D%/text/template_filters.h \
	%D%/text/template_internal.h \
	%D%/text/template_words.c \
	%D%/text/template_words.h \
	%D%/text/template_variables.c \
	%D%/text/template_value.c \
	%D%/text/template_variables.h \
	%D%/text/template_variables_alert.c \
	%D%/text/template_variables_alert.h \
	%D%/text/template_variables_group.c \
	%D%/text/template_variables_group.h \
	%D%/text/template_value.h \
	%D%/text/text_limits.c \
	%D%/text/text_limits.h \
	%D%/text/text_style.h \
	%D%/text/units.c \
	%D%/text/units.h

libalert_la_SOURCES += \
	%D%/channel/channel_types.h \
	%D%/channel/heartbeat_sender.h \
	%D%/channel/sender.c \
	%D%/channel/sender.h
libalert_la_LIBADD = libreport.la libappliance.la libenergy.la libjson_writer.la libconfig.la libbase.la $(CJSON_LIBS) $(CRYPTO_LIBS) $(SQLITE_LIBS) $(LIBM)

# how it reaches people: one file per type of channel
libchannels_la_SOURCES =

libchannels_la_SOURCES += \
	%D%/channel/curl_transfer.c \
	%D%/channel/curl_transfer.h \
	%D%/channel/discord.c \
	%D%/channel/discord.h \
	%D%/channel/exec.c \
	%D%/channel/exec.h \
	%D%/channel/gotify.c \
	%D%/channel/gotify.h \
	%D%/channel/heartbeat_sender.c \
	%D%/channel/http.c \
	%D%/channel/http.h \
	%D%/channel/http_exchange.c \
	%D%/channel/http_exchange.h \
	%D%/channel/json_reply.c \
	%D%/channel/json_reply.h \
	%D%/channel/matrix.c \
	%D%/channel/matrix.h \
	%D%/channel/message_json.c \
	%D%/channel/message_json.h \
	%D%/channel/ntfy.c \
	%D%/channel/ntfy.h \
	%D%/channel/secret.c \
	%D%/channel/secret.h \
	%D%/channel/signature.c \
	%D%/channel/signature.h \
	%D%/channel/slack.c \
	%D%/channel/slack.h \
	%D%/channel/teams.c \
	%D%/channel/teams.h \
	%D%/channel/twilio.c \
	%D%/channel/twilio.h \
	%D%/channel/webhook.c \
	%D%/channel/webhook.h

libchannels_la_SOURCES += \
	%D%/channel/incident/alertmanager.c \
	%D%/channel/incident/alertmanager.h \
	%D%/channel/incident/incident.c \
	%D%/channel/incident/incident.h \
	%D%/channel/incident/opsgenie.c \
	%D%/channel/incident/opsgenie.h \
	%D%/channel/incident/pagerduty.c \
	%D%/channel/incident/pagerduty.h

libchannels_la_SOURCES += \
	%D%/channel/email/email.c \
	%D%/channel/email/email.h \
	%D%/channel/email/email_body.c \
	%D%/channel/email/email_body.h \
	%D%/channel/email/email_settings.c \
	%D%/channel/email/email_settings.h \
	%D%/channel/email/mime.c \
	%D%/channel/email/mime.h \
	%D%/channel/email/smtp.c \
	%D%/channel/email/smtp.h \
	%D%/channel/email/smtp_judge.c \
	%D%/channel/email/smtp_judge.h

libchannels_la_SOURCES += \
	%D%/channel/telegram/telegram.c \
	%D%/channel/telegram/telegram.h \
	%D%/channel/telegram/telegram_button.c \
	%D%/channel/telegram/telegram_button.h \
	%D%/channel/telegram/telegram_internal.h

libchannels_la_SOURCES += \
	%D%/channel/pushover/pushover.c \
	%D%/channel/pushover/pushover.h \
	%D%/channel/pushover/pushover_form.c \
	%D%/channel/pushover/pushover_form.h
libchannels_la_LIBADD = libalert.la $(CJSON_LIBS) $(CRYPTO_LIBS) $(CURL_LIBS)

CHANNEL_TYPES = src/alert/channel/channel_types.c
