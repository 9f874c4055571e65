# SPDX-License-Identifier: MIT
"""What counts as a report of a sanitizer, and what is the daemon's own."""

import pytest

from instruments import reports

pytestmark = pytest.mark.plain

DAEMON_LEAK = """
Direct leak of 144 byte(s) in 1 object(s) allocated from:
    #0 0x7f94642b78d5 in __interceptor_realloc ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:85
    #1 0x557d3bab0c68  (/usr/sbin/collectd+0x8c68)

Indirect leak of 7 byte(s) in 1 object(s) allocated from:
    #0 0x7f946427077b in __interceptor_strdup ../../../../src/libsanitizer/asan/asan_interceptors.cpp:439
    #1 0x557d3bac4a16 in yyparse (/usr/sbin/collectd+0x1ca16)

SUMMARY: AddressSanitizer: 232 byte(s) leaked in 6 allocation(s).
"""
OUR_LEAK = """
Direct leak of 24 byte(s) in 1 object(s) allocated from:
    #0 0x7f94642b78d5 in __interceptor_malloc ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:69
    #1 0x7f3bac4a1600 in oconfig_read src/plugin/oconfig.c:40
    #2 0x557d3bac4a16 in main (/usr/sbin/collectd+0x1ca16)

"""
STRANGE_LEAK = """
Direct leak of 24 byte(s) in 1 object(s) allocated from:
    #0 0x7f94642b78d5 in __interceptor_malloc ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:69
    #1 0x7f3bac4a1600 in sqlite3_malloc (/lib/x86_64-linux-gnu/libsqlite3.so.0+0x1ca16)

"""
BARE_LEAK = """
Direct leak of 24 byte(s) in 1 object(s) allocated from:
    #0 0x7f94642b78d5 in __interceptor_malloc ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:69

"""
RACE = """==================
WARNING: ThreadSanitizer: data race (pid=20376)
  Write of size 8 at 0x7b2800008e80 by main thread:
    #0 free ../../../../src/libsanitizer/tsan/tsan_interceptors_posix.cpp:706 (libtsan.so+0x47e82)
    #1 plugin_shutdown_all <null> (collectd+0x11819)

  Previous read of size 1 at 0x7b2800008e84 by thread T11:
    #0 vfprintf ../../../../src/libsanitizer/sanitizer_common/x.inc:1661 (libtsan.so+0x490e7)
    #1 {frame}

SUMMARY: ThreadSanitizer: data race (/usr/sbin/collectd+0x11819) in x
==================
"""
OVERRUN = """==77==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x6
READ of size 1 at 0x6 thread T3
    #0 0x7f94642b78d5 in __interceptor_memcpy ../../../../src/libsanitizer/x.inc:827
    #1 0x7f3bac4a1600 in text_cut src/base/text.c:12
SUMMARY: AddressSanitizer: heap-buffer-overflow
"""
VALGRIND = """==12== Invalid read of size 4
==12==    at 0x4C3: {frame}
==12==    by 0x11: main (in /usr/sbin/collectd)
==12==
"""


@pytest.mark.parametrize("text,count", [
    ("nothing at all", 0),
    (DAEMON_LEAK, 0),
    (OUR_LEAK, 1),
    (DAEMON_LEAK + OUR_LEAK, 1),
    (STRANGE_LEAK, 1),
    (BARE_LEAK, 1),
    (RACE.format(frame="<null> <null> (unixsock.so+0x4c12)"), 0),
    (RACE.format(frame="poll_engine_wake src/poll/poll_engine.c:500 (kasa.so+0x4c12)"), 1),
    (RACE.format(frame="<null> <null> (libcurl.so.4+0x4c12)"), 1),
    (OVERRUN, 1),
    ("src/poll/x.c:4:3: runtime error: signed integer overflow", 1),
    ("ThreadSanitizer:DEADLYSIGNAL", 1),
    (VALGRIND.format(frame="c_avl_get (in /usr/sbin/collectd)"), 0),
    (VALGRIND.format(frame="report (kasa.c:140)"), 1),
    (VALGRIND.format(frame="report (in /usr/lib/collectd/notify_kasa.so)"), 1),
])
def test_a_report_counts_unless_it_names_the_daemon_alone(text, count):
    assert len(reports(text)) == count, reports(text)
