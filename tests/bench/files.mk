# SPDX-License-Identifier: MIT
# floors beside which the plugin is measured (make bench-tools)

EXTRA_PROGRAMS = bench_floor bench_floor_crypto bench_engine_only
bench_floor_SOURCES = %D%/floor.c
bench_floor_LDADD =
bench_floor_crypto_SOURCES = %D%/floor_crypto.c
bench_engine_only_SOURCES = %D%/engine_only.c
bench_engine_only_LDADD = $(POLL_LIBS)
EXTRA_DIST += %D%/bench.py %D%/bench_alerts.py \
	%D%/bench_newer.py %D%/peer_python_kasa.py \
	%D%/peer_smarthome_api.js %D%/sites.py \
	%D%/sites_measure.py %D%/sites_page.py \
	%D%/sites_server.py
EXTRA_LTLIBRARIES = dispatch_floor.la
dispatch_floor_la_SOURCES = %D%/dispatch_floor.c
dispatch_floor_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
dispatch_floor_la_LDFLAGS = $(PLUGIN_LDFLAGS) -rpath /nowhere
CLEANFILES += $(EXTRA_PROGRAMS) $(EXTRA_LTLIBRARIES)

bench-tools: all $(EXTRA_PROGRAMS) $(EXTRA_LTLIBRARIES)
.PHONY: bench-tools
