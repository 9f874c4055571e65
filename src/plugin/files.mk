# SPDX-License-Identifier: MIT
# plugin: the only files that see a header of collectd

plugindir = @plugindir@
PLUGIN_CPPFLAGS = $(AM_CPPFLAGS) $(COLLECTD_CPPFLAGS)
# Symbols of the daemon are found when it loads the plugin; ours must not
# replace any of its own, so exactly one is exported.
PLUGIN_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version \
	-export-symbols-regex '^module_register$$'

# types.db as a table that the plugins register at load
BUILT_SOURCES += src/types_table.h
CLEANFILES += src/types_table.h
EXTRA_DIST += %D%/types_table.awk
src/types_table.h: types.db %D%/types_table.awk
	$(AM_V_GEN)$(MKDIR_P) src && \
	$(AWK) -f $(srcdir)/%D%/types_table.awk $(srcdir)/types.db >$@.new && \
	mv $@.new $@

plugin_LTLIBRARIES = kasa.la
KASA_SOURCES = \
	%D%/oconfig.c %D%/oconfig.h \
	%D%/appliance_values.c %D%/appliance_values.h \
	%D%/low_values.c %D%/low_values.h \
	%D%/energy_values.c %D%/energy_values.h \
	%D%/kasa.c \
	%D%/kept_note.c %D%/kept_note.h \
	%D%/limit_values.c %D%/limit_values.h \
	%D%/notification_queue.c %D%/notification_queue.h \
	%D%/renamed_values.c %D%/renamed_values.h \
	%D%/types.c %D%/types.h \
	%D%/version.c %D%/version.h
kasa_la_SOURCES = $(KASA_SOURCES)
kasa_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
kasa_la_LDFLAGS = $(PLUGIN_LDFLAGS)
kasa_la_LIBADD = $(POLL_LIBS) $(SQLITE_LIBS)

if NOTIFY_KASA
plugin_LTLIBRARIES += notify_kasa.la
else
EXTRA_LTLIBRARIES += notify_kasa.la
endif
NOTIFY_SOURCES = \
	%D%/oconfig.c %D%/oconfig.h \
	%D%/collectd_notification.c %D%/collectd_notification.h \
	%D%/collectd_threshold.c %D%/collectd_threshold.h \
	%D%/last_power.c %D%/last_power.h \
	%D%/notify_kasa.c \
	%D%/types.c %D%/types.h \
	%D%/value_cache.c %D%/value_cache.h \
	%D%/version.c %D%/version.h
notify_kasa_la_SOURCES = $(NOTIFY_SOURCES) $(CHANNEL_TYPES)
notify_kasa_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
notify_kasa_la_LDFLAGS = $(PLUGIN_LDFLAGS)
notify_kasa_la_LIBADD = libchannels.la

# libtool's .la files are of no use to collectd; without them uninstall needs
# to be told what to take away.
install-data-hook:
	cd $(DESTDIR)$(plugindir) && rm -f $(plugin_LTLIBRARIES)

uninstall-hook:
	cd $(DESTDIR)$(plugindir) && rm -f $(plugin_LTLIBRARIES:.la=.so)
