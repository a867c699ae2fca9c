/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors of the Janus signalling, and what a person can do about each. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "januserror.h"

G_DEFINE_QUARK (janus - error - quark, janus_error)
G_DEFINE_QUARK (janus - refusal - quark, janus_refusal)

typedef struct {
  gint code;
  const gchar *text; /* part of Janus' text, where one code has several meanings, or NULL */
  const gchar *hint;
} Hint;

/* Janus answers 433 to whatever it does not allow; only its text tells which. First match wins. */
static const Hint refusal_hints[] = {
    {JANUS_REFUSAL_UNAUTHORIZED_CORE, NULL,
        "The server wants an API secret or a token: set api-secret= or token= to what its "
        "administrator gave you."},
    {JANUS_REFUSAL_UNAUTHORIZED_PLUGIN, NULL,
        "This token is not for the plugin: have the server's administrator allow that."},
    {JANUS_REFUSAL_NO_SUCH_RECORDING, NULL,
        "Check recording-id=, or leave it out to be told which recordings the server has."},
    {JANUS_REFUSAL_BROKEN_RECORDING, NULL, "Its files are not in the server's folder, or broken."},
    {JANUS_REFUSAL_RECORDING_EXISTS, NULL,
        "Choose another recording-id=, or leave it out and the server chooses."},
    {JANUS_REFUSAL_NO_SUCH_ROOM, NULL,
        "Check room-id=, and set use-string-ids=true if this server names its rooms by strings."},
    {JANUS_REFUSAL_NO_SUCH_FEED, NULL,
        "The publisher is not in the room any more, check feed-id=."},
    {JANUS_REFUSAL_MISSING_ELEMENT, "pin", "The room has a PIN: set pin= to it."},
    {JANUS_REFUSAL_PERC_ONLY, "PERC",
        "This room takes only end-to-end encrypted media, by the 2018 PERC Lite signalling: set "
        "signalling=perc."},
    {JANUS_REFUSAL_ROOM_FULL, NULL,
        "The room has as many publishers as it allows: wait for one to leave, or raise "
        "`publishers` "
        "in the room's configuration."},
    {JANUS_REFUSAL_UNAUTHORIZED, "end-to-end",
        "This room takes only end-to-end encrypted media: put perclitenc before this element and "
        "leave signalling= at e2ee."},
    {JANUS_REFUSAL_UNAUTHORIZED, "private_id",
        "The room gives streams only to its participants, and does not take us for one."},
    {JANUS_REFUSAL_UNAUTHORIZED, "kicked", "Somebody has removed us from the room."},
    {JANUS_REFUSAL_UNAUTHORIZED, "allowed list",
        "The room lets in only who has one of its tokens: have token= added to them. A restart of "
        "the server forgets those that were added while it ran."},
    {JANUS_REFUSAL_UNAUTHORIZED, NULL,
        "The room wants a PIN or a token: check pin= and token= (a wrong one is refused like a "
        "missing "
        "one)."},
    {JANUS_REFUSAL_ID_EXISTS, NULL,
        "Somebody in the room publishes with this feed-id: choose another, or leave it out and the "
        "server chooses."},
    {JANUS_REFUSAL_E2EE_MIXED, NULL,
        "One side of this subscription says that it is end-to-end encrypted, and the other that it "
        "is "
        "not: signalling=e2ee is for encrypted feeds, signalling=plain for others."},
    {JANUS_REFUSAL_NO_SUCH_SESSION, NULL,
        "The server has forgotten the session: it was restarted, or cut off from us for too long."},
    {JANUS_REFUSAL_NO_SUCH_PLUGIN, NULL,
        "This server runs without the plugin: enable libjanus_videoroom.so or "
        "libjanus_recordplay.so, which also needs a path, in its configuration."},
    {JANUS_REFUSAL_NO_MORE_SESSIONS, NULL, "The server is being shut down."},
};

static const Hint error_hints[] = {
    {JANUS_ERROR_NO_RECORDING, NULL,
        "Set recording-id= or recording-name= to one that the server has."},
    {JANUS_ERROR_RECORD, NULL,
        "Leave record= at false, or have the administrator take lock_record out of the room's "
        "configuration."},
    {JANUS_ERROR_UNREACHABLE, NULL,
        "Check janus-endpoint= (ws://host:8188/ and wss://host:8989/ are Janus' defaults), and "
        "that the "
        "server's WebSockets transport is enabled. A port that speaks wss:// resets connections by "
        "ws://, and one that speaks ws:// does not answer wss:// in TLS."},
    {JANUS_ERROR_TLS, NULL,
        "Check that the host in janus-endpoint= is the one the certificate was made for; for a "
        "private "
        "certificate authority set ssl-ca-file= to its PEM file."},
    {JANUS_ERROR_TIMEOUT, NULL,
        "Check the server and the network, or give it longer with timeout=."},
    {JANUS_ERROR_CODEC, NULL,
        "Use a codec that the room allows, or add this one to `audiocodec` or `videocodec` in the "
        "room's configuration."},
    {JANUS_ERROR_NO_DATA, NULL,
        "All streams are published together: check what is before this pad, or leave it out."},
    {JANUS_ERROR_ICE, NULL,
        "The signalling works but no UDP goes through: check firewalls and the server's "
        "rtp_port_range, or set stun-server= or turn-server=."},
    {JANUS_ERROR_NO_WAY, NULL,
        "The link may lose packets. If it never comes up, no UDP goes through: check firewalls and "
        "the server's rtp_port_range, or set stun-server= or turn-server=."},
    {JANUS_ERROR_HANDSHAKE, NULL, "The link may lose packets, or all that are large."},
    {JANUS_ERROR_SRTP, NULL,
        "The server and we have counted its packets differently since some were lost, mostly at "
        "the beginning of a connection."},
    {JANUS_ERROR_MEDIA, NULL,
        "It has failed in this process, not on the way: GST_DEBUG=webrtc*:4,2 says more."},
};

const gchar *
janus_error_hint (const GError *error)
{
  const Hint *hints;
  gsize i, n;

  if (error->domain == JANUS_REFUSAL) {
    hints = refusal_hints;
    n = G_N_ELEMENTS (refusal_hints);
  } else if (error->domain == JANUS_ERROR) {
    hints = error_hints;
    n = G_N_ELEMENTS (error_hints);
  } else {
    return "";
  }

  for (i = 0; i < n; i++) {
    if (hints[i].code == error->code && (!hints[i].text || strstr (error->message, hints[i].text)))
      return hints[i].hint;
  }
  return "";
}
