#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs the lines of docs/recipes.md, and looks at what comes out at the far end: recipes.sh BUILD_DIRECTORY [PICTURES], in a
# private network namespace. Only addresses are replaced, what the machine of a test does not have, and what takes too long or too
# much of a processor. PICTURES is a directory that gets the pictures of the page. RECIPES="srt rtmp" in the environment runs these checks
# alone, and those that they need have to be among them.
#
# A film flashes and beeps at the same moments, by which one sees how far sound and picture are apart wherever it comes out.
set -euo pipefail

root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=docs/demo/launch.sh
. "$root/docs/demo/launch.sh"
# shellcheck source=docs/demo/janus.sh
. "$root/docs/demo/janus.sh"
# shellcheck source=tests/docs/pages.sh
. "$root/tests/docs/pages.sh"

build=$(realpath -- "$1")
pictures=${2:+$(realpath -- "$2")}
page="$root/docs/recipes.md"
address=$PERCLITE_TEST_ADDRESS
find_elements "$build"
export PATH="$build/ext/mjr:$PATH:/usr/sbin"
mkdir "$work/here"
cd "$work/here"
checks=0 failures=0 film_pid='' feed=777 nginx=''
: >commands.run

# ---- The page ----

# told TEXT: the command of the page that has this in it, for the machine of the test, with the feed $feed for 777. $adapt is what sed is to do
# to it, beyond that.
told () {
  local line

  line=$(command_with "$page" "$1") || { echo "no command of the page has $1 in it" >&2; return 1; }
  echo "$line" >>commands.run
  sed -E -e "s#wss://sfu.example/#ws://$address:8188/#g; s#feed-id=777#feed-id=$feed#g" \
    -e "s#rtsp://user:password@camera.example/#rtsp://$address:8554/#" \
    -e "s#studio.example#$address#; s#live.example#$address#" \
    -e 's#v4l2src device=[^ ]*#videotestsrc is-live=true ! timeoverlay#; s#alsasrc#audiotestsrc is-live=true wave=ticks#' \
    -e 's#width=1280,height=720#width=640,height=360#' \
    -e 's#target-duration=4#target-duration=1#; s#max-size-time=[0-9]*#max-size-time=1000000000#; s#max-files=144#max-files=3#' \
    -e "${adapt:-}" <<<"$line"
}

# start NAME TEXT [PROPERTY...]: the line of the page in the background, as $pid, with more properties of its janusvideoroomsink.
start () {
  local line

  line=$(told "$2")
  [[ $line == gst-launch-1.0\ * ]] || return 1
  line=${line/janusvideoroomsink/janusvideoroomsink ${*:3}}
  eval "launch $1 ${line#gst-launch-1.0 }"
}

# start_quietly NAME TEXT: the same, without counting what goes through: of pictures that are mixed, that takes a processor of its own.
start_quietly () {
  local line

  line=$(told "$2")
  eval "exec $line" >"$1.log" 2>&1 </dev/null &
  pid=$!
  pids+=("$pid")
  echo end >"$work/$1"
}

all_were_run () {
  local left

  left=$(list_commands "$page" | cut -f2- | grep -vxFf commands.run) || return 0
  echo "these were not run: $left"
  return 1
}

# ---- What came out ----

# seconds FILE: how long what has been written so far is.
seconds () {
  { ffprobe -v quiet -show_entries packet=pts_time -of csv=p=0 "$1" || true; } |
    awk -F, '$1 ~ /^[0-9]/ { if (!n++) { first = last = $1 } if ($1 < first) first = $1; if ($1 > last) last = $1 } END { print int(last - first) }'
}

# grows FILE SECONDS PID...: waits for so much in the file, as long as all processes live.
grows () {
  local file=$1 enough=$2 tries=0

  shift 2
  until [ -s "$file" ] && [ "$(seconds "$file")" -ge "$enough" ]; do
    tries=$((tries + 1))
    [ $tries -le 150 ] || { echo "there are $(seconds "$file") s in $file, and not $enough"; return 1; }
    kill -0 "$@" 2>/dev/null || { echo "something has ended before there were $enough s in $file"; return 1; }
    sleep 0.2
  done
}

pictures_in () {
  { ffprobe -v quiet -select_streams v -show_entries packet=flags -of csv=p=0 "$1" || true; } | wc -l
}

# more_pictures FILE N PID...: waits for so many pictures more than now, as long as all processes live.
more_pictures () {
  local file=$1 enough=$2 before tries=0

  shift 2
  before=$(pictures_in "$file")
  until [ "$(pictures_in "$file")" -ge $((before + enough)) ]; do
    tries=$((tries + 1))
    [ $tries -le 150 ] || { echo "after $before pictures there are $(($(pictures_in "$file") - before)) more in $file, and not $enough"; return 1; }
    kill -0 "$@" 2>/dev/null || { echo "something has ended before there were $enough more pictures in $file"; return 1; }
    sleep 0.2
  done
}

# until_true NAME PID COMMAND...: waits for a command that succeeds, as long as the process lives.
until_true () {
  local name=$1 id=$2 tries=0

  shift 2
  until "$@"; do
    tries=$((tries + 1))
    if [ $tries -gt 600 ] || ! kill -0 "$id" 2>/dev/null; then
      echo "$name has ended, or takes too long: $*"
      explain "$name"
      return 1
    fi
    sleep 0.1
  done
}

# codecs FILE: such as "h264 opus".
codecs () {
  ffprobe -v error -show_entries stream=codec_name -of csv=p=0 "$1" | sort -u | tr -d ',' | xargs
}

has_codecs () {
  [ "$(codecs "$1")" = "$2" ] || { echo "$1 has $(codecs "$1"), and not $2"; return 1; }
}

begins_with_keyframe () {
  [[ $(ffprobe -v error -select_streams v -show_entries packet=flags -of csv=p=0 "$1") == K* ]] ||
    { echo "$1 does not begin with a keyframe"; return 1; }
}

# decodes FILE PICTURES: so many, at least.
decodes () {
  local n

  n=$(ffmpeg -v quiet -i "$1" -map 0:v -f framemd5 - </dev/null | grep -vc '^#') || true
  [ "$n" -ge "$2" ] || { echo "$1 has $n pictures"; return 1; }
}

# slices FILE: what the encoder made of pictures that are no keyframes, one checksum for each.
slices () {
  ffmpeg -v error -i "$1" -map 0:v -c copy -bsf:v h264_mp4toannexb,filter_units=pass_types=1 -f framemd5 - </dev/null |
    awk -F', *' '!/^#/ { print $6 }'
}

# untouched SOURCE FILE: the pictures of the file are those of the source, bit by bit. A packet that came too late on a busy machine
# damages one of them.
untouched () {
  local all same

  slices "$1" | sort -u >slices.source
  slices "$2" | sort -u >slices.file
  all=$(wc -l <slices.file)
  same=$(comm -12 slices.source slices.file | wc -l)
  if [ "$all" -lt 20 ] || [ $((10 * same)) -lt $((9 * all)) ]; then
    echo "$same of $all pictures of $2 are those of $1"
    return 1
  fi
}

# end_of_gap FILE: the second in which the pictures go on after the last time that there was none for half a second.
end_of_gap () {
  ffprobe -v error -select_streams v -show_entries packet=pts_time -of csv=p=0 "$1" | awk -F, '
    $1 !~ /^[0-9]/ { next }
    !n++ { first = before = $1 }
    $1 - before > 0.5 { gap = $1 - first }
    { before = $1 }
    END { print gap + 0; exit !gap }'
}

# in_sync FILE [X [FREQUENCY [FROM]]]: beeps and flashes, these at X of the picture, are at most 40 ms apart. Tells how far. It is the median that
# counts: on a busy machine packets come late, and the receiver thinks for a while that the sender's clock is slow.
in_sync () {
  local x=${2:-560} from=${4:-0} band=${3:+bandpass=f=$3:width_type=h:w=500,}

  # Twice, as once lets through enough of the beeps of another film for them to count as those of this one.
  ffmpeg -v info -i "$1" -vf "crop=64:64:$x:280,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=flashes" \
    -af "$band${band}silencedetect=noise=-20dB:d=0.1" -f null - 2>beeps </dev/null
  tr '\r' '\n' <beeps | sed -n 's/.*silence_end: \([0-9.]*\).*/\1 beep/p' >moments
  awk '
    /pts_time:/ { sub (/.*pts_time:/, ""); time = $1 }
    /YAVG=/ { sub (/.*=/, ""); if (n++ && $1 > 128 && before <= 128) print time " flash"; before = $1 }' flashes >>moments
  # The moments of the film are a second apart: what is farther than a quarter of one has no partner, as at the ends.
  sort -n moments | awk -v file="${1##*/}" -v from="$from" '
    $1 < from { next }
    $2 == "flash" { flash[flashes++] = $1 }
    $2 == "beep" { beep[beeps++] = $1 }
    END {
      for (b = 0; b < beeps; b++)
        for (f = 0; f < flashes; f++) {
          apart = 1000 * (beep[b] - flash[f])
          if (apart < -250 || apart > 250)
            continue
          times[n++] = apart
        }
      if (!n) { print "no flash and beep together in " file; exit 1 }
      for (i = 1; i < n; i++)
        for (j = i; j > 0 && times[j - 1] > times[j]; j--) { swap = times[j]; times[j] = times[j - 1]; times[j - 1] = swap }
      median = times[int(n / 2)]
      printf "    %s: sound %+.1f ms after the picture (%+.1f to %+.1f, %d times)\n", file, median, times[0], times[n - 1], n
      exit median < -40 || median > 40
    }'
}

# goes_on FILE: the pictures go on until the sound ends, each with a time of its own, and can be decoded; nearly all of them, as packets come late on
# a busy machine. The last one may have been cut off.
goes_on () {
  local length damaged

  length=$(ffprobe -v error -select_streams v -show_entries packet=pts_time -of csv=p=0 "$1" |
    awk -F, '$1 ~ /^[0-9]/ { if (!n++) first = $1; last = $1 } END { print last - first - 0.05 }')
  ffmpeg -v fatal -y -i "$1" -map 0:v -c copy -t "$length" whole.nut </dev/null
  ffmpeg -v error -i whole.nut -f null - </dev/null 2>errors || true
  damaged=$(grep -c '^\[h264 .*while decoding' errors || true)
  if [ $((10 * damaged)) -gt "$(pictures_in "$1")" ]; then
    echo "$1 has $damaged damaged pictures"
    return 1
  fi
  ffprobe -v error -show_entries packet=codec_type,pts_time -of csv=p=0 "$1" | awk -F, -v file="${1##*/}" '
    !($1 in last) || $2 > last[$1] { last[$1] = $2 }
    $1 == "video" && $2 !~ /^[0-9]/ { without++ }
    $1 == "video" { pictures++; if ($2 in seen) twice++; seen[$2] }
    END {
      apart = last["audio"] - last["video"]
      if (without || 10 * twice > pictures || apart > 1 || apart < -1) {
        printf "%s: of %d pictures %d have no time and %d that of another, and the sound goes on for %.1f s\n", file, pictures, without, twice, apart
        exit 1
      }
    }'
}

# picture NAME FILE [SECOND]: for the page.
picture () {
  [ -n "$pictures" ] || return 0
  ffmpeg -v error -y -ss "${3:-1}" -i "$2" -frames:v 1 -vf scale=384:-2 -compression_level 9 "$pictures/recipe-$1.png" </dev/null
}

# ---- Both ends ----

ended () {
  wait_end "$1" 20 "$2" || { echo "$1 has not ended well"; explain "$1"; return 1; }
}

stop () {
  kill -INT "$2" 2>/dev/null || true
  ended "$1" "$2"
}

# connected NAME PID: once the sink of that pipeline is.
connected () {
  wait_for "$1" 'state [a-z0-9]* connected' 40 "$2" || { explain "$1"; return 1; }
}

# receive NAME FILE MEDIUM...: somebody in the room who keeps what comes, as $pid.
receive () {
  local name=$1 medium line="matroskamux name=m ! filesink location=$2 janusvideoroomsrc name=s
    janus-endpoint=ws://$address:8188/ room-id=1234 feed-id=$feed eos-on-leave=true"

  shift 2
  for medium in "$@"; do
    line+=" s. ! application/x-rtp,media=$medium ! perclitedec key-file=room.key !"
    case $medium in
      video) line+=" rtph264depay ! video/x-h264,stream-format=avc,alignment=au ! h264parse ! queue ! m." ;;
      audio) line+=" rtpopusdepay ! opusparse ! queue ! m." ;;
    esac
  done
  # shellcheck disable=SC2086
  launch "$name" -e $line
}

# into_the_room FILE TEXT MEDIUM...: the line of the page publishes, and four seconds of it are received.
into_the_room () {
  local file=$1 text=$2 publisher receiver

  shift 2
  start publisher "$text" || return 1
  publisher=$pid
  connected publisher "$publisher" || return 1
  receive receiver "$file" "$@"
  receiver=$pid
  grows "$file" 4 "$publisher" "$receiver" || { explain publisher; explain receiver; return 1; }
  # The publisher leaves the room, which ends the receiver.
  stop publisher "$publisher" && ended receiver "$receiver"
}

# out_of_the_room TEXT FILE SECONDS: the line of the page receives, until so much is in the file.
out_of_the_room () {
  local out

  start out "$1" || return 1
  out=$pid
  grows "$2" "$3" "$out" || { explain out; return 1; }
  stop out "$out"
}

# has_lines NAME PATTERN N: whether there are so many of them.
has_lines () {
  [ "$(grep -c "^$2" "$work/$1")" -ge "$3" ]
}

# again NAME PATTERN N PID: waits for the Nth such line.
again () {
  until_true "$1" "$4" has_lines "$1" "$2" "$3"
}

# serve NAME PORT COMMAND...: a server in the background, until something listens on the port.
serve () {
  local name=$1 port=$2 tries=0

  shift 2
  "$@" >"$name.log" 2>&1 </dev/null &
  pids+=("$!")
  until ss -Hlntu "sport = :$port" | grep -q .; do
    tries=$((tries + 1))
    if [ $tries -gt 200 ] || ! kill -0 "${pids[-1]}" 2>/dev/null; then
      cat "$name.log"
      return 1
    fi
    sleep 0.05
  done
}

# film FILE FREQUENCY [FILTER]: a picture that flashes, and a sound that beeps, in the middle of each second.
film () {
  local now='lt(mod(t+0.5\,1)\,0.1)' box='drawbox=w=96:h=96:x=544:y=264:t=fill'

  ffmpeg -v error -f lavfi -i "testsrc2=s=640x360:r=30${3:-},$box:color=black,$box:color=white:enable='$now'" \
    -f lavfi -i "aevalsrc='if($now\,0.5*sin(2*PI*$2*t)\,0)':s=48000" -t 4 -c:v libx264 -preset veryfast -c:a aac "$1" </dev/null
}

# ---- Recipes ----

a_key () {
  bash -c "$(told '>room.key')" && [ -s room.key ]
}

a_camera_and_a_microphone () {
  into_the_room camera.mkv v4l2src video audio && has_codecs camera.mkv 'h264 opus' && decodes camera.mkv 60 && picture camera camera.mkv
}

an_rtsp_camera () {
  serve camera 8554 "$root/tests/docs/rtspcamera.py" "$address" 8554 camera.h264 &&
    into_the_room rtsp.mkv rtspsrc video audio && has_codecs rtsp.mkv 'h264 opus' && decodes rtsp.mkv 60 &&
    untouched camera.h264 rtsp.mkv && picture rtsp rtsp.mkv
}

a_screen () {
  local tries=0

  Xvfb -displayfd 3 -screen 0 1280x720x24 -nolisten tcp 3>display >Xvfb.log 2>&1 &
  pids+=("$!")
  until [ -s display ]; do
    tries=$((tries + 1))
    if [ $tries -gt 200 ] || ! kill -0 "${pids[-1]}" 2>/dev/null; then
      cat Xvfb.log
      return 1
    fi
    sleep 0.05
  done
  DISPLAY=:$(cat display)
  export DISPLAY
  gst-launch-1.0 -q videotestsrc is-live=true ! video/x-raw,width=960,height=540,framerate=15/1 ! timeoverlay ! videoconvert ! ximagesink >window.log 2>&1 &
  pids+=("$!")
  into_the_room screen.mkv ximagesrc video && has_codecs screen.mkv h264 && decodes screen.mkv 30 && picture screen screen.mkv
}

a_tone () {
  into_the_room tone.mkv wave=ticks audio && has_codecs tone.mkv opus || return 1
  # A tick each second, and silence between.
  ffmpeg -v info -i tone.mkv -af silencedetect=noise=-30dB:d=0.5 -f null - 2>ticks </dev/null
  [ "$(grep -c 'silence_end' ticks)" -ge 3 ] || { echo "there are no ticks"; return 1; }
  [ -z "$pictures" ] || ffmpeg -v error -y -i tone.mkv -filter_complex showwavespic=s=384x108:colors=steelblue \
    -frames:v 1 "$pictures/recipe-tone.png" </dev/null
}

# It goes on until the last of those that take something out of the room, and the server keeps what it gets.
a_film_over_and_over () {
  film movie.mp4 1000
  bash -c "$(told 'mkdir loop')"
  bash -o pipefail -c "$(told 'ffmpeg -i movie.mp4')" >ffmpeg.log 2>&1 </dev/null || { tail -n 5 ffmpeg.log; return 1; }
  [ -s loop/000001.ts ] && cat loop/*.ts >loop.ts || return 1
  has_codecs loop.ts 'h264 opus' && start film multifilesrc record=true record-file=film || return 1
  film_pid=$pid
  connected film "$film_pid" || return 1
  receive receiver film.mkv video audio
  # A round and a half.
  grows film.mkv 6 "$film_pid" "$pid" && stop receiver "$pid" && decodes film.mkv 120 && untouched loop.ts film.mkv &&
    in_sync film.mkv && picture film film.mkv
}

# srt_listener: until it is told to end, as $listener.
srt_listener () {
  serve listener 7001 bash -c "exec $(told srt-live-transmit)" && listener=${pids[-1]}
}

over_srt () {
  rm -f stream.ts
  srt_listener && out_of_the_room srtsink stream.ts "$1" || return 1
  kill "$listener" 2>/dev/null || true
  wait "$listener" || true
  has_codecs stream.ts 'aac h264' && goes_on stream.ts
}

srt () {
  over_srt 5 && untouched loop.ts stream.ts && in_sync stream.ts && picture srt stream.ts
}

# The line comes before its listener, which goes away and comes again.
srt_waits_for_its_listener () {
  local out listener

  rm -f stream.ts
  start out srtsink && out=$pid && wait_for out 'state s connected' 40 "$out" && wait_for out 'flows mpegtsmux\|flows ts ' 40 "$out" || return 1
  srt_listener && grows stream.ts 2 "$out" || return 1
  kill -KILL "$listener"
  wait "$listener" || true
  until_true out "$out" grep -q '^WARNING: .*GstSRTSink' out.log && srt_listener && grows stream.ts 2 "$out" || return 1
  stop out "$out"
  kill "$listener" 2>/dev/null || true
  wait "$listener" || true
}

# As the page tells it, with what nginx needs beyond that.
nginx_is_up () {
  ! ss -Hlnt 'sport = :1935' | grep -q . || return 0
  {
    echo "load_module /usr/lib/nginx/modules/ngx_rtmp_module.so; daemon off; master_process off; pid $work/nginx.pid; events {}"
    [ "$(id -u)" != 0 ] || echo "user root;"
    awk '/^```/ { inside = $0 == "```text"; next } inside' "$page" | sed "s#/tmp#$work/here#"
  } >nginx.conf
  serve nginx 1935 nginx -e stderr -p "$work" -c "$work/here/nginx.conf" && nginx=${pids[-1]}
}

over_rtmp () {
  nginx_is_up && out_of_the_room 'h264parse ! queue ! flvmux' stream-key.flv "$1" && mv stream-key.flv rtmp.flv &&
    has_codecs rtmp.flv 'aac h264' && goes_on rtmp.flv
}

rtmp () {
  over_rtmp 5 && untouched loop.ts rtmp.flv && in_sync rtmp.flv && picture rtmp rtmp.flv
}

over_hls () {
  rm -rf hls
  bash -c "$(told 'mkdir -p hls')" && start out hlssink2 || return 1
  until_true out "$pid" test -e hls/000003.ts && stop out "$pid" && has_codecs hls/stream.m3u8 'aac h264' && goes_on hls/stream.m3u8
}

rtmp_ends_with_its_server () {
  local out

  nginx_is_up && start out 'h264parse ! queue ! flvmux' && out=$pid && grows stream-key.flv 2 "$out" || return 1
  kill "$nginx"
  wait "$nginx" || true
  ! wait_end out 20 "$out" && grep '^ERROR: .*GstRtmp2Sink' out.log
}

hls () {
  local segment

  over_hls || return 1
  grep -q '^#EXT-X-ENDLIST' hls/stream.m3u8 || { echo "the playlist has no end"; return 1; }
  [ "$(grep -c '^#EXTINF' hls/stream.m3u8)" -ge 4 ] || { echo "the playlist is too short"; return 1; }
  for segment in hls/00000[0-2].ts; do
    begins_with_keyframe "$segment" || return 1
  done
  untouched loop.ts hls/stream.m3u8 && in_sync hls/stream.m3u8 && picture hls hls/stream.m3u8
}

# The fourth file has the name of the first.
archive_goes_round () {
  local files

  mapfile -t files < <(compgen -G 'archive-*.mkv')
  [ ${#files[@]} = 3 ] && [ "${files[0]}" -nt "${files[2]}" ]
}

into_an_archive () {
  local file

  rm -f archive-*.mkv
  start out splitmuxsink && until_true out "$pid" archive_goes_round && stop out "$pid" || return 1
  # The newest may have only just begun.
  mapfile -t files < <(find . -name 'archive-*.mkv' -printf '%T@ %p\n' | sort -rn | cut -d' ' -f2)
  [ ${#files[@]} = 3 ] || { echo "there are ${#files[@]} files"; return 1; }
  for file in "${files[@]:1}"; do
    has_codecs "$file" 'h264 opus' && begins_with_keyframe "$file" && decodes "$file" 20 && goes_on "$file" || return 1
  done
}

an_archive () {
  local files file

  into_an_archive || return 1
  for file in "${files[@]:1}"; do
    untouched loop.ts "$file" && in_sync "$file" || return 1
  done
  picture archive "${files[1]}"
}

# lights FILE X: a line for each picture, whether the half from X on is "dark" or "light".
lights () {
  ffmpeg -v error -i "$1" -vf "crop=640:360:$2:0,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=light" -an -f null - </dev/null 2>errors
  awk -F= '/YAVG=/ { print $2 < 20 ? "dark" : "light" }' light
}

# leaves_alone FILE STAYS LEAVES: the half of the one that leaves is light, black for two seconds at least, and light again; meanwhile the other's is
# not, save for moments on a busy machine.
leaves_alone () {
  lights "$1" "$2" >left
  lights "$1" "$3" >right
  paste -d' ' left right | awk -v file="${1##*/}" '
    function close_run () {
      if (was_light && run >= 60 && 3 * alone >= 2 * run)
        gone = 1
      run = alone = 0
    }
    $2 == "dark" { run++; alone += $1 == "light"; next }
    run { close_run(); back = gone }
    { was_light = 1 }
    END { if (!back) { print file ": no half has gone black and come back while the other went on"; exit 1 } }'
}

# again_in_log NAME TEXT N PID: waits for the Nth line of its log with this in it.
again_in_log () {
  local tries=0

  until [ "$(grep -cF -e "$2" "$1.log")" -ge "$3" ]; do
    tries=$((tries + 1))
    if [ $tries -gt 300 ] || ! kill -0 "$4" 2>/dev/null; then
      echo "$1 has ended, or there is no $2 for the time $3"
      return 1
    fi
    sleep 0.1
  done
}

an_archive_that_stays_encrypted () {
  local out

  start out 'mjrmux ! filesink' || return 1
  out=$pid
  wait_for out 'flows mjrmux1 ' 40 "$out" || { explain out; return 1; }
  # What another one gets meanwhile tells how much it is.
  receive receiver meanwhile.mkv video audio
  grows meanwhile.mkv 5 "$out" "$pid" && stop receiver "$pid" && stop out "$out" || return 1
  if mjr-convert --output=without-key cam-video.mjr cam-audio.mjr >convert.log 2>&1; then
    echo "no key was needed"
    return 1
  fi
  bash -c "$(told 'mjr-convert --key-file=room.key cam-video')" >convert.log 2>&1 || { cat convert.log; return 1; }
  has_codecs cam.mkv 'h264 opus' && untouched loop.ts cam.mkv && in_sync cam.mkv && picture encrypted cam.mkv
}

# every_way_out: what the feed $feed sends, while $publisher sends it.
every_way_out () {
  local way files listener

  for way in 'over_srt 5' 'over_rtmp 5' over_hls into_an_archive; do
    $way || { echo "$way"; return 1; }
  done
}

# An encoder for a camera makes slices, as many as there are processors; here four, wherever this runs.
camera_line () {
  told v4l2src | sed 's/x264enc /x264enc threads=4 /'
}

# sent_by LINE: every way out has it, as feed 779.
sent_by () {
  local feed=779 publisher line

  line=${1/feed-id=777/feed-id=779}
  eval "launch publisher ${line#gst-launch-1.0 }"
  publisher=$pid
  connected publisher "$publisher" && every_way_out && stop publisher "$publisher"
}

the_camera_on_every_way_out () {
  sent_by "$(camera_line)"
}

# Parameter sets in front of each slice, a keyframe in pieces, and delimiters between them.
any_sender_on_every_way_out () {
  sent_by "$(camera_line | sed 's/h264parse config-interval=-1 ! rtph264pay/rtph264pay config-interval=-1 aggregate-mode=zero-latency/')"
}

# publish_other: the other feed, as $other.
publish_other () {
  local line

  line=$(told multifilesrc | sed 's#loop/#other/#; s/feed-id=777/feed-id=778/')
  eval "launch publisher ${line#gst-launch-1.0 }"
  other=$pid
  connected publisher "$other"
}

two_feeds_side_by_side () {
  local other line out seen
  local waits='from element "right" (element): janus-state, state=(string)waiting' connects='from element "right" (element): janus-state, state=(string)connected'

  rm -f movie.mp4 stream-key.flv
  film movie.mp4 3000 ,hue=h=120
  mkdir other
  line=$(told 'ffmpeg -i movie.mp4')
  bash -o pipefail -c "${line/loop\//other/}" >ffmpeg.log 2>&1 </dev/null || { tail -n 5 ffmpeg.log; return 1; }
  publish_other && nginx_is_up || return 1
  adapt='s/gst-launch-1.0 -e/& -m/' start_quietly out compositor || return 1
  out=$pid
  # It begins black and silent, and the feeds have a keyframe every two seconds.
  grows stream-key.flv 9 "$out" || return 1
  # One leaves, is away for a while, and returns.
  seen=$(grep -cF "$waits" out.log || true)
  stop publisher "$other" && again_in_log out "$waits" $((seen + 1)) "$out" && more_pictures stream-key.flv 90 "$out" || return 1
  seen=$(grep -cF "$connects" out.log || true)
  publish_other && again_in_log out "$connects" $((seen + 1)) "$out" && more_pictures stream-key.flv 240 "$out" && stop out "$out" || return 1
  mv stream-key.flv two.flv
  has_codecs two.flv 'aac h264' && in_sync two.flv 560 1000 && in_sync two.flv 1200 3000 && picture two two.flv 7 || return 1
  leaves_alone two.flv 0 640 || return 1
  stop publisher "$other"
}

what_the_server_has_kept () {
  stop film "$film_pid" || return 1
  mjr-convert --key-file=room.key --output=kept "$work"/janus/recordings/film-*.mjr >convert.log 2>&1 || { cat convert.log; return 1; }
  has_codecs kept/film.mkv 'h264 opus' && untouched loop.ts kept/film.mkv && in_sync kept/film.mkv
}

# ---- On air while things happen ----

# on_air: a feed 779, and SRT, RTMP and an archive of it. Those who call it have $publisher, $listener and two maps by the names of the lines:
# out to their processes, and had to how often each was in which state.
on_air () {
  local adapt='s/max-size-time=[0-9]*/max-size-time=600000000000/; s/archive-.*[.]mkv/kept-%05d.mkv/' name state

  rm -f stream.ts stream-key.flv kept-*.mkv
  start publisher multifilesrc && publisher=$pid && connected publisher "$publisher" && srt_listener && nginx_is_up || return 1
  start out_srt srtsink && out[out_srt]=$pid && start out_rtmp 'h264parse ! queue ! flvmux' && out[out_rtmp]=$pid &&
    start out_archive splitmuxsink && out[out_archive]=$pid || return 1
  grows stream.ts 4 "${out[@]}" && grows stream-key.flv 4 "${out[@]}" && grows kept-00000.mkv 4 "${out[@]}" || return 1
  for name in "${!out[@]}"; do
    for state in waiting lost connected; do
      had["$name $state"]=$(grep -c "^state s $state" "$work/$name" || true)
    done
  done
}

# all_are STATE: all lines have come to this state once more.
all_are () {
  local name

  for name in "${!out[@]}"; do
    again "$name" "state s $1" "$((${had["$name $1"]} + 1))" "${out[$name]}" || return 1
  done
}

# still_on_air: pictures come again in all of them; then they end, and what was after the gap is whole.
still_on_air () {
  local file name

  more_pictures stream.ts 150 "${out[@]}" && more_pictures stream-key.flv 60 "${out[@]}" && more_pictures kept-00000.mkv 60 "${out[@]}" || return 1
  for name in "${!out[@]}"; do
    stop "$name" "${out[$name]}" || return 1
  done
  stop publisher "$publisher" || return 1
  kill "$listener" 2>/dev/null || true
  wait "$listener" || true
  for file in stream.ts stream-key.flv kept-00000.mkv; do
    goes_on "$file" && in_sync "$file" 560 '' "$(end_of_gap "$file")" || return 1
  done
}

the_publisher_leaves_and_returns () {
  local feed=779 publisher listener
  local -A out=() had=()

  on_air && stop publisher "$publisher" && all_are waiting && start publisher multifilesrc && publisher=$pid && all_are connected && still_on_air
}

janus_is_killed_and_started () {
  local feed=779 publisher listener
  local -A out=() had=()

  on_air || return 1
  kill -KILL "$JANUS_PID"
  wait "$JANUS_PID" || true
  all_are lost && janus_start "$work/janus" "$address" || return 1
  pids+=("$JANUS_PID")
  all_are connected && still_on_air
}

# ---- All of them ----

check () {
  local started=$SECONDS before=${#pids[@]} id

  [[ -z ${RECIPES:-} || " a_key $RECIPES " == *" $1 "* ]] || return 0
  checks=$((checks + 1))
  if "$1" >result 2>&1; then
    echo "ok $1, $((SECONDS - started)) s"
    grep '^    ' result || true
  else
    failures=$((failures + 1))
    echo "FAILED $1"
    sed 's/^/    /' result
    # What it has left shall not disturb the others.
    for id in "${pids[@]:before}"; do
      [ "$id" = "$film_pid" ] || [ "$id" = "$JANUS_PID" ] || kill -KILL "$id" 2>/dev/null || true
    done
  fi
}

janus_start "$work/janus" "$address"
pids+=("$JANUS_PID")
check a_key
check a_camera_and_a_microphone
check an_rtsp_camera
check a_screen
check a_tone
check a_film_over_and_over
check srt
check srt_waits_for_its_listener
check rtmp
check rtmp_ends_with_its_server
check hls
check an_archive
check an_archive_that_stays_encrypted
check the_camera_on_every_way_out
check any_sender_on_every_way_out
check two_feeds_side_by_side
check what_the_server_has_kept
check the_publisher_leaves_and_returns
check janus_is_killed_and_started
check all_were_run

echo "$((100 * (checks - failures) / checks))%: Checks: $checks, Failures: $failures, Errors: 0"
[ $failures = 0 ]
