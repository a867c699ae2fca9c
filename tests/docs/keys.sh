#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Does as docs/keys.md says, and sees whether what it promises comes true: keys.sh BUILD_DIRECTORY, in a private network
# namespace.
set -euo pipefail

root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=docs/demo/launch.sh
. "$root/docs/demo/launch.sh"
# shellcheck source=docs/demo/janus.sh
. "$root/docs/demo/janus.sh"
# shellcheck source=tests/docs/pages.sh
. "$root/tests/docs/pages.sh"

build=$(realpath -- "$1")
page="$root/docs/keys.md"
find_elements "$build"
mkdir "$work/here"
cd "$work/here"
save_programs "$page"
checks=0 failures=0
server=("janus-endpoint=ws://$PERCLITE_TEST_ADDRESS:8188/" room-id=1234 feed-id=777)

# Runs the command of the page that has this in it.
as_told () {
  setsid -w timeout 60 bash -o pipefail -c "$(command_with "$page" "$1")"
}

# Plays some packets of an encoder through the rest of a pipeline.
play () {
  timeout 60 gst-launch-1.0 -m audiotestsrc is-live=true num-buffers=75 ! opusenc ! rtpopuspay ! "$@" ! fakesink >play.log 2>&1
}

# The text of the message of that name, as it is written in the page.
text_of () {
  grep -m1 -F "(element): $1," "$2" | sed 's/.*text=(string)"//; s/";$//; s/\\\(.\)/\1/g' | no_values
}

# Numbers and fingerprints are dots there.
no_values () {
  sed -E 's/\b([0-9a-f]{16}|[0-9a-f]{8}|[0-9]+)\b/.../g; s/[.]{4,}/.../g'
}

is_in_page () {
  if [ -z "$1" ] || ! grep -qF -e "$1" "$page"; then
    echo "not in keys.md: $1"
    return 1
  fi
}

element_fingerprint () {
  gst-launch-1.0 -v fakesrc num-buffers=0 ! perclitenc "$@" ! fakesink | sed -n 's/.*fingerprint = //p'
}

a_new_key_is_its_owners () {
  as_told '>room.key' && [ "$(stat -c %a room.key)" = 600 ] && play perclitenc key-file=room.key &&
    ! grep -q '^WARNING' play.log
}

the_fingerprints_agree () {
  local shown digest ring

  shown=$(as_told '| grep fingerprint' | sed 's/.*fingerprint = //')
  digest=$(as_told 'openssl base64 -d -A <room.key')
  [[ $shown =~ ^[0-9a-f]{16}$ ]] || { echo "no fingerprint: $shown"; return 1; }
  [ "$shown" = "$digest" ] || { echo "$shown, $digest"; return 1; }

  as_told '>>room.keys' && ring=$(as_told "grep -v '^#' room.keys")
  shown=$(element_fingerprint key-file=room.keys)
  [ "$(wc -l <<<"$ring")" = 2 ] || { echo "not two keys: $ring"; return 1; }
  [ "$(head -n 1 <<<"$ring")" = "$shown" ] || { echo "$shown: $ring"; return 1; }
}

# The table of the page, against the element and the programs of the page.
passphrases_are_derived_as_written () {
  # shellcheck disable=SC2016
  local rows=0 phrase salt suite key fingerprint bytes by_python table='^\| `[^`]+` \| `[^`]+` \| `a[^`]+` \|'

  while IFS='|' read -r _ phrase salt suite key fingerprint _; do
    phrase=${phrase# \`} phrase=${phrase%\` } salt=${salt# \`} salt=${salt%\` }
    suite=${suite//[ \`]/} key=${key//[ \`]/} fingerprint=${fingerprint//[ \`]/}
    rows=$((rows + 1))
    bytes=$(openssl base64 -d -A <<<"$key" | wc -c)
    by_python=$(setsid -w python3 derive.py "$salt" "$bytes" <<<"$phrase" 2>/dev/null)
    [ "$by_python" = "$key" ] || { echo "derive.py: $phrase, $salt: $by_python, not $key"; return 1; }
    [ "$(openssl base64 -d -A <<<"$key" | sha256sum | cut -c1-16)" = "$fingerprint" ] || { echo "$key is not $fingerprint"; return 1; }
    [ "$(element_fingerprint suite="$suite" passphrase="$phrase" passphrase-salt="$salt")" = "$fingerprint" ] ||
      { echo "perclitenc: $phrase, $salt, $suite: not $fingerprint"; return 1; }
    [ "$(element_fingerprint suite="$suite" key="$key")" = "$fingerprint" ] || { echo "perclitenc key: not $fingerprint"; return 1; }
    PHRASE=$phrase SALT=$salt BYTES=$bytes KEY=$key FINGERPRINT=$fingerprint node -e "
      globalThis.crypto ??= require('crypto').webcrypto;
      $(cat derive.js)
      (async () => {
        const { PHRASE, SALT, BYTES, KEY, FINGERPRINT } = process.env;
        const key = await deriveKey(PHRASE, SALT, Number(BYTES));
        process.exit(Buffer.from(key).toString('base64') === KEY && await fingerprint(key) === FINGERPRINT ? 0 : 1);
      })();" || { echo "derive.js: $phrase, $salt: not $key"; return 1; }
  done < <(grep -E "$table" "$page")
  [ $rows = 5 ] || { echo "$rows rows"; return 1; }
}

# While a publisher and a receiver play by way of Janus, each with a file of its own.
rotating_loses_nothing () {
  local publisher receiver step mki branch

  (umask 077; openssl rand -base64 44 >room.keys)
  cp -p room.keys elsewhere.keys
  cp -p room.keys first.keys
  launch publisher -e -m -v videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=30/1 ! vp8enc deadline=1 \
    keyframe-max-dist=60 ! rtpvp8pay pt=105 mtu=1170 ! perclitenc key-file=room.keys \
    ! janusvideoroomsink name=sfu "${server[@]}" audiotestsrc is-live=true ! opusenc ! rtpopuspay \
    ! perclitenc key-file=room.keys ! sfu.
  publisher=$pid
  wait_for publisher 'state sfu connected' 40 "$publisher" || { explain publisher; return 1; }
  launch receiver -m -v janusvideoroomsrc name=s eos-on-leave=true "${server[@]}" s. ! application/x-rtp,media=video \
    ! perclitedec key-file=elsewhere.keys ! rtpvp8depay ! vp8dec ! fakesink s. ! application/x-rtp,media=audio \
    ! perclitedec key-file=elsewhere.keys ! rtpopusdepay ! opusdec ! fakesink
  receiver=$pid
  wait_for receiver 'flows vp8dec0' 40 "$receiver" || { explain receiver; return 1; }
  wait_for receiver 'flows opusdec0' 40 "$receiver" || { explain receiver; return 1; }

  for mki in '' '' 01 02; do
    for step in new use drop; do
      # shellcheck disable=SC2086
      sh rotate.sh $step room.keys $mki
      cp -p room.keys elsewhere.keys.next
      # The receiver must not need the mark, nor lose the old key, before the sender has gone over.
      [ $step = use ] || mv elsewhere.keys.next elsewhere.keys
      sleep 1.5
    done
    cp -p room.keys second.keys
  done
  kill -INT "$publisher"
  wait_end publisher 15 "$publisher" || { explain publisher; return 1; }
  wait_end receiver 15 "$receiver" || { explain receiver; return 1; }

  for branch in percliteenc0 percliteenc1; do
    [ "$(grep -cF "\"$branch\" (element): perclite-key-changed," publisher.log)" = 4 ] || { echo "$branch did not change its key 4 times"; return 1; }
  done
  for branch in perclitedec0 perclitedec1; do
    [ "$(grep -cF "\"$branch\" (element): perclite-key-changed," receiver.log)" = 4 ] || { echo "$branch did not see 4 changes"; return 1; }
    [ "$(count receiver in $branch)" = "$(count receiver out $branch)" ] || { echo "$branch lost packets"; return 1; }
  done
  [ "$(count receiver out rtpvp8depay0)" = "$(count receiver out vp8dec0)" ] || { echo "not all pictures were decoded"; return 1; }
  [ "$(count receiver out vp8dec0)" -gt 400 ] || { echo "too few pictures to say anything"; return 1; }
  if grep -E '^WARNING|perclite-packets-dropped' publisher.log receiver.log; then
    return 1
  fi
  grep -qF "fingerprint = $(element_fingerprint key-file=room.keys)" publisher.log || { echo "-v does not show the new fingerprint"; return 1; }
  is_in_page "$(text_of perclite-key-changed receiver.log)"
}

the_script_harms_no_file () {
  local step before

  rm room.key
  as_told '>room.key'
  before=$(sha256sum <room.key)
  for step in nonsense drop; do
    if sh rotate.sh $step room.key; then
      return 1
    fi
    [ "$(sha256sum <room.key)" = "$before" ] || { echo "$step has changed the file"; return 1; }
  done
  [ -z "$(compgen -G 'room.key.*')" ] || { echo "something is left"; return 1; }
}

a_key_that_was_removed_is_of_no_use () {
  play perclitenc key-file=first.keys ! perclitedec key-file=room.keys
  grep -q 'perclite-missing-key\|perclite-decrypt-failed' play.log
}

an_application_rotates () {
  local answer

  as_told '>first.key' && as_told 'cc -o rotate' && answer=$(as_told './rotate') || return 1
  [ "$(head -n 1 <<<"$answer")" = "from $(element_fingerprint key-file=first.key) to $(element_fingerprint key-file=second.key)" ] ||
    { echo "$answer"; return 1; }
  [[ $(tail -n 1 <<<"$answer") =~ ^[1-9][0-9]{2}' packets decrypted, 0 lost'$ ]] || { echo "$answer"; return 1; }
}

messages_are_those_of_the_page () {
  rm room.key
  as_told '>room.key' && (umask 077; openssl rand -base64 44 >other.key
    echo "mki=01 $(openssl rand -base64 44)" >numbered.keys; echo "mki=02 $(cat other.key)" >others.keys; cp -p room.key changing.key)

  play perclitenc key-file=room.key ! perclitedec key-file=other.key
  is_in_page "$(text_of perclite-decrypt-failed play.log)" || return 1
  play perclitenc key-file=numbered.keys ! perclitedec key-file=others.keys
  is_in_page "$(text_of perclite-missing-key play.log)" || return 1
  play perclitedec key-file=room.key
  is_in_page "$(text_of perclite-plaintext-received play.log)" || return 1
  play perclitenc key-file=room.key key-lifetime=40 ! perclitedec key-file=room.key && return 1
  is_in_page "$(text_of perclite-limit-near play.log)" || return 1
  is_in_page "$(sed -n 's/^ERROR: .*: The key /The key /p' play.log | no_values)" || return 1

  (sleep 0.7; cp -p other.key next.key; mv next.key changing.key; sleep 2; cp -p room.key next.key; mv next.key changing.key) &
  timeout 60 gst-launch-1.0 -m audiotestsrc is-live=true num-buffers=200 ! opusenc ! rtpopuspay ! perclitenc key-file=room.key \
    ! perclitedec key-file=changing.key ! fakesink >play.log 2>&1
  wait $!
  is_in_page "$(text_of perclite-decrypt-resumed play.log)" || return 1

  (sleep 0.5; echo nonsense >next.key; mv next.key changing.key) &
  chmod 644 changing.key
  play perclitenc key-file=changing.key
  wait $!
  is_in_page "$(grep -o 'Every user of this machine .*' play.log | head -n 1 | sed 's/"[^"]*"/"..."/')" || return 1
  grep -qF 'The keys were not changed, and those before stay in use. In the key file' play.log || { echo "no warning of the file"; return 1; }
}

check () {
  local started=$SECONDS

  checks=$((checks + 1))
  if "$1" >result 2>&1; then
    echo "ok $1, $((SECONDS - started)) s"
  else
    failures=$((failures + 1))
    echo "FAILED $1"
    cat result
    [ ! -f play.log ] || tail -n 20 play.log
  fi
}

check a_new_key_is_its_owners
check the_fingerprints_agree
check passphrases_are_derived_as_written
janus_start "$work/janus" "$PERCLITE_TEST_ADDRESS"
pids+=("$JANUS_PID")
check rotating_loses_nothing
check the_script_harms_no_file
check a_key_that_was_removed_is_of_no_use
check an_application_rotates
check messages_are_those_of_the_page

echo "$((100 * (checks - failures) / checks))%: Checks: $checks, Failures: $failures, Errors: 0"
[ $failures = 0 ]
