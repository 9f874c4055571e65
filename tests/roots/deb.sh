# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# In a clean root: the package is built, installed and started with the README's
# samples; how long the building took is said.
# shellcheck source=tests/roots/house.sh
. /src/tests/roots/house.sh
cd /src || exit 1
apt-get -q update

readme_step 1
apt-get -q install debhelper check
autoreconf -i
./configure >/tmp/configure.log
begin=$SECONDS
DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" make deb >/tmp/deb.log 2>&1 || {
  tail -n 20 /tmp/deb.log
  exit 1
}
echo "make deb: $((SECONDS - begin)) s"
apt install ./deb/collectd-kasa_*.deb
make -j"$(nproc)" kasasim >/tmp/make.log
in_house ./kasasim
readme_step 3
readme_step 4
shows_watts
