/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitefilter.h - what perclitenc and perclitedec have in common. */

#pragma once

#include <gst/gst.h>

#include "perclitekey.h"
#include "perclitesrtp.h"

G_BEGIN_DECLS

#define GST_TYPE_PERCLITE_SUITE (gst_perclite_suite_get_type ())
GType gst_perclite_suite_get_type (void);

#define GST_TYPE_PERCLITE_FILTER (gst_perclite_filter_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstPercliteFilter, gst_perclite_filter, GST, PERCLITE_FILTER, GstElement)

/**
 * GstPercliteFilterClass:
 * @encrypting: whether @transform makes inner packets out of payloads rather than the reverse
 * @start: makes what @transform needs. Takes the key, also when it fails. Called while no packets
 *   flow.
 * @stop: frees what @start made. Called while no packets flow, and with the lock of the filter held.
 * @transform: encrypts or decrypts in place, as perclite_encrypter_encrypt() and
 *   perclite_decrypter_decrypt() do. @outer_header is the first 12 bytes of the packet; @size that
 *   of what is in @inner, @out_size that of what is in @inner afterwards, both without the parts
 *   that are not outer payload. Called with the lock of the filter held.
 * @foreach_stream: calls @func for each stream since @start. Called with the lock of the filter
 *   held.
 * @sink_event: handles an event from upstream; chain up to forward it
 *
 * Neither of those called with the lock held may push, post or set properties.
 */
struct _GstPercliteFilterClass {
  GstElementClass parent_class;

  gboolean encrypting;

  gboolean (*start) (GstPercliteFilter *self, PercliteKey *key, GError **error);
  void (*stop) (GstPercliteFilter *self);
  PercliteResult (*transform) (GstPercliteFilter *self, const guint8 *outer_header, guint8 *inner,
      gsize size, gsize *out_size);
  void (*foreach_stream) (GstPercliteFilter *self, PercliteStreamFunc func, gpointer user_data);
  gboolean (*sink_event) (GstPercliteFilter *self, GstEvent *event);
};

/**
 * gst_perclite_filter_push_encrypted_event:
 *
 * Pushes a GST_PERCLITE_ENCRYPTED_EVENT for the key in use downstream. Only to be called by the
 * streaming thread.
 */
void gst_perclite_filter_push_encrypted_event (GstPercliteFilter *self);

G_END_DECLS
