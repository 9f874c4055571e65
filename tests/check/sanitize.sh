# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check.sh sanitize: the suites again, under instruments. Sourced.

# What runs under valgrind end to end; it takes thirty times as long.
read -ra VALGRIND_E2E <<<"${VALGRIND_E2E:-devices/test_values.py devices/test_stop.py devices/test_faults_one.py devices/test_all_transports.py alerts/test_story.py}"
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

# warnings are the business of the builds without instruments, which move them about
sanitizer_builds() {
  build asan --enable-sanitizers=address,undefined CFLAGS='-g -O1' &&
    build tsan --enable-sanitizers=thread CFLAGS='-g -O1'
}

# The markers in the tests say what an instrument has nothing new to see in; an
# instrument computes more than it waits, so there are fewer workers.
e2e_address() {
  WORKERS=${WORKERS:-3} pytest_suite "end to end, address and undefined sanitizers" KASA_BUILD="$VAR/asan" \
    KASA_PRELOAD="$(gcc -print-file-name=libasan.so)" -- -m "not plain" "$TOP/tests/e2e"
}

e2e_thread() {
  WORKERS=${WORKERS:-3} pytest_suite "end to end, thread sanitizer" KASA_BUILD="$VAR/tsan" \
    KASA_PRELOAD="$(gcc -print-file-name=libtsan.so)" \
    -- -m "not plain and (not one_thread or two_threads)" "$TOP/tests/e2e"
}

e2e_valgrind() {
  WORKERS=${WORKERS:-3} pytest_suite "end to end, valgrind" KASA_BUILD="$VAR/check" \
    KASA_WRAP="valgrind -q ${LEAKS[*]} --show-leak-kinds=definite --num-callers=30 --suppressions=$TOP/tests/check/valgrind.supp" \
    -- "${VALGRIND_E2E[@]/#/$TOP/tests/e2e/}"
}

part_sanitize() {
  local names
  if ! sanitizer_builds; then
    failed "the sanitizer builds"
    return
  fi
  unit_suite asan "unit tests, address and undefined sanitizers"
  unit_suite tsan "unit tests, thread sanitizer"
  test_tools check || return
  e2e_address
  e2e_thread
  e2e_valgrind
  if ! names=$(valgrind_unit_names); then
    failed "unit tests, valgrind"
    return
  fi
  UNIT_ONLY=$names unit_suite check "unit tests, valgrind" CK_FORK=no \
    valgrind -q --error-exitcode=9 "${LEAKS[@]}"
}
