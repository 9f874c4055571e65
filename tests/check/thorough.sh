# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check.sh thorough: what takes too long for each change and is done before a
# release: each instrument on everything it can see. Sourced.

# What runs under valgrind end to end; it takes thirty times as long.
VALGRIND_E2E=(devices/test_values.py devices/test_stop.py devices/test_faults_one.py
  devices/test_all_transports.py alerts/test_story.py)

# e2e_valgrind PATH...
e2e_valgrind() {
  WORKERS=${WORKERS:-3} pytest_suite "end to end, valgrind" KASA_BUILD="$VAR/check" \
    KASA_WRAP="valgrind -q ${LEAKS[*]} --show-leak-kinds=definite --num-callers=30 --suppressions=$TOP/tests/check/valgrind.supp" \
    -- "${@/#/$TOP/tests/e2e/}"
}

part_thorough() {
  step "clang builds without a warning" build check-clang CC=clang --enable-werror "$QUICK"
  step "distcheck" make -C "$VAR/check" -j"$(nproc)" distcheck \
    AM_DISTCHECK_CONFIGURE_FLAGS="--enable-werror $QUICK"
  step "clang's static analyzer" tidy
  unit_suite check "every unit test"
  part_e2e
  wait_for_builds
  if ! sanitizer_builds; then
    failed "the sanitizer builds"
    return
  fi
  e2e_tools asan tsan || return
  unit_suite asan "every unit test, address and undefined sanitizers"
  unit_suite tsan "every unit test, thread sanitizer"
  e2e_address
  e2e_thread .
  e2e_valgrind "${VALGRIND_E2E[@]}"
  FUZZ_SECONDS=${FUZZ_SECONDS:-60} part_fuzz
}
