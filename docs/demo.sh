#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# An end-to-end encrypted picture through a real Janus and back: see usage(), or docs/demo.sh --help.
# shellcheck disable=SC2054
set -euo pipefail

script=$(readlink -f "${BASH_SOURCE[0]}")
root=$(dirname "$(dirname "$script")")
# shellcheck source=docs/demo/packages.sh
. "$root/docs/demo/packages.sh"
# shellcheck source=docs/demo/janus.sh
. "$root/docs/demo/janus.sh"

usage () {
  cat <<'TEXT'
usage: bash docs/demo.sh [OPTION...]

Publishes an encrypted picture and sound into a room of Janus, receives and decrypts them, and shows what somebody
without the key gets. Without --endpoint, all of it happens in a private network namespace, with a Janus of its own:
nothing is opened to the network and nothing leaves this machine.

what to publish (default: a test picture and a tone)
  --file FILE        a film, at most --seconds of it
  --camera DEVICE    a camera, such as /dev/video0, with the tone

which server (default: a private Janus)
  --endpoint URL     WebSocket of your own Janus, such as wss://sfu.example:8989/
  --room N           a VideoRoom on it (default: 1234)
  --set NAME=VALUE   a property of the Janus elements, such as pin=..., token=..., stun-server=...; may be repeated

  --seconds N        how long to record (default: 10)
  --out DIRECTORY    where the results go (default: perclite-demo, in the current directory)
  --no-install       do not install missing packages
  --no-build         use the build directory (build-demo, or $BUILD_DIR) as it is
  --help             this text

The results: received.webm (the received, decrypted recording), snapshot.png (a picture of it), without-key.log (the
receiver without the key), server/ (what the private Janus recorded, and what its own tool makes of that), the logs
of both pipelines, and room.key (the key, which Janus never had).
Exit code 0: pictures were decoded with the key, and none without it.
TEXT
}

fail () {
  echo "demo.sh: $*" >&2
  exit 1
}

# ---- Options ----

file='' camera='' endpoint='' room=1234 seconds=10 out=perclite-demo install=yes compile=yes inside='' sets=()
arguments=("$@")
while [ $# -gt 0 ]; do
  case $1 in
    --file | --camera | --endpoint | --room | --set | --seconds | --out)
      [ $# -ge 2 ] || fail "$1 needs a value, see --help" ;;
  esac
  case $1 in
    --file) file=$(realpath -- "$2"); shift ;;
    --camera) camera=$2; shift ;;
    --endpoint) endpoint=$2; shift ;;
    --room) room=$2; shift ;;
    --set) sets+=("$2"); shift ;;
    --seconds) seconds=$2; shift ;;
    --out) out=$2; shift ;;
    --no-install) install=no ;;
    --no-build) compile=no ;;
    --inside) inside=yes ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; fail "unknown option $1" ;;
  esac
  shift
done
[[ $seconds =~ ^[1-9][0-9]{0,4}$ ]] || fail "--seconds $seconds: a number from 1 on is needed"
[ -z "$file" ] || [ -r "$file" ] || fail "cannot read $file"
[ -z "$camera" ] || [ -r "$camera" ] || fail "cannot read $camera: is that the camera, and are you in the group video?"

build=${BUILD_DIR:-$root/build-demo}
display=''
[ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || display=yes

# ---- What is needed ----

if [ -z "$inside" ]; then
  packages=("${PACKAGES_BUILD[@]}" "${PACKAGES_RUN[@]}")
  [ -n "$endpoint" ] || packages+=("${PACKAGES_JANUS[@]}")
  [ "$install" = no ] || install_missing "${packages[@]}" || fail "cannot install what is missing"

  if [ "$compile" = yes ]; then
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    # Not the directory of the tests, whose build takes longer.
    [ -f "$build/build.ninja" ] || meson setup "$build" "$root" -Dtests=disabled >"$log" 2>&1 ||
      { cat "$log" >&2; fail "meson setup failed"; }
    ninja -C "$build" >"$log" 2>&1 || { cat "$log" >&2; fail "the build failed"; }
  fi
fi

if [ -z "$endpoint" ] && [ -z "$inside" ]; then
  status=0
  "$root/tests/lib/netns.sh" bash "$script" --inside "${arguments[@]}" || status=$?
  [ $status != 77 ] ||
    fail "this system does not let you make a network namespace: run this as root, or name a server with --endpoint"
  exit $status
fi

# shellcheck source=docs/demo/launch.sh
. "$root/docs/demo/launch.sh"

mkdir -p "$out/server"
out=$(realpath -- "$out")
cd "$out"
rm -f received.webm snapshot.png without-key.log publisher.log receiver.log server/*.mjr server/*.webm server/*.log
[ -s room.key ] || (umask 077 && openssl rand -base64 44 >room.key)

find_elements "$build" || fail "the elements cannot be loaded"

# Prints a command line as one would type it.
show () {
  local word line='' words=()

  for word in "$@"; do
    [[ $word =~ ^[][A-Za-z0-9_./:=,!%+@-]+$ ]] || word="'${word//\'/\'\\\'\'}'"
    words+=("$word")
  done
  echo
  for word in "${words[@]}"; do
    # Rather before an element than within one.
    if [ $((${#line} + ${#word})) -gt 112 ] || { [ "$word" = ! ] && [ ${#line} -gt 84 ]; }; then
      echo "$line \\"
      line="   "
    fi
    line+="${line:+ }$word"
  done
  echo "$line"
}

# ---- The server ----

recordings=''
if [ -z "$endpoint" ]; then
  janus_start "$work/janus" "$PERCLITE_TEST_ADDRESS" || exit 1
  pids+=("$JANUS_PID")
  endpoint="ws://$PERCLITE_TEST_ADDRESS:8188/"
  recordings="$work/janus/recordings"
  echo "A private Janus ($(janus --version 2>/dev/null | grep -o "[0-9][0-9]*[.][0-9.]*[0-9]" | head -n 1)) serves $endpoint, room $room takes only encrypted media."
fi

# ---- The pipelines ----

server=("janus-endpoint=$endpoint" "room-id=$room" "${sets[@]}")
name=perclite-demo-$$
to_vp8=(videoconvert ! vp8enc deadline=1 keyframe-max-dist=60 min-force-key-unit-interval=500000000 target-bitrate=1000000
  ! rtpvp8pay pt=105 mtu=1170 ! perclitenc key-file=room.key)
to_opus=(audioconvert ! audioresample ! opusenc ! rtpopuspay ! perclitenc key-file=room.key)
tone=(audiotestsrc is-live=true wave=ticks)
sink=(janusvideoroomsink name=sfu "${server[@]}" "display-name=$name" reconnect=false)
has_audio=yes

if [ -n "$file" ]; then
  gst-discoverer-1.0 "$file" >"$work/discovered" 2>&1 || { cat "$work/discovered" >&2; fail "cannot play $file"; }
  grep -qE '^ *video( #[0-9]+)?:' "$work/discovered" || fail "there is no picture in $file"
  grep -qE '^ *audio( #[0-9]+)?:' "$work/discovered" || has_audio=''
  publish=(filesrc "location=$file" ! decodebin name=film
    film. ! video/x-raw ! queue ! videoconvert ! videoscale ! video/x-raw,width=640,pixel-aspect-ratio=1/1
    ! "${to_vp8[@]}" ! "${sink[@]}")
  [ -z "$has_audio" ] || publish+=(film. ! audio/x-raw ! queue ! "${to_opus[@]}" ! sfu.)
elif [ -n "$camera" ]; then
  publish=(v4l2src "device=$camera" ! decodebin ! videoconvert ! videoscale ! video/x-raw,width=640,pixel-aspect-ratio=1/1
    ! "${to_vp8[@]}" ! "${sink[@]}" "${tone[@]}" ! "${to_opus[@]}" ! sfu.)
else
  publish=(videotestsrc is-live=true pattern=smpte ! video/x-raw,width=640,height=360,framerate=30/1
    ! timeoverlay "font-desc=Sans Bold 36" halignment=center valignment=center
    ! "${to_vp8[@]}" ! "${sink[@]}" "${tone[@]}" ! "${to_opus[@]}" ! sfu.)
fi

screen=(fakesink)
[ -z "$display" ] || screen=(autovideosink)
source=(janusvideoroomsrc name=s "${server[@]}" "feed-display-name=$name" reconnect=false eos-on-leave=true)
receive=("${source[@]}" s. ! application/x-rtp,media=video ! perclitedec key-file=room.key ! rtpvp8depay ! tee name=vp8
  vp8. ! queue ! webmmux name=webm ! filesink location=received.webm
  vp8. ! queue ! vp8dec ! videoconvert ! "${screen[@]}")
[ -z "$has_audio" ] || receive+=(s. ! application/x-rtp,media=audio ! perclitedec key-file=room.key ! rtpopusdepay
  ! opusparse ! queue ! webm.)
without_key=("${source[@]}" s. ! application/x-rtp,media=video ! rtpvp8depay ! vp8dec ! videoconvert ! fakesink)

# ---- The run ----

echo
echo "The publisher:"
show gst-launch-1.0 -e "${publish[@]}"
launch publisher -e "${publish[@]}"
publisher=$pid
wait_for publisher 'state sfu connected' 40 "$publisher" ||
  { explain publisher; fail "the publisher has not connected, see $out/publisher.log"; }

echo
echo "The receiver:"
show gst-launch-1.0 -e "${receive[@]}"
launch receiver -e "${receive[@]}"
receiver=$pid

echo
echo "The same without the key:"
show gst-launch-1.0 -e "${without_key[@]}"
launch without-key -e "${without_key[@]}"
guest=$pid

wait_for receiver 'flows vp8dec0' 40 "$receiver" ||
  { explain receiver; fail "no picture was decoded, see $out/receiver.log"; }
echo
echo "Recording for $seconds s ..."
# The end of a film that is shorter ends the recording.
ends=$((SECONDS + seconds))
while [ $SECONDS -lt $ends ] && kill -0 "$publisher" 2>/dev/null; do
  sleep 0.2
done
kill -INT "$publisher" 2>/dev/null || true
wait_end publisher 15 "$publisher" || true
wait_end receiver 15 "$receiver" || true
wait_end without-key 15 "$guest" || true

# ---- The results ----

# Counts the pictures in a recording, and keeps one per second.
decode () {
  launch "$1" filesrc "location=$2" ! matroskademux ! vp8dec ! videorate ! video/x-raw,framerate=1/1 ! videoconvert \
    ! pngenc ! multifilesink "location=$work/$1-%05d.png"
  wait_end "$1" 60 "$pid" || true
}

decode recording received.webm
pngs=("$work"/recording-*.png)
[ ! -f "${pngs[0]}" ] || cp "${pngs[$((${#pngs[@]} / 2))]}" snapshot.png
rm -f recording.log

server_pictures=-
if [ -n "$recordings" ]; then
  server_pictures=0
  # Janus closes its files when the publisher has left.
  kill -TERM "$JANUS_PID" 2>/dev/null || true
  wait "$JANUS_PID" 2>/dev/null || true
  cp "$recordings"/*.mjr server/ 2>/dev/null || true
  for mjr in server/*-video-*.mjr; do
    [ -f "$mjr" ] || continue
    janus-pp-rec "$mjr" server/video.webm >server/janus-pp-rec.log 2>&1 || true
    [ -s server/video.webm ] || continue
    decode server server/video.webm
    mv server.log server/decode.log
    server_pictures=$(count server out vp8dec0)
    echo "The recording of the server: $server_pictures pictures decoded" >>server/decode.log
  done
fi

pictures=$(count receiver out vp8dec0)
recorded=$(count recording out vp8dec0)
stolen=$(count without-key out vp8dec0)
overheard=$(count without-key in rtpvp8depay0)
# The tracer that counts complains of webrtcbin, with every line for itself.
grep -v 'unparented target pad' without-key.log >"$work/without-key.log" || true
mv "$work/without-key.log" without-key.log
echo "Without the key: $overheard packets of video received, $stolen pictures decoded" >>without-key.log
row () {
  printf '  %-34s %10s %10s\n' "$@"
}
packets () {
  local what=$1 name=$2 direction=$3 element=$4 audio=-

  [ -z "$has_audio" ] || audio=$(count "$name" "$direction" "${element}1")
  row "$what" "$(count "$name" "$direction" "${element}0")" "$audio"
}
failed () {
  echo $(($(count receiver in "perclitedec$1") - $(count receiver out "perclitedec$1")))
}

echo
row '' video audio
packets 'packets encrypted' publisher out percliteenc
packets 'packets relayed to the receiver' receiver in perclitedec
packets 'packets decrypted' receiver out perclitedec
row 'packets failed to decrypt' "$(failed 0)" "$([ -n "$has_audio" ] && failed 1 || echo -)"
row 'pictures decoded, with the key' "$pictures" ''
row 'pictures in received.webm' "$recorded" ''
row 'packets received, without the key' "$overheard" ''
row 'pictures decoded, without the key' "$stolen" ''
[ -z "$recordings" ] || row "pictures in the server's recording" "$server_pictures" ''
row 'time to first picture' "$(count receiver flows vp8dec0) ms" ''
echo
echo "The receivers join later than the publisher and do not end together, so their numbers of packets differ."
echo "The results are in $out"
[ -z "$recordings" ] || echo "What the server itself could make of the stream is in $out/server"

[ "$pictures" -gt 0 ] || fail "no picture was decoded"
[ "$recorded" -gt 0 ] || fail "there is no picture in received.webm"
[ -s snapshot.png ] || fail "there is no snapshot.png"
[ "$stolen" = 0 ] || fail "$stolen pictures were decoded without the key"
[ "$overheard" -gt 0 ] || fail "the receiver without the key got nothing to decode, which proves nothing"
[ "$server_pictures" = 0 ] || [ "$server_pictures" = - ] || fail "the server could decode $server_pictures pictures"
