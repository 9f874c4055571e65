#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes what a release hands out, in release/: the tarball, the .deb built twice
# and compared byte for byte, and their SHA-256 sums. Tags and uploads nothing.
#
#   scripts/release.sh
#
# Refuses when the version of configure.ac, packaging/debian/changelog and
# NEWS.md differ, when NEWS.md has no date for it, or when something is not
# committed. The .deb is for this machine's architecture: run it on each.
set -euo pipefail

TOP=$(cd "$(dirname "$0")/.." && pwd)
OUT=$TOP/release

die() {
  printf '%s\n' "$*" >&2
  exit 1
}

version() { sed -nE 's/^AC_INIT\(\[[^]]*\], \[([^]]*)\]\)/\1/p' "$TOP/configure.ac"; }

VERSION=$(version)
[ -n "$VERSION" ] || die "configure.ac has no version"
sed -n 1p "$TOP/packaging/debian/changelog" | grep -qF "($VERSION-" ||
  die "packaging/debian/changelog does not begin with $VERSION"
grep -qE "^## $VERSION, [0-9]{4}-[0-9]{2}-[0-9]{2}$" "$TOP/NEWS.md" ||
  die "NEWS.md has no heading \"## $VERSION, YYYY-MM-DD\""
[ -z "$(git -C "$TOP" status --porcelain)" ] || die "there are changes that are not committed"

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
# the same time in every file, whoever builds it and when
SOURCE_DATE_EPOCH=$(git -C "$TOP" log -1 --format=%ct)
export SOURCE_DATE_EPOCH

git -C "$TOP" archive --prefix=source/ HEAD | tar -C "$WORK" -xf -
(
  cd "$WORK/source"
  autoreconf -i
  ./configure
  make dist
) >"$WORK/dist.log" 2>&1 || {
  tail -n 20 "$WORK/dist.log" >&2
  die "make dist failed"
}
TARBALL=$WORK/source/collectd-kasa-$VERSION.tar.xz

# once more elsewhere, in another time zone: what depends on either shows
deb_of() { # FOLDER ZONE
  mkdir -p "$1"
  (cd "$1" && TZ=$2 DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" \
    sh "$TOP/packaging/deb.sh" "$TARBALL" deb) >"$1/deb.log" 2>&1 ||
    { tail -n 20 "$1/deb.log" >&2
      die "building the package failed"; }
}
deb_of "$WORK/one" UTC
deb_of "$WORK/an/other" Pacific/Auckland
for deb in "$WORK"/one/deb/*.deb; do
  cmp "$deb" "$WORK/an/other/deb/$(basename "$deb")" ||
    die "$(basename "$deb") is not reproducible"
done

rm -rf "$OUT"
mkdir "$OUT"
cp "$TARBALL" "$WORK"/one/deb/*.deb "$OUT"
(cd "$OUT" && sha256sum -- * >SHA256SUMS)
echo "release/ holds version $VERSION:"
cat "$OUT/SHA256SUMS"
echo "Now: git tag -s v$VERSION"
