/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrformat.c - the framing of recordings of Janus, all three generations. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "mjrformat.h"

#include <string.h>

#define MAGIC_SIZE 8
#define RTP_HEADER_SIZE 12

/* Each frame, and in generation 0 the header, begins so. */
static const gchar frame_magic[] = "MEETECHO";

guint16
mjr_read_u16 (const guint8 *data)
{
  return (guint16) (data[0] << 8 | data[1]);
}

guint32
mjr_read_u32 (const guint8 *data)
{
  return (guint32) mjr_read_u16 (data) << 16 | mjr_read_u16 (data + 2);
}

void
mjr_reader_clear (MjrReader *reader)
{
  g_clear_pointer (&reader->header, mjr_header_free);
}

static MjrResult
need (MjrStep *step, gsize size)
{
  step->need = size;
  return MJR_MORE;
}

static MjrResult
broken (GError **error, MjrError code, const gchar *text)
{
  g_set_error_literal (error, MJR_ERROR, code, text);
  return MJR_BROKEN;
}

/* The header */

static MjrResult
cut_off (gsize size, MjrEnd end, MjrStep *step, gsize wanted, GError **error)
{
  if (end != MJR_END_REACHED)
    return need (step, wanted);
  if (size == 0)
    return broken (error, MJR_ERROR_EMPTY, "The recording is empty: it has 0 bytes");
  if (size == MAGIC_SIZE)
    return broken (error, MJR_ERROR_EMPTY,
        "The recording is empty: Janus opened the file, but no packet came");
  return broken (error, MJR_ERROR_HEADER, "The recording is cut off within its header");
}

static MjrResult
read_header_0 (
    MjrReader *reader, const guint8 *data, gsize size, MjrEnd end, MjrStep *step, GError **error)
{
  const gsize name_size = strlen ("audio");

  if (size < MJR_PREFIX_SIZE + name_size)
    return cut_off (size, end, step, MJR_PREFIX_SIZE + name_size, error);
  step->consumed = MJR_PREFIX_SIZE + name_size;
  if (mjr_read_u16 (data + MAGIC_SIZE) == name_size) {
    if (memcmp (data + MJR_PREFIX_SIZE, "audio", name_size) == 0)
      reader->header = mjr_header_new (0, MJR_MEDIA_AUDIO, "opus");
    else if (memcmp (data + MJR_PREFIX_SIZE, "video", name_size) == 0)
      reader->header = mjr_header_new (0, MJR_MEDIA_VIDEO, "vp8");
  }
  if (reader->header == NULL)
    return broken (
        error, MJR_ERROR_HEADER, "The recording does not say whether it is of audio or of video");
  return MJR_HEADER;
}

static MjrResult
read_header_json (MjrReader *reader, guint generation, const guint8 *data, gsize size, MjrEnd end,
    MjrStep *step, GError **error)
{
  gsize json_size;

  if (size < MJR_PREFIX_SIZE)
    return cut_off (size, end, step, MJR_PREFIX_SIZE, error);
  json_size = mjr_read_u16 (data + MAGIC_SIZE);
  if (size < MJR_PREFIX_SIZE + json_size)
    return cut_off (size, end, step, MJR_PREFIX_SIZE + json_size, error);
  step->consumed = MJR_PREFIX_SIZE + json_size;
  reader->header =
      mjr_header_parse (generation, (const gchar *) data + MJR_PREFIX_SIZE, json_size, error);
  return reader->header != NULL ? MJR_HEADER : MJR_BROKEN;
}

static MjrResult
read_header (
    MjrReader *reader, const guint8 *data, gsize size, MjrEnd end, MjrStep *step, GError **error)
{
  if (size < MAGIC_SIZE && (end != MJR_END_REACHED || size == 0))
    return cut_off (size, end, step, MAGIC_SIZE, error);
  if (size >= MAGIC_SIZE) {
    for (guint generation = 1; generation <= 2; generation++) {
      if (memcmp (data, mjr_magic (generation), MAGIC_SIZE) == 0)
        return read_header_json (reader, generation, data, size, end, step, error);
    }
    if (memcmp (data, frame_magic, MAGIC_SIZE) == 0)
      return read_header_0 (reader, data, size, end, step, error);
    if (memcmp (data, "MJR", 3) == 0)
      return broken (error, MJR_ERROR_WRONG_TYPE,
          "The recording is of a generation that is not known: MJR00001 and MJR00002 are");
  }
  return broken (error, MJR_ERROR_WRONG_TYPE,
      "This is no recording of Janus: it begins neither with MJR nor with MEETECHO");
}

/* Frames */

/* At most so many bytes tell that a frame begins. */
static gsize
frame_magic_size (const MjrReader *reader)
{
  return reader->header->generation < 2 ? MAGIC_SIZE : strlen ("MEET");
}

/* Whether a frame begins at @data, or does so as far as there are bytes. */
static gboolean
frame_begins (const MjrReader *reader, const guint8 *data, gsize size)
{
  return memcmp (data, frame_magic, MIN (size, frame_magic_size (reader))) == 0;
}

static gsize
frame_size (const guint8 *data)
{
  return MJR_PREFIX_SIZE + mjr_read_u16 (data + MAGIC_SIZE);
}

/* Stricter than what is asked of a frame that stands where it should: random bytes can look like
 * one. */
static gboolean
frame_is_likely (const MjrReader *reader, const guint8 *data, gsize size)
{
  gsize whole;

  if (size < MJR_PREFIX_SIZE || !frame_begins (reader, data, size))
    return FALSE;
  whole = frame_size (data);
  if (whole > size || !frame_begins (reader, data + whole, size - whole))
    return FALSE;
  return reader->header->media == MJR_MEDIA_DATA ||
         (whole >= MJR_PREFIX_SIZE + RTP_HEADER_SIZE && data[MJR_PREFIX_SIZE] >> 6 == 2);
}

/* The first place before @limit where frames go on; 0 when there is none. */
static gsize
find_frame (const MjrReader *reader, const guint8 *data, gsize size, gsize limit)
{
  gsize at = 1;

  while (at < limit) {
    const guint8 *found = memchr (data + at, frame_magic[0], limit - at);

    if (found == NULL)
      break;
    at = (gsize) (found - data);
    if (frame_is_likely (reader, found, size - at))
      return at;
    at++;
  }
  return 0;
}

static MjrResult
skip_garbage (const MjrReader *reader, const guint8 *data, gsize size, MjrEnd end, MjrStep *step)
{
  gsize limit = MJR_PREFIX_SIZE + G_MAXUINT16;

  if (size < MJR_MAX_WINDOW && end != MJR_END_REACHED)
    return need (step, MJR_MAX_WINDOW);
  limit = MIN (limit, size);
  step->consumed = find_frame (reader, data, size, limit);
  if (step->consumed == 0)
    step->consumed = limit;
  return MJR_GARBAGE;
}

static MjrResult
read_frame (const MjrReader *reader, const guint8 *data, gsize size, MjrEnd end, MjrStep *step)
{
  gsize whole, next;

  if (size == 0 && end == MJR_END_REACHED)
    return MJR_END;
  if (size < MJR_PREFIX_SIZE) {
    if (end != MJR_END_REACHED)
      return need (step, MJR_PREFIX_SIZE);
    step->consumed = size;
    return frame_begins (reader, data, size) ? MJR_END : MJR_GARBAGE;
  }
  if (!frame_begins (reader, data, size))
    return skip_garbage (reader, data, size, end, step);

  whole = frame_size (data);
  next = whole + frame_magic_size (reader);
  if (size < next && end != MJR_END_REACHED && (size != whole || end == MJR_END_NOT_YET))
    return need (step, next);

  if (size < whole) {
    step->consumed = find_frame (reader, data, size, size);
    if (step->consumed > 0)
      return MJR_GARBAGE;
    step->consumed = size;
    return MJR_END;
  }
  if (!frame_begins (reader, data + whole, size - whole)) {
    if (size < MJR_MAX_WINDOW && end != MJR_END_REACHED)
      return need (step, MJR_MAX_WINDOW);
    step->consumed = find_frame (reader, data, size, whole);
    if (step->consumed > 0)
      return MJR_GARBAGE;
  }
  step->consumed = whole;
  step->payload = MJR_PREFIX_SIZE;
  if (reader->header->generation == 2)
    step->arrival = mjr_read_u32 (data + strlen ("MEET"));
  return MJR_FRAME;
}

MjrResult
mjr_reader_next (
    MjrReader *reader, const guint8 *data, gsize size, MjrEnd end, MjrStep *step, GError **error)
{
  *step = (MjrStep){.consumed = 0};
  if (reader->header == NULL)
    return read_header (reader, data, size, end, step, error);
  return read_frame (reader, data, size, end, step);
}

/* Writing */

GBytes *
mjr_write_header (const MjrHeader *header)
{
  g_autofree gchar *json = mjr_header_to_json (header);
  gsize json_size = strlen (json);
  GByteArray *bytes = g_byte_array_sized_new ((guint) (MJR_PREFIX_SIZE + json_size));
  const guint8 size[2] = {(guint8) (json_size >> 8), (guint8) json_size};

  g_byte_array_append (bytes, (const guint8 *) mjr_magic (header->generation), MAGIC_SIZE);
  g_byte_array_append (bytes, size, sizeof size);
  g_byte_array_append (bytes, (const guint8 *) json, (guint) json_size);
  return g_byte_array_free_to_bytes (bytes);
}

void
mjr_write_prefix (guint8 prefix[MJR_PREFIX_SIZE], guint generation, guint32 arrival, guint16 size)
{
  memcpy (prefix, frame_magic, MAGIC_SIZE);
  if (generation == 2) {
    for (guint i = 0; i < 4; i++)
      prefix[4 + i] = (guint8) (arrival >> (24 - 8 * i));
  }
  prefix[8] = (guint8) (size >> 8);
  prefix[9] = (guint8) size;
}

const gchar *
mjr_magic (guint generation)
{
  return generation == 1 ? "MJR00001" : "MJR00002";
}

gboolean
mjr_is_recording (const guint8 *data, gsize size)
{
  MjrReader reader = {NULL};
  MjrStep step;

  if (size < MAGIC_SIZE)
    return FALSE;
  if (memcmp (data, frame_magic, MAGIC_SIZE) == 0) {
    gboolean ret = size >= MJR_PREFIX_SIZE + strlen ("audio") &&
                   read_header_0 (&reader, data, size, MJR_END_REACHED, &step, NULL) == MJR_HEADER;

    mjr_reader_clear (&reader);
    return ret;
  }
  return memcmp (data, mjr_magic (1), MAGIC_SIZE) == 0 ||
         memcmp (data, mjr_magic (2), MAGIC_SIZE) == 0;
}
