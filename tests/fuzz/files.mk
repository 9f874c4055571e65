# SPDX-License-Identifier: MIT
# fuzz targets (configure CC=clang --enable-fuzzers): seeds beside them

EXTRA_DIST += %D%/fuzz_web.h %D%/seeds

if FUZZERS
noinst_PROGRAMS += \
	%D%/fuzz_aes \
	%D%/fuzz_answer \
	%D%/fuzz_conf \
	%D%/fuzz_config \
	%D%/fuzz_control \
	%D%/fuzz_datagram \
	%D%/fuzz_event \
	%D%/fuzz_frame \
	%D%/fuzz_graph \
	%D%/fuzz_http \
	%D%/fuzz_json \
	%D%/fuzz_klap \
	%D%/fuzz_mime \
	%D%/fuzz_metrics \
	%D%/fuzz_provider \
	%D%/fuzz_registry \
	%D%/fuzz_smart \
	%D%/fuzz_tdp \
	%D%/fuzz_template \
	%D%/fuzz_tpap

FUZZ_LIBS = $(FUZZ_MAIN) $(LDADD)
tests_fuzz_fuzz_aes_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_answer_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_conf_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_config_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_control_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_datagram_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_event_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_frame_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_graph_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_http_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_json_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_klap_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_mime_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_metrics_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_provider_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_registry_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_smart_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_tdp_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_template_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_tpap_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_config_SOURCES = %D%/fuzz_config.c $(CHANNEL_TYPES)
tests_fuzz_fuzz_control_SOURCES = %D%/fuzz_control.c \
	tests/fake/channel_types.c tests/fake/send_file.c
# a provider's answers without a network: the call into http.c is diverted
tests_fuzz_fuzz_provider_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=http_perform
endif
