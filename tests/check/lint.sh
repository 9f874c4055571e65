# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check.sh lint: what can be said of the sources without running them. Sourced.

# everything but the plugins' thin shells, which include collectd's headers
linted() { find "$VAR/src/src" -path "$VAR/src/src/plugin" -prune -o -name '*.c' -print0; }

# tidy [CHECKS]: to be added to those of .clang-tidy, or with a - to be left out
# shellcheck disable=SC2016
tidy() {
  export TIDY_CHECKS=${1:-}
  export TIDY_FLAGS="-std=gnu11 -I$VAR/src/src -I$VAR/check -I$VAR/check/src -D_GNU_SOURCE"
  linted | xargs -0 -P "$(nproc)" -n 4 bash -c \
    'clang-tidy --quiet --checks="$TIDY_CHECKS" --warnings-as-errors="*" "$@" -- $TIDY_FLAGS' tidy
}

# What cppcheck takes for leaks in config_*.c has been handed to the array or
# the object around it; template_compile() does return a pointer.
check_cpp() {
  linted | xargs -0 cppcheck --suppress='memleak:*/alert/config/config_*.c' \
    --suppress='memleak:*/energy/tariff/tariff_config_*.c' \
    --suppress='CastIntegerToAddressAtReturn:*/alert/text/default_templates.c' \
    --quiet --std=c11 --enable=warning,performance,portability \
    --inline-suppr --error-exitcode=1 --suppress=missingInclude -j"$(nproc)" \
    -I "$VAR/src/src"
}

formatted() {
  find "$TOP/src" "$TOP/tests" -name '*.[ch]' -exec clang-format --dry-run --Werror {} +
}

shell_scripts() {
  shellcheck -x -P "$TOP" "$TOP/run.sh" "$TOP/check.sh" "$TOP/.ci/run" \
    "$TOP"/tests/check/*.sh "$TOP"/tests/roots/*.sh "$TOP"/packaging/*.sh "$TOP"/packaging/docker/*.sh "$TOP"/packaging/debian/*.p* \
    "$TOP/tests/package/root.sh"
}

# The rooms, circles, prototypes and documents: structure.py tells what is held.
structure() { python3 -B "$TOP/tests/check/structure.py" "$@" "$VAR/check/src" "$TOP"; }

part_lint() {
  begin "every kind of fault in the structure would be found" structure --self-test
  begin "clang-format" formatted
  begin "clang-tidy" tidy "-clang-analyzer-*" # thorough.sh has the analyzer: it takes six times as long
  begin "cppcheck" check_cpp
  begin "shellcheck" shell_scripts
  begin "structure" structure
  begin "check.sh counts what passes and what fails" "$TOP/tests/check/self_test.sh"
  begin "manual pages" mandoc -Tlint -Wwarning "$TOP"/doc/man/*.[15]
  finish_begun
}
