# SPDX-License-Identifier: MIT
# cli: kasactl, the command for people

# What discover, read and watch need is a library of its own, so that run.sh
# has something to show before the rest is compiled.

if KASACTL
noinst_LTLIBRARIES += libcli.la libcli_live.la
bin_PROGRAMS += kasactl
else
EXTRA_LTLIBRARIES += libcli.la libcli_live.la
EXTRA_PROGRAMS += kasactl
endif
EXTRA_PROGRAMS += kasactl_watch
libcli_la_SOURCES =
libcli_live_la_SOURCES =

libcli_la_SOURCES += \
	%D%/alerts/alerts.c \
	%D%/alerts/alerts.h \
	%D%/alerts/alerts_answer.c \
	%D%/alerts/alerts_answer.h \
	%D%/alerts/alerts_show.c \
	%D%/alerts/alerts_show.h \
	%D%/alerts/alerts_silence.c \
	%D%/alerts/alerts_silence.h \
	%D%/alerts/alerts_stats.c \
	%D%/alerts/alerts_stats.h \
	%D%/alerts/control_client.c \
	%D%/alerts/control_client.h

libcli_la_SOURCES += \
	%D%/appliance/appliance_command.c \
	%D%/appliance/appliance_command.h \
	%D%/appliance/appliance_learn.c \
	%D%/appliance/appliance_learn.h \
	%D%/appliance/appliance_run.c \
	%D%/appliance/appliance_run.h \
	%D%/appliance/appliance_try.c \
	%D%/appliance/appliance_try.h \
	%D%/appliance/power_csv.c \
	%D%/appliance/power_csv.h \
	%D%/appliance/power_history.c \
	%D%/appliance/power_history.h

libcli_la_SOURCES += \
	%D%/check/check.c \
	%D%/check/check.h \
	%D%/check/check_blocks.c \
	%D%/check/check_blocks.h \
	%D%/check/check_devices.c \
	%D%/check/check_devices.h \
	%D%/check/check_daemon.c \
	%D%/check/check_daemon.h \
	%D%/check/check_kasa.c \
	%D%/check/check_notify.c \
	%D%/check/check_report.c \
	%D%/check/check_report.h \
	%D%/check/check_show.c \
	%D%/check/check_place.c \
	%D%/check/check_place.h \
	%D%/check/check_statements.c \
	%D%/check/check_statements.h \
	%D%/check/check_tariff.c \
	%D%/check/check_tariff.h \
	%D%/check/check_threshold.c \
	%D%/check/check_threshold.h \
	%D%/check/device_names.c \
	%D%/check/device_names.h \
	%D%/check/shared_library.c \
	%D%/check/shared_library.h \
	%D%/check/threshold_grammar.c \
	%D%/check/threshold_grammar.h

libcli_live_la_SOURCES += \
	%D%/common/cli.c \
	%D%/common/cli.h \
	%D%/common/config_file.c \
	%D%/common/config_file.h \
	%D%/common/json_print.c \
	%D%/common/json_print.h

libcli_live_la_SOURCES += \
	%D%/devices/account.c \
	%D%/devices/account.h \
	%D%/devices/device_details.c \
	%D%/devices/device_details.h \
	%D%/devices/device_info.c \
	%D%/devices/device_info.h \
	%D%/devices/device_info_json.c \
	%D%/devices/device_info_json.h \
	%D%/devices/device_row.c \
	%D%/devices/device_row.h \
	%D%/devices/device_search.c \
	%D%/devices/device_search.h \
	%D%/devices/device_table.c \
	%D%/devices/device_table.h \
	%D%/devices/discover.c \
	%D%/devices/discover.h \
	%D%/devices/read.c \
	%D%/devices/read.h

libcli_la_SOURCES += \
	%D%/energy/energy.c \
	%D%/energy/energy.h \
	%D%/energy/energy_count.c \
	%D%/energy/energy_cycles.c \
	%D%/energy/energy_cycles.h \
	%D%/energy/energy_edit.c \
	%D%/energy/energy_export.c \
	%D%/energy/energy_learned.c \
	%D%/energy/energy_learned.h \
	%D%/energy/energy_learned_command.c \
	%D%/energy/energy_load.c \
	%D%/energy/energy_load.h \
	%D%/energy/energy_output.c \
	%D%/energy/energy_output.h \
	%D%/energy/energy_place.c \
	%D%/energy/energy_place.h \
	%D%/energy/energy_price.c \
	%D%/energy/energy_range.c \
	%D%/energy/energy_range.h \
	%D%/energy/energy_report.c \
	%D%/energy/energy_report.h \
	%D%/energy/energy_report_show.c \
	%D%/energy/energy_show.c \
	%D%/energy/energy_tariff.c \
	%D%/energy/energy_tariff.h

libcli_la_SOURCES += \
	%D%/gallery/gallery_html.c \
	%D%/gallery/gallery_html.h \
	%D%/gallery/gallery_page.c \
	%D%/gallery/gallery_page.h \
	%D%/gallery/gallery_page_device.c \
	%D%/gallery/gallery_page_device.h \
	%D%/gallery/gallery_page_parts.c \
	%D%/gallery/gallery_page_parts.h \
	%D%/gallery/gallery_publish.c \
	%D%/gallery/gallery_publish.h \
	%D%/gallery/graph.c \
	%D%/gallery/graph.h

libcli_la_SOURCES += \
	%D%/graph/graph_answer.c \
	%D%/graph/graph_answer.h \
	%D%/graph/graph_colour.c \
	%D%/graph/graph_colour.h \
	%D%/graph/graph_command.c \
	%D%/graph/graph_command.h \
	%D%/graph/graph_datadir.c \
	%D%/graph/graph_datadir.h \
	%D%/graph/graph_draw.c \
	%D%/graph/graph_draw.h \
	%D%/graph/graph_elements.c \
	%D%/graph/graph_elements.h \
	%D%/graph/graph_numbers.c \
	%D%/graph/graph_numbers.h \
	%D%/graph/graph_output.c \
	%D%/graph/graph_output.h \
	%D%/graph/graph_picture.c \
	%D%/graph/graph_picture.h \
	%D%/graph/graph_plan.c \
	%D%/graph/graph_plan.h \
	%D%/graph/graph_pool.c \
	%D%/graph/graph_pool.h \
	%D%/graph/graph_probe.c \
	%D%/graph/graph_probe.h \
	%D%/graph/graph_types.c \
	%D%/graph/graph_types.h \
	%D%/graph/graph_view.c \
	%D%/graph/graph_view.h \
	%D%/graph/rrd_renames.c \
	%D%/graph/rrd_renames.h \
	%D%/graph/rrd_scan.c \
	%D%/graph/rrd_scan.h

libcli_live_la_SOURCES += \
	%D%/live/fetch.c \
	%D%/live/fetch.h \
	%D%/live/metrics.c \
	%D%/live/metrics.h \
	%D%/live/metrics_view.c \
	%D%/live/metrics_view.h \
	%D%/live/power_trend.c \
	%D%/live/power_trend.h \
	%D%/live/watch.c \
	%D%/live/watch.h \
	%D%/live/watch_order.c \
	%D%/live/watch_order.h

libcli_la_SOURCES += \
	%D%/report/report_command.c \
	%D%/report/report_command.h

libcli_live_la_SOURCES += \
	%D%/term/output.h \
	%D%/term/screen.c \
	%D%/term/screen.h \
	%D%/term/style.c \
	%D%/term/style.h \
	%D%/term/text_table.c \
	%D%/term/text_table.h

CLI_LIBS = libcli.la libcli_live.la libchannels.la libreport.la $(POLL_LIBS) $(CJSON_LIBS) $(CURL_LIBS) $(LIBM)

kasactl_SOURCES = %D%/main.c $(CHANNEL_TYPES)
kasactl_LDADD = $(CLI_LIBS)

CLEANFILES += kasactl_watch
kasactl_watch_SOURCES = %D%/main.c
kasactl_watch_CPPFLAGS = $(AM_CPPFLAGS) -DKASACTL_WATCH
kasactl_watch_LDADD = libcli_live.la $(POLL_LIBS) $(CJSON_LIBS) $(CURL_LIBS) $(LIBM)
