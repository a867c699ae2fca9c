/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pad of a source: it stays while the webrtcbins behind it come and go, and what becomes of its
 * data is its own affair. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/video/video.h>

#include "gstjanuspad.h"
#include "gstpercliteevent.h"

enum { PROP_0, PROP_FEED_ID, PROP_FEED_DISPLAY_NAME };

struct _GstJanusPad {
  GstGhostPad parent;

  GWeakRef owner; /* while it lives so does user_data */
  const GstJanusPadHandlers *handlers;
  gpointer user_data;
  guint index;
  gint keyframe_wanted;      /* atomic */
  gboolean undecrypted_told; /* of the streaming thread */
  gboolean refusal_told;     /* the same: that downstream does not take the caps */

  /* Of the signalling thread. */
  gconstpointer origin;
  guint mline;

  /* Under the object lock. */
  gchar *id;
  gchar *display;
  gchar *in_words;
};

G_DEFINE_TYPE (GstJanusPad, gst_janus_pad, GST_TYPE_GHOST_PAD);

/* ---- What comes from webrtcbin ---- */

/* PARENT is the pad of which the one with the data is the inside, and held meanwhile; NULL when
 * there is none any more. */
static gboolean
takes_data (GstObject *parent)
{
  GstJanusPad *pad = (GstJanusPad *) parent;

  return pad && pad->handlers->takes_data (pad, pad->user_data) &&
         gst_pad_is_linked (GST_PAD (pad));
}

static void
tell_refusal (GstJanusPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (GST_PAD (pad));
  const gchar *codec =
      caps ? gst_structure_get_string (gst_caps_get_structure (caps, 0), "encoding-name") : NULL;
  g_autofree gchar *in_words = NULL;

  if (pad->refusal_told)
    return;
  pad->refusal_told = TRUE;
  GST_OBJECT_LOCK (pad);
  in_words = g_strdup (pad->in_words);
  GST_OBJECT_UNLOCK (pad);
  pad->handlers->refused (pad, in_words, codec ? codec : "data", pad->user_data);
}

/* What becomes of one pad's data is that pad's: "not linked", EOS, flushing or other caps than
 * downstream takes would stop all the others of the connection. An error has been posted by whoever
 * met it. PARENT as before. */
static GstFlowReturn
contain (GstObject *parent, GstFlowReturn flow)
{
  if (flow == GST_FLOW_NOT_NEGOTIATED)
    tell_refusal ((GstJanusPad *) parent);
  return flow == GST_FLOW_NOT_LINKED || flow == GST_FLOW_EOS || flow == GST_FLOW_FLUSHING ||
                 flow == GST_FLOW_NOT_NEGOTIATED
             ? GST_FLOW_OK
             : flow;
}

static GstFlowReturn
on_buffer (GstPad *internal, GstObject *parent, GstBuffer *buffer)
{
  if (takes_data (parent))
    return contain (parent, gst_proxy_pad_chain_default (internal, parent, buffer));
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
on_buffer_list (GstPad *internal, GstObject *parent, GstBufferList *list)
{
  if (takes_data (parent))
    return contain (parent, gst_proxy_pad_chain_list_default (internal, parent, list));
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

/* What EVENT of webrtcbin, which it takes, becomes downstream, or NULL: another connection is no
 * other stream. */
static GstEvent *
translate_event (GstJanusPad *pad, GstEvent *event)
{
  GstEvent *translated = event;
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START: {
      g_autoptr (GstEvent) known =
          gst_pad_get_sticky_event (GST_PAD (pad), GST_EVENT_STREAM_START, 0);

      if (!known)
        return event;
      translated = NULL;
      break;
    }
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      caps = gst_caps_copy (caps);
      pad->refusal_told = FALSE;
      GST_OBJECT_LOCK (pad);
      if (pad->id)
        gst_caps_set_simple (caps, "feed-id", G_TYPE_STRING, pad->id, NULL);
      if (pad->display)
        gst_caps_set_simple (caps, "feed-display-name", G_TYPE_STRING, pad->display, NULL);
      GST_OBJECT_UNLOCK (pad);
      translated = gst_event_new_caps (caps);
      gst_caps_unref (caps);
      break;
    case GST_EVENT_EOS:
      /* Not when a connection ends: when what it was for does, and nothing like it follows. */
      translated = NULL;
      break;
    default:
      return event;
  }
  gst_event_unref (event);
  return translated;
}

static gboolean
on_event (GstPad *internal, GstObject *parent, GstEvent *event)
{
  g_autoptr (GstObject) pad = gst_object_get_parent (GST_OBJECT (internal));
  /* Whether downstream takes them shows in what becomes of data. */
  gboolean is_caps = GST_EVENT_TYPE (event) == GST_EVENT_CAPS;

  event = pad ? translate_event (GST_JANUS_PAD (pad), event) : event;
  return !event || gst_pad_event_default (internal, parent, event) || is_caps;
}

static gboolean
on_internal_query (GstPad *internal, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_ACCEPT_CAPS)
    return gst_pad_query_default (internal, parent, query);
  gst_query_set_accept_caps_result (query, TRUE);
  return TRUE;
}

static gboolean
copy_sticky_event (GstPad *target, GstEvent **event, gpointer pad)
{
  g_autoptr (GstEvent) translated = translate_event (pad, gst_event_ref (*event));

  if (translated)
    gst_pad_store_sticky_event (pad, translated);
  return TRUE;
}

/* ---- What comes from downstream ---- */

static void
on_decryption (GstJanusPad *pad, const GstStructure *structure)
{
  gboolean failing = FALSE;
  guint64 duration = 0;

  gst_structure_get_boolean (structure, "failing", &failing);
  gst_structure_get_uint64 (structure, "duration", &duration);
  if (!failing) {
    pad->undecrypted_told = FALSE;
  } else if (!pad->undecrypted_told && duration >= GST_JANUS_UNDECRYPTED_SECONDS * GST_SECOND) {
    g_autofree gchar *in_words = NULL;

    pad->undecrypted_told = TRUE;
    GST_OBJECT_LOCK (pad);
    in_words = g_strdup (pad->in_words);
    GST_OBJECT_UNLOCK (pad);
    pad->handlers->undecrypted (pad, in_words, (guint) (duration / GST_SECOND), pad->user_data);
  }
}

static GstPadProbeReturn
on_upstream_event (GstPad *ghost, GstPadProbeInfo *info, gpointer user_data)
{
  GstJanusPad *pad = GST_JANUS_PAD (ghost);
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  gboolean is_wish = gst_video_event_is_force_key_unit (event);
  g_autoptr (GObject) owner = NULL;

  if (!is_wish && !gst_event_has_name (event, GST_PERCLITE_DECRYPTION_EVENT))
    return GST_PAD_PROBE_OK;
  /* Whoever sends it may have the pad for longer than there is the element. Data comes from within
   * the element, and needs no such care. */
  owner = g_weak_ref_get (&pad->owner);
  if (owner && is_wish) {
    g_atomic_int_set (&pad->keyframe_wanted, TRUE);
    pad->handlers->keyframe_wanted (pad->user_data);
  } else if (owner) {
    on_decryption (pad, gst_event_get_structure (event));
  }
  return GST_PAD_PROBE_DROP;
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

/* ---- The whole ---- */

GstJanusPad *
gst_janus_pad_new (const gchar *name, GstStaticPadTemplate *templ, guint index, GstElement *owner,
    const GstJanusPadHandlers *handlers, gpointer user_data)
{
  g_autoptr (GstPadTemplate) made = gst_object_ref_sink (gst_static_pad_template_get (templ));
  GstJanusPad *pad = g_object_new (
      GST_TYPE_JANUS_PAD, "name", name, "direction", GST_PAD_SRC, "template", made, NULL);
  g_autoptr (GstPad) internal = GST_PAD (gst_proxy_pad_get_internal (GST_PROXY_PAD (pad)));

  g_weak_ref_set (&pad->owner, owner);
  pad->index = index;
  pad->handlers = handlers;
  pad->user_data = user_data;
  gst_pad_set_query_function (GST_PAD (pad), on_query);
  gst_pad_set_chain_function (internal, on_buffer);
  gst_pad_set_chain_list_function (internal, on_buffer_list);
  gst_pad_set_event_function (internal, on_event);
  gst_pad_set_query_function (internal, on_internal_query);
  gst_pad_add_probe (
      GST_PAD (pad), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream_event, NULL, NULL);
  return pad;
}

static void
set_string (gchar **field, const gchar *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

void
gst_janus_pad_attach (GstJanusPad *pad, GstPad *target, gconstpointer origin, guint mline,
    const GstJanusPadSource *source)
{
  gboolean changed;

  GST_OBJECT_LOCK (pad);
  changed = g_strcmp0 (pad->id, source->id) != 0 || g_strcmp0 (pad->display, source->display) != 0;
  set_string (&pad->id, source->id);
  set_string (&pad->display, source->display);
  set_string (&pad->in_words, source->in_words);
  GST_OBJECT_UNLOCK (pad);
  if (changed) {
    g_object_notify (G_OBJECT (pad), "feed-id");
    g_object_notify (G_OBJECT (pad), "feed-display-name");
  }

  pad->origin = origin;
  pad->mline = mline;
  if (!gst_pad_is_active (GST_PAD (pad))) {
    gst_pad_set_active (GST_PAD (pad), TRUE);
    gst_pad_sticky_events_foreach (target, copy_sticky_event, pad);
  }
  gst_ghost_pad_set_target (GST_GHOST_PAD (pad), target);
}

void
gst_janus_pad_detach (GstJanusPad *pad)
{
  pad->origin = NULL;
  gst_ghost_pad_set_target (GST_GHOST_PAD (pad), NULL);
}

gconstpointer
gst_janus_pad_get_origin (GstJanusPad *pad)
{
  return pad->origin;
}

guint
gst_janus_pad_get_mline (GstJanusPad *pad)
{
  return pad->mline;
}

guint
gst_janus_pad_get_index (GstJanusPad *pad)
{
  return pad->index;
}

gboolean
gst_janus_pad_take_keyframe_wish (GstJanusPad *pad)
{
  return g_atomic_int_compare_and_exchange (&pad->keyframe_wanted, TRUE, FALSE);
}

static void
gst_janus_pad_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstJanusPad *pad = GST_JANUS_PAD (object);

  GST_OBJECT_LOCK (pad);
  switch (prop_id) {
    case PROP_FEED_ID:
      g_value_set_string (value, pad->id);
      break;
    case PROP_FEED_DISPLAY_NAME:
      g_value_set_string (value, pad->display);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (pad);
}

static void
gst_janus_pad_finalize (GObject *object)
{
  GstJanusPad *pad = GST_JANUS_PAD (object);

  g_weak_ref_clear (&pad->owner);
  g_free (pad->id);
  g_free (pad->display);
  g_free (pad->in_words);

  G_OBJECT_CLASS (gst_janus_pad_parent_class)->finalize (object);
}

static void
gst_janus_pad_class_init (GstJanusPadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = (GParamFlags) (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  object_class->get_property = gst_janus_pad_get_property;
  object_class->finalize = gst_janus_pad_finalize;

  /**
   * GstJanusPad:feed-id:
   *
   * Also in the caps, under the same name.
   *
   * Since: 0.1
   */
  g_object_class_install_property (object_class, PROP_FEED_ID,
      g_param_spec_string (
          "feed-id", "Feed id", "The publisher that the data is of", NULL, readable));
  /**
   * GstJanusPad:feed-display-name:
   *
   * Also in the caps, under the same name. Anybody may take any name: it is no proof of who that
   * is.
   *
   * Since: 0.1
   */
  g_object_class_install_property (object_class, PROP_FEED_DISPLAY_NAME,
      g_param_spec_string ("feed-display-name", "Feed display name",
          "The name of the publisher that the data is of", NULL, readable));
  gst_type_mark_as_plugin_api (GST_TYPE_JANUS_PAD, (GstPluginAPIFlags) 0);
}

static void
gst_janus_pad_init (GstJanusPad *pad)
{
  g_weak_ref_init (&pad->owner, NULL);
}
