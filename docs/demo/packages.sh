# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by docs/demo.sh and tests/run.sh: the Debian packages each needs, and how the missing ones get installed.
# shellcheck shell=bash disable=SC2034

PACKAGES_BUILD=(
  gcc libc6-dev meson ninja-build pkg-config
  libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libgstreamer-plugins-bad1.0-dev
  libsrtp2-dev libssl-dev libsoup-3.0-dev libjson-glib-dev
)
PACKAGES_RUN=(
  gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-base-apps gstreamer1.0-plugins-good
  gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav gstreamer1.0-nice
  gstreamer1.0-x gstreamer1.0-alsa glib-networking openssl
)
# A Janus of one's own, in a network of its own.
PACKAGES_JANUS=(janus janus-tools iproute2 util-linux)
# With what clang needs for sanitizers and libFuzzer, and llvm's symbolizer for their traces.
# Node.js and Python run the programs of docs/keys.md.
PACKAGES_TEST=(clang clang-format libclang-rt-dev llvm nodejs python3 valgrind)
# The other ends of docs/recipes.md: a camera and its RTSP, a screen, servers for RTMP and SRT, and what looks at what they got. And
# systemd-analyze, for the unit of docs/howto-service.md.
PACKAGES_RECIPES=(ffmpeg gir1.2-gst-rtsp-server-1.0 libnginx-mod-rtmp nginx python3-gi srt-tools systemd xvfb)

is_installed () {
  [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]
}

systemd_runs () {
  [ -d /run/systemd/system ]
}

# install_service PACKAGE: Debian starts the service of a package that it installs, of that name: a server open to the network,
# which nobody asked for.
install_service () {
  local package=$1

  if systemd_runs; then
    "${as_root[@]}" systemctl --quiet --runtime mask "$package.service" || true
  fi
  # In runlevel 1 Debian's other init scripts are not started.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -y -q --no-install-recommends "$package" </dev/null || return
  if systemd_runs; then
    "${as_root[@]}" systemctl --quiet disable "$package.service" || true
    "${as_root[@]}" systemctl --quiet --runtime unmask "$package.service" || true
  elif command -v update-rc.d >/dev/null; then
    "${as_root[@]}" update-rc.d "$package" disable >/dev/null || true
  fi
  echo "The service $package is installed and disabled. To run it: systemctl enable --now $package"
}

# install_missing PACKAGE...: does nothing at all when none is missing.
install_missing () {
  local package missing=() as_root=()

  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "Not Debian: these have to be installed already: $*" >&2
    return 0
  fi
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "Missing packages, and no right to install them. As root:" >&2
      echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi

  echo "Installing: ${missing[*]}"
  if ! apt-get install --simulate --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
    "${as_root[@]}" apt-get update -q || return
  fi
  for package in "${missing[@]}"; do
    case $package in
      janus | nginx) install_service "$package" || return ;;
    esac
  done
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null
}
