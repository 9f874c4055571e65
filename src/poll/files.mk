# SPDX-License-Identifier: MIT
# poll: which devices, when

noinst_LTLIBRARIES += libpoll.la
libpoll_la_SOURCES = \
	%D%/registry/auth_backoff.c \
	%D%/registry/auth_backoff.h \
	%D%/options/credentials.c \
	%D%/options/credentials.h \
	%D%/options/device_block.c \
	%D%/options/device_block.h \
	%D%/options/device_filter.c \
	%D%/options/device_filter.h \
	%D%/options/device_text.c \
	%D%/options/device_text.h \
	%D%/registry/device_index.c \
	%D%/registry/device_index.h \
	%D%/registry/device_names.c \
	%D%/registry/device_names.h \
	%D%/registry/device_plugs.c \
	%D%/registry/device_plugs.h \
	%D%/registry/device_registry.c \
	%D%/registry/device_registry.h \
	%D%/discovery/discovery.c \
	%D%/discovery/discovery.h \
	%D%/discovery/interfaces.c \
	%D%/discovery/interfaces.h \
	%D%/options/options.c \
	%D%/options/options.h \
	%D%/poll_cycle.c \
	%D%/poll_cycle.h \
	%D%/poll_debug.c \
	%D%/poll_debug.h \
	%D%/registry/poll_device.c \
	%D%/registry/poll_device.h \
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
	%D%/registry/registry_confirm.c \
	%D%/registry/registry_confirm.h \
	%D%/registry/registry_meet.c \
	%D%/registry/registry_meet.h \
	%D%/registry/registry_state.h \
	%D%/registry/reported_name.c \
	%D%/registry/reported_name.h \
	%D%/registry/transport_select.c \
	%D%/registry/transport_select.h \
	%D%/registry/unique_names.c \
	%D%/registry/unique_names.h

POLL_LIBS = libpoll.la libappliance.la libenergy.la libdevice.la libconfig.la libbase.la $(SQLITE_LIBS)
