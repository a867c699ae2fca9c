/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitedec among packets of all kinds: bytes that are nothing, packets that one of several keys
 * encrypted, damaged or not, again or late, while keys come and go. What comes out is what somebody
 * with a key of the ring has encrypted, once.
 *
 * The first bytes are settings, the others commands. Past its end the input is zeros. */

#include <string.h>

#include "fuzz.h"
#include "gstperclitedec.h"
#include "perclitekeyring.h"
#include "perclitesrtp.h"

#define N_KEYS 5
#define N_SSRCS 3
#define MAX_COMMANDS 48

#define RTP_HEADER_SIZE 12

/* Packets that the element may lose of a stream that is new, before the first one comes out, at one
 * a second. */
#define PATIENCE 20

typedef struct {
  const guint8 *data;
  gsize size;
} Input;

/* A packet that a sender has made. */
typedef struct {
  guint key;
  guint32 ssrc;
  guint64 index;
  GBytes *payload;
  GBytes *encrypted; /* the outer payload */
  gboolean is_out;
} Sent;

typedef struct {
  Input input;
  GstElement *element;
  GstPad *source;
  GstPad *sink;
  GstBus *bus;
  PercliteSuite suite;

  gchar *lines[N_KEYS];
  PercliteKey *keys[N_KEYS];
  gboolean is_in_ring[N_KEYS];
  guint64 indices[N_SSRCS]; /* of the packet that comes next */
  gboolean may_forget;      /* the element keeps fewer streams than there are */
  gboolean gives_away;      /* what is pushed belongs to nobody else, and may change where it is */

  GPtrArray *sent;     /* of Sent */
  GPtrArray *pushed;   /* of GBytes, numbered by PTS */
  GstBufferList *list; /* of what is still to be pushed, or NULL */
  guint64 packets_in, bytes_in;
  guint64 packets_out, bytes_out;
} Run;

/* Linked instead of g_get_monotonic_time(), so that what depends on time is told by the input
 * alone. */
gint64 __wrap_g_get_monotonic_time (void);

static gint64 now;

gint64
__wrap_g_get_monotonic_time (void)
{
  return now;
}

static guint8
take (Input *input)
{
  if (input->size == 0)
    return 0;
  input->size--;
  return *input->data++;
}

static guint16
take_uint16 (Input *input)
{
  guint16 high = take (input);

  return (guint16) (high << 8 | take (input));
}

static void
sent_free (Sent *sent)
{
  g_bytes_unref (sent->payload);
  g_bytes_unref (sent->encrypted);
  g_free (sent);
}

/* ---- What comes out ---- */

/* Where the payload of an RTP packet is (RFC 3550, section 5.1). */
static void
find_payload (GBytes *packet, gsize *offset, gsize *payload_size)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);

  g_assert_cmpuint (size, >=, RTP_HEADER_SIZE);
  g_assert_cmpuint (data[0] >> 6, ==, 2);
  *offset = RTP_HEADER_SIZE + 4 * (data[0] & 0x0f);
  if (data[0] & 0x10) {
    g_assert_cmpuint (size, >=, *offset + 4);
    *offset += 4 + 4 * (gsize) GST_READ_UINT16_BE (data + *offset + 2);
  }
  g_assert_cmpuint (size, >=, *offset);
  *payload_size = size - *offset;
  if (data[0] & 0x20) {
    g_assert_cmpuint (data[size - 1], <=, *payload_size);
    *payload_size -= data[size - 1];
  }
}

static gboolean
is_at (GBytes *bytes, const guint8 *data, gsize size)
{
  return g_bytes_get_size (bytes) == size &&
         (size == 0 || memcmp (g_bytes_get_data (bytes, NULL), data, size) == 0);
}

/* The sender has never used a nonce twice, as far as the receiver can see. */
static void
check_once (Run *run, const Sent *sent)
{
  guint i;

  for (i = 0; i < run->sent->len; i++) {
    const Sent *other = g_ptr_array_index (run->sent, i);

    g_assert_false (other->is_out && other->key == sent->key && other->ssrc == sent->ssrc &&
                    other->index == sent->index);
  }
}

/* OUT has come of the packet IN. The tag is over all that is in its payload, so that is, to the
 * last bit, something that was sent. (With a tag of 4 bytes chance alone finds one in 2^32
 * tries.) */
static void
check_out (Run *run, GBytes *in, GBytes *out)
{
  gsize in_size, out_size, offset, size;
  const guint8 *in_data = g_bytes_get_data (in, &in_size);
  const guint8 *out_data = g_bytes_get_data (out, &out_size);
  Sent *sent = NULL;
  guint i;

  find_payload (in, &offset, &size);
  for (i = 0; i < run->sent->len; i++) {
    Sent *candidate = g_ptr_array_index (run->sent, i);

    if (run->is_in_ring[candidate->key] && is_at (candidate->encrypted, in_data + offset, size))
      sent = candidate;
  }
  g_assert_nonnull (sent);
  if (!run->may_forget)
    check_once (run, sent);
  sent->is_out = TRUE;

  g_assert_cmpuint (out_size, <, in_size);
  g_assert_cmpuint (out_size, >=, offset);
  g_assert_cmpuint (out_data[0], ==, in_data[0] & ~0x20);
  g_assert_true (memcmp (out_data + 1, in_data + 1, offset - 1) == 0);
  g_assert_true (is_at (sent->payload, out_data + offset, out_size - offset));
}

static GBytes *
buffer_bytes (GstBuffer *buffer)
{
  gpointer data;
  gsize size;

  gst_buffer_extract_dup (buffer, 0, gst_buffer_get_size (buffer), &data, &size);
  g_assert_cmpuint (size, ==, gst_buffer_get_size (buffer));
  return g_bytes_new_take (data, size);
}

static void
take_out (Run *run, GstBuffer *buffer)
{
  g_autoptr (GBytes) out = buffer_bytes (buffer);
  guint64 number = GST_BUFFER_PTS (buffer);

  g_assert_cmpuint (number, <, run->pushed->len);
  check_out (run, g_ptr_array_index (run->pushed, number), out);
  run->packets_out++;
  run->bytes_out += g_bytes_get_size (out);
}

static GstFlowReturn
sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  take_out (gst_pad_get_element_private (pad), buffer);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
sink_chain_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  guint i;

  for (i = 0; i < gst_buffer_list_length (list); i++)
    take_out (gst_pad_get_element_private (pad), gst_buffer_list_get (list, i));
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

static gboolean
take_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  gst_event_unref (event);
  return TRUE;
}

/* ---- What goes in ---- */

/* A memory as large as what is in it, for whoever reads on to be seen. */
static void
append_memory (GstBuffer *buffer, const guint8 *data, gsize size)
{
  guint8 *copy = g_memdup2 (data, size);

  gst_buffer_append_memory (buffer, gst_memory_new_wrapped (0, copy, size, 0, size, copy, g_free));
}

static GstBuffer *
make_buffer (const guint8 *data, gsize size, gsize cut)
{
  GstBuffer *buffer = gst_buffer_new ();
  gsize first = cut < size ? cut : 0;

  if (first > 0)
    append_memory (buffer, data, first);
  if (size > first)
    append_memory (buffer, data + first, size - first);
  return buffer;
}

/* What others have too stays as it is. */
static void
check_unchanged (Run *run, GstBuffer *buffer)
{
  g_autoptr (GBytes) bytes = buffer_bytes (buffer);

  g_assert_true (g_bytes_equal (bytes, g_ptr_array_index (run->pushed, GST_BUFFER_PTS (buffer))));
}

static void
push_list (Run *run)
{
  GstBufferList *list = g_steal_pointer (&run->list);
  guint i;

  if (!list)
    return;
  if (run->gives_away) {
    g_assert_true (gst_pad_push_list (run->source, list) == GST_FLOW_OK);
    return;
  }
  gst_buffer_list_ref (list);
  g_assert_true (gst_pad_push_list (run->source, list) == GST_FLOW_OK);
  for (i = 0; i < gst_buffer_list_length (list); i++)
    check_unchanged (run, gst_buffer_list_get (list, i));
  gst_buffer_list_unref (list);
}

/* Takes PACKET. */
static void
push (Run *run, GByteArray *packet, gsize cut, gboolean in_list)
{
  GstBuffer *buffer = make_buffer (packet->data, packet->len, cut);

  GST_BUFFER_PTS (buffer) = run->pushed->len;
  run->packets_in++;
  run->bytes_in += packet->len;
  g_ptr_array_add (run->pushed, g_byte_array_free_to_bytes (packet));

  if (in_list) {
    if (!run->list)
      run->list = gst_buffer_list_new ();
    gst_buffer_list_add (run->list, buffer);
    return;
  }
  push_list (run);
  if (run->gives_away) {
    g_assert_true (gst_pad_push (run->source, buffer) == GST_FLOW_OK);
    return;
  }
  gst_buffer_ref (buffer);
  g_assert_true (gst_pad_push (run->source, buffer) == GST_FLOW_OK);
  check_unchanged (run, buffer);
  gst_buffer_unref (buffer);
}

static GBytes *
make_payload (guint number, gsize size)
{
  guint8 *data = g_malloc (MAX (size, 1));
  gsize i;

  for (i = 0; i < size; i++)
    data[i] = (guint8) (number + i);
  return g_bytes_new_take (data, size);
}

/* As a sender does that keeps no state: INDEX is rollover counter and sequence number. */
static Sent *
encrypt (Run *run, guint key, guint32 ssrc, guint64 index, gsize payload_size)
{
  gsize size = PERCLITE_INNER_HEADER_SIZE + payload_size;
  g_autofree guint8 *inner = g_malloc (size + PERCLITE_TRAILER_MAX_SIZE);
  g_autoptr (PercliteSrtp) srtp =
      perclite_srtp_new (run->keys[key], NULL, PERCLITE_OUTBOUND, ssrc, 64, NULL);
  Sent *sent = g_new0 (Sent, 1);

  g_assert_nonnull (srtp);
  sent->key = key;
  sent->ssrc = ssrc;
  sent->index = index;
  sent->payload = make_payload (run->sent->len, payload_size);
  g_ptr_array_add (run->sent, sent);

  inner[0] = PERCLITE_INNER_FIRST_BYTE;
  inner[PERCLITE_PT_OFFSET] = 96;
  GST_WRITE_UINT16_BE (inner + PERCLITE_SEQ_OFFSET, (guint16) index);
  GST_WRITE_UINT32_BE (inner + PERCLITE_TS_OFFSET, (guint32) index * 3000);
  GST_WRITE_UINT32_BE (inner + PERCLITE_SSRC_OFFSET, ssrc);
  memcpy (inner + PERCLITE_INNER_HEADER_SIZE, g_bytes_get_data (sent->payload, NULL), payload_size);
  perclite_srtp_set_roc (srtp, (guint32) (index >> 16));
  g_assert_true (perclite_srtp_protect (srtp, inner, &size) == PERCLITE_OK);
  sent->encrypted = g_bytes_new (inner + 1, size - 1);
  return sent;
}

static void
append_zeros (GByteArray *packet, gsize n)
{
  g_byte_array_set_size (packet, packet->len + n);
  memset (packet->data + packet->len - n, 0, n);
}

/* An outer packet: SHAPE tells CSRCs, extension and padding, SSRC_CHANGE what a server has made of
 * the SSRC. */
static GByteArray *
wrap (const Sent *sent, guint8 shape, guint8 ssrc_change)
{
  GByteArray *packet = g_byte_array_new ();
  guint8 csrcs = shape & 0x03;
  guint8 extension = shape & 0x04 ? 1 + (shape >> 6) : 0;
  guint8 padding = shape & 0x08 ? 1 + (shape >> 4) : 0;

  append_zeros (packet, RTP_HEADER_SIZE + 4 * csrcs);
  packet->data[0] = 0x80 | (padding ? 0x20 : 0) | (extension ? 0x10 : 0) | csrcs;
  packet->data[1] = 96;
  GST_WRITE_UINT16_BE (packet->data + 2, (guint16) sent->index);
  GST_WRITE_UINT32_BE (packet->data + 4, (guint32) sent->index * 3000);
  GST_WRITE_UINT32_BE (packet->data + 8, sent->ssrc ^ ssrc_change);
  if (extension) {
    append_zeros (packet, 4 * (gsize) extension);
    GST_WRITE_UINT16_BE (packet->data + packet->len - 4 * extension + 2, extension - 1);
  }
  g_byte_array_append (
      packet, g_bytes_get_data (sent->encrypted, NULL), g_bytes_get_size (sent->encrypted));
  if (padding) {
    append_zeros (packet, padding);
    packet->data[packet->len - 1] = padding;
  }
  return packet;
}

static void
damage (Input *input, GByteArray *packet)
{
  guint n = 1 + take (input) % 4;

  while (n-- > 0) {
    guint at = take_uint16 (input) % packet->len;

    packet->data[at] ^= take (input);
  }
}

/* Sends what is wrapped up, as FLAGS tell. */
static void
push_sent (Run *run, const Sent *sent, guint8 flags)
{
  Input *input = &run->input;
  guint8 shape = flags & 0x04 ? take (input) : 0;
  GByteArray *packet = wrap (sent, shape, flags & 0x08 ? take (input) : 0);

  if (flags & 0x10)
    damage (input, packet);
  if (flags & 0x20) {
    guint cut_off = take (input);

    g_byte_array_set_size (packet, packet->len - MIN (cut_off, packet->len));
  }
  push (run, packet, flags & 0x40 ? take (input) : 0, flags & 0x80);
}

/* ---- Commands ---- */

static void
push_bytes (Run *run)
{
  Input *input = &run->input;
  guint8 flags = take (input);
  gsize size = take_uint16 (input);
  GByteArray *packet = g_byte_array_new ();

  size = MIN (size, input->size);
  g_byte_array_append (packet, input->data, size);
  input->data += size;
  input->size -= size;
  /* Mostly such that it gets past the first look. */
  if (packet->len > 0 && flags & 0x01)
    packet->data[0] = 0x80 | (packet->data[0] & 0x3f);
  push (run, packet, flags & 0x40 ? take (input) : 0, flags & 0x80);
}

/* Sizes up to more than any datagram holds. */
static gsize
take_payload_size (Input *input)
{
  guint8 size = take (input);

  return size == 0xff ? 65400 + take (input) : size;
}

static void
push_encrypted (Run *run)
{
  Input *input = &run->input;
  guint8 who = take (input);
  guint8 flags = take (input);
  guint stream = who % N_SSRCS;
  guint key = who / N_SSRCS % N_KEYS;

  if (flags & 0x01)
    run->indices[stream] =
        (run->indices[stream] & ~G_GUINT64_CONSTANT (0xffff)) | take_uint16 (input);
  if (flags & 0x02)
    run->indices[stream] += (guint64) take (input) << 16;
  push_sent (run,
      encrypt (run, key, 0x11110000 + stream, run->indices[stream]++, take_payload_size (input)),
      flags);
}

static void
push_again (Run *run)
{
  guint number = take (&run->input);

  if (run->sent->len > 0)
    push_sent (run, g_ptr_array_index (run->sent, number % run->sent->len), take (&run->input));
}

static void
forget_key (Run *run, guint key)
{
  guint i;

  run->is_in_ring[key] = FALSE;
  for (i = 0; i < run->sent->len; i++) {
    Sent *sent = g_ptr_array_index (run->sent, i);

    /* Nothing of the key is kept, so should it come back, what had it may as well. */
    if (sent->key == key)
      sent->is_out = FALSE;
  }
}

static void
change_ring (Run *run)
{
  guint8 what = take (&run->input);
  guint key = what % N_KEYS;
  const gchar *known = perclite_key_get_fingerprint (run->keys[key]);

  push_list (run);
  if (what & 0x80) {
    gboolean removed = FALSE;

    g_signal_emit_by_name (run->element, "remove-key", known, &removed);
    g_assert_true (removed == run->is_in_ring[key]);
    forget_key (run, key);
  } else {
    g_autofree gchar *fingerprint = NULL;

    g_signal_emit_by_name (run->element, "add-key", run->lines[key], &fingerprint);
    g_assert_cmpstr (fingerprint, ==, known);
    run->is_in_ring[key] = TRUE;
  }
}

/* What applications may do to an element that plays. */
static void
adjust (Run *run)
{
  Input *input = &run->input;
  guint8 what = take (input);

  push_list (run);
  if (what & 0x80)
    g_object_set (run->element, "roc-search-limit", what & 0x3f, NULL);
  else
    g_signal_emit_by_name (
        run->element, "hint-roc", 0x11110000 + what % N_SSRCS, (guint) take (input));
}

static void
do_command (Run *run)
{
  switch (take (&run->input) % 8) {
    case 0:
      push_bytes (run);
      break;
    case 1:
      now += (gint64) take (&run->input) * G_USEC_PER_SEC / 16;
      break;
    case 2:
      change_ring (run);
      break;
    case 3:
      adjust (run);
      break;
    case 4:
      push_again (run);
      break;
    default:
      push_encrypted (run);
      break;
  }
}

/* Whatever came before, a stream that is new is found. */
static void
check_alive (Run *run)
{
  guint key, i;

  push_list (run);
  for (key = 0; key < N_KEYS; key++) {
    guint64 packets_out = run->packets_out;

    for (i = 0; run->is_in_ring[key] && run->packets_out == packets_out; i++) {
      g_assert_cmpuint (i, <, PATIENCE);
      push (run, wrap (encrypt (run, key, 0x22220000 + key, 1 + i, 100), 0, 0), 0, FALSE);
      now += G_USEC_PER_SEC;
    }
  }
}

/* ---- The element ---- */

static guint64
get_count (const GstStructure *stats, const gchar *name)
{
  guint64 count = 0;

  g_assert_true (gst_structure_get_uint64 (stats, name, &count));
  return count;
}

static void
check_stats (const Run *run)
{
  g_autoptr (GstStructure) stats = NULL;
  g_autoptr (GstStructure) drops = NULL;
  guint64 dropped = 0;
  gint i;

  g_object_get (run->element, "stats", &stats, NULL);
  g_assert_cmpuint (get_count (stats, "packets-in"), ==, run->packets_in);
  g_assert_cmpuint (get_count (stats, "bytes-in"), ==, run->bytes_in);
  g_assert_cmpuint (get_count (stats, "packets-out"), ==, run->packets_out);
  g_assert_cmpuint (get_count (stats, "bytes-out"), ==, run->bytes_out);
  g_assert_cmpuint (get_count (stats, "dropped"), ==, run->packets_in - run->packets_out);
  g_assert_true (gst_structure_get (stats, "drops", GST_TYPE_STRUCTURE, &drops, NULL));
  for (i = 0; i < gst_structure_n_fields (drops); i++)
    dropped += get_count (drops, gst_structure_nth_field_name (drops, (guint) i));
  g_assert_cmpuint (dropped, ==, run->packets_in - run->packets_out);
}

/* Key K of the ring: with an MKI of one byte or four, with one if its number is even, or
 * without. */
static gchar *
make_line (guint k, guint mki_kind, gsize size)
{
  guint8 bytes[PERCLITE_KEY_MAX_SIZE];
  g_autofree gchar *base64 = NULL;
  gsize i;

  for (i = 0; i < size; i++)
    bytes[i] = (guint8) (17 * k + i);
  base64 = g_base64_encode (bytes, size);
  if (mki_kind == 1)
    return g_strdup_printf ("mki=%02x %s", k, base64);
  if (mki_kind == 2 || (mki_kind == 3 && k % 2 == 0))
    return g_strdup_printf ("mki=%08x %s", 0xabcdef00 + k, base64);
  return g_strdup (base64);
}

/* With SUITE for all keys, or with suites that SIZES picks for each. */
static void
make_keys (Run *run, guint mki_kind, guint8 sizes)
{
  static const gsize all_sizes[] = {44, 28, 30, 30};
  guint k;

  for (k = 0; k < N_KEYS; k++) {
    gsize size = run->suite == PERCLITE_SUITE_AUTO ? all_sizes[(sizes >> k) & 0x03]
                                                   : perclite_suite_key_size (run->suite);
    gboolean sending;

    run->lines[k] = make_line (k, mki_kind, size);
    run->keys[k] = perclite_keyring_parse_line (
        run->lines[k], strlen (run->lines[k]), run->suite, &sending, NULL);
    g_assert_nonnull (run->keys[k]);
  }
}

/* An application that has the last key, should anybody ask. */
static gchar *
answer_request (GstElement *element, guint ssrc, GBytes *mki, gpointer user_data)
{
  Run *run = user_data;
  gsize size;
  const guint8 *wanted = perclite_key_get_mki (run->keys[N_KEYS - 1], &size);

  /* The MKI that was asked for, and no other, would be given to the key. */
  if (!mki ? size > 0 : !is_at (mki, wanted, size))
    return NULL;
  run->is_in_ring[N_KEYS - 1] = TRUE;
  return g_strdup (run->lines[N_KEYS - 1]);
}

/* Nothing that is received makes the element fail. */
static GstBusSyncReply
take_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  g_assert_cmpint (GST_MESSAGE_TYPE (message), !=, GST_MESSAGE_ERROR);
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static GstPad *
make_pad (Run *run, GstPadDirection direction, const gchar *peer_name)
{
  GstPad *pad = gst_pad_new (NULL, direction);
  g_autoptr (GstPad) peer = gst_element_get_static_pad (run->element, peer_name);

  gst_pad_set_element_private (pad, run);
  gst_pad_set_event_function (pad, take_event);
  if (direction == GST_PAD_SINK) {
    gst_pad_set_chain_function (pad, sink_chain);
    gst_pad_set_chain_list_function (pad, sink_chain_list);
    g_assert_true (gst_pad_link (peer, pad) == GST_PAD_LINK_OK);
  } else {
    g_assert_true (gst_pad_link (pad, peer) == GST_PAD_LINK_OK);
  }
  gst_pad_set_active (pad, TRUE);
  return pad;
}

static void
push_events (Run *run, const gchar *media)
{
  g_autoptr (GstCaps) caps =
      gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING, media, NULL);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (run->source, gst_event_new_stream_start ("fuzz"));
  gst_pad_push_event (run->source, gst_event_new_caps (caps));
  gst_pad_push_event (run->source, gst_event_new_segment (&segment));
}

/* Where libsrtp2 uses NSS, it loads that for its first session and unloads it with the last: more
 * work than all else. */
static void
keep_session (const PercliteKey *key)
{
  static PercliteSrtp *kept;

  if (!kept)
    kept = perclite_srtp_new (key, NULL, PERCLITE_INBOUND_ANY, 0, 64, NULL);
}

static void
start (Run *run)
{
  static const guint windows[] = {64, 1024, 32768, 65};
  /* More rollover counters would be more of the same, and take their time. */
  static const guint searches[] = {0, 1, 15, 40};
  static const guint max_streams[] = {1024, N_SSRCS, 2, 1};
  guint8 settings = take (&run->input);
  guint8 ring = take (&run->input);
  guint k, n = 1 + (ring & 0x03);

  now = 1000 * G_USEC_PER_SEC;
  run->suite = (ring & 0xe0) == 0xe0 ? PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32 : PERCLITE_SUITE_AUTO;
  run->gives_away = (ring & 0x10) != 0;
  make_keys (run, (ring >> 2) & 0x03, take (&run->input));
  keep_session (run->keys[0]);
  run->sent = g_ptr_array_new_with_free_func ((GDestroyNotify) sent_free);
  run->pushed = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  run->element = g_object_ref_sink (g_object_new (GST_TYPE_PERCLITE_DEC, "replay-window-size",
      windows[settings & 0x03], "roc-search-limit", searches[(settings >> 2) & 0x03], "suite",
      run->suite, "max-streams", max_streams[settings >> 6], NULL));
  run->may_forget = max_streams[settings >> 6] < N_SSRCS;
  run->bus = g_object_new (GST_TYPE_BUS, "enable-async", FALSE, NULL);
  gst_bus_set_sync_handler (run->bus, take_message, NULL, NULL);
  gst_element_set_bus (run->element, run->bus);
  if (settings & 0x10)
    g_signal_connect (run->element, "request-key", G_CALLBACK (answer_request), run);
  for (k = 0; k < n; k++) {
    g_autofree gchar *fingerprint = NULL;

    g_signal_emit_by_name (run->element, "add-key", run->lines[k], &fingerprint);
    g_assert_nonnull (fingerprint);
    run->is_in_ring[k] = TRUE;
  }

  run->source = make_pad (run, GST_PAD_SRC, "sink");
  run->sink = make_pad (run, GST_PAD_SINK, "src");
  g_assert_true (
      gst_element_set_state (run->element, GST_STATE_PAUSED) == GST_STATE_CHANGE_SUCCESS);
  push_events (run, settings & 0x20 ? "video" : "audio");
}

static void
stop (Run *run)
{
  guint k;

  g_assert_true (gst_element_set_state (run->element, GST_STATE_NULL) == GST_STATE_CHANGE_SUCCESS);
  gst_element_set_bus (run->element, NULL);
  gst_object_unref (run->bus);
  gst_object_unref (run->source);
  gst_object_unref (run->sink);
  g_assert_cmpint (GST_OBJECT_REFCOUNT_VALUE (run->element), ==, 1);
  gst_object_unref (run->element);
  g_ptr_array_unref (run->sent);
  g_ptr_array_unref (run->pushed);
  for (k = 0; k < N_KEYS; k++) {
    perclite_key_unref (run->keys[k]);
    g_free (run->lines[k]);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Run run = {.input = {data, size}};
  guint i;

  start (&run);
  for (i = 0; i < MAX_COMMANDS && run.input.size > 0; i++)
    do_command (&run);
  check_alive (&run);
  check_stats (&run);
  stop (&run);
  return 0;
}
