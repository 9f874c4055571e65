# SPDX-License-Identifier: MIT
# base: bytes, text, time, threads; knows nothing of plugs or alerts

noinst_LTLIBRARIES += libbase.la
libbase_la_SOURCES = \
	%D%/buf.c \
	%D%/buf.h \
	%D%/clock.c \
	%D%/clock.h \
	%D%/fd.c \
	%D%/fd.h \
	%D%/guess.c \
	%D%/guess.h \
	%D%/hash.c \
	%D%/hash.h \
	%D%/json.c \
	%D%/json.h \
	%D%/log.c \
	%D%/log.h \
	%D%/loop.c \
	%D%/loop.h \
	%D%/milliseconds.h \
	%D%/resolver.c \
	%D%/resolver.h \
	%D%/text.c \
	%D%/text.h \
	%D%/thread.c \
	%D%/thread.h \
	%D%/width.c \
	%D%/width.h \
	%D%/width_ranges.h \
	%D%/worker.c \
	%D%/worker.h
libbase_la_LIBADD = $(LIBM)

# apart, because kasa.so needs no cJSON
noinst_LTLIBRARIES += libjson_writer.la
libjson_writer_la_SOURCES = %D%/json_writer.c %D%/json_writer.h
libjson_writer_la_LIBADD = $(CJSON_LIBS)
