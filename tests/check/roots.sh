# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check.sh roots: the ways in, each from nothing: in clean Debian 12 and 13
# roots ./run.sh, the README's five steps and the .deb; a 32-bit build with its
# unit tests; everything compiled against musl. Sourced. Needs root,
# debootstrap and the mirror of this machine's apt. ROOTS_ONLY='trixie|musl'
# runs some.

ROOTS=$VAR/roots
RELEASES=(bookworm trixie)

mirror_of_apt() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 !~ /security/ {print $2; exit}'
}

# make_root NAME RELEASE [ARCHITECTURE]: a minimal system below $ROOTS, once
make_root() {
  local name=$1 release=$2 arch=${3:-$(dpkg --print-architecture)} mirror
  if [ -e "$ROOTS/$name.ready" ]; then return 0; fi
  mirror=$(mirror_of_apt)
  if [ -z "$mirror" ]; then
    echo "apt knows no mirror of Debian"
    return 1
  fi
  rm -rf "${ROOTS:?}/$name"
  mkdir -p "$ROOTS/debs" "$ROOTS/archives-$name/partial"
  debootstrap --variant=minbase --arch="$arch" --cache-dir="$ROOTS/debs" \
    "$release" "$ROOTS/$name" "$mirror" || return 1
  apt-config dump Acquire::http::Proxy >"$ROOTS/$name/etc/apt/apt.conf.d/00proxy"
  touch "$ROOTS/$name.ready"
}

# in_root NAME SCRIPT: SCRIPT of tests/roots in a throw-away layer over the
# root, with the checkout's tracked files in /src. Downloads are kept.
in_root() {
  local name=$1 script=$2
  local layer=$ROOTS/layer-$name-$script
  mkdir -p "$layer" "$ROOTS/archives-$name/partial"
  # shellcheck disable=SC2016
  unshare --mount --uts --pid --fork --kill-child bash -euc '
    root=$1 layer=$2 archives=$3 top=$4 script=$5
    mount -t tmpfs layer "$layer"
    mkdir "$layer/up" "$layer/work" "$layer/root"
    mount -t overlay root \
      -o "lowerdir=$root,upperdir=$layer/up,workdir=$layer/work" "$layer/root"
    cd "$layer/root"
    mount -t proc proc proc
    mount --bind "$archives" var/cache/apt/archives
    cp /etc/resolv.conf etc/resolv.conf
    # collectd looks up the name of its host
    hostname box
    echo "127.0.0.1 localhost
127.0.1.1 box.lan box" >etc/hosts
    mkdir src
    git -c safe.directory="*" -C "$top" ls-files -z |
      tar -C "$top" --null --files-from=- -cf - | tar -C src -xf -
    echo "APT::Get::Assume-Yes true;" >etc/apt/apt.conf.d/01yes
    echo "Binary::apt::APT::Keep-Downloaded-Packages true;" >>etc/apt/apt.conf.d/01yes
    # a fresh machine has sudo, and an init system that is not here
    printf "#!/bin/sh\nexec \"\$@\"\n" >usr/local/bin/sudo
    printf "#!/bin/sh\nexec setsid collectd\n" >usr/local/bin/systemctl
    printf "#!/bin/sh\nexit 101\n" >usr/sbin/policy-rc.d
    chmod 755 usr/local/bin/sudo usr/local/bin/systemctl usr/sbin/policy-rc.d
    exec chroot . env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
      bash -eu "/src/tests/roots/$script.sh"
  ' in_root "$ROOTS/$name" "$layer" "$ROOTS/archives-$name" "$TOP" "$script" </dev/null
}

# root_steps NAME RELEASE ARCHITECTURE SCRIPT...
root_steps() {
  local name=$1 release=$2 arch=$3 script
  shift 3
  if ! make_root "$name" "$release" "$arch" >"$LOG/root-$name.log" 2>&1; then
    count 0 0 $#
    note "skipped $name: $*: no clean root: $(tail -n 1 "$LOG/root-$name.log")"
    return
  fi
  for script in "$@"; do
    step "$name: $script" in_root "$name" "$script"
  done
}

roots_wanted() { [[ $1 =~ ${ROOTS_ONLY:-.} ]]; }

part_roots() {
  local release
  if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
    failed "clean roots need root and debootstrap"
    return
  fi
  mkdir -p "$ROOTS"
  for release in "${RELEASES[@]}"; do
    if roots_wanted "$release"; then
      root_steps "$release" "$release" "" run readme deb
    fi
  done
  if roots_wanted i386; then root_steps i386 bookworm i386 unit; fi
  if roots_wanted musl; then root_steps bookworm bookworm "" musl; fi
}
