#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Watch the plugs: builds, runs a private collectd below var/ and shows a live
# table. Packages that are missing are installed, at a terminal after asking;
# apart from that nothing outside this folder is touched.
set -u

TOP=$(cd "$(dirname "$0")" && pwd)
. "$TOP/scripts/setup.sh"

usage() {
  cat <<'TEXT'
Usage: ./run.sh [--simulate] [--once] [--port N] [--interval SECONDS]
                [--username NAME --password-file FILE]

Finds the TP-Link Kasa devices on this network and shows what they use, live.

  --simulate     a simulated house instead of the network
  --once         print one table and exit: 0 when a device answered, else 1
  --port N       where the metrics page is (default 9103)
  --interval S   seconds between readings (default 5)
  --username NAME, --password-file FILE
                 the TP-Link account of your newer devices
TEXT
}

SIMULATE=no ONCE=no PORT=9103 INTERVAL=5 USERNAME='' PASSWORD_FILE=''
while [ $# -gt 0 ]; do
  case $1 in
  --simulate) SIMULATE=yes ;;
  --once) ONCE=yes ;;
  --port)
    PORT=${2:-}
    shift
    ;;
  --interval)
    INTERVAL=${2:-}
    shift
    ;;
  --username)
    USERNAME=${2:-}
    shift
    ;;
  --password-file)
    PASSWORD_FILE=${2:-}
    shift
    ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit 2
    ;;
  esac
  shift
done
if [[ $USERNAME$PASSWORD_FILE == *[\"\\]* ]]; then
  say "--username and --password-file cannot hold quotes or backslashes"
  exit 2
fi
if [ -n "$PASSWORD_FILE" ] && [ ! -r "$PASSWORD_FILE" ]; then
  say "--password-file: $PASSWORD_FILE cannot be read"
  exit 2
fi
if ! [[ $PORT =~ ^[0-9]{1,5}$ ]] || [ "$PORT" -lt 1 ] || [ "$PORT" -gt 65535 ]; then
  say "--port expects a number from 1 to 65535"
  exit 2
fi
if ! [[ $INTERVAL =~ ^[0-9]+(\.[0-9]+)?$ ]] || [[ $INTERVAL =~ ^0+(\.0+)?$ ]]; then
  say "--interval expects seconds"
  exit 2
fi

# -- build ------------------------------------------------------------------------

install_packages "to build the plugin and to run collectd" \
  "${BUILD_PACKAGES[@]}" "${RUN_PACKAGES[@]}" || exit 1
# A person who waits wants to see that something happens.
progress() {
  local total=$1 built=0
  while sleep 1; do
    built=$(find "$VAR/run-build" -name '*.o' 2>/dev/null | wc -l)
    printf '\rBuilding: %d of about %d files ' "$built" "$total" >&2
  done
}

if [ ! -e "$VAR/run-build/kasactl_watch" ] && [ -t 2 ]; then
  progress "$(find "$TOP"/src/{base,config,device,energy,appliance,poll} \
    "$TOP"/src/cli/{common,devices,live,term} "$TOP/tests/sim" -name '*.c' | wc -l)" &
  PROGRESS=$!
  trap 'kill "$PROGRESS" 2>/dev/null' EXIT
elif [ ! -e "$VAR/run-build/kasactl_watch" ]; then
  say "Building (half a minute the first time) ..."
fi
# no more than what is shown here, and quick to compile
BUILD_TARGET=first-look
stage_sources && build run-build CFLAGS=-O1 || exit 1
if [ -n "${PROGRESS:-}" ]; then
  kill "$PROGRESS" 2>/dev/null
  wait "$PROGRESS" 2>/dev/null
  trap - EXIT
  printf '\r\033[K' >&2
fi
BUILD=$VAR/run-build
KASACTL=$BUILD/kasactl_watch
COLLECTD=$(PATH=$PATH:/usr/sbin command -v collectd) || die "collectd is not installed"

# -- run ----------------------------------------------------------------------------

PIDS=()
stop() {
  local pid
  trap '' INT TERM
  for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null; done
  for pid in "${PIDS[@]}"; do wait "$pid" 2>/dev/null; done
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
  die "Port $PORT is taken already: give another one with --port N"
fi

mkdir -p "$VAR/run" "$VAR/log"
TARGET='' ACCOUNT=''
if [ -n "$USERNAME" ]; then
  ACCOUNT="Username \"$USERNAME\"
  PasswordFile \"$(realpath -- "${PASSWORD_FILE:-/dev/null}")\""
fi
if [ "$SIMULATE" = no ]; then
  say "Looking for devices on this network ..."
  if ! "$KASACTL" discover >"$VAR/log/discover.log" 2>&1; then
    say "Nothing answered on this network: starting a simulated house instead."
    SIMULATE=yes
  fi
fi
LABEL=()
if [ "$SIMULATE" = yes ]; then
  TARGET='DiscoveryTarget "127.255.255.255"'
  LABEL=(--label SIMULATED)
  rm -f "$VAR/log/kasasim.log"
  # the newer ones want an account, which is theirs alone
  (umask 077 && echo great_password >"$VAR/run/password")
  ACCOUNT="Username \"user@example.com\"
  PasswordFile \"$VAR/run/password\"
  AllowAES true"
  # port 80 would need root, and may be taken
  "$BUILD/kasasim" --demo --http-port 28080 --control "$VAR/run/kasasim.sock" \
    >"$VAR/log/kasasim.log" 2>&1 &
  PIDS+=($!)
  while ! grep -q ready "$VAR/log/kasasim.log" 2>/dev/null; do
    kill -0 "${PIDS[0]}" 2>/dev/null ||
      die "The simulated house did not start: $(cat "$VAR/log/kasasim.log")"
    sleep 0.1
  done
fi

cat >"$VAR/run/collectd.conf" <<CONF
Hostname "$(hostname)"
FQDNLookup false
BaseDir "$VAR/run"
Interval $INTERVAL
LoadPlugin logfile
<Plugin logfile>
  File "$VAR/log/collectd.log"
  LogLevel info
  Timestamp true
</Plugin>
PluginDir "$BUILD/.libs"
LoadPlugin kasa
<Plugin kasa>
  DiscoveryTimeout 3
  $TARGET
  $ACCOUNT
</Plugin>
PluginDir "${COLLECTD_PLUGINS:-/usr/lib/collectd}"
LoadPlugin write_prometheus
<Plugin write_prometheus>
  Host "127.0.0.1"
  Port "$PORT"
</Plugin>
LoadPlugin rrdtool
<Plugin rrdtool>
  DataDir "$VAR/run/rrd"
  CacheTimeout 60
  CacheFlush 600
</Plugin>
CONF

rm -f "$VAR/log/collectd.log"
"$COLLECTD" -f -C "$VAR/run/collectd.conf" >"$VAR/log/collectd.out" 2>&1 &
PIDS+=($!)
DAEMON=$!

METRICS=http://127.0.0.1:$PORT/metrics

# The sums appear when the first look at all devices is complete.
first_round_complete() {
  { printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3 &&
    grep -q '^collectd_kasa_total_devices' <&3; } 3<>"/dev/tcp/127.0.0.1/$PORT"
}

for ((tries = 0; tries < 200; tries++)); do
  if ! kill -0 "$DAEMON" 2>/dev/null; then
    cat "$VAR/log/collectd.out" "$VAR/log/collectd.log" >&2 2>/dev/null
    die "collectd did not start; its log is var/log/collectd.log"
  fi
  if grep -q 'listening socket.* failed' "$VAR/log/collectd.log" 2>/dev/null; then
    die "collectd cannot listen on port $PORT (it needs a network interface besides loopback); see var/log/collectd.log"
  fi
  if first_round_complete 2>/dev/null; then break; fi
  sleep 0.2
done

if [ "$ONCE" = yes ]; then
  "$KASACTL" watch --once --metrics "$METRICS" "${LABEL[@]}"
  exit
fi
"$KASACTL" watch --metrics "$METRICS" --interval "$INTERVAL" "${LABEL[@]}"
