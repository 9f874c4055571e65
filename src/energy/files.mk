# SPDX-License-Identifier: MIT
# energy: what it adds up to and what it costs; sockets in fetch/ only

noinst_LTLIBRARIES += libenergy.la
libenergy_la_SOURCES = \
	%D%/calendar.c \
	%D%/calendar.h \
	%D%/counter.c \
	%D%/counter.h \
	%D%/csv.c \
	%D%/csv.h \
	%D%/fetch/price_fetcher.c \
	%D%/fetch/price_fetcher.h \
	%D%/fetch/price_request.c \
	%D%/fetch/price_request.h \
	%D%/fetch/price_schedule.c \
	%D%/fetch/price_schedule.h \
	%D%/ledger/ledger.c \
	%D%/ledger/ledger.h \
	%D%/ledger/ledger_charges.c \
	%D%/ledger/ledger_day.c \
	%D%/ledger/ledger_days.c \
	%D%/ledger/ledger_disk.c \
	%D%/ledger/ledger_disk.h \
	%D%/ledger/ledger_disk_adopt.c \
	%D%/ledger/ledger_disk_internal.h \
	%D%/ledger/ledger_disk_read.c \
	%D%/ledger/ledger_disk_refresh.c \
	%D%/ledger/ledger_disk_write.c \
	%D%/ledger/ledger_edit.c \
	%D%/ledger/ledger_edit.h \
	%D%/ledger/ledger_entries.c \
	%D%/ledger/ledger_internal.h \
	%D%/ledger/ledger_prices.c \
	%D%/ledger/ledger_prices.h \
	%D%/ledger/ledger_query.c \
	%D%/ledger/ledger_query.h \
	%D%/ledger/ledger_reprice.c \
	%D%/ledger/ledger_reprice.h \
	%D%/ledger/ledger_schema.c \
	%D%/ledger/ledger_schema.h \
	%D%/ledger/ledger_note.c \
	%D%/ledger/ledger_note.h \
	%D%/ledger/ledger_note_file.c \
	%D%/ledger/ledger_note_file.h \
	%D%/ledger/ledger_note_internal.h \
	%D%/ledger/ledger_seed.c \
	%D%/ledger/ledger_slot.c \
	%D%/ledger/ledger_writer.c \
	%D%/ledger/ledger_writer.h \
	%D%/limits/limits.c \
	%D%/limits/limits.h \
	%D%/limits/limits_config.c \
	%D%/limits/limits_config.h \
	%D%/tariff/price_file.c \
	%D%/tariff/price_file.h \
	%D%/tariff/price_series.c \
	%D%/tariff/price_series.h \
	%D%/tariff/price_url.c \
	%D%/tariff/price_url.h \
	%D%/tariff/pricing.c \
	%D%/tariff/pricing.h \
	%D%/tariff/tariff.c \
	%D%/tariff/tariff.h \
	%D%/tariff/tariff_config.c \
	%D%/tariff/tariff_config.h \
	%D%/tariff/tariff_config_check.c \
	%D%/tariff/tariff_config_day.c \
	%D%/tariff/tariff_config_helpers.c \
	%D%/tariff/tariff_config_internal.h \
	%D%/tariff/tariff_config_rate.c \
	%D%/tariff/tariff_files.c \
	%D%/tariff/tariff_files.h \
	%D%/tariff/tariff_words.c \
	%D%/tariff/tariff_words.h

libenergy_la_LIBADD = $(CURL_LIBS)
