# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check.sh build: what is exported, what can be left out, the package. Sourced.

exports_only_register() {
  local so bad=0
  for so in "$VAR"/check/.libs/*kasa.so; do
    nm -D --defined-only "$so" | awk '{print $3}' | grep -vx module_register && bad=1
  done
  return $bad
}

headers_stand_alone() {
  local header bad=0
  while IFS= read -r header; do
    gcc -std=gnu11 -fsyntax-only -I"$VAR/src/src" -I"$VAR/check" -x c "$header" || bad=1
  done < <(find "$VAR/src/src" -name "*.h" -not -path '*/plugin/*')
  return $bad
}

# What configure can leave out is left out, and kasa.so needs no libcurl then.
kasa_alone() {
  build check-alone --enable-werror "$QUICK" --disable-notify-kasa --disable-kasactl \
    --disable-simulator || return 1
  [ -e "$VAR/check-alone/.libs/kasa.so" ] &&
    [ ! -e "$VAR/check-alone/.libs/notify_kasa.so" ] &&
    [ ! -e "$VAR/check-alone/kasactl" ] && [ ! -e "$VAR/check-alone/kasasim" ] &&
    ! readelf -d "$VAR/check-alone/.libs/kasa.so" | grep -q libcurl
}

# What code is made of, gcc's -O2 sees; these builds are about other questions.
QUICK=CFLAGS=-O0

make_package() {
  DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" make -C "$VAR/check" deb
}

# where there can be no clean root, the package's test says why
make_clean_root() {
  "$TOP/tests/package/root.sh" "$VAR"/check/deb/collectd-kasa_*.deb "$VAR/root" \
    >"$LOG/root.log" 2>&1
}

package() {
  make_package || return
  tarball_is_whole || return
  if wants e2e; then make_clean_root || :; fi
}

# A test that is in no tarball is one that packagers cannot run.
tarball_is_whole() {
  local listed=$LOG/tarball.txt missing
  tar -tf "$VAR"/check/collectd-kasa-*.tar.xz | sed 's,^[^/]*/,,' | sort >"$listed"
  missing=$(cd "$VAR/src" && find src tests -name '*.[ch]' | sort | comm -23 - "$listed")
  if [ -n "$missing" ]; then
    printf 'not in the tarball: %s\n' "$missing"
    return 1
  fi
}

# Each in a folder of its own, or only reading: so all at once, and those of lint.
part_build() {
  begin "the Debian package is built from the tarball, which has every source" package
  begin "kasa.so alone" kasa_alone
  begin "plugins export module_register alone" exports_only_register
  begin "every header compiles alone" headers_stand_alone
  if ! wants lint; then finish_begun; fi
}
