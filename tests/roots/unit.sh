# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# In a clean root of another architecture: everything builds without a warning,
# and the unit tests pass.
cd /src || exit 1
apt-get -q update
apt-get -q install --no-install-recommends build-essential autoconf automake \
  libtool pkg-config check collectd-dev libcjson-dev libcurl4-openssl-dev \
  libssl-dev libsqlite3-dev openssl
autoreconf -i
./configure --enable-werror >/tmp/configure.log
getconf LONG_BIT
make -k -j"$(nproc)" all >/tmp/make.log 2>&1 || {
  grep -E 'error|warning' /tmp/make.log | head -n 20
  exit 1
}
make -j"$(nproc)" check >/tmp/check.log 2>&1 || {
  grep -E '^(FAIL|ERROR|#)' /tmp/check.log | head -n 40
  grep -hE ':[EF]:' tests/unit/*/*.log | head -n 40
  exit 1
}
grep -E '^# (TOTAL|PASS|FAIL)' /tmp/check.log
