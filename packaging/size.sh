#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How much room the plugins and the command take where room is dear: built with
# -Os as OpenWrt builds, stripped. Writes a page for doc/.
#
#   size.sh SOURCE BUILD >doc/sizes.md
#
# SOURCE has a configure; BUILD is made or used again.
set -eu

source=$(cd "$1" && pwd)
mkdir -p "$2"
build=$(cd "$2" && pwd)

(
  cd "$build"
  if [ ! -e config.status ]; then
    "$source/configure" --prefix=/usr CFLAGS='-Os -pipe' LDFLAGS=-Wl,--as-needed
  fi
  make -j"$(nproc)" install DESTDIR="$build/installed"
) >"$build/log" 2>&1 || {
  tail -n 5 "$build/log" >&2
  exit 1
}

kib() { awk -v n="$1" 'BEGIN {printf "%.0f", n / 1024}'; }

row() { # NAME FILE: a line of a table
  printf '| %s | %s | %s |\n' "$1" "$(kib "$(wc -c <"$2")")" \
    "$(kib "$(xz -9 -c "$2" | wc -c)")"
}

stripped() { # NAME FILE: the same of a program or library without symbols
  local copy=$build/stripped
  strip --strip-unneeded -o "$copy" "$(readlink -f "$2")"
  row "$1" "$copy"
  rm "$copy"
}

# The libraries that OpenWrt has packages for, as they are on this machine.
libraries() {
  local file
  for file in "$@"; do readelf -d "$file" | sed -nE 's/.*NEEDED.*\[(.*)\]/\1/p'; done |
    grep -E '^lib(cjson|curl|crypto|ssl|sqlite3)\.' | sort -u
}

where() { ldconfig -p | awk -v l="$1" '$1 == l {print $NF; exit}'; }

installed=$build/installed/usr
binaries=("$installed/lib/collectd/kasa.so"
  "$installed/lib/collectd/notify_kasa.so" "$installed/bin/kasactl")

cat <<TEXT
# Sizes

Made by \`packaging/size.sh\`: $(gcc -dumpmachine), gcc $(gcc -dumpfullversion), \`-Os\`, stripped, dynamically linked. KiB as they are, and
packed by xz as a router's squashfs packs them. A router's processor needs other numbers of bytes, which have not been
measured.

| file | KiB | packed |
| --- | --- | --- |
TEXT
for file in "${binaries[@]}"; do stripped "$(basename "$file")" "$file"; done
row types.db "$installed/share/collectd-kasa/types.db"
cat "$installed"/share/collectd-kasa/collectd.conf.d/* >"$build/samples"
row samples "$build/samples"
cat <<'TEXT'

What they bring along, unless the system has it already, as Debian builds it (OpenWrt builds smaller ones: fewer protocols,
`-Os`):

| library | KiB | packed | for |
| --- | --- | --- | --- |
TEXT
for library in $(libraries "${binaries[@]}"); do
  users=
  for file in "${binaries[@]}"; do
    if libraries "$file" | grep -qx "$library"; then users="$users, $(basename "$file")"; fi
  done
  stripped "$library" "$(where "$library")" | sed "s/\$/ ${users#, } |/"
done
