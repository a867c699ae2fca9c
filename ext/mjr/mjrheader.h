/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrheader.h - what a recording of Janus says of itself: the JSON at its start.
 *
 * Sources: src/record.c and src/postprocessing/janus-pp-rec.c of Janus. Pure functions, no I/O. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* janus-pp-rec and the Record & Play plugin read the JSON into 1500 bytes, with a NUL at its
 * end. */
#define MJR_JSON_MAX_SIZE 1499

/* RFC 8285, section 4.2: one-byte headers have ids 1 to 14. Janus keeps 15, too. */
#define MJR_MAX_EXTENSION_ID 15

/**
 * MJR_ERROR:
 *
 * The domain of every error of this directory. The messages say what was found and what to do.
 */
#define MJR_ERROR (mjr_error_quark ())
GQuark mjr_error_quark (void);

/**
 * MjrError:
 * @MJR_ERROR_WRONG_TYPE: this is no recording of Janus
 * @MJR_ERROR_EMPTY: a recording in which nothing was recorded
 * @MJR_ERROR_HEADER: a recording whose header is broken
 * @MJR_ERROR_CODEC: a recording of a codec that nothing here knows
 */
typedef enum {
  MJR_ERROR_WRONG_TYPE,
  MJR_ERROR_EMPTY,
  MJR_ERROR_HEADER,
  MJR_ERROR_CODEC,
} MjrError;

typedef enum {
  MJR_MEDIA_AUDIO,
  MJR_MEDIA_VIDEO,
  MJR_MEDIA_DATA,
} MjrMedia;

/**
 * MjrHeader:
 * @generation: 0, 1 or 2
 * @media: "t"
 * @codec: (not nullable): "c", one of those that Janus records, in lower case; generation 0 has
 *   none, and Opus and VP8 are what it was made of
 * @fmtp: (nullable): "f", the format parameters of the SDP
 * @description: (nullable): "d"
 * @extensions: (nullable): "x", the URI of each RTP header extension by its id
 * @created: "s", when the recorder was made, in microseconds since 1970; 0: not known
 * @started: "u", when the first frame was written, in the same; 0: not known
 * @red_payload: "or", the payload type of RED packets (RFC 2198) in between; 0: none
 * @encrypted: "e", or "p" of the PERC Lite branch: whether the recording is flagged as end-to-end
 *   encrypted. Recordings that are not flagged may be encrypted, too: a VideoRoom with record =
 *   true does not flag them.
 */
typedef struct {
  guint generation;
  MjrMedia media;
  gchar *codec;
  gchar *fmtp;
  gchar *description;
  gchar *extensions[MJR_MAX_EXTENSION_ID + 1];
  gint64 created;
  gint64 started;
  guint red_payload;
  gboolean encrypted;
} MjrHeader;

MjrHeader *mjr_header_new (guint generation, MjrMedia media, const gchar *codec);
void mjr_header_free (MjrHeader *header);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MjrHeader, mjr_header_free)

/**
 * mjr_header_parse:
 * @generation: 1 or 2
 * @json: @size bytes, which need no NUL at their end
 *
 * Members that may be absent count as absent when they have a wrong type or an absurd value.
 *
 * Returns: (transfer full) (nullable): %NULL with @error set (%MJR_ERROR_HEADER, %MJR_ERROR_CODEC)
 *   when this is no JSON object, is nested, or has no known "t" and "c"
 */
MjrHeader *mjr_header_parse (guint generation, const gchar *json, gsize size, GError **error);

/**
 * mjr_header_to_json:
 *
 * The reverse, byte by byte as Janus writes it. The description, then the extensions, then the
 * format parameters are left out where the text would be larger than %MJR_JSON_MAX_SIZE.
 *
 * Returns: (transfer full): JSON
 */
gchar *mjr_header_to_json (const MjrHeader *header);

G_END_DECLS
