#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Counts the instructions of a packet in perclitenc and in perclitedec, by who executes them, with callgrind:
# profile.sh BUILD_DIRECTORY [PACKETS]. A packet has 1200 bytes of payload, in two memories as payloaders make it, and comes
# alone. What is done once is not told apart: 4000 packets make little of it.
set -euo pipefail

root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=docs/demo/packages.sh
. "$root/docs/demo/packages.sh"
install_missing valgrind

build=$(realpath -- "$1")
packets=${2:-4000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

export GST_PLUGIN_PATH_1_0=$build/ext/perclite
export GST_REGISTRY=$work/registry
(umask 077; openssl rand -base64 44 >"$work/key")
source=(audiotestsrc "num-buffers=$packets" samplesperbuffer=600 ! audio/x-raw,format=S16BE,channels=1,rate=48000
  ! rtpL16pay mtu=1212 min-ptime=12500000 max-ptime=12500000 ! perclitenc "key-file=$work/key")

# count NAME ELEMENT...: what runs from when a packet comes until it has been passed on, less what is behind.
count () {
  valgrind --tool=callgrind --callgrind-out-file="$work/$1" --toggle-collect=gst_perclite_filter_chain \
    gst-launch-1.0 -q "${source[@]}" "${@:2}" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  callgrind_annotate --threshold=100 --show-percs=no "$work/$1" | awk '
    match ($0, /\[[^]]*\]$/) {
      n = $1
      gsub (/,/, "", n)
      object = substr ($0, RSTART + 1, RLENGTH - 2)
      sub (/.*\//, "", object)
      sum[object] += n
    }
    END { for (object in sum) print object, sum[object] }' >"$work/$1.sums"
}

# The queue has what is behind it run by another thread, which is not counted with what is before.
count enc ! queue ! fakesink sync=false
count both ! queue ! perclitedec "key-file=$work/key" ! queue ! fakesink sync=false

awk -v packets="$packets" -v enc="$work/enc.sums" '
  function part (object) {
    if (object ~ /^libcrypto/) return "OpenSSL: AES and GHASH, and what EVP does around them"
    if (object ~ /^libsrtp2/) return "libsrtp2: SRTP"
    if (object ~ /^libgstperclite/) return "perclite"
    if (object ~ /^lib(gst|glib|gobject)/) return "GStreamer and GLib: buffers, memories, pads, a queue behind"
    return "libc: memory, copies, what OpenSSL compares names with"
  }
  BEGIN {
    while ((getline line <enc) > 0) {
      split (line, words, " ")
      e[part (words[1])] += words[2]
    }
  }
  { b[part ($1)] += $2 }
  END {
    print "| instructions per packet | perclitenc | perclitedec |"
    print "|---|---:|---:|"
    for (p in b) {
      printf "| %s | %d | %d |\n", p, e[p] / packets, (b[p] - e[p]) / packets
      te += e[p]; tb += b[p]
    }
    printf "| in all | %d | %d |\n", te / packets, (tb - te) / packets
  }' "$work/both.sums" | { read -r a; read -r b; echo "$a"; echo "$b"; sort -t '|' -k 3 -n -r; }
