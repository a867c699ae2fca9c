/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrformat.h - the framing of recordings of Janus, all three generations. Big endian:
 *
 *   generation 0   "MEETECHO" u16 5 "audio" or "video", then "MEETECHO" u16 size packet ...
 *   generation 1   "MJR00001" u16 size JSON,            then "MEETECHO" u16 size packet ...
 *   generation 2   "MJR00002" u16 size JSON,            then "MEET" u32 milliseconds u16 size
 *                                                       packet ...
 *
 * The milliseconds are those since the first frame was written. A packet is RTP, or, of a data
 * channel, 8 bytes of microseconds since 1970 and a message. Janus writes the first 8 bytes when it
 * opens the file, and the rest with the first frame.
 *
 * Sources: src/record.c and src/postprocessing/janus-pp-rec.c of Janus. Pure functions, no I/O. */

#pragma once

#include "mjrheader.h"

G_BEGIN_DECLS

/* Of what opens a recording or a frame, in all generations: 8 bytes and a size. */
#define MJR_PREFIX_SIZE 10

/* More bytes than a reader ever asks to see at once: it may have to look for the next frame
 * anywhere behind the place where a frame should be, and to see that one, and the beginning of the
 * next. */
#define MJR_MAX_WINDOW (2 * (MJR_PREFIX_SIZE + G_MAXUINT16) + MJR_PREFIX_SIZE)

/**
 * MjrResult:
 * @MJR_MORE: the window is too small: come again with @need bytes, or at the end
 * @MJR_HEADER: here is the header
 * @MJR_FRAME: here is a frame
 * @MJR_GARBAGE: what is here belongs to no frame; go on behind it
 * @MJR_END: nothing follows; @consumed are the bytes of a frame that is cut off
 * @MJR_BROKEN: this cannot be read at all
 */
typedef enum {
  MJR_MORE,
  MJR_HEADER,
  MJR_FRAME,
  MJR_GARBAGE,
  MJR_END,
  MJR_BROKEN,
} MjrResult;

/**
 * MjrEnd:
 * @MJR_END_NOT_YET: more bytes follow the window
 * @MJR_END_SO_FAR: none are there yet, but more may come
 * @MJR_END_REACHED: none follow
 *
 * What is known of the bytes behind a window.
 */
typedef enum {
  MJR_END_NOT_YET,
  MJR_END_SO_FAR,
  MJR_END_REACHED,
} MjrEnd;

/**
 * MjrStep:
 * @consumed: bytes of the window that this step is about
 * @need: with %MJR_MORE, how large the window must be
 * @payload: with %MJR_FRAME, where in the window the packet starts; it ends with the step
 * @arrival: with %MJR_FRAME of generation 2, when it was written, in milliseconds since the first
 *   one
 */
typedef struct {
  gsize consumed;
  gsize need;
  gsize payload;
  guint32 arrival;
} MjrStep;

/**
 * MjrReader:
 * @header: (nullable): of the recording, once it was read
 *
 * Goes through a recording, window by window. A zeroed one is at the start of it. Between frames it
 * has no state but the header, so that it can go on anywhere in the recording. How the recording is
 * cut into windows makes no difference to what comes out.
 */
typedef struct {
  MjrHeader *header;
} MjrReader;

void mjr_reader_clear (MjrReader *reader);

/**
 * mjr_reader_next:
 * @data: the recording from the end of the last step on, @size bytes of it
 * @end: whether more follows
 * @step: (out): what was found
 *
 * A frame counts when the next one follows it. One that another thing follows counts unless frames
 * start within it: then its size was wrong, and it is skipped.
 *
 * Returns: what was found; %MJR_BROKEN with @error set
 */
MjrResult mjr_reader_next (
    MjrReader *reader, const guint8 *data, gsize size, MjrEnd end, MjrStep *step, GError **error);

/**
 * mjr_write_header:
 *
 * Returns: (transfer full): all that precedes the first frame
 */
GBytes *mjr_write_header (const MjrHeader *header);

/* What precedes a packet of @size bytes. */
void
mjr_write_prefix (guint8 prefix[MJR_PREFIX_SIZE], guint generation, guint32 arrival, guint16 size);

/* Big endian numbers, aligned or not. */
guint16 mjr_read_u16 (const guint8 *data);
guint32 mjr_read_u32 (const guint8 *data);

/* What an empty recording consists of, and any of @generation 1 and 2 begins with; 8 bytes. */
const gchar *mjr_magic (guint generation);

/* Whether these are the first bytes of a recording; 15 of them tell all generations. */
gboolean mjr_is_recording (const guint8 *data, gsize size);

G_END_DECLS
