#!/bin/sh
# SPDX-License-Identifier: MIT
# The container's first process: what the environment says becomes
# configuration, then collectd takes its place.
#
#   KASA_USERNAME        the TP-Link account of newer devices
#   KASA_PASSWORD_FILE   where its password is (default /run/secrets/kasa)
#   KASA_HOSTNAME        what this collector is called (default: the host's name)
set -eu

folder=${KASA_RUN:-/run/collectd-kasa}
umask 077
mkdir -p "$folder"
: >"$folder/start.conf"
case ${KASA_USERNAME:-}${KASA_HOSTNAME:-}${KASA_PASSWORD_FILE:-} in
*[\"\\]*)
  echo "KASA_USERNAME, KASA_HOSTNAME, KASA_PASSWORD_FILE: no quotes or backslashes" >&2
  exit 2
  ;;
esac
if [ -n "${KASA_HOSTNAME:-}" ]; then
  echo "Hostname \"$KASA_HOSTNAME\"" >>"$folder/start.conf"
fi
if [ -n "${KASA_USERNAME:-}" ]; then
  cat >>"$folder/start.conf" <<CONF
<Plugin kasa>
  Username "$KASA_USERNAME"
  PasswordFile "${KASA_PASSWORD_FILE:-/run/secrets/kasa}"
</Plugin>
CONF
fi
exec collectd -f -C "${KASA_CONFIG:-/etc/collectd/collectd.conf}"
