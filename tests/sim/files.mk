# SPDX-License-Identifier: MIT
# kasasim: the simulated house; shares no code with what it tests

if SIMULATOR
noinst_PROGRAMS += kasasim
else
EXTRA_PROGRAMS += kasasim
endif
kasasim_SOURCES = \
	%D%/account.c \
	%D%/account.h \
	%D%/aes.c \
	%D%/base.c \
	%D%/base.h \
	%D%/clock.c \
	%D%/clock.h \
	%D%/control.c \
	%D%/control.h \
	%D%/control_commands.c \
	%D%/credential.c \
	%D%/crypto.c \
	%D%/crypto.h \
	%D%/device.c \
	%D%/device.h \
	%D%/dialect.h \
	%D%/dump.c \
	%D%/dump.h \
	%D%/fault.c \
	%D%/fault.h \
	%D%/homes.c \
	%D%/homes.h \
	%D%/house.c \
	%D%/house.h \
	%D%/http.c \
	%D%/http.h \
	%D%/http_form.c \
	%D%/http_form.h \
	%D%/iot.c \
	%D%/iot_meter.c \
	%D%/iot_modules.c \
	%D%/iot_modules.h \
	%D%/json.c \
	%D%/json.h \
	%D%/klap.c \
	%D%/klap_codec.c \
	%D%/klap_codec.h \
	%D%/load.c \
	%D%/load.h \
	%D%/loop.c \
	%D%/loop.h \
	%D%/main.c \
	%D%/meter.c \
	%D%/meter.h \
	%D%/report.c \
	%D%/report.h \
	%D%/request.c \
	%D%/request.h \
	%D%/self_test.c \
	%D%/self_test.h \
	%D%/session.c \
	%D%/session.h \
	%D%/settings.c \
	%D%/settings.h \
	%D%/settings_set.c \
	%D%/settings_set.h \
	%D%/smart.c \
	%D%/smart.h \
	%D%/smart_dump.c \
	%D%/smart_dump.h \
	%D%/smart_info.c \
	%D%/smart_meter.c \
	%D%/smart_models.c \
	%D%/spake.c \
	%D%/spake.h \
	%D%/spoil.c \
	%D%/spoil.h \
	%D%/stream.c \
	%D%/stream.h \
	%D%/sysinfo.c \
	%D%/sysinfo.h \
	%D%/tdp.c \
	%D%/tdp.h \
	%D%/tdp_form.c \
	%D%/tdp_form.h \
	%D%/text.c \
	%D%/text.h \
	%D%/tls.c \
	%D%/tls.h \
	%D%/tpap.c \
	%D%/tpap.h \
	%D%/trace.c \
	%D%/trace.h \
	%D%/transport.h \
	%D%/transports.c \
	%D%/udp.c \
	%D%/udp.h \
	%D%/xor_codec.c \
	%D%/xor_codec.h \
	%D%/xor_tcp.c \
	%D%/xor_udp.c
kasasim_CPPFLAGS = -I$(top_srcdir)/tests/sim \
	$(CJSON_CFLAGS) $(CRYPTO_CFLAGS) $(SSL_CFLAGS)
kasasim_LDADD = $(CJSON_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS) $(LIBM) -lcrypt
EXTRA_DIST += %D%/README.md
