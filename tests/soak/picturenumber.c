/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A number in the corner of a picture, which survives encoding: by it one knows which pictures have
 * come, and when.
 *
 * 32 cells of 16x16 in four rows, the most significant bit first: 24 bits of the number, 8 of a
 * checksum. White is one. */

#include "picturenumber.h"

#define CELL 16
#define COLUMNS (PICTURE_NUMBER_WIDTH / CELL)
#define BITS 32
#define BLACK 16
#define WHITE 235
/* How far from the border of its cell a value is read. */
#define MARGIN 4

/* None of a black picture, nor of a white one. */
static guint8
make_checksum (guint32 number)
{
  return (guint8) (((number >> 16) + (number >> 8) + number) ^ 0x5a);
}

static guint8 *
get_cell (GstVideoFrame *frame, guint bit)
{
  guint8 *luma = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);
  gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);

  return luma + (bit / COLUMNS) * CELL * (guint) stride + (bit % COLUMNS) * CELL;
}

void
picture_number_write (GstVideoFrame *frame, guint32 number)
{
  gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  guint32 word = number << 8 | make_checksum (number);

  for (guint bit = 0; bit < BITS; bit++) {
    guint8 *cell = get_cell (frame, bit);

    for (guint y = 0; y < CELL; y++)
      for (guint x = 0; x < CELL; x++)
        cell[y * (guint) stride + x] = word >> (BITS - 1 - bit) & 1 ? WHITE : BLACK;
  }
}

static gboolean
read_bit (GstVideoFrame *frame, guint bit)
{
  gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  const guint8 *cell = get_cell (frame, bit);
  guint sum = 0;

  for (guint y = MARGIN; y < CELL - MARGIN; y++)
    for (guint x = MARGIN; x < CELL - MARGIN; x++)
      sum += cell[y * (guint) stride + x];
  return sum > (BLACK + WHITE) / 2 * (CELL - 2 * MARGIN) * (CELL - 2 * MARGIN);
}

gboolean
picture_number_read (GstVideoFrame *frame, guint32 *number)
{
  guint32 word = 0;

  if (GST_VIDEO_FRAME_WIDTH (frame) < PICTURE_NUMBER_WIDTH ||
      GST_VIDEO_FRAME_HEIGHT (frame) < PICTURE_NUMBER_HEIGHT)
    return FALSE;
  for (guint bit = 0; bit < BITS; bit++)
    word = word << 1 | (guint32) read_bit (frame, bit);
  *number = word >> 8;
  return (guint8) word == make_checksum (*number);
}
