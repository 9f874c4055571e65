# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check.sh sanitize: the suites again, under instruments. Sourced.

# Where several of our threads meet: polling and stopping, the ledger's writer,
# the alerts' engine with its senders, notifications that come all at once.
THREAD_E2E=(devices/test_stop.py devices/test_values.py devices/test_many.py
  devices/test_all_transports.py alerts/test_alerts.py alerts/test_story.py
  alerts/test_flood.py alerts/test_kill.py alerts/test_heartbeat.py energy/test_energy.py
  energy/test_limits.py channels/test_channel_collectd.py)
# unit programs that read bytes of strangers or hand memory about
VALGRIND_UNIT=(config conf_parser cycle default_templates device_registry
  device_table discovery_packet event event_queue gallery_page graph hash http
  http_client iot iot_statistics iot_sysinfo json loop metrics options poll_engine rrd_scan
  secret smart spake2p store template text_limits transport_select unique_names
  worker xor_tcp)

# valgrind_unit_names: a pattern of VALGRIND_UNIT; fails for one that is gone
valgrind_unit_names() {
  local name
  for name in "${VALGRIND_UNIT[@]}"; do
    if ! compgen -G "$TOP/tests/unit/*/check_$name.c" >/dev/null; then
      say "tests/check/sanitize.sh: there is no unit program check_$name"
      return 1
    fi
  done
  (IFS='|' && printf 'check_(%s)$' "${VALGRIND_UNIT[*]}")
}
# fair: else one thread that computes may keep the others waiting for long
LEAKS=(--fair-sched=try --leak-check=full --errors-for-leak-kinds=definite)

# warnings are the business of the builds without instruments, which move them
# about; of debugging information, reports want lines and names
sanitizer_builds() {
  build asan --enable-sanitizers=address,undefined CFLAGS='-g1 -O1' &&
    build tsan --enable-sanitizers=thread CFLAGS='-g1 -O1'
}

# End-to-end tests wait more than they compute: while those of part_e2e run, the
# builds that come next take what is left of the machine.
BUILDS_AHEAD=
build_ahead() {
  (
    chrt --idle --pid 0 "$BASHPID" >/dev/null 2>&1 || renice -n 19 "$BASHPID" >/dev/null
    if wants sanitize; then
      sanitizer_builds && UNIT_SKIP=$LONG_UNIT unit_build asan
    fi
    if wants fuzz; then fuzz_build; fi
  ) >"$LOG/build-ahead.log" 2>&1 &
  BUILDS_AHEAD=$!
}

# What went wrong there is found once more by whoever needs it.
wait_for_builds() {
  if [ -n "$BUILDS_AHEAD" ]; then wait "$BUILDS_AHEAD"; fi
  BUILDS_AHEAD=
}

# The markers in the tests say what an instrument has nothing new to see in.
e2e_address() {
  pytest_suite "end to end, address and undefined sanitizers" KASA_BUILD="$VAR/asan" \
    KASA_PRELOAD="$(gcc -print-file-name=libasan.so)" -- -m "not plain" "$TOP/tests/e2e"
}

# e2e_thread PATH...
e2e_thread() {
  pytest_suite "end to end, thread sanitizer" KASA_BUILD="$VAR/tsan" \
    KASA_PRELOAD="$(gcc -print-file-name=libtsan.so)" \
    -- -m "not plain and (not one_thread or two_threads)" "${@/#/$TOP/tests/e2e/}"
}

# threaded PROGRAM: whether it can start a thread
threaded() { nm "$1" 2>/dev/null | grep -qE ' U pthread_create'; }

# Programs with one thread have nothing to show to the thread sanitizer.
unit_threads() {
  local program names=()
  while IFS= read -r program; do
    if threaded "$program"; then names+=("$(basename "$program")"); fi
  done < <(unit_programs "$VAR/asan")
  if [ ${#names[@]} -eq 0 ]; then
    failed "unit tests, thread sanitizer: no program has a thread"
    return
  fi
  UNIT_ONLY="^($(IFS='|' && printf '%s' "${names[*]}"))\$" \
    unit_suite tsan "unit tests, thread sanitizer"
}

unit_valgrind() {
  local names
  if ! names=$(valgrind_unit_names); then
    failed "unit tests, valgrind"
    return
  fi
  UNIT_ONLY=$names unit_suite check "unit tests, valgrind" CK_FORK=no \
    valgrind -q --error-exitcode=9 "${LEAKS[@]}"
}

part_sanitize() {
  wait_for_builds
  if ! sanitizer_builds; then
    failed "the sanitizer builds"
    return
  fi
  UNIT_SKIP=$LONG_UNIT unit_suite asan "unit tests, address and undefined sanitizers"
  unit_threads
  e2e_tools check asan tsan || return
  e2e_address
  e2e_thread "${THREAD_E2E[@]}"
  unit_valgrind
}
