# SPDX-License-Identifier: MIT
# energy: what it adds up to and what it costs; no sockets

noinst_LTLIBRARIES += libenergy.la
libenergy_la_SOURCES = \
	%D%/counter.c \
	%D%/counter.h \
	%D%/csv.c \
	%D%/csv.h
