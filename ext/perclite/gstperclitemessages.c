/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitemessages.c - what the elements tell on the bus. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstperclitemessages.h"

/* Packets that come twice do not: networks duplicate packets. Nor do those without payload:
 * browsers send them as padding. Those that are not decrypted make news when there are several in a
 * row, and a key that is used up is an error. */
static gboolean
warrants_warning (PercliteDrop reason)
{
  return reason != PERCLITE_DROP_EMPTY && reason != PERCLITE_DROP_MISSING_KEY &&
         reason != PERCLITE_DROP_AUTH_FAILED && reason != PERCLITE_DROP_PLAINTEXT &&
         reason != PERCLITE_DROP_REPLAYED && reason != PERCLITE_DROP_KEY_LIMIT;
}

void
gst_perclite_post_drop (GstElement *element, const PercliteDropReport *report, gboolean encrypting,
    guint payload_type, const gchar *fingerprint)
{
  const gchar *nick = perclite_drop_nick (report->reason);
  const gchar *text = perclite_drop_text (report->reason, encrypting);

  gst_element_post_message (
      element, gst_message_new_element (GST_OBJECT (element),
                   gst_structure_new ("perclite-packets-dropped", "ssrc", G_TYPE_UINT, report->ssrc,
                       "payload-type", G_TYPE_UINT, payload_type, "fingerprint", G_TYPE_STRING,
                       fingerprint, "reason", G_TYPE_STRING, nick, "count", G_TYPE_UINT64,
                       report->count, "total", G_TYPE_UINT64, report->total, "many-ssrcs",
                       G_TYPE_BOOLEAN, report->many_ssrcs, "text", G_TYPE_STRING, text, NULL)));

  if (report->first && warrants_warning (report->reason))
    gst_element_message_full (element, GST_MESSAGE_WARNING, GST_STREAM_ERROR,
        encrypting ? GST_STREAM_ERROR_FAILED : GST_STREAM_ERROR_DECRYPT, g_strdup (text),
        g_strdup_printf (
            "%s, SSRC %08x, fingerprint of the key in use %s; later ones are counted in "
            "the property stats",
            nick, report->ssrc, fingerprint),
        __FILE__, GST_FUNCTION, __LINE__);
}

static gchar *
news_text (const PercliteNews *news, const gchar *keys)
{
  g_autofree gchar *stream =
      g_strdup_printf ("Stream %08x (payload type %u)", news->ssrc, news->payload_type);
  g_autofree gchar *mki = NULL;

  switch (news->kind) {
    case PERCLITE_NEWS_MISSING_KEY:
      if (*news->mki != '\0')
        mki = g_strdup_printf (", MKI %s,", news->mki);
      return g_strdup_printf ("%s cannot be decrypted: its key%s is missing. Add the key of the "
                              "sender to key-file%s%s.",
          stream, mki ? mki : "", *keys ? "; what is there is " : "", keys);
    case PERCLITE_NEWS_DECRYPT_FAILED:
      return g_strdup_printf (
          "%s cannot be decrypted. Wrong key? It is encrypted, but not with "
          "%s. Compare with the fingerprint, the suite and the MKI of the sender.",
          stream, keys);
    case PERCLITE_NEWS_PLAINTEXT_RECEIVED:
      return g_strdup_printf ("%s is not encrypted end to end, so nothing of it is passed on. Put "
                              "perclitenc into the sender's pipeline.",
          stream);
    case PERCLITE_NEWS_ALL_REPLAYED:
      return g_strdup_printf (
          "%s brings nothing but packets that came before, or are too late to "
          "tell. If its sender was started again with the same SSRC inside, start "
          "this receiver again, or set perclitenc inner-ssrc=random there.",
          stream);
    case PERCLITE_NEWS_DECRYPT_RESUMED:
      return g_strdup_printf ("%s is decrypted again, with the key %s, after %" G_GUINT64_FORMAT
                              " packets that were not.",
          stream, news->fingerprint, news->count);
    case PERCLITE_NEWS_REPLAYED:
      return g_strdup_printf (
          "%s: %" G_GUINT64_FORMAT " packets were dropped because they came a second time, or too "
          "late to tell. When the network reorders more than replay-window-size packets, raise "
          "that.",
          stream, news->count);
    case PERCLITE_NEWS_KEY_CHANGED:
      return g_strdup_printf ("%s goes on with another key, %s.", stream, news->fingerprint);
    case PERCLITE_NEWS_LIMIT_NEAR:
      return g_strdup_printf ("The key %s is nearly used up: one eighth of the packets that it may "
                              "encrypt is left. Put another one, marked \"send\", into key-file.",
          news->fingerprint);
    case PERCLITE_N_NEWS:
    default:
      g_return_val_if_reached (NULL);
  }
}

void
gst_perclite_post_news (
    GstElement *element, const PercliteNews *news, const gchar *fingerprint, guint n_keys)
{
  const gchar *nick = perclite_news_nick (news->kind);
  g_autofree gchar *name = g_strconcat ("perclite-", nick, NULL);
  g_autofree gchar *keys = n_keys > 1 ? g_strdup_printf ("%s (+ %u more)", fingerprint, n_keys - 1)
                                      : g_strdup (fingerprint);
  g_autofree gchar *text = news_text (news, keys);
  gchar *detail;
  GstMessageType type = 0;
  GstStreamError code = GST_STREAM_ERROR_DECRYPT;

  gst_element_post_message (
      element, gst_message_new_element (GST_OBJECT (element),
                   gst_structure_new (name, "ssrc", G_TYPE_UINT, news->ssrc, "payload-type",
                       G_TYPE_UINT, (guint) news->payload_type, "fingerprint", G_TYPE_STRING,
                       *news->fingerprint != '\0' ? news->fingerprint : fingerprint, "mki",
                       G_TYPE_STRING, news->mki, "count", G_TYPE_UINT64, news->count, "total",
                       G_TYPE_UINT64, news->total, "text", G_TYPE_STRING, text, NULL)));

  switch (news->kind) {
    case PERCLITE_NEWS_MISSING_KEY:
      code = GST_STREAM_ERROR_DECRYPT_NOKEY;
      type = GST_MESSAGE_WARNING;
      break;
    case PERCLITE_NEWS_DECRYPT_FAILED:
    case PERCLITE_NEWS_PLAINTEXT_RECEIVED:
    case PERCLITE_NEWS_ALL_REPLAYED:
    case PERCLITE_NEWS_LIMIT_NEAR:
      type = GST_MESSAGE_WARNING;
      break;
    case PERCLITE_NEWS_DECRYPT_RESUMED:
    case PERCLITE_NEWS_REPLAYED:
    case PERCLITE_NEWS_KEY_CHANGED:
      type = GST_MESSAGE_INFO;
      break;
    case PERCLITE_N_NEWS:
    default:
      return;
  }
  /* Of an information, gst-launch-1.0 shows nothing but what is for debugging. */
  detail = type == GST_MESSAGE_INFO ? g_strdup (text)
                                    : g_strdup_printf ("%s, SSRC %08x", nick, news->ssrc);
  gst_element_message_full (element, type, GST_STREAM_ERROR, code, g_steal_pointer (&text), detail,
      __FILE__, GST_FUNCTION, __LINE__);
}

static gint
resource_error_code (const GError *error)
{
  switch ((PercliteError) error->code) {
    case PERCLITE_ERROR_NOT_FOUND:
      return GST_RESOURCE_ERROR_NOT_FOUND;
    case PERCLITE_ERROR_READ:
      return GST_RESOURCE_ERROR_OPEN_READ;
    case PERCLITE_ERROR_SETTINGS:
    case PERCLITE_ERROR_MALFORMED:
    case PERCLITE_ERROR_SIZE:
    case PERCLITE_ERROR_UNSUPPORTED:
    default:
      return GST_RESOURCE_ERROR_SETTINGS;
  }
}

void
gst_perclite_post_warning (GstElement *element, GError *error, const gchar *what)
{
  gst_element_message_full (element, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR,
      resource_error_code (error), g_strdup_printf ("%s %s", what, error->message), NULL, __FILE__,
      GST_FUNCTION, __LINE__);
  g_error_free (error);
}

void
gst_perclite_post_error (GstElement *element, GError *error)
{
  gst_element_message_full (element, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
      resource_error_code (error), g_strdup (error->message), NULL, __FILE__, GST_FUNCTION,
      __LINE__);
  g_error_free (error);
}
