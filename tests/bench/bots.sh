#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a bot costs, for the table in docs/howto-service.md: bots.sh BUILD_DIRECTORY [SECONDS], in a private network namespace.
# Several bots of a kind run at a time. Processor time is what the kernel has counted for them (utime and stime of /proc/PID/stat), so that
# it does not matter what else the machine does as long as they get what they need; memory is what they share with nobody (Private of
# smaps_rollup), and their part of what they share besides (Pss).
set -euo pipefail

root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=docs/demo/launch.sh
. "$root/docs/demo/launch.sh"
# shellcheck source=docs/demo/janus.sh
. "$root/docs/demo/janus.sh"

build=$(realpath -- "$1")
seconds=${2:-20}
each=3
find_elements "$build"
mkdir "$work/here"
cd "$work/here"
(umask 077; openssl rand -base64 44 >room.key)
server="janus-endpoint=ws://$PERCLITE_TEST_ADDRESS:8188/ room-id=1234"

# Not by launch, which counts buffers, and that costs.
start () {
  # shellcheck disable=SC2086
  gst-launch-1.0 -e -m $2 >"$1.log" 2>&1 </dev/null &
  pids+=("$!")
}

# until_there_is FILE PATTERN: for a minute at most.
until_there_is () {
  local tries=0

  until [ -s "$1" ] && grep -qa -e "$2" "$1"; do
    tries=$((tries + 1))
    [ $tries -le 1200 ] || { echo "no $2 in $1" >&2; tail -n 5 "${1%.*}.log" >&2; return 1; }
    sleep 0.05
  done
}

# Clock ticks that these processes have used.
ticks () {
  local id sum=0 stat

  for id in "$@"; do
    read -r stat <"/proc/$id/stat"
    # What is before the last parenthesis is the name of the program.
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    sum=$((sum + ${12} + ${13}))
  done
  echo $sum
}

# measure NAME PID...: a row of the table.
measure () {
  local name=$1 before started took id

  shift
  started=$(date +%s%N)
  before=$(ticks "$@")
  sleep "$seconds"
  took=$(($(date +%s%N) - started))
  used=$(($(ticks "$@") - before))
  for id in "$@"; do
    awk '/^Private_/ { own += $2 } /^Pss:/ { pss = $2 } END { print own, pss }' "/proc/$id/smaps_rollup"
  done | awk -v name="$name" -v used="$used" -v hertz="$(getconf CLK_TCK)" -v took="$took" '
    { own += $1; pss += $2 }
    END { printf "| %s | %.1f %% | %.0f MB | %.0f MB |\n", name, 100 * used / hertz / (took / 1e9) / NR, own / 1024 / NR, pss / 1024 / NR }'
}

stop () {
  local id

  kill -INT "$@"
  for id in "$@"; do
    wait "$id" || true
  done
}

# publishers NAME LINE: measures several that publish, as feeds 100, 101, ...
publishers () {
  local i own=()

  for ((i = 0; i < each; i++)); do
    start "bot$i" "$2 ! perclitenc key-file=room.key ! janusvideoroomsink $server feed-id=$((100 + i))"
    own+=("${pids[-1]}")
  done
  for ((i = 0; i < each; i++)); do
    until_there_is "bot$i.log" 'state=(string)connected'
  done
  measure "$1" "${own[@]}"
  stop "${own[@]}"
}

# subscribers NAME LINE: measures several that receive feed 777; FILE in the line is the name that their files begin with.
subscribers () {
  local i own=()

  for ((i = 0; i < each; i++)); do
    rm -f "bot$i".*
    start "bot$i" "janusvideoroomsrc name=s $server feed-id=777 ${2//FILE/bot$i}"
    own+=("${pids[-1]}")
  done
  for ((i = 0; i < each; i++)); do
    until_there_is "bot$i.out" .
  done
  measure "$1" "${own[@]}"
  stop "${own[@]}"
}

picture='videotestsrc is-live=true pattern=smpte horizontal-speed=4 ! video/x-raw,width=1280,height=720,framerate=30/1'
vp8='vp8enc deadline=1 cpu-used=8 target-bitrate=1500000 keyframe-max-dist=60'
# Longer than all that plays it, together with what it takes to connect.
length=$((30 * (seconds + 60)))
echo "A film of $((length / 30)) s is being encoded ..." >&2
# shellcheck disable=SC2086
gst-launch-1.0 -q ${picture/is-live=true/num-buffers=$length} ! $vp8 ! webmmux ! filesink location=film.webm
ffmpeg -v error -f lavfi -i testsrc2=s=1280x720:r=30 -f lavfi -i sine=440:r=48000 -t 10 -c:v libx264 -preset veryfast -profile:v baseline \
  -pix_fmt yuv420p -g 60 -b:v 1500k -c:a libopus loop.ts </dev/null
janus_start "$work/janus" "$PERCLITE_TEST_ADDRESS"
pids+=("$JANUS_PID")

echo "| bot | processor, of one core | memory of its own | with its part of what is shared |"
echo "|---|---|---|---|"
publishers 'sound: Opus, encoded' 'audiotestsrc is-live=true ! opusenc ! rtpopuspay'
publishers '720p30: VP8, encoded by the bot' "$picture ! $vp8 ! rtpvp8pay pt=105 mtu=1170"
publishers '720p30: VP8, from a file' 'filesrc location=film.webm ! matroskademux ! rtpvp8pay pt=105 mtu=1170'
publishers '720p30: H264, from a file that loops' 'multifilesrc location=loop.ts loop=true ! tsdemux ! video/x-h264 ! queue ! h264parse config-interval=-1 !
  rtph264pay pt=105 mtu=1170'
# For the subscribers: sound and picture, 1.5 Mbit/s.
start film "multifilesrc location=loop.ts loop=true ! tsdemux name=film film. ! video/x-h264 ! queue ! h264parse config-interval=-1 !
  rtph264pay pt=105 mtu=1170 ! perclitenc key-file=room.key !
  janusvideoroomsink name=sfu $server feed-id=777
  film. ! audio/x-opus ! queue ! opusparse ! rtpopuspay ! perclitenc key-file=room.key ! sfu."
until_there_is film.log 'state=(string)connected'
subscribers 'records sound and 720p30, decrypted' 's. ! application/x-rtp,media=video ! perclitedec key-file=room.key ! rtph264depay ! h264parse !
  queue ! matroskamux name=m ! filesink location=FILE.out buffer-mode=unbuffered
  s. ! application/x-rtp,media=audio ! perclitedec key-file=room.key ! rtpopusdepay ! opusparse ! queue ! m.'
subscribers 'records sound and 720p30, as it is' 's. ! application/x-rtp,media=video ! mjrmux ! filesink location=FILE.out
  buffer-mode=unbuffered s. ! application/x-rtp,media=audio ! mjrmux ! filesink location=FILE.audio'
