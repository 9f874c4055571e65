# SPDX-License-Identifier: MIT
# appliance: what a plug's power says about the machine behind it; no devices,
# no sockets

noinst_LTLIBRARIES += libappliance.la
libappliance_la_SOURCES = \
	%D%/appliance.c \
	%D%/appliance.h \
	%D%/appliance_fields.c \
	%D%/appliance_fields.h \
	%D%/appliance_settings.c \
	%D%/appliance_settings.h \
	%D%/appliance_state.c \
	%D%/appliance_state.h \
	%D%/cycle.c \
	%D%/cycle.h \
	%D%/cycle_log.c \
	%D%/cycle_log.h \
	%D%/duration.c \
	%D%/duration.h \
	%D%/expect.c \
	%D%/expect.h \
	%D%/history.c \
	%D%/history.h \
	%D%/low_power.c \
	%D%/low_power.h \
	%D%/spike.c \
	%D%/spike.h \
	%D%/standby.c \
	%D%/standby.h \
	%D%/unloading.c \
	%D%/unloading.h \
	%D%/usage.c \
	%D%/usage.h \
	%D%/watch.c \
	%D%/watch.h
