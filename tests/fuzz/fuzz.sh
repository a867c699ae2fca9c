#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# fuzz.sh TARGET SECONDS [CORPUS]: runs a fuzz target on its seeds and what becomes of them. Inputs that reach new code
# are kept in the directory CORPUS, or forgotten if there is none. Those that find something are always kept.
set -euo pipefail
# In the order in which it happens, for whoever keeps both apart.
exec 2>&1

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
target=$(readlink -f "$1")
seconds=$2
name=${target##*/fuzz-}
findings=$(dirname "$target")/findings
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
corpus=${3:-$scratch/corpus}
mkdir -p "$findings" "$corpus"

# libFuzzer writes to the first corpus only: the seeds stay what they are.
args=(-timeout=60 -rss_limit_mb=2048 -max_total_time="$seconds" -print_final_stats=1
  -artifact_prefix="$findings/$name-")
[ ! -f "$here/$name.dict" ] || args+=(-dict="$here/$name.dict")

# Freed memory that is kept for 64 MB of others is kept for long enough.
export ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=64
export UBSAN_OPTIONS=print_stacktrace=1
# GLib before 2.76 has memory of its own for small things, which nobody would watch.
export G_SLICE=always-malloc
# Leaks are found by means of ptrace(), which some containers and every debugger deny.
if grep -qF "LeakSanitizer has encountered a fatal error" <<<"$("$target" -runs=0 -artifact_prefix="$scratch/" 2>&1)"; then
  echo "fuzz.sh: LeakSanitizer does not work here, so leaks are not looked for"
  ASAN_OPTIONS=${ASAN_OPTIONS/detect_leaks=1/detect_leaks=0}
fi
touch "$scratch/start"
status=0
"$target" "${args[@]}" "$corpus" "$here/corpus/$name" || status=$?
[ "$status" != 0 ] || exit 0

echo
echo "fuzz.sh: $name has failed with status $status"
while read -r input; do
  echo "The input is in  $input"
  echo "To see it again  G_SLICE=$G_SLICE ASAN_OPTIONS=$ASAN_OPTIONS:fast_unwind_on_malloc=0" \
    "UBSAN_OPTIONS=$UBSAN_OPTIONS $target $input"
done < <(find "$findings" -name "$name-*" -newer "$scratch/start")
exit 1
