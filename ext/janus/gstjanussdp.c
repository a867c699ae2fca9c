/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What has to be done to SDPs between webrtcbin and Janus. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "gstjanussdp.h"
#include "januserror.h"

/* Parameters that negotiate and carry nothing of the media. What is not listed is taken out: a
 * codec that nobody thought of here loses an optimisation, not a secret. */
static const gchar *const harmless_fmtp[] = {
    /* RFC 4588 */
    "apt", "rtx-time",
    /* Opus, RFC 7587 */
    "maxplaybackrate", "sprop-maxcapturerate", "maxptime", "ptime", "minptime", "maxaveragebitrate",
    "stereo", "sprop-stereo", "cbr", "useinbandfec", "usedtx", "num_streams", "coupled_streams",
    "channel_mapping",
    /* H.264, RFC 6184 */
    "profile-level-id", "packetization-mode", "level-asymmetry-allowed", "max-mbps", "max-smbps",
    "max-fs", "max-cpb", "max-dpb", "max-br", "max-recv-level", "in-band-parameter-sets",
    "max-rcmd-nalu-size", "x-google-start-bitrate", "x-google-min-bitrate", "x-google-max-bitrate",
    /* VP8, RFC 7741; VP9, RFC 9628; AV1 */
    "max-fr", "profile-id", "profile", "level-idx", "tier",
    /* H.265, RFC 7798 */
    "profile-space", "tier-flag", "level-id", "interop-constraints",
    "profile-compatibility-indicator", "tx-mode", NULL};

/* RED and telephone-event have lists of numbers without a name: "111/111", "0-15". */
static gboolean
is_number_list (const gchar *parameter)
{
  return strspn (parameter, "0123456789/-,") == strlen (parameter);
}

static gboolean
is_harmless (const gchar *parameter)
{
  const gchar *equals = strchr (parameter, '=');
  g_autofree gchar *name = NULL;

  if (!equals)
    return is_number_list (parameter);
  /* What comes after a space, and what has a name again, is another parameter to a lenient
   * reader. */
  if (strpbrk (parameter, " \t") || strchr (equals + 1, '='))
    return FALSE;
  name = g_ascii_strdown (parameter, equals - parameter);
  return g_strv_contains (harmless_fmtp, name);
}

/* Cleans one value "PT name=value;name=value"; NULL when nothing but the payload type is left. */
static gchar *
clean_fmtp (const gchar *value)
{
  /* RFC 8866, section 6.15: the format, which is a payload type here, and then its parameters. */
  const gchar *space = value + strspn (value, "0123456789");
  g_auto (GStrv) parameters = NULL;
  g_autoptr (GString) cleaned = NULL;
  guint i;

  if (space == value || *space != ' ')
    return NULL;

  parameters = g_strsplit (space + 1, ";", -1);
  cleaned = g_string_new (NULL);
  for (i = 0; parameters[i]; i++) {
    const gchar *parameter = g_strstrip (parameters[i]);

    if (*parameter && is_harmless (parameter))
      g_string_append_printf (cleaned, "%s%s", cleaned->len ? ";" : "", parameter);
  }
  if (cleaned->len == 0)
    return NULL;
  g_string_prepend_len (cleaned, value, space + 1 - value);
  return g_string_free (g_steal_pointer (&cleaned), FALSE);
}

/* What an m-line needs to be negotiated (RFC 8829, section 5.2.1). GStreamer makes an attribute of
 * each caps field whose name begins with "a-", and anything may be in there. */
static const gchar *const harmless_attributes[] = {"mid", "rtpmap", "fmtp", "rtcp-fb", "rtcp",
    "rtcp-mux", "rtcp-rsize", "setup", "fingerprint", "ice-ufrag", "ice-pwd", "ice-options",
    "candidate", "end-of-candidates", "ssrc", "ssrc-group", "msid", "extmap", "bundle-only",
    "ptime", "maxptime", "sctp-port", "max-message-size", "sendonly", "recvonly", "sendrecv",
    "inactive", NULL};

void
gst_janus_sdp_clean_offer (GstSDPMessage *offer)
{
  guint i, j;

  for (i = 0; i < gst_sdp_message_medias_len (offer); i++) {
    GstSDPMedia *media = (GstSDPMedia *) gst_sdp_message_get_media (offer, i);

    for (j = gst_sdp_media_attributes_len (media); j > 0; j--) {
      const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, j - 1);
      g_autofree gchar *value = NULL;
      GstSDPAttribute cleaned;

      if (!attribute->key || !g_strv_contains (harmless_attributes, attribute->key)) {
        gst_sdp_media_remove_attribute (media, j - 1);
        continue;
      }
      if (g_strcmp0 (attribute->key, "fmtp") != 0)
        continue;
      value = clean_fmtp (attribute->value);
      if (!value) {
        gst_sdp_media_remove_attribute (media, j - 1);
      } else if (g_strcmp0 (value, attribute->value) != 0) {
        gst_sdp_attribute_set (&cleaned, "fmtp", value);
        gst_sdp_media_replace_attribute (media, j - 1, &cleaned);
      }
    }
  }
}

static gboolean
has_setup (const GstSDPMedia *media, const gchar *value)
{
  return g_strcmp0 (gst_sdp_media_get_attribute_val (media, "setup"), value) == 0;
}

static void
replace_setup (GstSDPMedia *media, const gchar *value)
{
  GstSDPAttribute setup;
  guint i;

  for (i = 0; i < gst_sdp_media_attributes_len (media); i++) {
    if (g_strcmp0 (gst_sdp_media_get_attribute (media, i)->key, "setup") == 0) {
      gst_sdp_attribute_set (&setup, "setup", value);
      gst_sdp_media_replace_attribute (media, i, &setup);
    }
  }
}

void
gst_janus_sdp_let_offerer_begin (GstSDPMessage *answer, const GstSDPMessage *offer)
{
  guint n = MIN (gst_sdp_message_medias_len (answer), gst_sdp_message_medias_len (offer));
  guint i;

  for (i = 0; i < n; i++) {
    GstSDPMedia *media = (GstSDPMedia *) gst_sdp_message_get_media (answer, i);

    if (has_setup (media, "active") && has_setup (gst_sdp_message_get_media (offer, i), "actpass"))
      replace_setup (media, "passive");
  }
}

void
gst_janus_sdp_unreject_bundled (GstSDPMessage *offer)
{
  guint i;

  for (i = 0; i < gst_sdp_message_medias_len (offer); i++) {
    GstSDPMedia *media = (GstSDPMedia *) gst_sdp_message_get_media (offer, i);

    if (gst_sdp_media_get_port (media) == 0)
      gst_sdp_media_set_port_info (media, 9, 0);
  }
}

static gboolean
is_accepted (const GstSDPMedia *media)
{
  return gst_sdp_media_get_port (media) != 0 &&
         !gst_sdp_media_get_attribute_val (media, "inactive");
}

/* "VP8" of the first "a=rtpmap:96 VP8/90000". */
static gchar *
dup_codec (const GstSDPMedia *media)
{
  const gchar *rtpmap = gst_sdp_media_get_attribute_val (media, "rtpmap");
  const gchar *name = rtpmap ? strchr (rtpmap, ' ') : NULL;

  if (!name)
    return g_strdup ("unknown");
  return g_strndup (name + 1, strcspn (name + 1, "/"));
}

gboolean
gst_janus_sdp_check_answer (const GstSDPMessage *offer, const GstSDPMessage *answer, GError **error)
{
  guint i, n = gst_sdp_message_medias_len (offer);

  /* RFC 3264, section 6: an m-line for each m-line. */
  if (gst_sdp_message_medias_len (answer) != n) {
    g_set_error (error, JANUS_ERROR, JANUS_ERROR_PROTOCOL,
        "The server's answer has %u streams, our offer %u", gst_sdp_message_medias_len (answer), n);
    return FALSE;
  }

  for (i = 0; i < n; i++) {
    const GstSDPMedia *offered = gst_sdp_message_get_media (offer, i);
    g_autofree gchar *codec = NULL;

    if (is_accepted (gst_sdp_message_get_media (answer, i)))
      continue;
    codec = dup_codec (offered);
    g_set_error (error, JANUS_ERROR, JANUS_ERROR_CODEC,
        "The room does not allow %s for %s (stream %u of %u)", codec,
        gst_sdp_media_get_media (offered), i + 1, n);
    return FALSE;
  }
  return TRUE;
}

static guint
count_media (const GstSDPMessage *sdp, const gchar *media)
{
  guint i, n = 0;

  for (i = 0; i < gst_sdp_message_medias_len (sdp); i++) {
    const GstSDPMedia *candidate = gst_sdp_message_get_media (sdp, i);

    if (g_strcmp0 (gst_sdp_media_get_media (candidate), media) == 0 &&
        !gst_sdp_media_get_attribute_val (candidate, "inactive"))
      n++;
  }
  return n;
}

gboolean
gst_janus_sdp_has_media (const GstSDPMessage *sdp, const gchar *media)
{
  return count_media (sdp, media) > 0;
}

guint
gst_janus_sdp_count_media (const GstSDPMessage *sdp)
{
  return count_media (sdp, "audio") + count_media (sdp, "video");
}

/* Whether an attribute NAME of MEDIA has a value that TEST takes. */
static gboolean
has_attribute (const GstSDPMedia *media, const gchar *name,
    gboolean (*test) (const gchar *value, guint32 number), guint32 number)
{
  const gchar *value;
  guint i;

  for (i = 0; (value = gst_sdp_media_get_attribute_val_n (media, name, i)); i++) {
    if (test (value, number))
      return TRUE;
  }
  return FALSE;
}

/* "1234 cname:..." */
static gboolean
is_of_ssrc (const gchar *value, guint32 ssrc)
{
  gchar *end;
  guint64 number = g_ascii_strtoull (value, &end, 10);

  return end != value && number == ssrc;
}

/* "96 nack", and not "96 nack pli". */
static gboolean
is_nack (const gchar *value, guint32 unused)
{
  const gchar *space = strchr (value, ' ');

  return space && g_str_equal (space + 1, "nack");
}

gboolean
gst_janus_sdp_find_source (const GstSDPMessage *sdp, guint32 ssrc, guint *mline)
{
  for (*mline = 0; *mline < gst_sdp_message_medias_len (sdp); ++*mline) {
    if (has_attribute (gst_sdp_message_get_media (sdp, *mline), "ssrc", is_of_ssrc, ssrc))
      return TRUE;
  }
  return FALSE;
}

gboolean
gst_janus_sdp_takes_nacks (const GstSDPMessage *sdp, guint32 ssrc)
{
  gboolean some_named = FALSE, some_takes = FALSE;
  guint i;

  if (gst_janus_sdp_find_source (sdp, ssrc, &i))
    return has_attribute (gst_sdp_message_get_media (sdp, i), "rtcp-fb", is_nack, 0);
  for (i = 0; i < gst_sdp_message_medias_len (sdp); i++) {
    const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);

    some_named |= gst_sdp_media_get_attribute_val (media, "ssrc") != NULL;
    some_takes |= has_attribute (media, "rtcp-fb", is_nack, 0);
  }
  return some_takes && !some_named;
}

const gchar *
gst_janus_sdp_get_mid (const GstSDPMessage *sdp, guint mline)
{
  if (mline >= gst_sdp_message_medias_len (sdp))
    return NULL;
  return gst_sdp_media_get_attribute_val (gst_sdp_message_get_media (sdp, mline), "mid");
}
