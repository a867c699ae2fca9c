/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitemessages.h - what the elements tell on the bus. No lock may be held when these are
 * called. */

#pragma once

#include <gst/gst.h>

#include "perclitehealth.h"

G_BEGIN_DECLS

/**
 * gst_perclite_post_drop:
 * @element: the element that dropped packets
 * @report: what perclite_drops_add() found worth telling
 * @encrypting: whether @element encrypts
 * @fingerprint: of the key in use
 *
 * Posts an element message "perclite-packets-dropped" with the fields "ssrc" (guint, of the outer
 * packet dropped last), "payload-type" (guint), "fingerprint" (string), "reason" (string), "count"
 * (guint64, since the last such message), "total" (guint64, since the start), "many-ssrcs"
 * (gboolean, whether the numbers are of all the SSRCs that are not counted one by one) and "text"
 * (string, for people).
 *
 * The first time in a run that packets are dropped for a reason of which there are no news, a
 * warning with the same text follows, which applications show without knowing of PERC Lite.
 */
void gst_perclite_post_drop (GstElement *element, const PercliteDropReport *report,
    gboolean encrypting, guint payload_type, const gchar *fingerprint);

/**
 * gst_perclite_post_news:
 * @element: the element whose stream it is about
 * @news: the news
 * @fingerprint: of the key that @element shows as its own, "" when there is none
 * @n_keys: how many it has
 *
 * Posts an element message "perclite-" and perclite_news_nick(), with the fields "ssrc" (guint),
 * "payload-type" (guint), "fingerprint" (string, of the key that works or worked, else
 * @fingerprint), "mki" (string), "count" (guint64), "total" (guint64) and "text" (string, for
 * people).
 *
 * What begins to fail is followed by a warning with the same text, the rest by an information, both
 * of which gst-launch-1.0 shows.
 */
void gst_perclite_post_news (
    GstElement *element, const PercliteNews *news, const gchar *fingerprint, guint n_keys);

/**
 * gst_perclite_post_warning:
 * @error: (transfer full): what went wrong
 * @what: what follows from it, with a full stop
 *
 * Posts a warning about keys.
 */
void gst_perclite_post_warning (GstElement *element, GError *error, const gchar *what);

/**
 * gst_perclite_post_error:
 * @error: (transfer full): a %PERCLITE_ERROR
 *
 * Posts an error about keys.
 */
void gst_perclite_post_error (GstElement *element, GError *error);

G_END_DECLS
