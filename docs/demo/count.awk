# SPDX-License-Identifier: LGPL-2.1-or-later
# Counts the buffers that go through the elements of a running gst-launch-1.0, without a change to its line:
#   mkfifo TRACE; awk -v counts=FILE -f count.awk <TRACE &
#   GST_TRACERS=stats GST_DEBUG=GST_TRACER:7 GST_DEBUG_NO_COLOR=1 GST_DEBUG_FILE=TRACE gst-launch-1.0 ...
# FILE gets, as they happen, "state NAME STATE" of the Janus elements and "flows NAME MILLISECONDS" for an element's
# first buffer out; at the end "in NAME N" and "out NAME N" for each element, and "end".

function number (key,   text) {
  if (!match ($0, ", " key "=\\((uint|guint64)\\)[0-9]+"))
    return -1
  text = substr ($0, RSTART, RLENGTH)
  sub (/.*\)/, "", text)
  return text + 0
}

function string (key,   text) {
  if (!match ($0, ", " key "=\\(string\\)[^,;]*"))
    return ""
  text = substr ($0, RSTART, RLENGTH)
  sub (/.*\)/, "", text)
  return text
}

function report (line) {
  print line >counts
  fflush (counts)
}

/:: new-element, / {
  names[number("ix")] = string("name")
}

/:: buffer, / {
  from = number("element-ix")
  if (!(from in out))
    report("flows " names[from] " " int (number("ts") / 1000000))
  out[from]++
  into[number("peer-element-ix")]++
}

/janus-state/ && /:: message, / {
  if (match ($0, /state\\=\\\(string\\\)[a-z]+/)) {
    state = substr ($0, RSTART, RLENGTH)
    sub (/.*\)/, "", state)
    report("state " names[number("element-ix")] " " state)
  }
}

END {
  for (ix in into)
    print "in " names[ix] " " into[ix] >counts
  for (ix in out)
    print "out " names[ix] " " out[ix] >counts
  report("end")
}
