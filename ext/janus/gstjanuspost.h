/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells the application of errors of the signalling. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Posts ERROR with what its reader can do about it, WHERE as debug information, and the code of a
 * refusal as "janus-code" in the message's details. Any thread. */
void gst_janus_post_error (GstElement *element, const GError *error, const gchar *where);
/* The same as a warning, with a sentence on what is done about it. */
void gst_janus_post_warning (
    GstElement *element, const GError *error, const gchar *what_is_done, const gchar *where);

/* Posts TEXT as an information, so that gst-launch-1.0 shows it. Any thread. */
void gst_janus_post_info (GstElement *element, const gchar *text);

G_END_DECLS
