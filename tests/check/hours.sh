# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check.sh hours: the unit and end-to-end suites at moments of a clock that is
# moved, for everything that looks at it. Takes twelve times as long as both;
# HOURS_ONLY='month|leap' runs some, HOURS_E2E="FILE..." some files. Sourced.

# name|zone|moment in it. moved_clock.c moves the clock of the daemon, the
# simulator, rrdtool and pytest alike, and lets it run.
MOMENTS=(
  "night|UTC|2026-11-11 00:05:00"
  "morning|UTC|2026-11-11 06:05:00"
  "noon|UTC|2026-11-11 12:05:00"
  "evening|UTC|2026-11-11 18:05:00"
  "midnight|UTC|2026-11-11 23:59:00"
  "saturday afternoon|UTC|2026-11-28 17:20:00"
  "end of a month|UTC|2026-04-30 23:59:00"
  "end of a year|UTC|2025-12-31 23:59:00"
  "leap day|UTC|2028-02-29 12:05:00"
  "end of a leap day|Europe/Berlin|2028-02-29 23:59:00"
  "clocks go forward|Europe/Berlin|2026-03-29 01:59:00"
  "clocks go back|Europe/Berlin|2026-10-25 02:59:00"
)

# the library that moves the clock of what is started with it
moved_clock() {
  gcc -std=gnu11 -O1 -Wall -Wextra -shared -fPIC -o "$VAR/moved_clock.so" "$TOP/tests/check/moved_clock.c" -ldl
}

# at_moment NAME ZONE MOMENT
at_moment() {
  local name=$1 zone=$2 epoch past moved files=()
  epoch=$(TZ=$zone date -d "$3" +%s)
  moved=("LD_PRELOAD=$VAR/moved_clock.so" "CLOCK_OFFSET=$((epoch - $(date +%s)))" "TZ=$zone")
  read -ra files <<<"${HOURS_E2E:-.}"
  if [ -z "${HOURS_E2E:-}" ]; then unit_suite check "unit tests, $name" "${moved[@]}"; fi
  pytest_suite "end to end, $name" KASA_BUILD="$VAR/check" "${moved[@]}" \
    -- -m "not real_clock" "${files[@]/#/$TOP/tests/e2e/}"
  # what asks Prometheus has its past end then; or as many leap years before, since
  # it takes no sample of the present once it has one of the future
  past=$epoch
  while [ "$past" -gt "$(date +%s)" ]; do past=$((past - (4 * 365 + 1) * 86400)); done
  pytest_suite "end to end, a past until $name" KASA_BUILD="$VAR/check" \
    KASA_MOMENT="$past" "TZ=$zone" -- -m real_clock "$TOP/tests/e2e/dashboards"
}

part_hours() {
  local moment name zone when
  e2e_tools check || return
  step "the library that moves the clock" moved_clock
  for moment in "${MOMENTS[@]}"; do
    IFS='|' read -r name zone when <<<"$moment"
    if [[ ! $name =~ ${HOURS_ONLY:-.} ]]; then continue; fi
    at_moment "$name" "$zone" "$when"
  done
}
