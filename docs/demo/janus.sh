# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by docs/demo.sh and the tests of the documentation: a private stock Janus.
# shellcheck shell=bash disable=SC2034

# janus_start DIRECTORY ADDRESS: serves ws://ADDRESS:8188/, and keeps its files, its log and its recordings in
# DIRECTORY. Sets JANUS_PID once it answers.
janus_start () {
  local directory=$1 address=$2 tries=0

  mkdir -p "$directory/recordings" "$directory/recordplay"
  cat >"$directory/janus.jcfg" <<CONFIG
general: { debug_level = 4  debug_colors = false }
media: { rtp_port_range = "23000-23999" }
plugins: { disable = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,libjanus_nosip.so,libjanus_sip.so,libjanus_streaming.so,libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so" }
transports: { disable = "libjanus_http.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so" }
CONFIG
  cat >"$directory/janus.transport.websockets.jcfg" <<CONFIG
general: { ws = true  ws_port = 8188  ws_ip = "$address"  wss = false }
CONFIG
  echo "general: { path = \"$directory/recordplay\" }" >"$directory/janus.plugin.recordplay.jcfg"
  # The room refuses whoever does not say that the media is end-to-end encrypted. It records what it relays.
  cat >"$directory/janus.plugin.videoroom.jcfg" <<CONFIG
general: { }
room-1234: {
  description = "encrypted"
  require_e2ee = true
  publishers = 6
  bitrate = 0
  fir_freq = 0
  audiocodec = "opus"
  videocodec = "vp8,vp9,h264,av1"
  record = true
  rec_dir = "$directory/recordings"
}
CONFIG

  janus -F "$directory" >"$directory/janus.log" 2>&1 &
  JANUS_PID=$!
  until (exec 3<>"/dev/tcp/$address/8188") 2>/dev/null; do
    tries=$((tries + 1))
    if [ $tries -gt 200 ] || ! kill -0 "$JANUS_PID" 2>/dev/null; then
      echo "Janus does not start:" >&2
      tail -n 20 "$directory/janus.log" >&2
      return 1
    fi
    sleep 0.05
  done
}
