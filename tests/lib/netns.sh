#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs a command in a private network namespace with one usable address: netns.sh COMMAND ARGUMENT...
#
# Neither Janus nor libnice gathers candidates on the loopback interface, so the namespace gets a veth pair. Both
# ends stay inside: no packet can leave the machine, and no port can collide with anything outside.
# Exits with 77 (meson: skipped) where namespaces are forbidden, or with 1 if PERCLITE_TEST_REQUIRE is set, so
# that continuous integration cannot skip the tests without anyone noticing.
set -eu
PATH=$PATH:/usr/sbin:/sbin
address=10.77.0.1

give_up () {
  echo "netns.sh: $1" >&2
  [ -n "${PERCLITE_TEST_REQUIRE:-}" ] && exit 1
  exit 77
}

# Every step is an exec: the command keeps the process id of this script, so whoever kills one kills the other,
# and the namespace goes with the last process in it.
if [ "${1:-}" != --inside ]; then
  if [ $# -eq 0 ]; then
    echo "usage: netns.sh COMMAND ARGUMENT..." >&2
    exit 2
  fi
  command -v unshare >/dev/null || give_up "unshare (util-linux) is not installed"
  command -v ip >/dev/null || give_up "ip (iproute2) is not installed"
  # Root needs no user namespace, and without one keeps its access to the files of others.
  if [ "$(id -u)" = 0 ] && unshare -n true 2>/dev/null; then
    exec unshare -n "$0" --inside "$@"
  elif unshare -rn true 2>/dev/null; then
    exec unshare -rn "$0" --inside "$@"
  fi
  give_up "network namespaces are not permitted here"
fi
shift

# An IPv6 address is tentative for a second or more; without IPv6 nothing has to wait. Best effort: /proc/sys may
# be read-only in a container, and IPv4 works all the same.
for scope in all default; do
  { echo 1 >"/proc/sys/net/ipv6/conf/$scope/disable_ipv6"; } 2>/dev/null || true
done

{
  ip link set lo up &&
  ip link add v0 type veth peer name v1 &&
  ip addr add "$address/24" dev v0 &&
  ip link set v0 up &&
  ip link set v1 up
} || give_up "cannot set up a veth pair in the namespace"

# The address is gathered only from an interface that runs, which the kernel may decide a little after both
# ends are up.
tries=0
until ip -o link show dev v0 | grep -q LOWER_UP; do
  tries=$((tries + 1))
  [ "$tries" -lt 500 ] || give_up "the veth pair does not come up"
  sleep 0.01
done

export PERCLITE_TEST_ADDRESS="$address"
exec "$@"
