/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two SDPs, the second of which begins with the second line "v=...", are an offer and its answer,
 * and each of them also the other: as of a server, and as of webrtcbin. */

#include <string.h>

#include "fuzz.h"
#include "gstjanussdp.h"
#include "januserror.h"

/* As the bins read what the server sends; empty texts never get so far. */
static GstSDPMessage *
read_sdp (const gchar *text)
{
  GstSDPMessage *sdp = NULL;

  if (*text && gst_sdp_message_new_from_text (text, &sdp) == GST_SDP_OK)
    return sdp;
  return NULL;
}

static GstSDPMessage *
copy_sdp (const GstSDPMessage *sdp)
{
  GstSDPMessage *copy;

  g_assert_true (gst_sdp_message_copy (sdp, &copy) == GST_SDP_OK);
  return copy;
}

static void
check_media (const GstSDPMessage *sdp)
{
  guint n = gst_sdp_message_medias_len (sdp);
  guint count = gst_janus_sdp_count_media (sdp);
  gboolean has_media =
      gst_janus_sdp_has_media (sdp, "audio") || gst_janus_sdp_has_media (sdp, "video");
  guint i;

  g_assert_cmpuint (count, <=, n);
  g_assert_true (has_media == (count > 0));
  for (i = 0; i < n; i++) {
    const gchar *mid = gst_janus_sdp_get_mid (sdp, i);

    g_assert_true (!mid || strlen (mid) < G_MAXINT);
  }
  g_assert_null (gst_janus_sdp_get_mid (sdp, n));
  g_assert_null (gst_janus_sdp_get_mid (sdp, G_MAXUINT));
}

/* VALUE is a payload type, a space, and parameters. */
static void
check_fmtp (const gchar *value)
{
  static const gchar *const secret[] = {"sprop-parameter-sets=", "sprop-vps=", "sprop-sps=",
      "sprop-pps=", "config=", "configuration="};
  const gchar *space = strchr (value, ' ');
  g_autofree gchar *parameters = NULL;
  gsize i;

  g_assert_nonnull (space);
  parameters = g_ascii_strdown (space, -1);
  for (i = 0; i < G_N_ELEMENTS (secret); i++)
    g_assert_null (strstr (parameters, secret[i]));
}

static void
check_cleaned (const GstSDPMessage *sdp)
{
  guint i, j;

  for (i = 0; i < gst_sdp_message_medias_len (sdp); i++) {
    const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);

    for (j = 0; j < gst_sdp_media_attributes_len (media); j++) {
      const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, j);

      if (g_str_equal (attribute->key, "fmtp"))
        check_fmtp (attribute->value);
    }
  }
}

/* Cleaning takes away, keeps what identifies the media, and has nothing to do a second time. */
static void
check_clean_offer (const GstSDPMessage *sdp)
{
  GstSDPMessage *offer = copy_sdp (sdp);
  g_autofree gchar *before = gst_sdp_message_as_text (offer);
  g_autofree gchar *cleaned = NULL;
  g_autofree gchar *again = NULL;
  guint i;

  gst_janus_sdp_clean_offer (offer);
  check_cleaned (offer);
  cleaned = gst_sdp_message_as_text (offer);
  g_assert_cmpuint (strlen (cleaned), <=, strlen (before));
  g_assert_cmpuint (gst_sdp_message_medias_len (offer), ==, gst_sdp_message_medias_len (sdp));
  g_assert_cmpuint (gst_janus_sdp_count_media (offer), ==, gst_janus_sdp_count_media (sdp));
  for (i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    g_assert_cmpstr (gst_janus_sdp_get_mid (offer, i), ==, gst_janus_sdp_get_mid (sdp, i));

  gst_janus_sdp_clean_offer (offer);
  again = gst_sdp_message_as_text (offer);
  g_assert_cmpstr (again, ==, cleaned);
  gst_sdp_message_free (offer);
}

static void
check_unreject (const GstSDPMessage *sdp)
{
  GstSDPMessage *offer = copy_sdp (sdp);
  g_autofree gchar *text = NULL;
  guint i;

  gst_janus_sdp_unreject_bundled (offer);
  for (i = 0; i < gst_sdp_message_medias_len (sdp); i++) {
    guint before = gst_sdp_media_get_port (gst_sdp_message_get_media (sdp, i));
    guint after = gst_sdp_media_get_port (gst_sdp_message_get_media (offer, i));

    g_assert_cmpuint (after, ==, before ? before : 9);
  }
  text = gst_sdp_message_as_text (offer);
  g_assert_nonnull (text);
  gst_sdp_message_free (offer);
}

/* Roles are all that changes, and where the offer is of both, none that begins is left. */
static void
check_roles (const GstSDPMessage *offer, const GstSDPMessage *answer)
{
  GstSDPMessage *copy = copy_sdp (answer);
  g_autofree gchar *text = NULL;
  guint n = MIN (gst_sdp_message_medias_len (offer), gst_sdp_message_medias_len (answer));
  guint i;

  gst_janus_sdp_let_offerer_begin (copy, offer);
  g_assert_cmpuint (gst_sdp_message_medias_len (copy), ==, gst_sdp_message_medias_len (answer));
  for (i = 0; i < n; i++) {
    const GstSDPMedia *theirs = gst_sdp_message_get_media (offer, i);
    const GstSDPMedia *ours = gst_sdp_message_get_media (copy, i);

    if (g_strcmp0 (gst_sdp_media_get_attribute_val (theirs, "setup"), "actpass") == 0)
      g_assert_cmpstr (gst_sdp_media_get_attribute_val (ours, "setup"), !=, "active");
  }
  text = gst_sdp_message_as_text (copy);
  g_assert_nonnull (text);
  gst_sdp_message_free (copy);
}

static void
check_answer (const GstSDPMessage *offer, const GstSDPMessage *answer)
{
  g_autoptr (GError) error = NULL;
  gboolean accepted = gst_janus_sdp_check_answer (offer, answer, &error);

  g_assert_true (accepted == (error == NULL));
  g_assert_true (accepted == gst_janus_sdp_check_answer (offer, answer, NULL));
  if (accepted)
    return;
  g_assert_true (error->domain == JANUS_ERROR);
  g_assert_nonnull (janus_error_hint (error));
  if (gst_sdp_message_medias_len (offer) == gst_sdp_message_medias_len (answer))
    g_assert_cmpint (error->code, ==, JANUS_ERROR_CODEC);
  else
    g_assert_cmpint (error->code, ==, JANUS_ERROR_PROTOCOL);
}

static void
check_alone (const GstSDPMessage *sdp)
{
  check_media (sdp);
  check_clean_offer (sdp);
  check_unreject (sdp);
  check_answer (sdp, sdp);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree gchar *text = g_strndup ((const gchar *) data, size);
  gchar *second = strstr (text, "\nv=");
  g_autofree gchar *answer_text = NULL;
  GstSDPMessage *offer, *answer = NULL;

  if (second) {
    answer_text = g_strdup (second + 1);
    second[1] = '\0';
    answer = read_sdp (answer_text);
  }
  offer = read_sdp (text);
  if (offer)
    check_alone (offer);
  if (answer)
    check_alone (answer);
  if (offer && answer) {
    check_answer (offer, answer);
    check_answer (answer, offer);
    check_roles (offer, answer);
    check_roles (answer, offer);
  }
  if (offer)
    gst_sdp_message_free (offer);
  if (answer)
    gst_sdp_message_free (answer);
  return 0;
}
