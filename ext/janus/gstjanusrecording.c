/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a publisher has the server record: begins and ends recordings as the properties say, one
 * step at a time. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "gstjanusrecording.h"

/* Janus cuts names at 255 bytes, the medium and the ".mjr" of its own among them: two media would
 * get one file. */
#define MAX_FILE_SIZE 200

struct _GstJanusRecording {
  GstJanusBin *bin; /* not owned */
  void (*settled) (GstJanusBin *bin);

  GMutex lock;
  gboolean wanted;
  gchar *file;

  /* Of the signalling thread. */
  gchar **media;
  gboolean started; /* media flows */
  gboolean pending; /* the server has not answered yet */
  gboolean going_on;
  gchar *asked_file; /* what `file` was when the server was asked last */
  guint
      part; /* of what is recorded in this run, from 1: one for each connection that was recorded */
};

GstJanusRecording *
gst_janus_recording_new (GstJanusBin *bin, void (*settled) (GstJanusBin *bin))
{
  GstJanusRecording *self = g_new0 (GstJanusRecording, 1);

  self->bin = bin;
  self->settled = settled;
  self->part = 1;
  g_mutex_init (&self->lock);
  return self;
}

void
gst_janus_recording_free (GstJanusRecording *self)
{
  gst_janus_recording_reset (self);
  g_free (self->file);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
file_is_valid (const gchar *file)
{
  return !file || (*file && strlen (file) <= MAX_FILE_SIZE && g_utf8_validate (file, -1, NULL));
}

gboolean
gst_janus_recording_check (GstJanusRecording *self, GError **error)
{
  gboolean valid;

  g_mutex_lock (&self->lock);
  valid = !self->wanted || file_is_valid (self->file);
  g_mutex_unlock (&self->lock);
  if (!valid)
    g_set_error (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "record-file= is no name for files: it has to have 1 to %d bytes, in UTF-8", MAX_FILE_SIZE);
  return valid;
}

/* ---- Signalling thread ---- */

/* The beginning of the names that FILE stands for: a server that is asked for a name again would
 * overwrite what it has. */
static gchar *
name_part (GstJanusRecording *self, const gchar *file)
{
  return self->part > 1 ? g_strdup_printf ("%s-part%u", file, self->part) : g_strdup (file);
}

/* The beginning of the files' names, as Janus would choose it: but then nobody would know which it
 * was. */
static gchar *
make_name (GstJanusRecording *self)
{
  g_autofree gchar *room = NULL, *feed = NULL, *name = NULL;

  g_object_get (self->bin, "room-id", &room, "active-feed-id", &feed, NULL);
  name = g_strdup_printf (
      "videoroom-%.64s-user-%.64s-%" G_GINT64_FORMAT, room, feed, g_get_real_time ());
  /* Ids may be any text, and may have been cut within a character. */
  return g_strdelimit (g_utf8_make_valid (name, -1), "/", '_');
}

static gboolean
read_wish (GstJanusRecording *self, gchar **file)
{
  gboolean wanted;

  g_mutex_lock (&self->lock);
  wanted = self->wanted;
  *file = wanted ? g_strdup (self->file) : NULL;
  g_mutex_unlock (&self->lock);
  return wanted;
}

static gboolean
is_as_wished (GstJanusRecording *self, gboolean wanted, const gchar *file)
{
  return wanted == self->going_on && (!wanted || g_strcmp0 (file, self->asked_file) == 0);
}

void
gst_janus_recording_update (GstJanusRecording *self)
{
  JanusRoom *room = gst_janus_bin_get_talk (self->bin);
  g_autofree gchar *file = NULL, *name = NULL;
  g_autoptr (GError) error = NULL;
  gboolean wanted = read_wish (self, &file);

  if (!self->started || self->pending || !room)
    return;
  if (is_as_wished (self, wanted, file)) {
    self->settled (self->bin);
    return;
  }
  if (!gst_janus_recording_check (self, &error)) {
    gst_janus_bin_fail (self->bin, error);
    return;
  }

  self->pending = TRUE;
  g_free (self->asked_file);
  self->asked_file = g_strdup (file);
  if (wanted)
    name = file ? name_part (self, file) : make_name (self);
  janus_room_record (room, name);
}

void
gst_janus_recording_set_media (GstJanusRecording *self, const gchar *const *media)
{
  g_strfreev (self->media);
  self->media = g_strdupv ((gchar **) media);
}

void
gst_janus_recording_start (GstJanusRecording *self)
{
  self->started = TRUE;
  gst_janus_recording_update (self);
}

gboolean
gst_janus_recording_is_settled (GstJanusRecording *self)
{
  g_autofree gchar *file = NULL;
  gboolean wanted = read_wish (self, &file);

  return !self->pending && is_as_wished (self, wanted, file);
}

/* The names of the files that FILE is the beginning of. */
static gchar **
name_files (GstJanusRecording *self, const gchar *file)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  gboolean perc = gst_janus_bin_get_signalling (self->bin) == GST_JANUS_SIGNALLING_PERC;
  gchar **files;
  guint i;

  for (i = 0; file && self->media && self->media[i]; i++) {
    /* Servers of 2018 have one medium of each kind. */
    g_autofree gchar *name = perc ? g_strdup_printf ("%s-%s.mjr", file, self->media[i])
                                  : g_strdup_printf ("%s-%s-%u.mjr", file, self->media[i], i);

    g_strv_builder_add (builder, name);
  }
  files = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return files;
}

void
gst_janus_recording_changed (GstJanusRecording *self, const gchar *file, const gchar *directory)
{
  g_auto (GStrv) files = name_files (self, file);

  self->pending = FALSE;
  self->going_on = file != NULL;
  gst_element_post_message (GST_ELEMENT (self->bin),
      gst_message_new_element (GST_OBJECT (self->bin),
          gst_structure_new ("janus-recording", "recording", G_TYPE_BOOLEAN, self->going_on,
              "directory", G_TYPE_STRING, directory, "files", G_TYPE_STRV, files, NULL)));
  /* The properties may have changed meanwhile. */
  gst_janus_recording_update (self);
}

void
gst_janus_recording_lose (GstJanusRecording *self)
{
  if (self->going_on || self->pending)
    self->part++;
  self->started = self->pending = self->going_on = FALSE;
  g_clear_pointer (&self->asked_file, g_free);
  g_clear_pointer (&self->media, g_strfreev);
}

void
gst_janus_recording_reset (GstJanusRecording *self)
{
  gst_janus_recording_lose (self);
  self->part = 1;
}

/* ---- Any thread ---- */

void
gst_janus_recording_set_wanted (GstJanusRecording *self, gboolean wanted)
{
  g_mutex_lock (&self->lock);
  self->wanted = wanted;
  g_mutex_unlock (&self->lock);
}

gboolean
gst_janus_recording_get_wanted (GstJanusRecording *self)
{
  gboolean wanted;

  g_mutex_lock (&self->lock);
  wanted = self->wanted;
  g_mutex_unlock (&self->lock);
  return wanted;
}

void
gst_janus_recording_set_file (GstJanusRecording *self, const gchar *file)
{
  g_mutex_lock (&self->lock);
  g_free (self->file);
  self->file = g_strdup (file);
  g_mutex_unlock (&self->lock);
}

gchar *
gst_janus_recording_dup_file (GstJanusRecording *self)
{
  gchar *file;

  g_mutex_lock (&self->lock);
  file = g_strdup (self->file);
  g_mutex_unlock (&self->lock);
  return file;
}
