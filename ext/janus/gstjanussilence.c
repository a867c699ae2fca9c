/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a media connection has fallen silent: webrtcbin 1.22 does not notice when the other side
 * is gone. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanussilence.h"

/* The probes hold a reference each. */
struct _GstJanusSilence {
  gint n_received; /* atomic: packets */
  gint is_sending; /* atomic: some packet of media was sent */

  /* Of whoever asks. */
  gint last_n_received;
  guint seconds;
};

/* RFC 7983, section 7, and RFC 5761, section 4. */
static void
classify (GstBuffer *buffer, gboolean *is_rtp, gboolean *is_rtcp)
{
  guint8 start[2] = {0};
  gboolean is_either;

  gst_buffer_extract (buffer, 0, start, sizeof start);
  is_either = start[0] >= 128 && start[0] <= 191;
  *is_rtcp = is_either && start[1] >= 192 && start[1] <= 223;
  *is_rtp = is_either && !*is_rtcp;
}

static gboolean
take_received (GstBuffer **buffer, guint i, gpointer user_data)
{
  GstJanusSilence *self = user_data;
  gboolean is_rtp, is_rtcp;

  /* Not a handshake, after which there may be nothing to send. */
  classify (*buffer, &is_rtp, &is_rtcp);
  if (is_rtp || is_rtcp)
    g_atomic_int_inc (&self->n_received);
  return TRUE;
}

static gboolean
take_sent (GstBuffer **buffer, guint i, gpointer user_data)
{
  GstJanusSilence *self = user_data;
  gboolean is_rtp, is_rtcp;

  classify (*buffer, &is_rtp, &is_rtcp);
  if (is_rtp)
    g_atomic_int_set (&self->is_sending, TRUE);
  return !is_rtp;
}

static void
for_each_buffer (GstPadProbeInfo *info, GstBufferListFunc func, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    func (&buffer, 0, user_data);
  else
    gst_buffer_list_foreach (GST_PAD_PROBE_INFO_BUFFER_LIST (info), func, user_data);
}

static GstPadProbeReturn
on_received (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  for_each_buffer (info, take_received, user_data);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_sent (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstJanusSilence *self = user_data;

  for_each_buffer (info, take_sent, self);
  return g_atomic_int_get (&self->is_sending) ? GST_PAD_PROBE_REMOVE : GST_PAD_PROBE_OK;
}

static void
silence_unref (gpointer self)
{
  g_atomic_rc_box_release (self);
}

static void
silence_unref_closure (gpointer self, GClosure *closure)
{
  silence_unref (self);
}

static void
add_probe (GstJanusSilence *self, GstElement *element, const gchar *name, GstPadProbeCallback func)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, func,
      g_atomic_rc_box_acquire (self), silence_unref);
}

/* The elements by which webrtcbin sends and receives. */
static void
on_element_added (GstBin *webrtcbin, GstBin *bin, GstElement *element, gpointer self)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory && g_str_equal (GST_OBJECT_NAME (factory), "nicesrc"))
    add_probe (self, element, "src", on_received);
  else if (factory && g_str_equal (GST_OBJECT_NAME (factory), "nicesink"))
    add_probe (self, element, "sink", on_sent);
}

GstJanusSilence *
gst_janus_silence_new (GstElement *webrtcbin)
{
  GstJanusSilence *self = g_atomic_rc_box_new0 (GstJanusSilence);

  g_signal_connect_data (webrtcbin, "deep-element-added", G_CALLBACK (on_element_added),
      g_atomic_rc_box_acquire (self), silence_unref_closure, (GConnectFlags) 0);
  return self;
}

void
gst_janus_silence_free (GstJanusSilence *self)
{
  silence_unref (self);
}

gboolean
gst_janus_silence_is_too_long (GstJanusSilence *self, gboolean playing)
{
  gint n_received = g_atomic_int_get (&self->n_received);
  gboolean is_expected = playing && (n_received != 0 || g_atomic_int_get (&self->is_sending));

  self->seconds = is_expected && n_received == self->last_n_received ? self->seconds + 1 : 0;
  self->last_n_received = n_received;
  return self->seconds >= GST_JANUS_MAX_SILENCE_SECONDS;
}
