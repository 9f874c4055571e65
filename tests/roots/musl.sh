# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Every source of the three programs compiled against musl, as OpenWrt and
# Alpine have it. Only compiled: Debian has the libraries for its own libc alone.
cd /src || exit 1
apt-get -q update
apt-get -q install --no-install-recommends build-essential autoconf automake \
  libtool pkg-config collectd-dev libcjson-dev libcurl4-openssl-dev \
  libssl-dev libsqlite3-dev musl-tools
autoreconf -i
./configure >/tmp/configure.log
make src/types_table.h >/dev/null
# musl has this header; Debian's musl-dev leaves it out
mkdir /tmp/musl
cat >/tmp/musl/crypt.h <<'HEADER'
struct crypt_data {
  int initialized;
  char buffer[256];
};
char *crypt_r(const char *, const char *, struct crypt_data *);
HEADER
headers=(-isystem /tmp/musl -isystem /usr/include/collectd -isystem /usr/include/collectd/core
  -isystem /usr/include/collectd/core/daemon -idirafter /usr/include
  -idirafter "/usr/include/$(gcc -print-multiarch)")
bad=0 count=0
while IFS= read -r source; do
  count=$((count + 1))
  musl-gcc -std=gnu11 -c -o /dev/null -DHAVE_CONFIG_H -I. -Isrc -Wall -Wextra \
    "${headers[@]}" "$source" || bad=$((bad + 1))
done < <(find src -name '*.c' | sort)
echo "$count sources, $bad of them do not compile"
[ $bad -eq 0 ] && [ $count -gt 100 ]
