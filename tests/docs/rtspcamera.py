#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An RTSP camera: rtspcamera.py ADDRESS PORT FILE. Serves rtsp://ADDRESS:PORT/stream, with H264 whose parameter sets are told in RTSP only,
as many cameras do, and G.711; keeps in FILE what its encoder made. Prints "ready" when it answers."""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

PIPELINE = """( videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=30/1 ! timeoverlay
  ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=800 key-int-max=30 ! video/x-h264,profile=main ! tee name=made
  made. ! queue ! rtph264pay name=pay0 pt=96 config-interval=0
  made. ! queue ! h264parse ! video/x-h264,stream-format=byte-stream ! filesink location={0} async=false
  audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate=8000 ! alawenc ! rtppcmapay name=pay1 pt=8 )"""

address, port, made = sys.argv[1:]
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address(address)
server.set_service(port)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(PIPELINE.format(made))
server.get_mount_points().add_factory("/stream", factory)
if not server.attach(None):
    sys.exit("the port is taken")
print("ready", flush=True)
GLib.MainLoop().run()
