# SPDX-License-Identifier: MIT
# floors beside which the plugin is measured (make bench-tools)

BENCH_TOOLS = bench_floor bench_floor_crypto bench_engine_only \
	bench_ledger bench_appliance
BENCH_PLUGINS = dispatch_floor.la
EXTRA_PROGRAMS += $(BENCH_TOOLS)
EXTRA_LTLIBRARIES += $(BENCH_PLUGINS)
bench_floor_SOURCES = %D%/floor.c
bench_floor_LDADD =
bench_floor_crypto_SOURCES = %D%/floor_crypto.c
bench_engine_only_SOURCES = %D%/engine_only.c
bench_engine_only_LDADD = $(POLL_LIBS)
bench_ledger_SOURCES = %D%/ledger.c
bench_ledger_LDADD = $(POLL_LIBS)
bench_appliance_SOURCES = %D%/appliance.c
bench_appliance_LDADD = $(POLL_LIBS)
EXTRA_DIST += %D%/bench.py %D%/bench_alerts.py \
	%D%/bench_base.py %D%/bench_ledger.py \
	%D%/bench_newer.py %D%/peer_python_kasa.py \
	%D%/peer_smarthome_api.js %D%/sites.py \
	%D%/sites_measure.py %D%/sites_page.py \
	%D%/sites_server.py
dispatch_floor_la_SOURCES = %D%/dispatch_floor.c
dispatch_floor_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
dispatch_floor_la_LDFLAGS = $(PLUGIN_LDFLAGS) -rpath /nowhere
CLEANFILES += $(BENCH_TOOLS) $(BENCH_PLUGINS)

bench-tools: all $(BENCH_TOOLS) $(BENCH_PLUGINS)
.PHONY: bench-tools
