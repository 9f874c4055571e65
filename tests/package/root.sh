#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A clean Debian for the package's test, with all that is needed to install the
# package offline. What is fetched is kept and used again.
#
#   root.sh DEB FOLDER
#
# Makes FOLDER/base. Where that cannot be done, FOLDER/why says why, and the
# test is skipped with those words. Mirrors are those of this machine's apt.
set -u

deb=$1 folder=$2
base=$folder/base
mkdir -p "$folder/debs"
folder=$(cd "$folder" && pwd)
base=$folder/base

give_up() {
  echo "$*" >"$folder/why"
  echo "no clean root: $*" >&2
  exit 1
}

echo "root.sh did not finish" >"$folder/why"
if [ "$(id -u)" -ne 0 ]; then give_up "a clean root needs root"; fi
for tool in debootstrap unshare chroot dpkg-deb; do
  command -v $tool >/dev/null || give_up "$tool is not installed"
done

# "address release component" of each index that this machine's apt takes from
# its distribution
sources() {
  # shellcheck disable=SC2016
  apt-get indextargets --format \
    '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    sed -nE 's/^(Debian|Ubuntu) //p' | sort -u
}

# the release itself, not its updates: the shortest name
release=$(sources | awk '{print $2}' |
  awk '!n || length($0) < n {n = length($0); r = $0} END {print r}')
mirror=$(sources | awk -v r="$release" '$2 == r {print $1; exit}')
if [ -z "$mirror" ]; then give_up "apt knows no mirror of a distribution"; fi
components=$(sources | awk -v r="$release" '$2 == r {print $3}' | paste -sd,)

if [ "$(cat "$folder/base-is" 2>/dev/null)" != "$release $components" ]; then
  rm -rf "$base"
  debootstrap --variant=minbase --components="$components" \
    --cache-dir="$folder/debs" "$release" "$base" "$mirror" \
    >"$folder/debootstrap.log" 2>&1 ||
    give_up "debootstrap failed: $(tail -n 1 "$folder/debootstrap.log")"
  echo "$release $components" >"$folder/base-is"
fi

sources | sed 's/^/deb /' >"$base/etc/apt/sources.list"
cp /etc/resolv.conf "$base/etc/resolv.conf"
apt-config dump Acquire::http::Proxy >"$base/etc/apt/apt.conf.d/00proxy"

in_base() { chroot "$base" env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }

# What the package wants, by its own words; of an alternative, the first that
# there is here. What it suggests is fetched as far as it is a library.
wanted() {
  local field clause name
  for field in Recommends Suggests; do
    dpkg-deb -f "$deb" $field | tr ',' '\n' | while read -r clause; do
      for name in ${clause//|/ }; do
        case $field-$name in
        Suggests-lib* | Recommends-*)
          in_base apt-cache show "$name" >/dev/null 2>&1 || continue
          echo "$name"
          break
          ;;
        esac
      done
    done
  done
}

fetch() {
  cp "$deb" "$base/tmp/collectd-kasa.deb"
  wanted >"$folder/wanted"
  # shellcheck disable=SC2046
  in_base apt-get install -y --no-install-recommends --download-only \
    /tmp/collectd-kasa.deb $(cat "$folder/wanted")
  local status=$?
  rm -f "$base/tmp/collectd-kasa.deb"
  return $status
}

# Lists a day old may name packages that are gone.
if [ -z "$(find "$base/var/lib/apt/lists" -name '*Packages*' -mtime -1 2>/dev/null)" ]; then
  in_base apt-get update >"$folder/apt.log" 2>&1 ||
    give_up "apt-get update failed: $(tail -n 1 "$folder/apt.log")"
fi
fetch >"$folder/apt.log" 2>&1 ||
  { in_base apt-get update && fetch; } >"$folder/apt.log" 2>&1 ||
  give_up "the dependencies cannot be had: $(tail -n 1 "$folder/apt.log")"

rm -f "$folder/why"
