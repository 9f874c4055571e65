# SPDX-License-Identifier: MIT
# poll: which devices, when

noinst_LTLIBRARIES += libpoll.la
libpoll_la_SOURCES = \
	%D%/auth_backoff.c \
	%D%/auth_backoff.h \
	%D%/credentials.c \
	%D%/credentials.h \
	%D%/device_filter.c \
	%D%/device_filter.h \
	%D%/device_names.c \
	%D%/device_names.h \
	%D%/device_registry.c \
	%D%/device_registry.h \
	%D%/discovery.c \
	%D%/discovery.h \
	%D%/interfaces.c \
	%D%/interfaces.h \
	%D%/options.c \
	%D%/options.h \
	%D%/poll_cycle.c \
	%D%/poll_cycle.h \
	%D%/poll_debug.c \
	%D%/poll_debug.h \
	%D%/poll_device.c \
	%D%/poll_device.h \
	%D%/poll_engine.c \
	%D%/poll_engine.h \
	%D%/poll_log.c \
	%D%/poll_log.h \
	%D%/poll_partial.c \
	%D%/poll_partial.h \
	%D%/poll_queue.c \
	%D%/poll_queue.h \
	%D%/poll_report.c \
	%D%/poll_report.h \
	%D%/poll_search.c \
	%D%/poll_search.h \
	%D%/poller.c \
	%D%/poller.h \
	%D%/transport_select.c \
	%D%/transport_select.h \
	%D%/unique_names.c \
	%D%/unique_names.h

POLL_LIBS = libpoll.la libappliance.la libenergy.la libdevice.la libconfig.la libbase.la $(SQLITE_LIBS)
