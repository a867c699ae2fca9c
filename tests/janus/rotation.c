/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys are rotated for a minute between two participants of a real Janus, and nothing is lost. */

#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/rtp/rtp.h>

#include "testcall.h"
#include "testfiles.h"
#include "testkeys.h"

#define ROTATIONS 30
/* Two seconds of video. */
#define FRAMES_PER_KEY 60

/* No two packets are equal: pictures have noise in a corner, and sound is nothing else. */
#define VIDEO_SOURCE                                                                      \
  "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1 ! vp8enc " \
  "deadline=1 ! rtpvp8pay pt=105 mtu=1170"
#define AUDIO_SOURCE "audiotestsrc is-live=true wave=white-noise ! opusenc ! rtpopuspay"

/* This network loses nothing. A jitter buffer that asks for retransmissions gives up packets all
 * the same when the machine is so busy that a sender pauses for longer than the latency, which
 * would not be the key's fault. A decoder with max-errors=0 makes an error of the first frame it
 * cannot decode. */
#define PARTICIPANT                                                                               \
  VIDEO_SOURCE " ! perclitenc name=venc ! janusvideoroomsink name=sfu janus-endpoint=%s "         \
               "room-id=" TEST_ROOM_E2EE " feed-id=%u " AUDIO_SOURCE                              \
               " ! perclitenc name=aenc ! sfu. janusvideoroomsrc name=s do-retransmission=false " \
               "janus-endpoint=%s room-id=" TEST_ROOM_E2EE                                        \
               " feed-id=%u s. ! application/x-rtp,media=video ! perclitedec name=vdec ! "        \
               "rtpvp8depay ! vp8dec name=video max-errors=0 ! fakesink async=false "             \
               "s. ! application/x-rtp,media=audio ! perclitedec name=adec ! rtpopusdepay ! "     \
               "opusdec name=audio max-errors=0 ! fakesink async=false"

/* What has come by at a pad: a number per packet, the same one wherever it comes by. */
typedef struct {
  GMutex lock;
  GArray *items;
  guint pictures; /* packets with the marker */
} Tape;

static guint64
identify_packet (Tape *tape, GstBuffer *buffer)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize size = sizeof digest;
  guint64 item;

  fail_unless (gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp));
  g_checksum_update (sum, gst_rtp_buffer_get_payload (&rtp), gst_rtp_buffer_get_payload_len (&rtp));
  tape->pictures += gst_rtp_buffer_get_marker (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  g_checksum_get_digest (sum, digest, &size);
  memcpy (&item, digest, sizeof item);
  return item;
}

static gboolean
add_packet (GstBuffer **buffer, guint index, gpointer user_data)
{
  Tape *tape = user_data;
  guint64 item;

  g_mutex_lock (&tape->lock);
  item = identify_packet (tape, *buffer);
  g_array_append_val (tape->items, item);
  g_mutex_unlock (&tape->lock);
  return TRUE;
}

static GstPadProbeReturn
on_packets (GstPad *pad, GstPadProbeInfo *info, gpointer tape)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER_LIST)
    gst_buffer_list_foreach (GST_PAD_PROBE_INFO_BUFFER_LIST (info), add_packet, tape);
  else
    add_packet (&buffer, 0, tape);
  return GST_PAD_PROBE_OK;
}

/* What comes into the decoder, and how much of it comes out. */
typedef struct {
  gint in, out; /* atomic; from the first keyframe on: before it there is nothing to see */
  gint stop;    /* atomic: nothing more is to go in */
  gint stopped; /* atomic: the decoder is done with all that has gone in */
} Pictures;

static GstPadProbeReturn
on_picture_in (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Pictures *pictures = user_data;

  /* Decoding is done in the thread that comes by here. */
  if (g_atomic_int_get (&pictures->stop)) {
    g_atomic_int_set (&pictures->stopped, TRUE);
    return GST_PAD_PROBE_DROP;
  }
  if (g_atomic_int_get (&pictures->in) > 0 ||
      !GST_BUFFER_FLAG_IS_SET (GST_PAD_PROBE_INFO_BUFFER (info), GST_BUFFER_FLAG_DELTA_UNIT))
    g_atomic_int_inc (&pictures->in);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_picture_out (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_atomic_int_inc (&((Pictures *) user_data)->out);
  return GST_PAD_PROBE_OK;
}

static gboolean
has_stopped (gpointer data)
{
  return g_atomic_int_get (&((Pictures *) data)->stopped);
}

static void
watch_pad (GstElement *pipeline, const gchar *element, const gchar *pad_name,
    GstPadProbeCallback callback, gpointer user_data)
{
  g_autoptr (GstElement) watched = test_get_element (pipeline, element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (watched, pad_name);

  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, callback, user_data, NULL);
}

static void
tape_start (Tape *tape, GstElement *pipeline, const gchar *element, const gchar *pad_name)
{
  g_mutex_init (&tape->lock);
  tape->items = g_array_new (FALSE, FALSE, sizeof (guint64));
  watch_pad (pipeline, element, pad_name, on_packets, tape);
}

static void
tape_clear (Tape *tape)
{
  g_array_unref (tape->items);
  g_mutex_clear (&tape->lock);
}

/* A copy of what is there by now. */
static GArray *
tape_get (Tape *tape)
{
  GArray *items;

  g_mutex_lock (&tape->lock);
  items = g_array_copy (tape->items);
  g_mutex_unlock (&tape->lock);
  return items;
}

static guint
tape_count_pictures (Tape *tape)
{
  guint pictures;

  g_mutex_lock (&tape->lock);
  pictures = tape->pictures;
  g_mutex_unlock (&tape->lock);
  return pictures;
}

typedef struct {
  GArray *all; /* that are to come */
  Tape *tape;  /* where they come */
  guint first; /* of them */
} Arrival;

static guint64
get_item (const GArray *items, guint i)
{
  return g_array_index (items, guint64, i);
}

static gboolean
has_arrived (gpointer data)
{
  Arrival *arrival = data;
  g_autoptr (GArray) items = tape_get (arrival->tape);

  return arrival->first + items->len >= arrival->all->len;
}

/* Whatever has come by at FROM until now comes by at TO, in its order and nothing between, from the
 * first on that does. */
static guint
check_complete (Tape *from, Tape *to, const gchar *what)
{
  g_autoptr (GArray) all = tape_get (from);
  g_autoptr (GArray) some = tape_get (to);
  g_autoptr (GArray) arrived = NULL;
  Arrival arrival = {all, to, 0};

  fail_unless (some->len > 0, "%s: nothing has come", what);
  while (arrival.first < all->len && get_item (all, arrival.first) != get_item (some, 0))
    arrival.first++;
  fail_unless (arrival.first < all->len, "%s: the first is unknown", what);

  test_wait_until (has_arrived, &arrival);
  arrived = tape_get (to);
  for (guint i = arrival.first; i < all->len; i++)
    fail_unless (get_item (all, i) == get_item (arrived, i - arrival.first),
        "%s: number %u of %u is missing or another", what, i - arrival.first,
        all->len - arrival.first);
  GST_INFO ("%s: %u have come, none is missing", what, all->len - arrival.first);
  return all->len - arrival.first;
}

typedef enum { WAITING, OFFERED, SENDING, RETIRED } Step;

/* From one participant to the other. */
typedef struct _Direction Direction;
struct _Direction {
  const gchar *name;
  /* How the next key, SELF->key + 1, is given to the receiver, then made the sender's, and then the
   * other taken away. */
  void (*offer) (Direction *self);
  void (*send) (Direction *self);
  void (*retire) (Direction *self);

  GstElement *sender, *receiver;
  GstElement *enc[2], *dec[2]; /* video, audio */
  gchar *sender_file, *receiver_file;
  guint first_key, key;
  Step step;

  Tape video_sent, video_received, audio_sent, audio_received;
  Pictures pictures;
};

static void
write_ring (const gchar *path, const gchar *mark, guint key, gint old)
{
  g_autofree gchar *text = test_key_text (key);
  g_autofree gchar *old_text = old < 0 ? NULL : test_key_text ((guint) old);
  g_autofree gchar *ring =
      g_strdup_printf ("# number %u\n%s%s\n%s\n", key, mark, text, old_text ? old_text : "");

  test_key_write_file (path, ring);
}

static void
offer_in_file (Direction *self)
{
  write_ring (self->receiver_file, "", self->key + 1, (gint) self->key);
}

static void
send_by_file (Direction *self)
{
  write_ring (self->sender_file, "send ", self->key + 1, (gint) self->key);
}

static void
retire_from_files (Direction *self)
{
  write_ring (self->sender_file, "send ", self->key + 1, -1);
  write_ring (self->receiver_file, "", self->key + 1, -1);
}

static void
add_key (GstElement *element, const gchar *mark, guint key)
{
  g_autofree gchar *text = test_key_text (key);
  g_autofree gchar *line = g_strdup_printf ("%smki=%02x %s", mark, key & 0xff, text);
  g_autofree gchar *wanted = test_key_fingerprint (key);
  g_autofree gchar *fingerprint = NULL;

  g_signal_emit_by_name (element, "add-key", line, &fingerprint);
  assert_equals_string (fingerprint, wanted);
}

static void
remove_key (GstElement *element, guint key)
{
  g_autofree gchar *fingerprint = test_key_fingerprint (key);
  gboolean removed = FALSE;

  g_signal_emit_by_name (element, "remove-key", fingerprint, &removed);
  fail_unless (removed);
}

static void
offer_by_signal (Direction *self)
{
  for (guint i = 0; i < 2; i++)
    add_key (self->dec[i], "", self->key + 1);
}

static void
send_by_signal (Direction *self)
{
  for (guint i = 0; i < 2; i++)
    add_key (self->enc[i], "send ", self->key + 1);
}

static void
retire_by_signal (Direction *self)
{
  for (guint i = 0; i < 2; i++) {
    remove_key (self->enc[i], self->key);
    remove_key (self->dec[i], self->key);
  }
}

static gboolean
both_have (Direction *self, gboolean (*check) (GstElement *element, guint key), guint key)
{
  return check (self->dec[0], key) && check (self->dec[1], key);
}

static gboolean
all_have_one (Direction *self)
{
  return test_key_count (self->dec[0]) == 1 && test_key_count (self->dec[1]) == 1 &&
         test_key_count (self->enc[0]) == 1 && test_key_count (self->enc[1]) == 1;
}

/* Does the next step of the rotation if the one before has had its effect. */
static void
direction_advance (Direction *self)
{
  guint rotations = self->key - self->first_key;

  switch (self->step) {
    case WAITING:
      if (tape_count_pictures (&self->video_received) < FRAMES_PER_KEY * (rotations + 1) ||
          !both_have (self, test_key_is_used, self->key))
        return;
      self->offer (self);
      self->step = OFFERED;
      return;
    case OFFERED:
      if (!both_have (self, test_key_is_there, self->key + 1))
        return;
      self->send (self);
      self->step = SENDING;
      return;
    case SENDING:
      /* Packets come in order: none under the old key comes after one under the new. */
      if (!both_have (self, test_key_is_used, self->key + 1))
        return;
      self->retire (self);
      self->step = RETIRED;
      return;
    case RETIRED:
    default:
      if (!all_have_one (self))
        return;
      GST_INFO ("%s: %u rotations after %u pictures", self->name, rotations + 1,
          tape_count_pictures (&self->video_received));
      self->key++;
      self->step = WAITING;
      return;
  }
}

/* Neither errors nor warnings, and no news but of other keys. */
static void
check_messages (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (
              bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING | GST_MESSAGE_ELEMENT))) {
    const GstStructure *s = gst_message_get_structure (message);
    const gchar *name = gst_structure_get_name (s);

    if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT ||
        (g_str_has_prefix (name, "perclite-") && !g_str_equal (name, "perclite-key-changed"))) {
      g_autofree gchar *text = gst_structure_to_string (s);

      fail ("%s: %s", GST_MESSAGE_SRC_NAME (message), text);
    }
    gst_message_unref (message);
  }
}

typedef struct {
  GstElement *participants[2];
  Direction directions[2];
  guint rotations; /* that are waited for */
} Call;

static gboolean
both_rotated (gpointer data)
{
  Call *call = data;
  gboolean done = TRUE;

  for (guint i = 0; i < 2; i++) {
    Direction *direction = &call->directions[i];

    check_messages (call->participants[i]);
    if (direction->key - direction->first_key < call->rotations)
      direction_advance (direction);
    done &= direction->key - direction->first_key >= call->rotations;
  }
  return done;
}

static gboolean
last_keys_used (gpointer data)
{
  Call *call = data;

  return tape_count_pictures (&call->directions[0].video_received) >=
             FRAMES_PER_KEY * (ROTATIONS + 1) &&
         tape_count_pictures (&call->directions[1].video_received) >=
             FRAMES_PER_KEY * (ROTATIONS + 1);
}

static void
direction_begin (Direction *self, GstElement *sender, GstElement *receiver)
{
  self->sender = sender;
  self->receiver = receiver;
  self->enc[0] = test_get_element (sender, "venc");
  self->enc[1] = test_get_element (sender, "aenc");
  self->dec[0] = test_get_element (receiver, "vdec");
  self->dec[1] = test_get_element (receiver, "adec");
  self->key = self->first_key;
  tape_start (&self->video_sent, sender, "venc", "sink");
  tape_start (&self->audio_sent, sender, "aenc", "sink");
  tape_start (&self->video_received, receiver, "vdec", "src");
  tape_start (&self->audio_received, receiver, "adec", "src");
  watch_pad (receiver, "video", "sink", on_picture_in, &self->pictures);
  watch_pad (receiver, "video", "src", on_picture_out, &self->pictures);
}

static void
direction_clear (Direction *self)
{
  for (guint i = 0; i < 2; i++) {
    gst_object_unref (self->enc[i]);
    gst_object_unref (self->dec[i]);
  }
  g_free (self->sender_file);
  g_free (self->receiver_file);
  tape_clear (&self->video_sent);
  tape_clear (&self->audio_sent);
  tape_clear (&self->video_received);
  tape_clear (&self->audio_received);
}

static void
begin_with_files (Direction *self, const gchar *directory)
{
  self->sender_file = g_build_filename (directory, "sender.keys", NULL);
  self->receiver_file = g_build_filename (directory, "receiver.keys", NULL);
  write_ring (self->sender_file, "send ", self->key, -1);
  write_ring (self->receiver_file, "", self->key, -1);
  for (guint i = 0; i < 2; i++) {
    g_object_set (self->enc[i], "key-file", self->sender_file, NULL);
    g_object_set (self->dec[i], "key-file", self->receiver_file, NULL);
  }
}

static void
begin_with_signals (Direction *self)
{
  for (guint i = 0; i < 2; i++) {
    add_key (self->enc[i], "send ", self->key);
    add_key (self->dec[i], "", self->key);
  }
}

static void
check_direction (Direction *self)
{
  guint packets;

  GST_INFO ("%s", self->name);
  packets = check_complete (&self->video_sent, &self->video_received, "video packets");
  fail_unless (packets >= ROTATIONS * FRAMES_PER_KEY);
  check_complete (&self->audio_sent, &self->audio_received, "audio packets");

  g_atomic_int_set (&self->pictures.stop, TRUE);
  test_wait_until (has_stopped, &self->pictures);
  GST_INFO ("%d pictures have come, %d were decoded", self->pictures.in, self->pictures.out);
  assert_equals_int (self->pictures.out, self->pictures.in);
  fail_unless (self->pictures.in >= ROTATIONS * FRAMES_PER_KEY);

  assert_equals_uint64 (test_get_stat (self->sender, "venc", "dropped"), 0);
  assert_equals_uint64 (test_get_stat (self->sender, "aenc", "dropped"), 0);
  assert_equals_uint64 (test_get_stat (self->receiver, "vdec", "dropped"), 0);
  assert_equals_uint64 (test_get_stat (self->receiver, "adec", "dropped"), 0);
  /* Each stream has gone over to each key. */
  assert_equals_uint64 (test_get_event_count (self->sender, "venc", "key-changed"), ROTATIONS);
  assert_equals_uint64 (test_get_event_count (self->sender, "aenc", "key-changed"), ROTATIONS);
}

GST_START_TEST (rotating_every_2_seconds_for_a_minute_through_a_real_janus_both_ways_loses_no_frame)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  g_autofree gchar *directory = g_dir_make_tmp ("perclite-rotation-XXXXXX", NULL);
  Call call = {
      .directions = {{.name = "by key ring files, without MKIs",
                         .offer = offer_in_file,
                         .send = send_by_file,
                         .retire = retire_from_files,
                         .first_key = 0},
          {.name = "by signals, with MKIs",
              .offer = offer_by_signal,
              .send = send_by_signal,
              .retire = retire_by_signal,
              .first_key = 100}},
  };

  for (guint i = 0; i < 2; i++)
    call.participants[i] = test_pipeline (PARTICIPANT, endpoint, 1 + i, endpoint, 2 - i);
  for (guint i = 0; i < 2; i++)
    direction_begin (&call.directions[i], call.participants[i], call.participants[1 - i]);
  begin_with_files (&call.directions[0], directory);
  begin_with_signals (&call.directions[1]);
  for (guint i = 0; i < 2; i++)
    gst_element_set_state (call.participants[i], GST_STATE_PLAYING);

  for (call.rotations = 1; call.rotations <= ROTATIONS; call.rotations++)
    test_wait_until (both_rotated, &call);
  test_wait_until (last_keys_used, &call);

  for (guint i = 0; i < 2; i++) {
    check_direction (&call.directions[i]);
    check_messages (call.participants[i]);
  }
  for (guint i = 0; i < 2; i++)
    test_end (call.participants[i]);
  for (guint i = 0; i < 2; i++)
    direction_clear (&call.directions[i]);
  test_files_remove (directory);
}
GST_END_TEST;

static Suite *
rotation_suite (void)
{
  Suite *s = suite_create ("rotation");
  TCase *tc = tcase_create ("rotation");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 400);
  tcase_add_test (
      tc, rotating_every_2_seconds_for_a_minute_through_a_real_janus_both_ways_loses_no_frame);
  return s;
}

GST_CHECK_MAIN (rotation);
