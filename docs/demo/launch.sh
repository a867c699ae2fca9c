# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by docs/demo.sh and the tests of the documentation: runs gst-launch-1.0 in the background, and counts what goes
# through its elements without a change to its line.
# shellcheck shell=bash disable=SC2154

work=$(mktemp -d)
pids=() counters=()
# Debian's awk reads a pipe in blocks unless it is told otherwise, and would not see the last lines of what has become quiet.
count_awk=(awk)
[[ $(awk -W version 2>&1 </dev/null) != mawk* ]] || count_awk+=(-W interactive)

# Only what was started here. gst-launch-1.0 leaves the room on SIGINT, before it ends.
clean_up () {
  local pid tries=0

  trap '' INT TERM
  for pid in "${pids[@]}"; do
    kill -INT "$pid" 2>/dev/null || true
  done
  for pid in "${pids[@]}"; do
    while kill -0 "$pid" 2>/dev/null && [ $tries -lt 50 ]; do
      tries=$((tries + 1))
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
  done
  for pid in "${counters[@]}"; do
    kill -TERM "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# find_elements BUILD: makes the elements of a build directory known. They get a registry of their own, filled now:
# scanning all plugins shall not count as time to the first picture.
find_elements () {
  export GST_PLUGIN_PATH="$1/ext/perclite:$1/ext/janus:$1/ext/mjr${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}"
  export GST_REGISTRY="$1/demo.registry"
  # Another variable, which would win.
  unset GST_PLUGIN_PATH_1_0
  gst-inspect-1.0 janusvideoroomsink >/dev/null || return
  gst-inspect-1.0 perclitenc >/dev/null
}

# launch NAME ARGUMENT...: runs gst-launch-1.0 in the background, as $pid. Its log is NAME.log; what count.awk counts
# is $work/NAME.
launch () {
  local name=$1

  shift
  : >"$work/$name"
  rm -f "$work/$name.trace"
  mkfifo "$work/$name.trace"
  "${count_awk[@]}" -v counts="$work/$name" -f "$root/docs/demo/count.awk" <"$work/$name.trace" &
  counters+=($!)
  GST_TRACERS=stats GST_DEBUG=GST_TRACER:7 GST_DEBUG_NO_COLOR=1 GST_DEBUG_FILE="$work/$name.trace" \
    gst-launch-1.0 "$@" >"$name.log" 2>&1 </dev/null &
  pid=$!
  pids+=("$pid")
}

# wait_for NAME PATTERN SECONDS PID: for a line that matches; fails when the time or the process ends, or a Janus element fails.
wait_for () {
  local tries=0

  until grep -q "^$2" "$work/$1"; do
    tries=$((tries + 1))
    [ $tries -le $(($3 * 20)) ] || return 1
    ! grep -q "^state [a-z0-9]* failed" "$work/$1" || return 1
    kill -0 "$4" 2>/dev/null || { grep -q "^$2" "$work/$1"; return; }
    sleep 0.05
  done
}

# wait_end NAME SECONDS PID: for the end of a process and of its count. Fails if it had to be killed, or has failed.
wait_end () {
  local tries=0 status=0

  while kill -0 "$3" 2>/dev/null; do
    tries=$((tries + 1))
    if [ $tries -gt $(($2 * 20)) ]; then
      kill -KILL "$3" 2>/dev/null || true
      break
    fi
    sleep 0.05
  done
  wait "$3" || status=$?
  wait_for "$1" end 10 $$ || true
  return $status
}

# count NAME in|out|flows ELEMENT: the number, or the time in milliseconds, that count.awk wrote.
count () {
  awk -v what="$2" -v element="$3" '$1 == what && $2 == element { n = $3 } END { print n + 0 }' "$work/$1"
}

# Why NAME has failed, from its log: a Janus element fails before that is written.
explain () {
  local tries=0

  until grep -q '^end' "$work/$1" || [ $tries -ge 40 ]; do
    tries=$((tries + 1))
    sleep 0.05
  done
  grep -E -A 2 '^(ERROR|WARNING)|erroneous' "$1.log" >&2 || tail -n 5 "$1.log" >&2
}
