#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs the commands of the documentation: commands.sh BUILD_DIRECTORY PAGE..., in a private network namespace. A command is
# a line of a block marked as sh. Of each, only what the machine of a test does not have is replaced: the server by a
# private Janus, cameras and microphones by test sources, windows and loudspeakers by sinks for nothing. A line
# that publishes has to be received and decoded by somebody else, and the other way round.
set -euo pipefail

root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=docs/demo/launch.sh
. "$root/docs/demo/launch.sh"
# shellcheck source=docs/demo/janus.sh
. "$root/docs/demo/janus.sh"
# shellcheck source=tests/docs/pages.sh
. "$root/tests/docs/pages.sh"

build=$(realpath -- "$1")
shift
mapfile -t pages < <(realpath -- "$@")
find_elements "$build"
mkdir "$work/here"
cd "$work/here"
(umask 077; openssl rand -base64 44 >room.key)
save_programs "${pages[@]}"
gst-launch-1.0 -q videotestsrc num-buffers=600 ! video/x-raw,width=320,height=180,framerate=30/1 ! x264enc speed-preset=ultrafast \
  ! mp4mux name=mux ! filesink location=movie.mp4 audiotestsrc num-buffers=860 ! avenc_aac ! mux.
janus_start "$work/janus" "$PERCLITE_TEST_ADDRESS"
pids+=("$JANUS_PID")
server="janus-endpoint=ws://$PERCLITE_TEST_ADDRESS:8188/ room-id=1234"

replace () {
  sed -e "s#janus-endpoint=[^ ]*#janus-endpoint=ws://$PERCLITE_TEST_ADDRESS:8188/#g" \
    -e 's#v4l2src\( device=[^ ]*\)\?#videotestsrc is-live=true#g' \
    -e 's#\(alsa\|pulse\|auto\)\(audio\)\?src\( device=[^ ]*\)\?#audiotestsrc is-live=true#g' \
    -e 's#autovideosink\|autoaudiosink#fakesink#g' <<<"$1"
}

decoder () {
  case $1 in
    *rtpvp8*) echo 'rtpvp8depay ! vp8dec' ;;
    *rtpvp9*) echo 'rtpvp9depay ! vp9dec' ;;
    *rtph264*) echo 'rtph264depay ! h264parse ! avdec_h264' ;;
  esac
}

encoder () {
  case $1 in
    *rtpvp9*) echo 'vp9enc deadline=1 cpu-used=8 ! rtpvp9pay' ;;
    *rtph264*) echo 'x264enc tune=zerolatency speed-preset=ultrafast ! rtph264pay config-interval=-1' ;;
    *) echo 'vp8enc deadline=1 ! rtpvp8pay' ;;
  esac
}

# The elements of a line by which one sees that it works.
witnesses () {
  local line=$1 element

  for element in vp8dec vp9dec opusdec jpegenc; do
    [[ $line != *" $element "* ]] || echo "${element}0"
  done
  [[ $line != *" avdec_h264 "* ]] || echo avdec_h264-0
  [[ $line != *" webmmux name=webm "* ]] || echo webm
}

# run NAME LINE: a line as it stands, split into words by the shell that would run it.
run () {
  local name=$1 line=$2 words=()

  # shellcheck disable=SC2206
  words=($line)
  [ "${words[0]}" = gst-launch-1.0 ] || return 1
  launch "$name" "${words[@]:1}"
}

# sees NAME PID LINE: all witnesses of the line get buffers.
sees () {
  local witness some=''

  while read -r witness; do
    some=yes
    wait_for "$1" "flows $witness " 40 "$2" || { echo "nothing comes out of $witness"; return 1; }
  done < <(witnesses "$3")
  [ -n "$some" ] || { echo "there is no element by which to see that this works"; return 1; }
}

try_publish () {
  local line=$1 other="gst-launch-1.0 janusvideoroomsrc name=s $server feed-id=777 eos-on-leave=true" publisher receiver

  [[ $line == *" feed-id="* ]] || line=${line/janusvideoroomsink/janusvideoroomsink feed-id=777}
  case $line in
    *rtpvp8pay* | *rtpvp9pay* | *rtph264pay*)
      other+=" s. ! application/x-rtp,media=video ! perclitedec key-file=room.key ! $(decoder "$line") ! fakesink" ;;
  esac
  [[ $line != *rtpopuspay* ]] ||
    other+=" s. ! application/x-rtp,media=audio ! perclitedec key-file=room.key ! rtpopusdepay ! opusdec ! fakesink"

  run publisher "$line"
  publisher=$pid
  wait_for publisher 'state [a-z0-9]* connected' 40 "$publisher" || { explain publisher; return 1; }
  run receiver "$other"
  receiver=$pid
  sees receiver "$receiver" "$other" || { explain publisher; explain receiver; return 1; }
  kill -INT "$publisher" 2>/dev/null || true
  wait_end publisher 15 "$publisher" || { explain publisher; return 1; }
  # The publisher has left the room, which ends the receiver.
  wait_end receiver 15 "$receiver" || { explain receiver; return 1; }
}

try_receive () {
  local line=$1 video publisher receiver

  video=$(encoder "$line")
  run publisher "gst-launch-1.0 -e videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=30/1 ! $video pt=105 mtu=1170
    ! perclitenc key-file=room.key ! janusvideoroomsink name=sfu $server feed-id=777 display-name=cam
    audiotestsrc is-live=true ! opusenc ! rtpopuspay ! perclitenc key-file=room.key ! sfu."
  publisher=$pid
  wait_for publisher 'state sfu connected' 40 "$publisher" || { explain publisher; return 1; }
  run receiver "$line"
  receiver=$pid
  sees receiver "$receiver" "$line" || { explain publisher; explain receiver; return 1; }
  kill -INT "$publisher"
  wait_end publisher 15 "$publisher" || { explain publisher; return 1; }
  if [[ $line != *eos-on-leave=true* ]]; then
    wait_for receiver 'state [a-z0-9]* waiting' 40 "$receiver" || { explain receiver; return 1; }
    kill -INT "$receiver"
  fi
  wait_end receiver 15 "$receiver" || { explain receiver; return 1; }
}

# A line that records: somebody else can play what it has made.
try_record () {
  local line=$1 name recorder player
  local other="gst-launch-1.0 janusrecordplaysrc name=s janus-endpoint=ws://$PERCLITE_TEST_ADDRESS:8188/"

  name=$(grep -o 'recording-name=[^ ]*' <<<"$line")
  other+=" $name s. ! application/x-rtp,media=video ! perclitedec key-file=room.key ! $(decoder "$line") ! fakesink"
  # Eight seconds, some of which are over before the connection is up.
  run recorder "${line/videotestsrc is-live=true/videotestsrc is-live=true num-buffers=240}"
  recorder=$pid
  wait_end recorder 40 "$recorder" || { explain recorder; return 1; }
  run player "$other"
  player=$pid
  sees player "$player" "$other" || { explain player; return 1; }
  # The recording ends by itself.
  wait_end player 40 "$player" || { explain player; return 1; }
}

# A line that plays a recording, of the name that it wants.
try_play () {
  local line=$1 name recorder player

  name=$(grep -o 'recording-name=[^ ]*' <<<"$line")
  run recorder "gst-launch-1.0 videotestsrc num-buffers=90 ! video/x-raw,width=320,height=180,framerate=30/1 ! $(encoder "$line") pt=105
    mtu=1170 ! perclitenc key-file=room.key ! janusrecordplaysink janus-endpoint=ws://$PERCLITE_TEST_ADDRESS:8188/ $name"
  recorder=$pid
  wait_end recorder 40 "$recorder" || { explain recorder; return 1; }
  run player "$line"
  player=$pid
  sees player "$player" "$line" || { explain player; return 1; }
  wait_end player 15 "$player" || { explain player; return 1; }
}

try_meson () {
  local line=${1#sudo }

  line=${line/ build/ "'$work/build'"}
  line=${line/meson setup/meson setup -Dtests=disabled}
  (cd "$root" && DESTDIR="$work/installed" bash -c "$line") >meson.log 2>&1 || { tail -n 20 meson.log; return 1; }
}

# A session of its own: what asks for a passphrase would ask at the terminal.
try_plain () {
  setsid -w timeout 60 bash -o pipefail -c "$1" >plain.log 2>&1 <<<'a passphrase' || { tail -n 5 plain.log; return 1; }
}

# A line that makes a key file: it leaves one that is there as it is.
try_new_key () {
  local before

  before=$(sha256sum room.key)
  if try_plain "$1" >refusal; then
    echo "it overwrites a key"
    return 1
  fi
  grep -q 'cannot overwrite' refusal && [ "$(sha256sum room.key)" = "$before" ] || { cat refusal; return 1; }
  mv room.key kept.key
  try_plain "$1" && [ "$(stat -c %a room.key)" = 600 ] || return 1
  mv kept.key room.key
}

# A line about recordings, with those of the fixtures.
try_recording () {
  local key=MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ= made

  rm -rf recordings
  mkdir recordings
  (umask 077; echo "$key" >recordings/room.key)
  for medium in vp8-video opus-audio; do
    cp "$root/tests/fixtures/stock112-room-$medium.mjr" "recordings/rec-${medium#*-}.mjr"
  done
  (cd recordings && PATH="$build/ext/mjr:$PATH" timeout 60 bash -c "$1") >recording.log 2>&1 || { tail -n 20 recording.log; return 1; }
  for made in recordings/*; do
    case $made in
      */rec-*.mjr | */room.key) ;;
      *.mjr) janus-pp-rec "$made" recordings/checked.webm >>recording.log 2>&1 || { tail -n 20 recording.log; return 1; } ;;
      *) grep -qE 'VP8|Opus' <<<"$(gst-discoverer-1.0 "$made")" || { gst-discoverer-1.0 "$made"; return 1; } ;;
    esac
  done
  [ "$(find recordings -type f | wc -l)" -gt 3 ] || { echo "nothing was made"; tail -n 20 recording.log; return 1; }
}

try () {
  local command

  command=$(replace "$1")
  case $command in
    'mjr-convert '* | *' ! mjrdemux ! perclitedec '*) try_recording "$command" ;;
    *janusrecordplaysink*) try_record "$command" ;;
    *janusrecordplaysrc*) try_play "$command" ;;
    *janusvideoroomsink*) try_publish "$command" ;;
    *janusvideoroomsrc*) try_receive "$command" ;;
    '(umask 077; set -C; '*' >room.key)') try_new_key "$command" ;;
    '(umask 077; '* | 'openssl base64 '* | 'grep '* | 'sh rotate.sh '* | 'sleep '* | 'cc '* | './'* | 'gst-inspect-1.0 '* | 'gst-launch-1.0 '*)
      try_plain "$command" ;;
    'env GST_PERCLITE_CRYPTO='*) try_plain "$command" ;;
    'meson '* | 'sudo meson '*) try_meson "$command" ;;
    *) echo "no test knows how to run this"; return 1 ;;
  esac
}

checks=0 failures=0
while IFS=$'\t' read -r place command <&3; do
  case $command in
    'bash docs/demo.sh'* | 'bash tests/bench/'* | 'meson test -C build --benchmark '* | 'bash tests/run.sh') continue ;; # those have a test of their own; the last is running
  esac
  checks=$((checks + 1))
  if try "$command" >result 2>&1; then
    echo "ok $place"
  else
    failures=$((failures + 1))
    echo "FAILED $place: $command"
    sed 's/^/    /' result
  fi
  # What a line that failed has left.
  for pid in "${pids[@]:1}"; do
    kill -KILL "$pid" 2>/dev/null || true
  done
  pids=("$JANUS_PID")
done 3< <(list_commands "${pages[@]}")

[ $checks -gt 0 ] || failures=1
echo "$(( checks > 0 ? 100 * (checks - failures) / checks : 0 ))%: Checks: $checks, Failures: $failures, Errors: 0"
[ $failures = 0 ]
