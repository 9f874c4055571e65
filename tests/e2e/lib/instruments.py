# SPDX-License-Identifier: MIT
"""What sanitizers and valgrind wrote, less what is the daemon's own business.

The stock collectd leaks a few bytes of an included configuration and frees
callbacks while its unixsock threads may still look at them. Such a report
names nothing but the daemon, its stock plugins and libc. Everything else
counts: a report with any frame of ours, of a library we brought in, or of code
that cannot be told.
"""

import re

# One line of a stack: "#1 0x55d in yyparse (/usr/sbin/collectd+0x1ca16)",
# "#2 c_avl_get <null> (collectd+0x17101)", "#0 free ../x.cpp:706 (libtsan.so+0x4)"
_FRAME = re.compile(r"^\s*#\d+ .*$", re.M)
# valgrind: "==7==    by 0x4C3: main (in /usr/sbin/collectd)"
_VG_FRAME = re.compile(r"^==\d+==\s+(?:at|by) 0x[0-9A-F]+: .*$", re.M)
_DAEMON = re.compile(r"\(?(?:in )?(?:\S*/)?(?:collectd|[a-z_]+\.so)(?:\+0x[0-9a-f]+)?\)$")
_TOOL = re.compile(r"libsanitizer/|lib[at]san\.so|\(vg_replace|vgpreload_"
                   r"|\blibc\.so|\blibpthread|\bld-linux|\(<unknown module>\)$")
_OURS = re.compile(r"kasa")

_TSAN = re.compile(r"^={18}\n(WARNING: ThreadSanitizer.*?)^={18}$", re.M | re.S)
_LEAK = re.compile(r"^(?:Direct|Indirect) leak of .*?(?=\n\s*\n|\Z)", re.M | re.S)
_ASAN = re.compile(r"^==\d+==ERROR: AddressSanitizer.*?(?=^SUMMARY|\Z)",
                   re.M | re.S)
_UBSAN = re.compile(r"^.*runtime error:.*$", re.M)
_VALGRIND = re.compile(
    r"^==\d+== (?:Invalid |Conditional jump|Use of unin|Syscall param"
    r"|Mismatched free|Jump to|Process terminating|Source and destination"
    r"|[\d,]+ (?:\([^)]*\) )?bytes in .* definitely lost).*?(?=^==\d+== *$|\Z)",
    re.M | re.S)
# Said at the end, or where the tool itself failed: nothing may hide in these.
_BROKEN = re.compile(r"^.*(?:Sanitizer: (?:CHECK failed|SEGV|DEADLYSIGNAL|nested)"
                     r"|Sanitizer:DEADLYSIGNAL).*$", re.M)


def _is_daemons_own(report):
    frames = _FRAME.findall(report) + _VG_FRAME.findall(report)
    named = [f for f in frames if not _TOOL.search(f)]
    return bool(named) and all(
        _DAEMON.search(f) and not _OURS.search(f) for f in named)


def reports(text):
    """The reports in text that are not the daemon's own, as written."""
    found = []
    for pattern in (_TSAN, _LEAK, _ASAN, _VALGRIND):
        found += [m.group(0) for m in pattern.finditer(text)
                  if not _is_daemons_own(m.group(0))]
    return found + _UBSAN.findall(text) + _BROKEN.findall(text)
