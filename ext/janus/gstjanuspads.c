/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pads of a source: which medium goes on with which, and the end on all of them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "gstjanuspad.h"
#include "gstjanuspads.h"
#include "januserror.h"

GST_DEBUG_CATEGORY_EXTERN (gst_janus_src_debug);
#define GST_CAT_DEFAULT gst_janus_src_debug

static GstStaticPadTemplate video_template = GST_STATIC_PAD_TEMPLATE (
    "video_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate audio_template = GST_STATIC_PAD_TEMPLATE (
    "audio_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS ("application/x-rtp"));

struct _GstJanusPads {
  GstJanusBin *bin; /* not owned */
  void (*keyframe_wanted) (GstJanusBin *bin);

  GMutex lock;
  GList *pads; /* of GstJanusPad, owned by the element */
  guint n_video, n_audio;
  gboolean ended; /* EOS was sent, nothing comes after it */
  guint run;      /* counts them: what was asked of one is nothing to the next */
};

void
gst_janus_pads_add_templates (GstElementClass *klass)
{
  gst_element_class_add_static_pad_template (klass, &video_template);
  gst_element_class_add_static_pad_template (klass, &audio_template);
}

GstJanusPads *
gst_janus_pads_new (GstJanusBin *bin, void (*keyframe_wanted) (GstJanusBin *bin))
{
  GstJanusPads *self = g_new0 (GstJanusPads, 1);

  self->bin = bin;
  self->keyframe_wanted = keyframe_wanted;
  g_mutex_init (&self->lock);
  return self;
}

void
gst_janus_pads_free (GstJanusPads *self)
{
  g_list_free (self->pads);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static GList *
ref_pads (GstJanusPads *self)
{
  GList *pads;

  g_mutex_lock (&self->lock);
  pads = g_list_copy_deep (self->pads, (GCopyFunc) gst_object_ref, NULL);
  g_mutex_unlock (&self->lock);
  return pads;
}

gboolean
gst_janus_pads_is_empty (GstJanusPads *self)
{
  gboolean empty;

  g_mutex_lock (&self->lock);
  empty = !self->pads;
  g_mutex_unlock (&self->lock);
  return empty;
}

static gboolean
has_ended (GstJanusPads *self)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  g_mutex_unlock (&self->lock);
  return ended;
}

/* ---- What pads tell ---- */

static gboolean
on_takes_data (GstJanusPad *pad, gpointer user_data)
{
  return !has_ended (user_data);
}

static void
on_keyframe_wanted (gpointer user_data)
{
  GstJanusPads *self = user_data;

  gst_janus_bin_invoke (self->bin, self->keyframe_wanted);
}

static void
on_undecrypted (GstJanusPad *pad, const gchar *in_words, guint seconds, gpointer user_data)
{
  GST_ELEMENT_WARNING (((GstJanusPads *) user_data)->bin, STREAM, DECRYPT,
      ("Nothing of %s has been decrypted for %u s on pad %s. Get the key of its publisher, and "
       "check that it encrypts",
          in_words, seconds, GST_PAD_NAME (pad)),
      (NULL));
}

static void
on_refused (GstJanusPad *pad, const gchar *in_words, const gchar *codec, gpointer user_data)
{
  GST_ELEMENT_WARNING (((GstJanusPads *) user_data)->bin, STREAM, WRONG_TYPE,
      ("What is linked to pad %s does not take the %s of %s, which is dropped. Link what does, or "
       "have its publisher send what it did before",
          GST_PAD_NAME (pad), codec, in_words),
      (NULL));
}

static const GstJanusPadHandlers pad_handlers = {
    on_takes_data, on_keyframe_wanted, on_undecrypted, on_refused};

void
gst_janus_pads_pass_wishes_on (GstJanusPads *self)
{
  GList *pads = ref_pads (self), *l;

  for (l = pads; l; l = l->next) {
    GstJanusReception *reception = (GstJanusReception *) gst_janus_pad_get_origin (l->data);

    if (gst_janus_pad_take_keyframe_wish (l->data) && reception)
      gst_janus_reception_wish_keyframe (reception, gst_janus_pad_get_mline (l->data));
  }
  g_list_free_full (pads, gst_object_unref);
}

/* ---- The end ---- */

typedef struct {
  GstJanusPads *pads;
  guint run; /* the one that is to end */
} End;

/* A pad by itself: one whose data is held up downstream, as by a muxer that waits for another, must
 * not keep EOS from that other. */
static void
push_eos_to_pad (GstElement *element, gpointer pad)
{
  gst_pad_push_event (pad, gst_event_new_eos ());
}

static void
push_eos (GstElement *element, gpointer user_data)
{
  const End *end = user_data;
  GstJanusPads *self = end->pads;
  GList *pads = NULL, *l;
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended || self->run != end->run;
  if (!ended) {
    self->ended = TRUE;
    pads = g_list_copy_deep (self->pads, (GCopyFunc) gst_object_ref, NULL);
  }
  g_mutex_unlock (&self->lock);
  if (ended)
    return;

  for (l = pads; l; l = l->next)
    gst_element_call_async (element, push_eos_to_pad, gst_object_ref (l->data), gst_object_unref);
  if (!pads)
    gst_janus_bin_fail_soon (self->bin,
        g_error_new_literal (JANUS_ERROR, JANUS_ERROR_NO_FEED, "Ended before any media came"));
  g_list_free_full (pads, gst_object_unref);
}

/* Pushing may block, which neither the signalling nor whoever sends an event must. */
void
gst_janus_pads_end (GstJanusPads *self)
{
  End *end = g_new (End, 1);

  end->pads = self;
  g_mutex_lock (&self->lock);
  end->run = self->run;
  g_mutex_unlock (&self->lock);
  gst_element_call_async (GST_ELEMENT (self->bin), push_eos, end, g_free);
}

void
gst_janus_pads_begin (GstJanusPads *self)
{
  g_mutex_lock (&self->lock);
  self->ended = FALSE;
  g_mutex_unlock (&self->lock);
}

/* ---- Pads that come ---- */

/* The pad that RECEPTION's m-line goes on with: its own, or one that is free and was of the
 * like. */
static GstJanusPad *
find_pad (
    GstJanusPads *self, GstJanusReception *reception, guint mline, GstStaticPadTemplate *templ)
{
  const GstJanusReceptionInfo *info = gst_janus_reception_get_info (reception);
  guint index = gst_janus_reception_get_index (reception, mline);
  GstJanusPad *found = NULL;
  GList *pads = ref_pads (self), *l;

  for (l = pads; l && !found; l = l->next) {
    gconstpointer origin = gst_janus_pad_get_origin (l->data);
    g_autofree gchar *id = NULL;

    g_object_get (l->data, "feed-id", &id, NULL);
    if (origin ? origin == reception && gst_janus_pad_get_mline (l->data) == mline
               : g_str_equal (
                     GST_PAD_TEMPLATE_NAME_TEMPLATE (GST_PAD_PAD_TEMPLATE (GST_PAD (l->data))),
                     templ->name_template) &&
                     gst_janus_pad_get_index (l->data) == index &&
                     (!info->own_pads || g_strcmp0 (id, info->id) == 0))
      found = l->data;
  }
  /* The element has it still: pads go in this thread, or when it is done. */
  g_list_free_full (pads, gst_object_unref);
  return found;
}

/* Tells that these are all: whoever waits for another medium does so in vain. */
static void
tell_no_more_pads (GstJanusPads *self, GstJanusReception *reception)
{
  GList *pads = ref_pads (self), *l;
  guint n_pads = 0;

  for (l = pads; l; l = l->next)
    n_pads += gst_janus_pad_get_origin (l->data) == reception;
  g_list_free_full (pads, gst_object_unref);
  /* Others may come where each has pads of its own. */
  if (n_pads == gst_janus_reception_get_n_media (reception) &&
      !gst_janus_reception_get_info (reception)->own_pads)
    gst_element_no_more_pads (GST_ELEMENT (self->bin));
}

static void
add_pad (GstJanusPads *self, GstJanusReception *reception, GstPad *target, guint mline,
    GstStaticPadTemplate *templ, const GstJanusPadSource *source)
{
  g_autofree gchar *name = NULL;
  GstJanusPad *pad;
  gboolean ended;

  g_mutex_lock (&self->lock);
  name = templ == &video_template ? g_strdup_printf ("video_%u", self->n_video++)
                                  : g_strdup_printf ("audio_%u", self->n_audio++);
  g_mutex_unlock (&self->lock);
  pad = gst_janus_pad_new (name, templ, gst_janus_reception_get_index (reception, mline),
      GST_ELEMENT (self->bin), &pad_handlers, self);
  gst_janus_pad_attach (pad, target, reception, mline, source);
  g_mutex_lock (&self->lock);
  self->pads = g_list_append (self->pads, pad);
  ended = self->ended;
  g_mutex_unlock (&self->lock);
  gst_element_add_pad (GST_ELEMENT (self->bin), GST_PAD (pad));
  /* What push_eos() has missed. */
  if (ended)
    gst_element_call_async (
        GST_ELEMENT (self->bin), push_eos_to_pad, gst_object_ref (pad), gst_object_unref);
  tell_no_more_pads (self, reception);
}

void
gst_janus_pads_show (
    GstJanusPads *self, GstJanusReception *reception, GstPad *target, GstCaps *caps)
{
  const GstJanusReceptionInfo *info = gst_janus_reception_get_info (reception);
  const GstJanusPadSource source = {info->id, info->display, info->in_words};
  const gchar *media = gst_structure_get_string (gst_caps_get_structure (caps, 0), "media");
  GstStaticPadTemplate *templ = g_strcmp0 (media, "video") == 0 ? &video_template : &audio_template;
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  guint mline;
  GstJanusPad *pad;

  g_object_get (target, "transceiver", &transceiver, NULL);
  g_object_get (transceiver, "mlineindex", &mline, NULL);
  pad = find_pad (self, reception, mline, templ);
  if (pad) {
    GST_INFO_OBJECT (pad, "goes on with another SSRC");
    gst_janus_pad_attach (pad, target, reception, mline, &source);
  } else {
    add_pad (self, reception, target, mline, templ, &source);
  }
}

/* ---- Pads that go ---- */

void
gst_janus_pads_detach (GstJanusPads *self, GstJanusReception *reception)
{
  GList *pads = ref_pads (self), *l;

  for (l = pads; l; l = l->next) {
    if (gst_janus_pad_get_origin (l->data) == reception)
      gst_janus_pad_detach (l->data);
  }
  g_list_free_full (pads, gst_object_unref);
}

static void
remove_pad (GstElement *element, gpointer pad)
{
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (element, pad);
}

static void
end_and_remove_pad (GstElement *element, gpointer pad)
{
  push_eos_to_pad (element, pad);
  remove_pad (element, pad);
}

void
gst_janus_pads_remove_feed (GstJanusPads *self, const gchar *id, gboolean eos)
{
  GList *pads = ref_pads (self), *l;

  for (l = pads; l; l = l->next) {
    g_autofree gchar *pad_id = NULL;

    g_object_get (l->data, "feed-id", &pad_id, NULL);
    if (g_strcmp0 (pad_id, id) != 0)
      continue;
    g_mutex_lock (&self->lock);
    self->pads = g_list_remove (self->pads, l->data);
    g_mutex_unlock (&self->lock);
    /* Pushing may block, which the signalling must not. */
    gst_element_call_async (GST_ELEMENT (self->bin), eos ? end_and_remove_pad : remove_pad,
        gst_object_ref (l->data), gst_object_unref);
  }
  g_list_free_full (pads, gst_object_unref);
}

void
gst_janus_pads_remove_all (GstJanusPads *self)
{
  GList *pads, *l;

  g_mutex_lock (&self->lock);
  pads = g_steal_pointer (&self->pads);
  self->n_video = self->n_audio = 0;
  self->ended = FALSE;
  self->run++;
  g_mutex_unlock (&self->lock);
  for (l = pads; l; l = l->next)
    remove_pad (GST_ELEMENT (self->bin), l->data);
  g_list_free (pads);
}
