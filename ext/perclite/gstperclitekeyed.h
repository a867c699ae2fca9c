/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitekeyed.h - an element with keys: its properties, its signals, and the file that is
 * watched. */

#pragma once

#include <gst/gst.h>

#include "perclitekeyring.h"

G_BEGIN_DECLS

#define GST_TYPE_PERCLITE_SUITE (gst_perclite_suite_get_type ())
GType gst_perclite_suite_get_type (void);

#define GST_TYPE_PERCLITE_KEYED (gst_perclite_keyed_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstPercliteKeyed, gst_perclite_keyed, GST, PERCLITE_KEYED, GstElement)

/**
 * GstPercliteKeyedClass:
 * @encrypting: whether there has to be a key to encrypt with
 * @start: begins to use the keys
 * @set_keys: goes over to other keys, once it was started. Returns %FALSE with the error set, and
 *   nothing changed, if it cannot.
 * @stop: ends what @start began; the keys are those of the end
 *
 * All are called with the lock of the keys held, and may not push, post, or set properties.
 */
struct _GstPercliteKeyedClass {
  GstElementClass parent_class;

  gboolean encrypting;

  gboolean (*start) (GstPercliteKeyed *self, const PercliteKeyring *keys, GError **error);
  gboolean (*set_keys) (GstPercliteKeyed *self, const PercliteKeyring *keys, GError **error);
  void (*stop) (GstPercliteKeyed *self, const PercliteKeyring *keys);
};

/**
 * gst_perclite_keyed_start:
 *
 * Loads the keys and hands them to the subclass, from now on whenever they change. Posts an error
 * if that cannot be done.
 */
gboolean gst_perclite_keyed_start (GstPercliteKeyed *self);

/**
 * gst_perclite_keyed_stop:
 *
 * The reverse, if it was started. When it returns the subclass is not called any more.
 */
void gst_perclite_keyed_stop (GstPercliteKeyed *self);

/**
 * gst_perclite_keyed_lock:
 *
 * Takes the lock of the keys. Any lock of a subclass comes after it.
 *
 * Returns: (transfer none): the keys, until gst_perclite_keyed_unlock()
 */
const PercliteKeyring *gst_perclite_keyed_lock (GstPercliteKeyed *self);
void gst_perclite_keyed_unlock (GstPercliteKeyed *self);

/**
 * gst_perclite_keyed_get_main_key:
 *
 * Returns: (transfer none) (nullable): what an element shows as its key: the one marked for
 *   sending, or the only one, else the first of those that decrypt
 */
const PercliteKey *gst_perclite_keyed_get_main_key (const PercliteKeyring *keys);

/**
 * gst_perclite_keyed_can_request:
 *
 * Returns: whether an application is there to be asked for keys
 */
gboolean gst_perclite_keyed_can_request (GstPercliteKeyed *self);

/**
 * gst_perclite_keyed_request:
 * @ssrc: of the packet that needs a key, or 0
 * @mki: what the packet names its key by
 * @mki_size: bytes of @mki, 0 when it is not known
 *
 * Asks the application for a key, which is added. No lock may be held.
 */
void gst_perclite_keyed_request (
    GstPercliteKeyed *self, guint32 ssrc, const guint8 *mki, gsize mki_size);

G_END_DECLS
