#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs docs/demo.sh in its variants: demo.sh BUILD_DIRECTORY, in a private network namespace.
set -euo pipefail

root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=docs/demo/launch.sh
. "$root/docs/demo/launch.sh"
# shellcheck source=docs/demo/janus.sh
. "$root/docs/demo/janus.sh"

build=$(realpath -- "$1")
export BUILD_DIR=$build
cd "$work"
checks=0 failures=0
# The demo shall find the elements, and no display, by itself.
unset DISPLAY WAYLAND_DISPLAY GST_PLUGIN_PATH GST_PLUGIN_PATH_1_0

demo () {
  bash "$root/docs/demo.sh" --no-install --no-build "$@" </dev/null >log 2>&1
}

# The row of the table that begins with this.
row () {
  grep -E "^ *$1 +[0-9]" log | grep -oE '[0-9]+' | head -n 1
}

is_good () {
  local file

  for file in received.webm snapshot.png room.key without-key.log; do
    [ -s "out/$file" ] || { echo "out/$file is missing or empty"; return 1; }
  done
  # The signature of a PNG.
  [ "$(head -c 4 out/snapshot.png | tail -c 3)" = PNG ] || { echo "out/snapshot.png is no PNG"; return 1; }
  [ "$(row "packets decrypted")" -gt 0 ] || { echo "nothing was decrypted"; return 1; }
  [ "$(row "packets failed to decrypt")" = 0 ] || { echo "some packets were not decrypted"; return 1; }
  [ "$(row "pictures in received.webm")" -gt 0 ] || { echo "no picture was recorded"; return 1; }
  [ "$(row "pictures decoded, without the key")" = 0 ] || { echo "the key is not needed"; return 1; }
}

check () {
  local started

  checks=$((checks + 1))
  started=$SECONDS
  if "$1" >result 2>&1; then
    echo "ok $1, $((SECONDS - started)) s"
  else
    failures=$((failures + 1))
    echo "FAILED $1"
    cat result log
  fi
  rm -rf out
}

a_test_picture () {
  demo --seconds 2 --out out && is_good && [ "$(row "pictures in the server's recording")" = 0 ] &&
    compgen -G 'out/server/*-video-*.mjr' >/dev/null
}

a_film () {
  gst-launch-1.0 -q videotestsrc num-buffers=600 ! video/x-raw,width=320,height=180,framerate=30/1 ! x264enc speed-preset=ultrafast \
    ! mp4mux name=mux ! filesink location=movie.mp4 audiotestsrc num-buffers=860 ! avenc_aac ! mux.
  demo --file movie.mp4 --seconds 2 --out out && is_good
}

a_film_without_sound () {
  gst-launch-1.0 -q videotestsrc num-buffers=600 ! video/x-raw,width=320,height=180,framerate=30/1 ! vp8enc deadline=1 \
    ! webmmux ! filesink location=silent.webm
  demo --file silent.webm --seconds 2 --out out && is_good
}

a_server_of_ones_own () {
  janus_start "$work/janus" "$PERCLITE_TEST_ADDRESS"
  pids+=("$JANUS_PID")
  demo --endpoint "ws://$PERCLITE_TEST_ADDRESS:8188/" --room 1234 --set latency=100 --seconds 2 --out out && return 1
  # latency is no property of the sink, which the demo has to say.
  grep -q latency log || return 1
  demo --endpoint "ws://$PERCLITE_TEST_ADDRESS:8188/" --room 1234 --set timeout=10 --seconds 2 --out out && is_good
}

no_server () {
  demo --endpoint "ws://$PERCLITE_TEST_ADDRESS:1/" --seconds 2 --out out && return 1
  grep -q 'Connection refused' log
}

a_wrong_option () {
  demo --nonsense && return 1
  grep -q 'unknown option --nonsense' log
}

check a_test_picture
check a_film
check a_film_without_sound
check a_server_of_ones_own
check no_server
check a_wrong_option

echo "$((100 * (checks - failures) / checks))%: Checks: $checks, Failures: $failures, Errors: 0"
[ $failures = 0 ]
