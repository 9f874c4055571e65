# SPDX-License-Identifier: MIT
# config: the configuration language and tables of options

noinst_LTLIBRARIES += libconfig.la
libconfig_la_SOURCES = \
	%D%/conf_lexer.c \
	%D%/conf_lexer.h \
	%D%/conf_parser.c \
	%D%/conf_parser.h \
	%D%/conf_tree.c \
	%D%/conf_tree.h \
	%D%/option.c \
	%D%/option.h
