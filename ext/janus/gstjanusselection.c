/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom of a room a source receives: what is set of that, and whether somebody fits. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusselection.h"
#include "januserror.h"

#define DEFAULT_EOS_ON_LEAVE FALSE

/* Each takes some ten descriptors, of the 1024 that a process has unless it asks for more. */
#define DEFAULT_MAX_FEEDS 32

/* The value of "feeds" that is no pattern. */
#define ALL_FEEDS "all"

enum { FEED_DISPLAY_NAME, FEEDS, EOS_ON_LEAVE, MAX_FEEDS };

struct _GstJanusSelection {
  GMutex lock;
  gchar *display_name;
  gchar *feeds;
  gboolean eos_on_leave;
  guint max_feeds;

  /* Of the signalling thread. */
  gboolean many;         /* "feeds" is set */
  GPatternSpec *pattern; /* of display names, or NULL: all */
  guint max;             /* "max-feeds" */
};

GstJanusSelection *
gst_janus_selection_new (void)
{
  GstJanusSelection *self = g_new0 (GstJanusSelection, 1);

  g_mutex_init (&self->lock);
  self->eos_on_leave = DEFAULT_EOS_ON_LEAVE;
  self->max_feeds = DEFAULT_MAX_FEEDS;
  return self;
}

void
gst_janus_selection_free (GstJanusSelection *self)
{
  g_clear_pointer (&self->pattern, g_pattern_spec_free);
  g_free (self->display_name);
  g_free (self->feeds);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
gst_janus_selection_set (GstJanusSelection *self, guint index, const GValue *value)
{
  gboolean known = TRUE;

  g_mutex_lock (&self->lock);
  switch (index) {
    case FEED_DISPLAY_NAME:
      g_free (self->display_name);
      self->display_name = g_value_dup_string (value);
      break;
    case FEEDS:
      g_free (self->feeds);
      self->feeds = g_value_dup_string (value);
      break;
    case EOS_ON_LEAVE:
      self->eos_on_leave = g_value_get_boolean (value);
      break;
    case MAX_FEEDS:
      self->max_feeds = g_value_get_uint (value);
      break;
    default:
      known = FALSE;
      break;
  }
  g_mutex_unlock (&self->lock);
  return known;
}

gboolean
gst_janus_selection_get (GstJanusSelection *self, guint index, GValue *value)
{
  gboolean known = TRUE;

  g_mutex_lock (&self->lock);
  switch (index) {
    case FEED_DISPLAY_NAME:
      g_value_set_string (value, self->display_name);
      break;
    case FEEDS:
      g_value_set_string (value, self->feeds);
      break;
    case EOS_ON_LEAVE:
      g_value_set_boolean (value, self->eos_on_leave);
      break;
    case MAX_FEEDS:
      g_value_set_uint (value, self->max_feeds);
      break;
    default:
      known = FALSE;
      break;
  }
  g_mutex_unlock (&self->lock);
  return known;
}

gboolean
gst_janus_selection_check (GstJanusSelection *self, const gchar *feed_id, GError **error)
{
  gboolean both;

  g_mutex_lock (&self->lock);
  both = self->feeds && (feed_id || self->display_name);
  g_mutex_unlock (&self->lock);
  if (both)
    g_set_error_literal (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "feeds= is for several publishers, and feed-id= and feed-display-name= are for one: set "
        "either");
  return !both;
}

gboolean
gst_janus_selection_get_eos_on_leave (GstJanusSelection *self)
{
  gboolean eos_on_leave;

  g_mutex_lock (&self->lock);
  eos_on_leave = self->eos_on_leave;
  g_mutex_unlock (&self->lock);
  return eos_on_leave;
}

/* ---- Signalling thread ---- */

void
gst_janus_selection_begin (GstJanusSelection *self)
{
  g_clear_pointer (&self->pattern, g_pattern_spec_free);
  g_mutex_lock (&self->lock);
  self->many = self->feeds != NULL;
  if (self->many && !g_str_equal (self->feeds, ALL_FEEDS))
    self->pattern = g_pattern_spec_new (self->feeds);
  self->max = self->max_feeds;
  g_mutex_unlock (&self->lock);
}

gboolean
gst_janus_selection_is_many (GstJanusSelection *self)
{
  return self->many;
}

guint
gst_janus_selection_get_max (GstJanusSelection *self)
{
  return self->max > 0 ? self->max : G_MAXUINT;
}

gboolean
gst_janus_selection_fits (
    GstJanusSelection *self, const gchar *feed_id, const gchar *id, const gchar *display)
{
  gboolean fits;

  if (self->many)
    return !self->pattern || (display && g_pattern_spec_match_string (self->pattern, display));
  if (feed_id)
    return g_strcmp0 (feed_id, id) == 0;
  g_mutex_lock (&self->lock);
  fits = !self->display_name || g_strcmp0 (self->display_name, display) == 0;
  g_mutex_unlock (&self->lock);
  return fits;
}

gchar *
gst_janus_selection_describe_absence (GstJanusSelection *self, const gchar *feed_id)
{
  gchar *what;

  if (feed_id)
    return g_strdup_printf ("Feed %s has not appeared in the room", feed_id);
  g_mutex_lock (&self->lock);
  what = self->display_name
             ? g_strdup_printf ("Nobody named \"%s\" has published in the room", self->display_name)
             : g_strdup ("Nobody has published in the room");
  g_mutex_unlock (&self->lock);
  return what;
}

/* ---- Properties ---- */

void
gst_janus_selection_install (GObjectClass *klass, guint first_id)
{
  const GParamFlags flags = (GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

  /**
   * GstJanusVideoRoomSrc:feed-display-name:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first_id + FEED_DISPLAY_NAME,
      g_param_spec_string ("feed-display-name", "Feed display name",
          "Without feed-id: receive the first publisher of this display name (unset: the first)",
          NULL, (GParamFlags) (flags | GST_PARAM_MUTABLE_READY)));
  /**
   * GstJanusVideoRoomSrc:feeds:
   *
   * In a pattern, `*` stands for any text and `?` for any character: "cam*" are all publishers
   * whose display names begin with "cam".
   *
   * Each time that one of them comes to another state, an element message "janus-feed" tells
   * `feed-id`, `feed-display-name`, `state` ("negotiating", "connected", "lost", "left") and, when
   * it is lost, `reason` (strings).
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first_id + FEEDS,
      g_param_spec_string ("feeds", "Feeds",
          "Receive several publishers, each with pads of its own: \"all\", or a pattern of display "
          "names (unset: one publisher)",
          NULL, (GParamFlags) (flags | GST_PARAM_MUTABLE_READY)));
  /**
   * GstJanusVideoRoomSrc:eos-on-leave:
   *
   * Then it is also an error when the publisher does not appear within #GstJanusBin:timeout.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first_id + EOS_ON_LEAVE,
      g_param_spec_boolean ("eos-on-leave", "EOS on leave",
          "End when the publisher leaves, instead of waiting until it returns; with feeds, end its "
          "pads before they are removed",
          DEFAULT_EOS_ON_LEAVE, (GParamFlags) (flags | GST_PARAM_MUTABLE_PLAYING)));
  /**
   * GstJanusVideoRoomSrc:max-feeds:
   *
   * With #GstJanusVideoRoomSrc:feeds: whoever is beyond waits until one of those that are received
   * leaves. A warning tells when that happens first. Each one takes about ten file descriptors and
   * several threads.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first_id + MAX_FEEDS,
      g_param_spec_uint ("max-feeds", "Max feeds",
          "With feeds: receive at most so many publishers at a time (0: no limit)", 0, G_MAXUINT,
          DEFAULT_MAX_FEEDS, (GParamFlags) (flags | GST_PARAM_MUTABLE_READY)));
}
