#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs what is missing, builds with warnings as errors, checks the formatting, runs all tests, and fuzzes for a
# while. The last line is "N passed, N failed". Uses build/ and build-fuzz/, or $BUILD_DIR and $BUILD_DIR-fuzz. Needs
# nothing of the directory it is started in.
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
cd "$root"
# shellcheck source=docs/demo/packages.sh
. docs/demo/packages.sh

build=$(realpath -m -- "${BUILD_DIR:-build}")
passed=0 failed=0 skipped=0

finish () {
  local line="$passed passed, $failed failed"

  [ "$skipped" = 0 ] || line+=", $skipped skipped"
  echo "$line"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ] || exit 1
  exit 0
}

# A step before the tests that fails is the end.
give_up () {
  echo "run.sh: $1" >&2
  failed=$((failed + 1))
  finish
}

install_missing "${PACKAGES_BUILD[@]}" "${PACKAGES_RUN[@]}" "${PACKAGES_JANUS[@]}" "${PACKAGES_TEST[@]}" "${PACKAGES_RECIPES[@]}" ||
  give_up "cannot install what is missing"

# ---- Build ----

options=(-Dwerror=true -Dperclite=enabled -Djanus=enabled -Dmjr=enabled -Dtests=enabled)
if [ -f "$build/build.ninja" ]; then
  meson configure "$build" "${options[@]}" </dev/null || give_up "meson configure failed"
else
  meson setup "$build" "${options[@]}" </dev/null || give_up "meson setup failed"
fi
meson compile -C "$build" </dev/null || give_up "the build failed"

# ---- Formatting ----

# What git knows, and what is new but not ignored: the files of the next commit.
sources () {
  git ls-files --cached --others --exclude-standard -- '*.c' '*.h' 2>/dev/null ||
    find . -path './build*' -prune -o \( -name '*.[ch]' -print \)
}
mapfile -t files < <(sources)
remarks=$(clang-format --dry-run -Werror "${files[@]}" 2>&1)
if wide=$(LC_ALL=C.UTF-8 grep -nE '^.{101,}' "${files[@]}" | grep -v gst-launch-1.0); then
  # Comments, which clang-format leaves alone for the sake of commands and tables in them.
  echo "More than 100 columns:" "$wide" >&2
  failed=$((failed + 1))
fi
if [ -z "$remarks" ]; then
  echo "Formatting: ${#files[@]} files are as .clang-format wants them"
  passed=$((passed + 1))
else
  echo "Formatting, to be set right by clang-format -i:" >&2
  { grep -E "^[^ ]*:[0-9]+:[0-9]+: " <<<"$remarks" || echo "$remarks"; } | sed "s/:[0-9]*:[0-9]*: .*//" | sort -u >&2
  failed=$((failed + 1))
fi

# ---- Tests ----

# The cases within a test are told by what libcheck prints at its end: "100%: Checks: 12, Failures: 0, Errors: 0". A
# test without that line is one case, and so is the crash of one whose cases were all well.
count () {
  awk '
    {
      result = $0
      sub (/.*"result": "/, "", result)
      sub (/".*/, "", result)
      checks = bad = 0
      rest = $0
      while (match (rest, /Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+/)) {
        split (substr (rest, RSTART, RLENGTH), part, /[^0-9]+/)
        checks += part[2]
        bad += part[3] + part[4]
        rest = substr (rest, RSTART + RLENGTH)
      }
      good = result == "OK" || result == "EXPECTEDFAIL"
      if (result == "SKIP")
        skipped++
      else if (checks == 0 && good)
        passed++
      else {
        passed += checks - bad
        failed += bad == 0 && !good ? 1 : bad
      }
    }
    END { print passed + 0, failed + 0, skipped + 0 }' "$1"
}

# run_tests DIRECTORY [OPTION...]: adds what the tests of a build directory say.
run_tests () {
  local log=$1/meson-logs/testlog.json status=0 p f s

  rm -f "$log"
  meson test -C "$1" --no-rebuild --print-errorlogs "${@:2}" </dev/null || status=$?
  [ -s "$log" ] || give_up "meson test has run nothing in $1"
  read -r p f s < <(count "$log")
  passed=$((passed + p))
  failed=$((failed + f))
  skipped=$((skipped + s))
  [ "$status" = 0 ] || [ "$f" -gt 0 ] || failed=$((failed + 1))
}

# Tests that need a network namespace fail, instead of being skipped, where there is none.
export PERCLITE_TEST_REQUIRE=1
run_tests "$build"

# ---- Fuzzing ----

# How to do this for hours: tests/fuzz/README.md
tests/fuzz/build.sh "$build-fuzz" || give_up "the fuzz targets cannot be built"
run_tests "$build-fuzz" --num-processes 2
finish
