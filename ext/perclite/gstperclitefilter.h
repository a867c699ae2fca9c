/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitefilter.h - what perclitenc and perclitedec have in common. */

#pragma once

#include <gst/gst.h>

#include "gstperclitekeyed.h"
#include "percliteencrypter.h"
#include "perclitehealth.h"

G_BEGIN_DECLS

#define GST_TYPE_PERCLITE_FILTER (gst_perclite_filter_get_type ())
G_DECLARE_DERIVABLE_TYPE (
    GstPercliteFilter, gst_perclite_filter, GST, PERCLITE_FILTER, GstPercliteKeyed)

/* For each packet: without looking whether it is one. */
#define GST_PERCLITE_FILTER_CAST(object) ((GstPercliteFilter *) (object))

/**
 * GstPercliteTask:
 * @outer_header: the first 12 bytes of the packet
 * @inner: as perclite_encrypter_encrypt() and perclite_decrypter_decrypt() have it
 * @size: bytes of what is in @inner, without the parts that are not outer payload
 * @out_size: the same, afterwards
 * @peh: the first bytes of an encrypted payload, as they came
 * @peh_size: how many
 * @key: the key that worked, when decrypting
 * @encrypted: what else happened, when encrypting
 * @diagnosis: what it means
 *
 * A packet on its way through a filter.
 */
typedef struct {
  const guint8 *outer_header;
  guint8 *inner;
  gsize size;
  gsize out_size;
  guint8 peh[PERCLITE_PEH_SIZE];
  gsize peh_size;
  const PercliteKey *key;
  PercliteEncrypted encrypted;
  PercliteDiagnosis *diagnosis;
} GstPercliteTask;

/**
 * GstPercliteFilterClass:
 * @begin: makes what @transform needs. Called while no packets flow.
 * @end: frees what @begin made. Called while no packets flow.
 * @change_keys: goes over to other keys. Returns %FALSE with the error set, and nothing changed, if
 *   it cannot.
 * @transform: encrypts or decrypts. A packet for which there was no key has not been touched.
 * @may_request: (nullable): whether it is time to ask for the key of a packet for which there was
 *   none. Writes the MKI of the packet, if it is known, to @mki, which takes PERCLITE_MKI_MAX_SIZE
 *   bytes; for those that decrypt.
 * @diagnose: says in the diagnosis what the result of @transform means
 * @trailer_size: (nullable): most bytes that the next packet has after its ciphertext; for those
 *   that encrypt
 * @foreach_stream: calls @func for each stream since @begin
 * @handle: does what a diagnosis asks of the element, before the packet is passed on. Called
 *   without lock.
 * @sink_event: handles an event from upstream; chain up to forward it. Called without lock.
 *
 * All but the last two are called with the lock of the filter held, and may not push, post, or set
 * properties. Whether a filter encrypts is told by #GstPercliteKeyedClass.
 */
struct _GstPercliteFilterClass {
  GstPercliteKeyedClass parent_class;

  gboolean (*begin) (GstPercliteFilter *self, const PercliteKeyring *keys, GError **error);
  void (*end) (GstPercliteFilter *self);
  gboolean (*change_keys) (GstPercliteFilter *self, const PercliteKeyring *keys, GError **error);
  PercliteResult (*transform) (GstPercliteFilter *self, GstPercliteTask *task);
  gboolean (*may_request) (
      GstPercliteFilter *self, const GstPercliteTask *task, guint8 *mki, gsize *mki_size);
  void (*diagnose) (GstPercliteFilter *self, GstPercliteTask *task, PercliteResult result);
  gsize (*trailer_size) (GstPercliteFilter *self);
  void (*foreach_stream) (GstPercliteFilter *self, PercliteStreamFunc func, gpointer user_data);
  void (*handle) (GstPercliteFilter *self, const PercliteDiagnosis *diagnosis);
  gboolean (*sink_event) (GstPercliteFilter *self, GstEvent *event);
};

/* The lock of the filter, for what belongs to a subclass. */
void gst_perclite_filter_lock (GstPercliteFilter *self);
void gst_perclite_filter_unlock (GstPercliteFilter *self);

/**
 * gst_perclite_filter_push_encrypted_event:
 *
 * Pushes a GST_PERCLITE_ENCRYPTED_EVENT for the key in use downstream. Only to be called by the
 * streaming thread.
 */
void gst_perclite_filter_push_encrypted_event (GstPercliteFilter *self);

/**
 * gst_perclite_filter_push_upstream:
 * @event: (transfer full): an event
 *
 * Sends an event to where the packets come from.
 */
void gst_perclite_filter_push_upstream (GstPercliteFilter *self, GstEvent *event);

G_END_DECLS
