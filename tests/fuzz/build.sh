#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# build.sh DIRECTORY: builds the fuzz targets there, and all that is fuzzed, with what finds mistakes in C.
set -euo pipefail

build=$(realpath -m -- "$1")
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

options=(
  -Dwerror=true -Dperclite=enabled -Djanus=enabled -Dmjr=enabled -Dtests=disabled -Ddocs=disabled -Dfuzzing=enabled
  "-Db_sanitize=address,undefined" -Db_lundef=false
  "-Dc_args=-fsanitize=fuzzer-no-link -fno-sanitize-recover=all"
)
if [ -f "$build/build.ninja" ]; then
  meson configure "$build" "${options[@]}" </dev/null
else
  CC=clang meson setup "$build" "${options[@]}" </dev/null
fi
meson compile -C "$build" fuzz </dev/null
