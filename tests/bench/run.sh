#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Measures what encryption costs per packet, of perclitenc and perclitedec and of their peers, and prints it:
# run.sh [--quick] [--rounds ROUNDS] [--soak PACKETS] [--out DIRECTORY] [--update-docs] [--no-build]
#
# Installs what is missing and builds, with the optimisation that distributions have, in build-bench/ or $BUILD_DIR. The same as
# JSON, as Markdown and as a picture comes into its performance/, or where --out says. --update-docs puts figures and picture
# into docs/performance.md.
set -euo pipefail

root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
build=$(realpath -m -- "${BUILD_DIR:-$root/build-bench}")
out=$build/performance
options=() build_first=yes update_docs=

while [ $# -gt 0 ]; do
  case $1 in
    --quick) options+=("$1") ;;
    --rounds | --soak) options+=("$1" "${2:?$1 wants a number}"); shift ;;
    --out) out=$(realpath -m -- "${2:?--out wants a directory}"); shift ;;
    --update-docs) update_docs=yes ;;
    --no-build) build_first= ;;
    *) sed -n '3,9s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  esac
  shift
done

if [ -n "$build_first" ]; then
  # shellcheck source=docs/demo/packages.sh
  . "$root/docs/demo/packages.sh"
  install_missing "${PACKAGES_BUILD[@]}" "${PACKAGES_RUN[@]}"
  [ -f "$build/build.ninja" ] || meson setup "$build" "$root" -Dbuildtype=debugoptimized -Dperclite=enabled -Dtests=enabled </dev/null
  meson compile -C "$build" gstperclite bench-packets </dev/null
fi

# These elements, and no others of their names that are installed.
export GST_PLUGIN_PATH_1_0=$build/ext/perclite
export GST_REGISTRY=${GST_REGISTRY:-$build/bench.registry}
"$build/tests/bench/packets/bench-packets" --out "$out" "${options[@]}"
echo
echo "Written: $out/performance.json, performance.md, performance.svg"

if [ -n "$update_docs" ]; then
  page=$root/docs/performance.md
  awk -v figures="$out/performance.md" '
    /^<!-- end of the figures -->$/ { inside = 0 }
    !inside { print }
    /^<!-- figures, by tests\/bench\/run.sh --update-docs -->$/ {
      inside = 1
      print ""
      while ((getline line <figures) > 0)
        print line
    }' "$page" >"$out/page.md"
  cat "$out/page.md" >"$page"
  rm "$out/page.md"
  cp "$out/performance.svg" "$root/docs/images/performance.svg"
fi
