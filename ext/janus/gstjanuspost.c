/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells the application of errors of the signalling. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "gstjanuspost.h"
#include "januserror.h"

static void
get_gst_error (const GError *error, GQuark *domain, gint *code)
{
  static const struct {
    gboolean refusal;
    gint code;
    gint resource_error;
  } codes[] = {
      {TRUE, JANUS_REFUSAL_NO_SUCH_RECORDING, GST_RESOURCE_ERROR_NOT_FOUND},
      {TRUE, JANUS_REFUSAL_RECORDING_EXISTS, GST_RESOURCE_ERROR_BUSY},
      {TRUE, JANUS_REFUSAL_NO_SUCH_ROOM, GST_RESOURCE_ERROR_NOT_FOUND},
      {TRUE, JANUS_REFUSAL_NO_SUCH_FEED, GST_RESOURCE_ERROR_NOT_FOUND},
      {TRUE, JANUS_REFUSAL_ROOM_FULL, GST_RESOURCE_ERROR_BUSY},
      {TRUE, JANUS_REFUSAL_ID_EXISTS, GST_RESOURCE_ERROR_BUSY},
      {TRUE, JANUS_REFUSAL_UNAUTHORIZED, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
      {TRUE, JANUS_REFUSAL_UNAUTHORIZED_CORE, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
      {TRUE, JANUS_REFUSAL_MISSING_ELEMENT, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
      {TRUE, JANUS_REFUSAL_PERC_ONLY, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
      {FALSE, JANUS_ERROR_SETTINGS, GST_RESOURCE_ERROR_SETTINGS},
      {FALSE, JANUS_ERROR_NO_RECORDING, GST_RESOURCE_ERROR_NOT_FOUND},
      {FALSE, JANUS_ERROR_RECORD, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
      {FALSE, JANUS_ERROR_NO_FEED, GST_RESOURCE_ERROR_NOT_FOUND},
      {FALSE, JANUS_ERROR_NO_MEDIA, GST_RESOURCE_ERROR_NOT_FOUND},
      {FALSE, JANUS_ERROR_CLOSED, GST_RESOURCE_ERROR_CLOSE},
      {FALSE, JANUS_ERROR_KICKED, GST_RESOURCE_ERROR_CLOSE},
      {FALSE, JANUS_ERROR_DESTROYED, GST_RESOURCE_ERROR_CLOSE},
  };
  gboolean refusal = error->domain == JANUS_REFUSAL;
  gsize i;

  if (error->domain != JANUS_REFUSAL && error->domain != JANUS_ERROR) {
    *domain = error->domain;
    *code = error->code;
    return;
  }
  if (!refusal && error->code == JANUS_ERROR_CODEC) {
    *domain = GST_STREAM_ERROR;
    *code = GST_STREAM_ERROR_CODEC_NOT_FOUND;
    return;
  }
  *domain = GST_RESOURCE_ERROR;
  *code = GST_RESOURCE_ERROR_OPEN_READ_WRITE;
  for (i = 0; i < G_N_ELEMENTS (codes); i++) {
    if (codes[i].refusal == refusal && codes[i].code == error->code)
      *code = codes[i].resource_error;
  }
}

/* What ERROR says may be a sentence of another with its end, or not. */
static gchar *
make_text (const GError *error, const gchar *addition)
{
  const gchar *hint = janus_error_hint (error);
  gsize length = strlen (error->message);

  if (length > 0 && error->message[length - 1] == '.')
    length--;
  return g_strdup_printf ("%.*s.%s%s%s%s", (gint) length, error->message, *hint ? " " : "", hint,
      *addition ? " " : "", addition);
}

static void
post (GstElement *element, GstMessageType type, const GError *error, const gchar *addition,
    const gchar *where)
{
  GstStructure *details = NULL;
  GQuark domain;
  gint code;

  get_gst_error (error, &domain, &code);
  if (error->domain == JANUS_REFUSAL)
    details = gst_structure_new ("details", "janus-code", G_TYPE_INT, error->code, NULL);
  gst_element_message_full_with_details (element, type, domain, code, make_text (error, addition),
      g_strdup (where), __FILE__, GST_FUNCTION, __LINE__, details);
}

void
gst_janus_post_error (GstElement *element, const GError *error, const gchar *where)
{
  post (element, GST_MESSAGE_ERROR, error, "", where);
}

void
gst_janus_post_warning (
    GstElement *element, const GError *error, const gchar *what_is_done, const gchar *where)
{
  post (element, GST_MESSAGE_WARNING, error, what_is_done, where);
}

void
gst_janus_post_info (GstElement *element, const gchar *text)
{
  /* Of an information gst-launch-1.0 1.22 prints nothing but what is for debugging. */
  GST_ELEMENT_INFO (element, RESOURCE, OPEN_READ_WRITE, ("%s", text), ("%s", text));
}
