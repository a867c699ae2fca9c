/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A compound RTCP packet: as webrtcbin sends it, and as a server does. */

#include "fuzz.h"
#include "gstjanusrtcp.h"
#include "janusclock.h"

#define LOST_LIMIT (1 << 23)

/* RFC 3550, section 6.1: nothing but packets of version 2, one after the other. */
static void
check_compound (const guint8 *data, gsize size)
{
  gsize offset = 0;

  while (offset < size) {
    g_assert_cmpuint (size - offset, >=, 4);
    g_assert_cmpuint (data[offset] >> 6, ==, 2);
    offset += 4 * ((gsize) GST_READ_UINT16_BE (data + offset + 2) + 1);
  }
  g_assert_cmpuint (offset, ==, size);
}

static void
check_report (const guint8 *data, gsize size)
{
  GstJanusReport report;

  if (gst_janus_rtcp_read_report (data, size, &report)) {
    g_assert_cmpint (report.lost, >=, -LOST_LIMIT);
    g_assert_cmpint (report.lost, <, LOST_LIMIT);
  }
}

/* What has been split is on one source each, and no larger than it was. ROUND_TRIP (nullable): what
 * it was split with. */
static void
check_parts (const GPtrArray *parts, gsize size, const guint8 *round_trip)
{
  guint i;

  g_assert_cmpuint (parts->len, >=, 1);
  for (i = 0; i < parts->len; i++) {
    const GByteArray *part = g_ptr_array_index (parts, i);

    g_assert_cmpuint (part->len, >, 0);
    g_assert_cmpuint (part->len, <=, size);
    check_compound (part->data, part->len);
    g_assert_null (gst_janus_rtcp_split (part->data, part->len, round_trip));
    check_report (part->data, part->len);
  }
}

static void
check_split (const guint8 *data, gsize size, const guint8 *round_trip)
{
  g_autoptr (GPtrArray) parts = gst_janus_rtcp_split (data, size, round_trip);

  if (parts) {
    check_compound (data, size);
    check_parts (parts, size, round_trip);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const guint8 round_trip[JANUS_CLOCK_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8};

  check_split (data, size, NULL);
  check_split (data, size, round_trip);
  check_report (data, size);
  return 0;
}
