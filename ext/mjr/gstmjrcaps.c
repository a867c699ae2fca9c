/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrcaps.c - what the header of a recording says, as caps and tags, and the reverse. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmjrcaps.h"

#include <gst/tag/tag.h>
#include <string.h>

/* The codecs of Janus and those of RTP caps. In the reverse direction the first that fits
 * counts. */
static const struct {
  const gchar *codec;
  const gchar *media;
  const gchar *encoding;
  guint clock_rate;
  const gchar *description; /* for people */
} formats[] = {
    {"opus", "audio", "OPUS", 48000, "Opus"},
    {"multiopus", "audio", "MULTIOPUS", 48000, "Opus"},
    {"pcmu", "audio", "PCMU", 8000, "Mu-law audio"},
    {"pcma", "audio", "PCMA", 8000, "A-law audio"},
    {"g711", "audio", "PCMU", 8000, "G.711 audio"},
    {"g722", "audio", "G722", 8000, "G.722 audio"},
    {"l16", "audio", "L16", 16000, "Uncompressed 16-bit audio"},
    {"l16-48", "audio", "L16", 48000, "Uncompressed 16-bit audio"},
    {"vp8", "video", "VP8", 90000, "VP8 video"},
    {"vp9", "video", "VP9", 90000, "VP9 video"},
    {"h264", "video", "H264", 90000, "H.264"},
    {"h265", "video", "H265", 90000, "H.265"},
    {"av1", "video", "AV1", 90000, "AV1"},
};

/* RFC 3551, section 6: G.711 is told by the payload type. */
#define PAYLOAD_PCMA 8

/* Fields of RTP caps that are no format parameters of the SDP. */
static const gchar *const other_fields[] = {"media", "payload", "clock-rate", "encoding-name",
    "encoding-params", "ssrc", "clock-base", "seqnum-base", "seqnum-offset", "timestamp-offset",
    "npt-start", "npt-stop", "play-speed", "play-scale", "range", "maxptime", "ptime",
    "a-framerate", "framerate", "max-fps", "srtp-key", "mki", "roc", GST_MJR_CAPS_ENCRYPTED};

static const gchar *const other_prefixes[] = {
    "extmap-", "rtcp-", "ssrc-", "x-", "a-", "srtp-", "srtcp-", "rid-", "simulcast"};

/* RFC 7587, section 6.1: this is so if nothing else is said; rtpopusdepay, and muxers behind it,
 * want it said. */
#define OPUS_CAPTURE_RATE_FIELD "sprop-maxcapturerate"
#define OPUS_CAPTURE_RATE "48000"

/* RFC 7587, section 7: always so, whatever is in the stream; who offers Opus without it is not
 * understood. */
#define OPUS_ENCODING_PARAMS "2"

void
gst_mjr_register_tags (void)
{
  gst_tag_register_static (GST_MJR_TAG_ENCRYPTED, GST_TAG_FLAG_META, G_TYPE_BOOLEAN, "encrypted",
      "whether the recording was flagged as end-to-end encrypted", NULL);
}

static gsize
find_format (const MjrHeader *header)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    if (strcmp (formats[i].codec, header->codec) == 0)
      break;
  }
  return i;
}

guint
gst_mjr_clock_rate (const MjrHeader *header)
{
  gsize i = find_format (header);

  return i < G_N_ELEMENTS (formats) ? formats[i].clock_rate : 0;
}

static gboolean
is_fmtp_field (const gchar *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (other_fields); i++) {
    if (strcmp (name, other_fields[i]) == 0)
      return FALSE;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (other_prefixes); i++) {
    if (g_str_has_prefix (name, other_prefixes[i]))
      return FALSE;
  }
  return TRUE;
}

/* What GStreamer takes as the name of a field, in lower case, as depayloaders look for it. */
static gchar *
fmtp_name (const gchar *text, gsize size)
{
  gchar *name = g_ascii_strdown (text, (gssize) size);

  g_strstrip (name);
  if (g_ascii_isalpha (*name) && is_fmtp_field (name) &&
      strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen (name))
    return name;
  g_free (name);
  return NULL;
}

/* "name=value;name=value", as in RFC 4566, section 6, and the RFC of each format. */
static void
set_fmtp (GstStructure *structure, const gchar *fmtp)
{
  g_auto (GStrv) parts = g_strsplit (fmtp, ";", -1);

  for (gchar **part = parts; *part != NULL; part++) {
    const gchar *value = strchr (*part, '=');
    g_autofree gchar *name = NULL;

    if (value == NULL)
      continue;
    name = fmtp_name (*part, (gsize) (value - *part));
    if (name != NULL)
      gst_structure_set (structure, name, G_TYPE_STRING, g_strstrip ((gchar *) value + 1), NULL);
  }
}

static void
set_extensions (GstStructure *structure, const MjrHeader *header)
{
  for (guint id = 1; id <= MJR_MAX_EXTENSION_ID; id++) {
    gchar name[sizeof "extmap-15"];

    g_snprintf (name, sizeof name, "extmap-%u", id);
    if (header->extensions[id] != NULL)
      gst_structure_set (structure, name, G_TYPE_STRING, header->extensions[id], NULL);
  }
}

GstCaps *
gst_mjr_header_to_caps (const MjrHeader *header, gint payload)
{
  gsize i = find_format (header);
  const gchar *encoding;
  GstStructure *structure;
  GstCaps *caps;

  if (i == G_N_ELEMENTS (formats)) {
    if (strcmp (header->codec, "text") == 0)
      return gst_caps_new_simple ("text/x-raw", "format", G_TYPE_STRING, "utf8", NULL);
    return gst_caps_new_empty_simple ("application/octet-stream");
  }

  encoding = formats[i].encoding;
  if (strcmp (header->codec, "g711") == 0 && payload == PAYLOAD_PCMA)
    encoding = "PCMA";
  if (header->red_payload > 0 && payload == (gint) header->red_payload)
    encoding = "RED";
  caps = gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING, formats[i].media,
      "clock-rate", G_TYPE_INT, (gint) formats[i].clock_rate, "encoding-name", G_TYPE_STRING,
      encoding, NULL);
  structure = gst_caps_get_structure (caps, 0);
  if (payload >= 0)
    gst_structure_set (structure, "payload", G_TYPE_INT, payload, NULL);
  if (header->fmtp != NULL)
    set_fmtp (structure, header->fmtp);
  if (strcmp (encoding, "OPUS") == 0) {
    gst_structure_set (structure, "encoding-params", G_TYPE_STRING, OPUS_ENCODING_PARAMS, NULL);
    if (!gst_structure_has_field (structure, OPUS_CAPTURE_RATE_FIELD))
      gst_structure_set (
          structure, OPUS_CAPTURE_RATE_FIELD, G_TYPE_STRING, OPUS_CAPTURE_RATE, NULL);
  }
  set_extensions (structure, header);
  gst_structure_set (structure, GST_MJR_CAPS_ENCRYPTED, G_TYPE_BOOLEAN, header->encrypted, NULL);
  return caps;
}

GstTagList *
gst_mjr_header_to_tags (const MjrHeader *header, gint64 start)
{
  GstTagList *tags = gst_tag_list_new_empty ();
  gsize i = find_format (header);

  if (i < G_N_ELEMENTS (formats))
    gst_tag_list_add (tags, GST_TAG_MERGE_APPEND,
        header->media == MJR_MEDIA_AUDIO ? GST_TAG_AUDIO_CODEC : GST_TAG_VIDEO_CODEC,
        formats[i].description, NULL);
  if (start > 0) {
    g_autoptr (GstDateTime) date = gst_date_time_new_from_unix_epoch_utc_usecs (start);

    gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, GST_TAG_DATE_TIME, date, NULL);
  }
  if (header->description != NULL)
    gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, GST_TAG_DESCRIPTION, header->description, NULL);
  gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, GST_MJR_TAG_ENCRYPTED, header->encrypted, NULL);
  return tags;
}

/* Caps of webrtcbin and of SDPs have an array of direction, URI and attributes, others the URI
 * alone. */
static const gchar *
extension_uri (const GValue *value)
{
  if (GST_VALUE_HOLDS_ARRAY (value) && gst_value_array_get_size (value) > 1)
    value = gst_value_array_get_value (value, 1);
  return G_VALUE_HOLDS_STRING (value) ? g_value_get_string (value) : NULL;
}

typedef struct {
  MjrHeader *header;
  GString *fmtp;
} FieldContext;

static gboolean
is_said_anyway (const gchar *name, const gchar *value)
{
  return strcmp (name, OPUS_CAPTURE_RATE_FIELD) == 0 && strcmp (value, OPUS_CAPTURE_RATE) == 0;
}

static gboolean
take_field (GQuark quark, const GValue *value, gpointer user_data)
{
  FieldContext *context = user_data;
  const gchar *name = g_quark_to_string (quark);

  if (g_str_has_prefix (name, "extmap-")) {
    guint64 id = g_ascii_strtoull (name + strlen ("extmap-"), NULL, 10);

    if (id >= 1 && id <= MJR_MAX_EXTENSION_ID && context->header->extensions[id] == NULL)
      context->header->extensions[id] = g_strdup (extension_uri (value));
  } else if (is_fmtp_field (name) && G_VALUE_HOLDS_STRING (value)) {
    const gchar *text = g_value_get_string (value);

    if (text != NULL && !is_said_anyway (name, text))
      g_string_append_printf (
          context->fmtp, "%s%s=%s", context->fmtp->len > 0 ? ";" : "", name, text);
  }
  return TRUE;
}

MjrHeader *
gst_mjr_header_from_caps (guint generation, const GstCaps *caps)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  const gchar *encoding = gst_structure_get_string (structure, "encoding-name");
  FieldContext context = {NULL, NULL};
  gint clock_rate = 0;

  gst_structure_get_int (structure, "clock-rate", &clock_rate);
  for (gsize i = 0; encoding != NULL && context.header == NULL && i < G_N_ELEMENTS (formats); i++) {
    if (g_ascii_strcasecmp (encoding, formats[i].encoding) == 0 &&
        (guint) clock_rate == formats[i].clock_rate)
      context.header = mjr_header_new (generation,
          strcmp (formats[i].media, "audio") == 0 ? MJR_MEDIA_AUDIO : MJR_MEDIA_VIDEO,
          formats[i].codec);
  }
  if (context.header == NULL)
    return NULL;

  context.fmtp = g_string_new (NULL);
  gst_structure_foreach (structure, take_field, &context);
  context.header->fmtp = g_string_free (context.fmtp, context.fmtp->len == 0);
  return context.header;
}
