#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Does as docs/howto-service.md says, as far as that goes without systemd: service.sh BUILD_DIRECTORY, in a private network namespace.
# systemd itself reads the unit and says what it thinks of it; its command is run here, with what the unit would give it.
set -euo pipefail

root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=docs/demo/launch.sh
. "$root/docs/demo/launch.sh"
# shellcheck source=docs/demo/janus.sh
. "$root/docs/demo/janus.sh"
# shellcheck source=tests/docs/pages.sh
. "$root/tests/docs/pages.sh"

build=$(realpath -- "$1")
page="$root/docs/howto-service.md"
address=$PERCLITE_TEST_ADDRESS
find_elements "$build"
export PATH="$PATH:/usr/sbin"
mkdir -p "$work/here" "$work/machine/usr/local/bin" "$work/machine/etc/systemd/system"
cd "$work/here"
checks=0 failures=0 tries=0
unit="$work/machine/etc/systemd/system/perclite-bot@.service"

# told TEXT: the command of the page that has this in it.
told () {
  command_with "$page" "$1" | tee -a commands.run
}

# as_told TEXT: runs the command of the page that has this in it, with a directory as the whole machine.
as_told () {
  local line

  line=$(told "$1" | sed -e 's#sudo ##g' -e "s#\([ >]\)/\(etc\|usr\)/#\1$work/machine/\2/#g" \
    -e "s#systemctl enable --now#systemctl --root=$work/machine enable#") || return 1
  (cd "$root" && bash -euo pipefail -c "$line")
}

# of_unit SETTING: what the unit says.
of_unit () {
  sed -n "s/^$1=//p" "$unit" | sed 's/%i/cam/g'
}

# start_bot [ASSIGNMENT...]: as the unit does, with the settings of cam.env and these instead, as $pid. Its log is bot.log.
start_bot () {
  local directory="$work/credentials"

  rm -rf "$directory"
  mkdir -m 700 "$directory"
  # What another has said is not this one's.
  : >bot.log
  install -m 400 "$work/machine/etc/perclite/cam.key" "$directory/room.key"
  (
    set -a
    # shellcheck source=docs/perclite-bot.env
    . "$work/machine/etc/perclite/cam.env"
    set +a
    exec env ENDPOINT="ws://$address:8188/" CREDENTIALS_DIRECTORY="$directory" "$@" "$work/machine$(of_unit ExecStart)"
  ) >bot.log 2>&1 </dev/null &
  pid=$!
  pids+=("$pid")
}

# says PATTERN: waits for such a line in the log of the bot.
says () {
  tries=0
  until grep -qE -e "$1" bot.log; do
    tries=$((tries + 1))
    if [ $tries -gt 600 ] || ! kill -0 "$pid" 2>/dev/null; then
      grep -qE -e "$1" bot.log || { echo "the bot does not say $1:"; cat bot.log; return 1; }
    fi
    sleep 0.05
  done
}

# ends STATUS SIGNAL: the bot does, with that, upon a signal if there is one.
ends () {
  local status=0

  [ -z "${2:-}" ] || kill "-$2" "$pid"
  tries=0
  while kill -0 "$pid" 2>/dev/null && [ $tries -lt 400 ]; do
    tries=$((tries + 1))
    sleep 0.05
  done
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" || status=$?
  [ $status = "$1" ] || { echo "the bot has ended with $status, and not $1:"; cat bot.log; return 1; }
}

# It is told to end before it has said a word.
told_to_end_at_once () {
  local n

  for n in 1 2 3 4 5; do
    start_bot || return 1
    tries=0
    # It listens to signals from the moment on that it has a filter for its log.
    until [ -n "$(cat "/proc/$pid/task/$pid/children")" ]; do
      tries=$((tries + 1))
      [ $tries -le 2000 ] || { echo "the bot does not start"; return 1; }
    done
    kill -TERM "$pid"
    tries=0
    while kill -0 "$pid" 2>/dev/null; do
      tries=$((tries + 1))
      [ $tries -le 400 ] || { echo "the bot goes on:"; cat bot.log; return 1; }
      sleep 0.05
    done
    wait "$pid" || true
  done
}

# Nothing of the noise of gst-launch-1.0, nor the key.
log_is_for_people () {
  ! grep -E 'Got message|Redistribute|debug info|GstPipeline|NULL' bot.log && ! grep -qF "$(cat "$work/machine/etc/perclite/cam.key")" bot.log
}

receive () {
  launch receiver -e janusvideoroomsrc name=s "janus-endpoint=ws://$address:8188/" room-id=1234 feed-id=777 eos-on-leave=true \
    s. ! application/x-rtp,media=video ! perclitedec "key-file=$work/machine/etc/perclite/cam.key" ! rtpvp8depay ! vp8dec ! fakesink
}

it_is_installed () {
  as_told 'install -m 755' && as_told 'install -m 644' && as_told 'install -d' && as_told 'install -m 600' && as_told 'set -C' &&
    as_told 'systemctl enable' && [ "$(stat -c %a "$work/machine/etc/perclite")" = 700 ] &&
    [ "$(stat -c %a "$work/machine/etc/perclite/cam.key")" = 600 ] &&
    [ -L "$work/machine/etc/systemd/system/multi-user.target.wants/perclite-bot@cam.service" ]
}

systemd_understands_the_unit () {
  # With the command where it is installed here: it would complain of one that does not exist.
  sed "s#=/usr/local/bin#=$work/machine/usr/local/bin#" "$unit" >perclite-bot@.service
  systemd-analyze verify --man=no ./perclite-bot@.service 2>&1 | tee verify.log
  [ ! -s verify.log ] || return 1
  # And with each of the changes that the page has for systemctl edit.
  mkdir -p perclite-bot@.service.d
  awk -v directory=perclite-bot@.service.d '
    /^```/ { file = ""; first = $0 == "```text"; next }
    first && $0 == "[Service]" { file = directory "/" ++n ".conf" }
    { first = 0 }
    file != "" { print >file }
    END { exit n < 3 }' "$page" || return 1
  systemd-analyze verify --man=no ./perclite-bot@.service 2>&1 | tee verify.log
  rm -r perclite-bot@.service.d
  [ ! -s verify.log ]
}

# 10 is a service that may do all, 0 one that may do nothing. In tenths.
the_unit_is_confined () {
  systemd-analyze security --no-pager --offline=true --threshold=20 ./perclite-bot@.service >security.log 2>&1 || { cat security.log; return 1; }
}

the_bot_publishes_and_leaves () {
  local bot

  start_bot || return 1
  bot=$pid
  says '^sfu: connected, .*feed-id 777' || return 1
  receive
  wait_for receiver 'flows vp8dec0' 40 "$pid" || { explain receiver; return 1; }
  receiver=$pid pid=$bot
  ends 0 "$(of_unit KillSignal | grep . || echo TERM)" && says '^Told to end' && log_is_for_people || return 1
  # It has left the room, which ends the receiver.
  wait_end receiver 15 "$receiver" || { explain receiver; return 1; }
}

ctrl_c_ends_it_too () {
  start_bot && says '^sfu: connected' && ends 0 INT
}

a_recording_gets_its_end () {
  local bot

  start_bot || return 1
  bot=$pid
  says '^sfu: connected' || return 1
  mv bot.log publisher.log
  # shellcheck disable=SC2016
  start_bot PIPELINE='janusvideoroomsrc name=s janus-endpoint=$ENDPOINT room-id=$ROOM feed-id=777 !
    application/x-rtp,media=video ! perclitedec key-file=$KEY ! rtpvp8depay ! \
    webmmux ! filesink location=room-$(echo 1).webm' || return 1
  tries=0
  until [ -s room-1.webm ]; do
    tries=$((tries + 1))
    if [ $tries -gt 600 ] || ! kill -0 "$pid" 2>/dev/null; then
      cat bot.log
      return 1
    fi
    sleep 0.05
  done
  ends 0 TERM || return 1
  # Only a file with an end tells how long it is.
  [[ $(ffprobe -v error -show_entries format=duration -of csv=p=0 room-1.webm) == [0-9]* ]] || return 1
  pid=$bot
  ends 0 TERM
}

it_says_what_is_wrong () {
  start_bot ENDPOINT="ws://$address:1/" && says '^WARNING: .*Connection refused' && says '^sfu: retrying' && ends 0 TERM && log_is_for_people &&
    start_bot PIPELINE='videotestsrc ! nonsense' && says '^WARNING: .*nonsense' && ends 2 &&
    start_bot PIPELINE='videotestsrc no-such-property=1 ! fakesink' && says '^WARNING: .*no-such-property' && ends 2 &&
    start_bot PIPELINE= && says '^PIPELINE is not set' && ends 2 &&
    start_bot PIPELINE='fakesrc name="a' && says 'quote without its partner' && ends 2 &&
    start_bot CREDENTIALS_DIRECTORY=/nowhere && says 'cannot be read' && ends 2 &&
    start_bot ENDPOINT="ws://$address:1/" JOURNAL_STREAM=8:1 && says '^<4>WARNING: ' && ends 0 TERM
}

# A key that is none cannot become one. A camera that is away can come back, so the bot is to be started again.
only_what_cannot_heal_ends_it_for_good () {
  local key="$work/machine/etc/perclite/cam.key"

  cp "$key" good.key
  echo 'this is no key!' >"$key"
  start_bot && says '^ERROR: In the key file' && ends 2 || return 1
  cp good.key "$key"
  # shellcheck disable=SC2016
  start_bot PIPELINE='v4l2src device=/dev/no-such-camera ! fakesink' && says '^ERROR: ' && ends 255
}

# The last that it says before a pause is not kept back. That it is ended before any media came is no failure.
it_tells_at_once () {
  # shellcheck disable=SC2016
  start_bot PIPELINE='janusvideoroomsrc name=s janus-endpoint=$ENDPOINT room-id=$ROOM feed-id=99 ! fakesink' &&
    says '^s: waiting, room-id 1234' && ends 0 TERM
}

# sends_quickly: the settings for a bot that does not wait long between its attempts.
sends_quickly () {
  # shellcheck disable=SC2016
  echo 'videotestsrc is-live=true ! vp8enc deadline=1 ! rtpvp8pay ! perclitenc key-file=$KEY ! janusvideoroomsink name=sfu
    janus-endpoint=$ENDPOINT room-id=$ROOM feed-id=777 reconnect-min-delay=10000000 reconnect-max-delay=50000000'
}

texts_are_whole () {
  start_bot ROOM=4321 PIPELINE="$(sends_quickly)" && says '^sfu: lost, reason "Janus refuses: No such room \(4321\) \(426\)", janus-code 426, room-id 4321$' &&
    says '^WARNING: Janus refuses: No such room \(4321\) \(426\)' && ends 0 TERM
}

# An outage is told, and its end, and a few of the attempts between.
an_outage_is_short_in_the_log () {
  local n

  kill -KILL "$JANUS_PID"
  wait "$JANUS_PID" || true
  start_bot PIPELINE="$(sends_quickly)" && says '^sfu: retrying, attempt 10,' || return 1
  n=$(grep -cE '^(sfu: |WARNING: )' bot.log)
  [ "$n" -le 6 ] || { echo "$n lines for ten attempts:"; cat bot.log; return 1; }
  janus_start "$work/janus" "$address"
  pids+=("$JANUS_PID")
  says '^sfu: connected' || return 1
  # The next outage is told again.
  kill -KILL "$JANUS_PID"
  wait "$JANUS_PID" || true
  says '^sfu: lost, reason "ws://.* has closed the connection"' || return 1
  janus_start "$work/janus" "$address"
  pids+=("$JANUS_PID")
  ends 0 TERM
}

# gst-launch-1.0 prints where an information is from, and its text only if the element has put it there.
informations_are_told () {
  mkdir -p stub
  cat >stub/gst-launch-1.0 <<'STUB'
#!/bin/sh
cat <<'LOG'
INFO:
../ext/janus/gstjanusreconnect.c(143): gst_janus_reconnect_succeed (): /GstPipeline:pipeline0/GstJanusVideoRoomSink:sfu
Got message #5 from element "sfu" (element): janus-state, state=(string)connected, room-id=(string)1234, feed-id=(string)777;
INFO:
../ext/janus/gstjanusreconnect.c(143): gst_janus_reconnect_succeed (): /GstPipeline:pipeline0/GstJanusVideoRoomSink:sfu:
Connected again, after 7 s and 3 attempts
LOG
STUB
  chmod +x stub/gst-launch-1.0
  start_bot PATH="$PWD/stub:$PATH" && ends 0 || return 1
  printf '%s\n' 'sfu: connected, room-id 1234, feed-id 777' 'INFO: Connected again, after 7 s and 3 attempts' | diff - bot.log
}

without_systemd () {
  bash -euo pipefail -c "$(told 'mkdir -p bot')" &&
    told 'set -a' | sed -e "s# docs/# $root/docs/#g" -e "s#CREDENTIALS#ENDPOINT=ws://$address:8188/ CREDENTIALS#" -e 's#^#exec #' >line.sh || return 1
  : >bot.log
  bash line.sh >bot.log 2>&1 </dev/null &
  pid=$!
  pids+=("$pid")
  says '^sfu: connected' && ends 0 TERM
}

all_were_run () {
  local left

  left=$(list_commands "$page" | cut -f2- | grep -vxFf commands.run) || return 0
  echo "these were not run: $left"
  return 1
}

check () {
  local started=$SECONDS

  checks=$((checks + 1))
  if "$1" >result 2>&1; then
    echo "ok $1, $((SECONDS - started)) s"
  else
    failures=$((failures + 1))
    echo "FAILED $1"
    sed 's/^/    /' result
  fi
}

janus_start "$work/janus" "$address"
pids+=("$JANUS_PID")
check it_is_installed
check systemd_understands_the_unit
check the_unit_is_confined
check the_bot_publishes_and_leaves
check ctrl_c_ends_it_too
check told_to_end_at_once
check a_recording_gets_its_end
check it_says_what_is_wrong
check only_what_cannot_heal_ends_it_for_good
check it_tells_at_once
check texts_are_whole
check an_outage_is_short_in_the_log
check informations_are_told
check without_systemd
check all_were_run

echo "$((100 * (checks - failures) / checks))%: Checks: $checks, Failures: $failures, Errors: 0"
[ $failures = 0 ]
