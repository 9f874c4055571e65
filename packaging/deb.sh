#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the Debian package from a dist tarball: "make deb" calls it so.
#
#   deb.sh TARBALL [OUT]     OUT: the folder that is made anew; default: deb
#
# Version and revision are those of packaging/debian/changelog. The variable
# DEB_BUILD_OPTIONS is Debian's: nocheck skips the unit tests, parallel=N limits
# the build.
set -eu

tarball=$1
out=${2:-deb}

command -v dh >/dev/null ||
  { echo "Building a package needs debhelper: apt-get install debhelper" >&2
    exit 1; }

name=$(basename "$tarball" .tar.xz)
version=${name##*-}
rm -rf "$out"
mkdir -p "$out/build"
tar -C "$out/build" -xf "$tarball"
dir=$out/build/$name
# the tarball's name as dpkg-source wants it
cp "$tarball" "$out/build/${name%-*}_$version.orig.tar.xz"
cp -R "$dir/packaging/debian" "$dir/debian"

changelog=$dir/debian/changelog
case $(sed -n '1s/.*(\(.*\)-[^-]*).*/\1/p' "$changelog") in
"$version") ;;
*)
  echo "packaging/debian/changelog does not begin with version $version" >&2
  exit 1
  ;;
esac
(cd "$dir" && dpkg-buildpackage --no-sign --build=binary)
mv "$out"/build/*.deb "$out"/build/*.changes "$out"/build/*.buildinfo "$out"
rm -rf "$out/build"
