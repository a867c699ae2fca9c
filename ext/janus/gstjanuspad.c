/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pad of a source, in front of a pad of webrtcbin: what becomes of its data is its own affair. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/video/video.h>

#include "gstjanuspad.h"
#include "gstpercliteevent.h"

/* Owned by its pad. */
typedef struct {
  guint mline;
  const GstJanusPadHandlers *handlers;
  gpointer user_data;
  gint keyframe_wanted;      /* atomic */
  gboolean undecrypted_told; /* of the streaming thread */
} Medium;

/* Texts would be looked up for each packet. */
static GQuark
medium_quark (void)
{
  static gsize quark;

  if (g_once_init_enter (&quark))
    g_once_init_leave (&quark, g_quark_from_static_string ("janus-medium"));
  return (GQuark) quark;
}

static Medium *
pad_get_medium (gpointer pad)
{
  return g_object_get_qdata (pad, medium_quark ());
}

/* PAD is that of which the one with the data is the inside, and held meanwhile; NULL when there is none any more. */
static gboolean
takes_data (GstObject *pad)
{
  Medium *medium = pad ? pad_get_medium (pad) : NULL;

  return medium && medium->handlers->takes_data (medium->user_data) &&
         gst_pad_is_linked (GST_PAD (pad));
}

/* What becomes of one pad's data is that pad's: "not linked", EOS or flushing would stop all the others of the
 * connection. An error has been posted by whoever met it. */
static GstFlowReturn
contain (GstFlowReturn flow)
{
  return flow == GST_FLOW_NOT_LINKED || flow == GST_FLOW_EOS || flow == GST_FLOW_FLUSHING
             ? GST_FLOW_OK
             : flow;
}

static GstFlowReturn
on_buffer (GstPad *internal, GstObject *parent, GstBuffer *buffer)
{
  if (takes_data (parent))
    return contain (gst_proxy_pad_chain_default (internal, parent, buffer));
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
on_buffer_list (GstPad *internal, GstObject *parent, GstBufferList *list)
{
  if (takes_data (parent))
    return contain (gst_proxy_pad_chain_list_default (internal, parent, list));
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

static void
on_decryption (GstPad *pad, const GstStructure *structure, Medium *medium)
{
  gboolean failing = FALSE;
  guint64 duration = 0;

  gst_structure_get_boolean (structure, "failing", &failing);
  gst_structure_get_uint64 (structure, "duration", &duration);
  if (!failing) {
    medium->undecrypted_told = FALSE;
  } else if (!medium->undecrypted_told && duration >= GST_JANUS_UNDECRYPTED_SECONDS * GST_SECOND) {
    medium->undecrypted_told = TRUE;
    medium->handlers->undecrypted (pad, (guint) (duration / GST_SECOND), medium->user_data);
  }
}

static GstPadProbeReturn
on_upstream_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Medium *medium = user_data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);

  if (gst_video_event_is_force_key_unit (event)) {
    g_atomic_int_set (&medium->keyframe_wanted, TRUE);
    medium->handlers->keyframe_wanted (medium->user_data);
    return GST_PAD_PROBE_DROP;
  }
  if (gst_event_has_name (event, GST_PERCLITE_DECRYPTION_EVENT)) {
    on_decryption (pad, gst_event_get_structure (event), medium);
    return GST_PAD_PROBE_DROP;
  }
  return GST_PAD_PROBE_OK;
}

/* A ghost pad asks its target what caps are possible, and within webrtcbin nearly all are. What the
 * pad has is what counts when gst-launch-1.0 looks for the pad to link by "media=". */
static gboolean
on_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstCaps *filter, *wanted;

  if (caps && GST_QUERY_TYPE (query) == GST_QUERY_CAPS) {
    gst_query_parse_caps (query, &filter);
    if (filter) {
      g_autoptr (GstCaps) both = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);

      gst_query_set_caps_result (query, both);
    } else {
      gst_query_set_caps_result (query, caps);
    }
    return TRUE;
  }
  if (caps && GST_QUERY_TYPE (query) == GST_QUERY_ACCEPT_CAPS) {
    gst_query_parse_accept_caps (query, &wanted);
    gst_query_set_accept_caps_result (query, gst_caps_can_intersect (wanted, caps));
    return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

static gboolean
copy_sticky_event (GstPad *pad, GstEvent **event, gpointer to)
{
  gst_pad_store_sticky_event (to, *event);
  return TRUE;
}

GstPad *
gst_janus_pad_new (const gchar *name, GstStaticPadTemplate *templ, GstPad *target, guint mline,
    const GstJanusPadHandlers *handlers, gpointer user_data)
{
  Medium *medium = g_new0 (Medium, 1);
  GstPad *pad = gst_ghost_pad_new_from_template (name, target, gst_static_pad_template_get (templ));
  g_autoptr (GstPad) internal = GST_PAD (gst_proxy_pad_get_internal (GST_PROXY_PAD (pad)));

  medium->mline = mline;
  medium->handlers = handlers;
  medium->user_data = user_data;
  g_object_set_qdata_full (G_OBJECT (pad), medium_quark (), medium, g_free);

  gst_pad_set_query_function (pad, on_query);
  gst_pad_set_chain_function (internal, on_buffer);
  gst_pad_set_chain_list_function (internal, on_buffer_list);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream_event, medium, NULL);
  gst_pad_set_active (pad, TRUE);
  gst_pad_sticky_events_foreach (target, copy_sticky_event, pad);
  return pad;
}

guint
gst_janus_pad_get_mline (GstPad *pad)
{
  return pad_get_medium (pad)->mline;
}

gboolean
gst_janus_pad_take_keyframe_wish (GstPad *pad)
{
  return g_atomic_int_compare_and_exchange (&pad_get_medium (pad)->keyframe_wanted, TRUE, FALSE);
}
