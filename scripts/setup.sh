# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034
# What run.sh and check.sh share: installing what is missing, and building a
# copy of the sources below var/, so that the checkout itself stays as it is.
# Sourced, not run. Wants: TOP (the checkout).

VAR=$TOP/var

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# package_missing PACKAGE: also under the name that it has since Debian 13
package_missing() {
  ! dpkg-query -W -f '${Status}\n' "$1" "${1}t64" 2>/dev/null |
    grep -q 'ok installed'
}

# package_name PACKAGE: as this system has it; fails where it has none
package_name() {
  local name
  for name in "$1" "${1}t64"; do
    if apt-cache policy "$name" 2>/dev/null |
      grep -q 'Candidate: [^(]'; then
      echo "$name"
      return 0
    fi
  done
  return 1
}

# At a terminal a person decides; a script is not kept waiting.
may_install() { # WHY PACKAGE...
  local answer why=$1
  shift
  if [ -n "${CI:-}" ] || [ ! -t 0 ] || [ ! -t 2 ]; then
    say "Installing, $why: $*"
    return 0
  fi
  say "Needed, $why: $*"
  read -r -p "Install them with apt-get? [Y/n] " answer </dev/tty
  case $answer in
  '' | y | Y | yes) return 0 ;;
  esac
  say "Nothing was installed."
  return 1
}

# install_packages WHY PACKAGE...: installs those that are missing, with sudo
# when not root. Fails where that cannot be done; the caller decides.
install_packages() {
  local why=$1 root='' missing=() package name
  shift
  if ! command -v apt-get >/dev/null; then
    say "This is no Debian or Ubuntu: please install yourself, $why: $*"
    return 0
  fi
  for package in "$@"; do
    if ! package_missing "$package"; then continue; fi
    # without lists of packages, apt-get says what is wrong
    name=$(package_name "$package") || name=$package
    if [ "$name" = collectd-core ] && package_name bash >/dev/null &&
      ! package_name collectd-core >/dev/null; then
      say "This system has no package collectd-core (some releases of Ubuntu have none)."
      say "Either build collectd 5.12 from its source, or use Debian 12 or 13, also in a container."
      return 1
    fi
    missing+=("$name")
  done
  if [ ${#missing[@]} -eq 0 ]; then return 0; fi
  if [ "$(id -u)" -ne 0 ]; then root=sudo; fi
  may_install "$why" "${missing[@]}" || return 1
  mkdir -p "$VAR/log"
  $root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "${missing[@]}" \
    >"$VAR/log/apt.log" 2>&1 ||
    { $root apt-get update >>"$VAR/log/apt.log" 2>&1 &&
      $root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}" \
        >>"$VAR/log/apt.log" 2>&1; } ||
    { tail -n 5 "$VAR/log/apt.log" >&2
      say "Could not install them; the whole story is in var/log/apt.log"
      return 1; }
}

BUILD_PACKAGES=(build-essential autoconf automake libtool pkg-config
  collectd-dev libcjson-dev libcurl4-openssl-dev libssl-dev libsqlite3-dev)
# write_prometheus and rrdtool need libraries that collectd-core only suggests
RUN_PACKAGES=(collectd-core libmicrohttpd12 libprotobuf-c1 librrd8)

STAGED_FILES=(configure.ac Makefile.am LICENSE README.md CONTRIBUTING.md NEWS.md SECURITY.md
  .editorconfig run.sh check.sh types.db
  .clang-format .clang-tidy)
STAGED_FOLDERS=(src tests scripts doc collectd.conf.d grafana packaging)

# A file that the checkout no longer has would still be found by #include "..."
# and by everything that looks at whole folders.
drop_stale_files() {
  local stale
  while IFS= read -r stale; do
    rm -f "${VAR:?}/src/$stale"
  done < <(comm -13 \
    <(cd "$TOP" && find "${STAGED_FOLDERS[@]}" ! -type d | sort) \
    <(cd "$VAR/src" && find "${STAGED_FOLDERS[@]}" ! -type d | sort))
  find "${STAGED_FOLDERS[@]/#/$VAR/src/}" -type d -empty -delete
}

# stage_sources: var/src is a copy of the sources with a fresh configure.
# Only what changed is copied; the copy is new, so that make builds it, even what was
# edited while an earlier build ran.
stage_sources() {
  local item newest
  # aclocal wants a folder m4 to be there
  mkdir -p "$VAR/src/m4" "$VAR/log"
  for item in "${STAGED_FILES[@]}" "${STAGED_FOLDERS[@]}"; do
    if [ -e "$TOP/$item" ]; then
      cp -R --preserve=mode,links --update "$TOP/$item" "$VAR/src/"
    fi
  done
  drop_stale_files
  newest=$(find "$VAR/src/configure.ac" "$VAR/src/Makefile.am" "$VAR"/src/{src,tests}/*/files.mk \
    -newer "$VAR/src/configure" 2>/dev/null | head -n 1)
  if [ ! -e "$VAR/src/configure" ] || [ -n "$newest" ]; then
    (cd "$VAR/src" && autoreconf -i) >"$VAR/log/autoreconf.log" 2>&1 ||
      { tail -n 20 "$VAR/log/autoreconf.log" >&2
        return 1; }
  fi
}

# build NAME [CONFIGURE-ARGUMENT...]: var/NAME holds a finished build of
# BUILD_TARGET. Says nothing unless it fails.
BUILD_TARGET=all
MAKE_SETTINGS=() # variables for every make
build() {
  local name=$1 log=$VAR/log/build-$1.log
  shift
  mkdir -p "$VAR/$name"
  (
    cd "$VAR/$name" || exit 1
    if [ ! -e config.status ] || [ "$VAR/src/configure" -nt config.status ] ||
      [ "$(cat arguments 2>/dev/null)" != "$*" ]; then
      "$VAR/src/configure" "$@" || exit 1
      echo "$*" >arguments
      make clean # objects made with other flags
    fi
    make -j"$(nproc)" "${MAKE_SETTINGS[@]}" "$BUILD_TARGET"
  ) >"$log" 2>&1 ||
    { grep -E 'error|warning|\*\*\*' "$log" | head -n 20 >&2
      say "The build failed; the whole story is in ${log#"$TOP"/}"
      return 1; }
}
