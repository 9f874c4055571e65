# SPDX-License-Identifier: MIT
# unit tests: one program for each file with logic, in the order of src/

unit-tests: $(check_PROGRAMS) $(check_LTLIBRARIES)
.PHONY: unit-tests

EXTRA_DIST += \
	%D%/support/alert_fixture.h \
	%D%/support/alert_story.h \
	%D%/support/bytes.h \
	%D%/support/collectd_mock.h \
	%D%/support/conf_build.h \
	%D%/support/dumps.h \
	%D%/support/damaged_dump.h \
	%D%/support/failing_disk.h \
	%D%/support/fake_device.h \
	%D%/support/fake_senders.h \
	%D%/support/incidents.h \
	%D%/support/iot_conversation.h \
	%D%/support/klap_device.h \
	%D%/support/pki.h \
	%D%/support/readings.h \
	%D%/support/registry_fixture.h \
	%D%/support/ledger_fixture.h \
	%D%/support/samples.h \
	%D%/support/server.h \
	%D%/support/sound_answers.h \
	%D%/support/suite.h \
	%D%/support/tpap_device.h \
	%D%/support/transport_fixture.h \
	%D%/support/wipe.h

if HAVE_CHECK
check_PROGRAMS += \
	%D%/alert/check_alert_core \
	%D%/alert/check_alert_engine \
	%D%/alert/check_clock_kinds \
	%D%/alert/check_config \
	%D%/alert/check_control \
	%D%/alert/check_cut_sentences \
	%D%/alert/check_damaged_rows \
	%D%/alert/check_default_templates \
	%D%/alert/check_deliver \
	%D%/alert/check_event \
	%D%/alert/check_event_queue \
	%D%/alert/check_escalation \
	%D%/alert/check_flapping \
	%D%/alert/check_format \
	%D%/alert/check_group \
	%D%/alert/check_heartbeat \
	%D%/alert/check_http \
	%D%/alert/check_incident_kinds \
	%D%/alert/check_incidents \
	%D%/alert/check_incidents_all \
	%D%/alert/check_incidents_silence \
	%D%/alert/check_inhibit \
	%D%/alert/check_manual \
	%D%/alert/check_mime \
	%D%/alert/check_outage \
	%D%/alert/check_quiet \
	%D%/alert/check_rate \
	%D%/alert/check_report \
	%D%/alert/check_secret \
	%D%/alert/check_silence \
	%D%/alert/check_state \
	%D%/alert/check_store \
	%D%/alert/check_store_db \
	%D%/alert/check_template \
	%D%/alert/check_text_limits \
	%D%/alert/check_threshold

check_PROGRAMS += \
	%D%/appliance/check_appliance \
	%D%/appliance/check_appliance_year \
	%D%/appliance/check_cycle \
	%D%/appliance/check_cycle_log \
	%D%/appliance/check_expect \
	%D%/appliance/check_low_power \
	%D%/appliance/check_spike \
	%D%/appliance/check_standby \
	%D%/appliance/check_traces \
	%D%/appliance/check_unloading \
	%D%/appliance/check_watch

check_PROGRAMS += \
	%D%/base/check_buf \
	%D%/base/check_fd \
	%D%/base/check_hash \
	%D%/base/check_json \
	%D%/base/check_json_writer \
	%D%/base/check_loop \
	%D%/base/check_text \
	%D%/base/check_width \
	%D%/base/check_worker

check_PROGRAMS += \
	%D%/cli/check_alerts \
	%D%/cli/check_device_table \
	%D%/cli/check_gallery_page \
	%D%/cli/check_graph \
	%D%/cli/check_json_print \
	%D%/cli/check_metrics \
	%D%/cli/check_rrd_scan \
	%D%/cli/check_tariff_table \
	%D%/cli/check_power_trend \
	%D%/cli/check_watch_order

check_PROGRAMS += \
	%D%/config/check_conf_parser \
	%D%/config/check_option

check_PROGRAMS += \
	%D%/device/check_aes \
	%D%/device/check_aes_crypto \
	%D%/device/check_answer_members \
	%D%/device/check_core_members \
	%D%/device/check_crypto \
	%D%/device/check_device \
	%D%/device/check_discovery_packet \
	%D%/device/check_http_client \
	%D%/device/check_iot \
	%D%/device/check_iot_dumps \
	%D%/device/check_iot_statistics \
	%D%/device/check_iot_sysinfo \
	%D%/device/check_klap \
	%D%/device/check_klap_crypto \
	%D%/device/check_member_digest \
	%D%/device/check_smart \
	%D%/device/check_smart_meter \
	%D%/device/check_partial_dumps \
	%D%/device/check_smart_dumps \
	%D%/device/check_spake2p \
	%D%/device/check_tpap \
	%D%/device/check_tpap_bad \
	%D%/device/check_tpap_crypto \
	%D%/device/check_tpap_tls \
	%D%/device/check_xor_cipher \
	%D%/device/check_xor_tcp

check_PROGRAMS += \
	%D%/energy/check_counter \
	%D%/energy/check_ledger \
	%D%/energy/check_ledger_clock \
	%D%/energy/check_ledger_edit \
	%D%/energy/check_ledger_faults \
	%D%/energy/check_ledger_query \
	%D%/energy/check_ledger_writer \
	%D%/energy/check_ledger_year \
	%D%/energy/check_limits \
	%D%/energy/check_note \
	%D%/energy/check_price_fetch

tests_unit_energy_check_ledger_faults_SOURCES = \
	%D%/energy/check_ledger_faults.c \
	%D%/energy/faulty_vfs.c %D%/energy/faulty_vfs.h
tests_unit_report_check_report_year_SOURCES = \
	%D%/report/check_report_year.c \
	%D%/energy/faulty_vfs.c %D%/energy/faulty_vfs.h
tests_unit_energy_check_ledger_year_SOURCES = \
	%D%/energy/check_ledger_year.c \
	%D%/energy/faulty_vfs.c %D%/energy/faulty_vfs.h

# the plugins, with the functions of the daemon replaced
PLUGIN_TEST_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DKASA_VERSION='"$(PACKAGE_VERSION)"'
check_PROGRAMS += \
	%D%/plugin/check_kasa \
	%D%/plugin/check_notify_kasa
tests_unit_plugin_check_kasa_SOURCES = %D%/plugin/check_kasa.c \
	%D%/support/collectd_mock.c $(KASA_SOURCES)
tests_unit_plugin_check_kasa_CPPFLAGS = $(PLUGIN_TEST_CPPFLAGS)
tests_unit_plugin_check_notify_kasa_SOURCES = %D%/plugin/check_notify_kasa.c \
	%D%/support/collectd_mock.c $(NOTIFY_SOURCES) $(CHANNEL_TYPES)
tests_unit_plugin_check_notify_kasa_CPPFLAGS = $(PLUGIN_TEST_CPPFLAGS)

check_PROGRAMS += \
	%D%/poll/check_device_registry \
	%D%/poll/check_discovery \
	%D%/poll/check_filter \
	%D%/poll/check_namesakes \
	%D%/poll/check_options \
	%D%/poll/check_poll_engine \
	%D%/poll/check_poll_report \
	%D%/poll/check_reported_name \
	%D%/poll/check_transport_select \
	%D%/poll/check_unique_names

check_PROGRAMS += \
	%D%/report/check_report_harder \
	%D%/report/check_report_notice \
	%D%/report/check_report_schedule \
	%D%/report/check_report_unusual_hour \
	%D%/report/check_report_year

check_PROGRAMS += \
	%D%/system/check_torture

# memory and threads that fail on request
tests_unit_system_check_torture_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free \
	-Wl,--wrap=strdup,--wrap=strndup,--wrap=pthread_create

# timers that cannot be had
tests_unit_poll_check_discovery_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_timer_set

# what is freed has to be wiped
WATCH_FREE = $(AM_LDFLAGS) -Wl,--wrap=free
tests_unit_device_check_aes_LDFLAGS = $(WATCH_FREE)
tests_unit_device_check_klap_LDFLAGS = $(WATCH_FREE)
tests_unit_device_check_tpap_LDFLAGS = $(WATCH_FREE)
tests_unit_device_check_tpap_bad_LDFLAGS = $(WATCH_FREE)
tests_unit_device_check_tpap_tls_LDFLAGS = $(WATCH_FREE)

# the alert engine with a clock and a network in the test's hands
ALERT_FIXTURE = %D%/support/alert_fixture.c %D%/support/alert_story.c tests/fake/channel_types.c tests/fake/send_file.c
tests_unit_alert_check_alert_engine_SOURCES = %D%/alert/check_alert_engine.c $(ALERT_FIXTURE)
tests_unit_alert_check_heartbeat_SOURCES = %D%/alert/check_heartbeat.c $(ALERT_FIXTURE)
tests_unit_alert_check_control_SOURCES = %D%/alert/check_control.c $(ALERT_FIXTURE)
tests_unit_alert_check_alert_core_SOURCES = %D%/alert/check_alert_core.c $(ALERT_FIXTURE)
tests_unit_alert_check_clock_kinds_SOURCES = %D%/alert/check_clock_kinds.c $(ALERT_FIXTURE)
tests_unit_alert_check_group_SOURCES = %D%/alert/check_group.c $(ALERT_FIXTURE)
tests_unit_alert_check_rate_SOURCES = %D%/alert/check_rate.c $(ALERT_FIXTURE)
tests_unit_alert_check_report_SOURCES = %D%/alert/check_report.c $(ALERT_FIXTURE)
tests_unit_alert_check_escalation_SOURCES = %D%/alert/check_escalation.c $(ALERT_FIXTURE)
tests_unit_alert_check_flapping_SOURCES = %D%/alert/check_flapping.c $(ALERT_FIXTURE)
tests_unit_alert_check_quiet_SOURCES = %D%/alert/check_quiet.c $(ALERT_FIXTURE)
tests_unit_alert_check_cut_sentences_SOURCES = %D%/alert/check_cut_sentences.c $(ALERT_FIXTURE)
tests_unit_alert_check_damaged_rows_SOURCES = %D%/alert/check_damaged_rows.c $(ALERT_FIXTURE)
tests_unit_alert_check_inhibit_SOURCES = %D%/alert/check_inhibit.c $(ALERT_FIXTURE)
tests_unit_alert_check_incidents_all_SOURCES = %D%/alert/check_incidents_all.c $(ALERT_FIXTURE)
tests_unit_alert_check_incidents_silence_SOURCES = %D%/alert/check_incidents_silence.c $(ALERT_FIXTURE)
tests_unit_alert_check_silence_SOURCES = %D%/alert/check_silence.c $(ALERT_FIXTURE)
tests_unit_alert_check_deliver_SOURCES = %D%/alert/check_deliver.c $(ALERT_FIXTURE)
tests_unit_alert_check_incident_kinds_SOURCES = %D%/alert/check_incident_kinds.c $(ALERT_FIXTURE)
tests_unit_alert_check_incidents_SOURCES = %D%/alert/check_incidents.c $(ALERT_FIXTURE)
tests_unit_alert_check_outage_SOURCES = %D%/alert/check_outage.c $(ALERT_FIXTURE)
tests_unit_alert_check_state_SOURCES = %D%/alert/check_state.c $(ALERT_FIXTURE)

# the types of channel as the plugin has them
tests_unit_alert_check_http_SOURCES = %D%/alert/check_http.c $(CHANNEL_TYPES)
tests_unit_alert_check_manual_SOURCES = %D%/alert/check_manual.c $(CHANNEL_TYPES)
endif
