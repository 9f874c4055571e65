# SPDX-License-Identifier: MIT
# report: what a day, week or month used and cost, for people and programs

if ALERTS
noinst_LTLIBRARIES += libreport.la
else
EXTRA_LTLIBRARIES += libreport.la
endif
libreport_la_SOURCES = \
	%D%/report_alerts.c \
	%D%/report_alerts.h \
	%D%/report_brief.c \
	%D%/report_brief.h \
	%D%/report_cycles.c \
	%D%/report_cycles.h \
	%D%/report_data.c \
	%D%/report_data.h \
	%D%/report_harder.c \
	%D%/report_harder.h \
	%D%/report_html.c \
	%D%/report_html.h \
	%D%/report_json.c \
	%D%/report_json.h \
	%D%/report_kind.c \
	%D%/report_kind.h \
	%D%/report_make.c \
	%D%/report_make.h \
	%D%/report_notice.c \
	%D%/report_notice.h \
	%D%/report_render.c \
	%D%/report_render.h \
	%D%/report_schedule.c \
	%D%/report_schedule.h \
	%D%/report_standby.c \
	%D%/report_standby.h \
	%D%/report_text.c \
	%D%/report_text.h \
	%D%/report_unusual_hour.c \
	%D%/report_unusual_hour.h \
	%D%/report_words.c \
	%D%/report_words.h
