# SPDX-License-Identifier: MIT
# device: how to speak with one device; no threads, no configuration

noinst_LTLIBRARIES += libdevice.la
libdevice_la_SOURCES =

libdevice_la_SOURCES += \
	%D%/account_spelling.c \
	%D%/account_spelling.h \
	%D%/device.c \
	%D%/device.h \
	%D%/dialect.h \
	%D%/member_digest.c \
	%D%/member_digest.h \
	%D%/member_text.c \
	%D%/member_text.h \
	%D%/outcome.c \
	%D%/outcome.h \
	%D%/progress.c \
	%D%/progress.h \
	%D%/quantity.c \
	%D%/quantity.h \
	%D%/transport.h

libdevice_la_SOURCES += \
	%D%/crypto/cipher.c \
	%D%/crypto/cipher.h \
	%D%/crypto/crypto.c \
	%D%/crypto/crypto.h

libdevice_la_SOURCES += \
	%D%/discovery/discovery_packet.c \
	%D%/discovery/discovery_packet.h

libdevice_la_SOURCES += \
	%D%/http/http_answer.c \
	%D%/http/http_answer.h \
	%D%/http/http_client.c \
	%D%/http/http_client.h \
	%D%/http/http_internal.h \
	%D%/http/http_multi.c \
	%D%/http/http_multi.h \
	%D%/http/http_trust.c \
	%D%/http/http_trust.h

libdevice_la_SOURCES += \
	%D%/iot/iot.c \
	%D%/iot/iot.h \
	%D%/iot/iot_code.c \
	%D%/iot/iot_code.h \
	%D%/iot/iot_meter.c \
	%D%/iot/iot_meter.h \
	%D%/iot/iot_rare.c \
	%D%/iot/iot_rare.h \
	%D%/iot/iot_sensors.c \
	%D%/iot/iot_sensors.h \
	%D%/iot/iot_step.h \
	%D%/iot/iot_sysinfo.c \
	%D%/iot/iot_sysinfo.h

libdevice_la_SOURCES += \
	%D%/smart/smart.c \
	%D%/smart/smart.h \
	%D%/smart/smart_ask.c \
	%D%/smart/smart_ask.h \
	%D%/smart/smart_children.c \
	%D%/smart/smart_children.h \
	%D%/smart/smart_code.c \
	%D%/smart/smart_code.h \
	%D%/smart/smart_info.c \
	%D%/smart/smart_info.h \
	%D%/smart/smart_meter.c \
	%D%/smart/smart_meter.h \
	%D%/smart/smart_methods.h

libdevice_la_SOURCES += \
	%D%/transport/aes.c \
	%D%/transport/aes.h \
	%D%/transport/aes_crypto.c \
	%D%/transport/aes_crypto.h \
	%D%/transport/http_link.c \
	%D%/transport/http_link.h \
	%D%/transport/klap.c \
	%D%/transport/klap.h \
	%D%/transport/klap_crypto.c \
	%D%/transport/klap_crypto.h \
	%D%/transport/spake2p.c \
	%D%/transport/spake2p.h \
	%D%/transport/tpap.c \
	%D%/transport/tpap.h \
	%D%/transport/tpap_credential.c \
	%D%/transport/tpap_credential.h \
	%D%/transport/tpap_crypto.c \
	%D%/transport/tpap_crypto.h \
	%D%/transport/tpap_login.c \
	%D%/transport/tpap_login.h \
	%D%/transport/tpap_work.c \
	%D%/transport/tpap_work.h \
	%D%/transport/transports.c \
	%D%/transport/transports.h \
	%D%/transport/xor_cipher.c \
	%D%/transport/xor_cipher.h \
	%D%/transport/xor_tcp.c \
	%D%/transport/xor_tcp.h

libdevice_la_LIBADD = $(CURL_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS) $(CRYPT_LIBS)
