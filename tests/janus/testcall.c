/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pipelines that publish to and receive from a Janus, and what tests wait for in them. */

#include "testcall.h"
#include "testwait.h"

/* Far more than anything takes, on a machine that does something else beside. */
#define PATIENCE (40 * GST_SECOND)

TestJanus *
test_start_janus (const TestJanusOptions *options)
{
  g_autoptr (GError) error = NULL;
  TestJanus *janus = test_janus_new (options, &error);

  fail_unless (janus != NULL, "%s", error ? error->message : "");
  return janus;
}

void
test_restart (TestJanus *janus)
{
  g_autoptr (GError) error = NULL;

  fail_unless (
      test_janus_restart (janus, &error), "%s", error ? error->message : "cannot be restarted");
}

void
test_ask (TestJanus *janus, const gchar *format, ...)
{
  g_autofree gchar *body = NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GError) error = NULL;
  va_list args;

  va_start (args, format);
  body = g_strdup_vprintf (format, args);
  va_end (args);
  answer = test_janus_request (janus, body, &error);
  fail_unless (answer != NULL, "%s: %s", body, error ? error->message : "");
  fail_if (json_object_has_member (answer, "error_code"), "%s: refused", body);
}

LossyLink *
test_link_to (TestJanus *janus, guint32 seed)
{
  g_autoptr (GError) error = NULL;
  LossyLink *link = lossy_link_new (test_janus_get_endpoint (janus), seed, &error);

  fail_unless (link != NULL, "%s", error ? error->message : "");
  return link;
}

void
test_lengthen (LossyLink *link)
{
  const guint one_way = 450;

  lossy_link_set (link, 0.0, 0.0, one_way);
  lossy_link_set_signal_delay (link, one_way);
}

static GstElement *
parse (const gchar *format, va_list args)
{
  g_autofree gchar *text = g_strdup_vprintf (format, args);
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);

  fail_unless (pipeline && !error, "%s: %s", text, error ? error->message : "");
  if (!GST_IS_PIPELINE (pipeline)) {
    GstElement *inner = pipeline;

    pipeline = gst_pipeline_new (NULL);
    gst_bin_add (GST_BIN (pipeline), inner);
  }
  return pipeline;
}

GstElement *
test_pipeline (const gchar *format, ...)
{
  va_list args;
  GstElement *pipeline;

  va_start (args, format);
  pipeline = parse (format, args);
  va_end (args);
  return pipeline;
}

GstElement *
test_play (const gchar *format, ...)
{
  va_list args;
  GstElement *pipeline;

  va_start (args, format);
  pipeline = parse (format, args);
  va_end (args);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return pipeline;
}

void
test_end (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

/* Waits for a message of TYPES that ACCEPT (NULL: any) takes. */
static GstMessage *
wait_message (GstElement *pipeline, GstMessageType types,
    gboolean (*accept) (GstMessage *message, gpointer data), gpointer data)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  gint64 deadline = g_get_monotonic_time () + GST_TIME_AS_USECONDS (PATIENCE);

  while (g_get_monotonic_time () < deadline) {
    GstMessage *message = gst_bus_timed_pop_filtered (bus, GST_SECOND, types);

    if (message && (!accept || accept (message, data)))
      return message;
    g_clear_pointer (&message, gst_message_unref);
  }
  return NULL;
}

static gchar *
message_get_error (GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  gst_message_parse_error (message, &error, &debug);
  GST_INFO ("error: %s (%s)", error->message, debug);
  return g_strdup (error->message);
}

static void
fail_on_error (GstMessage *message)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    g_autofree gchar *error = message_get_error (message);

    fail ("unexpected error of %s: %s", GST_MESSAGE_SRC_NAME (message), error);
  }
}

typedef struct {
  const gchar *element;
  const gchar *name;
  const gchar *state;
} Wanted;

static gboolean
is_wanted (GstMessage *message, gpointer data)
{
  const Wanted *wanted = data;
  const GstStructure *s = gst_message_get_structure (message);

  fail_on_error (message);
  return gst_structure_has_name (s, wanted->name) &&
         (!wanted->element || g_str_equal (GST_MESSAGE_SRC_NAME (message), wanted->element)) &&
         (!wanted->state || g_strcmp0 (gst_structure_get_string (s, "state"), wanted->state) == 0);
}

GstMessage *
test_wait_state_message (GstElement *pipeline, const gchar *name, const gchar *state)
{
  Wanted wanted = {name, "janus-state", state};
  GstMessage *message =
      wait_message (pipeline, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR, is_wanted, &wanted);

  fail_unless (message != NULL, "%s has not come to state %s", name, state);
  return message;
}

void
test_wait_state (GstElement *pipeline, const gchar *name, const gchar *state)
{
  gst_message_unref (test_wait_state_message (pipeline, name, state));
}

GstMessage *
test_wait_element_message (GstElement *pipeline, const gchar *name)
{
  Wanted wanted = {NULL, name, NULL};
  GstMessage *message =
      wait_message (pipeline, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR, is_wanted, &wanted);

  fail_unless (message != NULL, "no message %s", name);
  return message;
}

typedef struct {
  const gchar *element;
  const gchar *text;
} WantedText;

static gboolean
has_text (GstMessage *message, gpointer data)
{
  const WantedText *wanted = data;
  g_autoptr (GError) error = NULL;

  fail_on_error (message);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    gst_message_parse_warning (message, &error, NULL);
  else
    gst_message_parse_info (message, &error, NULL);
  return g_str_equal (GST_MESSAGE_SRC_NAME (message), wanted->element) &&
         strstr (error->message, wanted->text) != NULL;
}

void
test_wait_text (GstElement *pipeline, GstMessageType type, const gchar *name, const gchar *text)
{
  WantedText wanted = {name, text};
  GstMessage *message = wait_message (pipeline, type | GST_MESSAGE_ERROR, has_text, &wanted);

  fail_unless (message != NULL, "%s has not said \"%s\"", name, text);
  gst_message_unref (message);
}

void
test_wait_eos (GstElement *pipeline)
{
  GstMessage *message = wait_message (pipeline, GST_MESSAGE_EOS | GST_MESSAGE_ERROR, NULL, NULL);

  fail_unless (message != NULL, "no EOS");
  fail_on_error (message);
  gst_message_unref (message);
}

gchar *
test_wait_error (GstElement *pipeline)
{
  g_autoptr (GstMessage) message =
      wait_message (pipeline, GST_MESSAGE_EOS | GST_MESSAGE_ERROR, NULL, NULL);

  fail_unless (message != NULL, "no error");
  fail_unless (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR, "EOS instead of an error");
  return message_get_error (message);
}

void
test_expect_error (GstElement *pipeline, ...)
{
  g_autofree gchar *error = test_wait_error (pipeline);
  const gchar *part;
  va_list args;

  va_start (args, pipeline);
  while ((part = va_arg (args, const gchar *)))
    fail_unless (strstr (error, part) != NULL, "\"%s\" is not in: %s", part, error);
  va_end (args);
}

GstElement *
test_get_element (GstElement *pipeline, const gchar *name)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), name);

  fail_unless (element != NULL, "no element %s", name);
  return element;
}

static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  TestCount *count = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
    g_atomic_int_inc (&count->keyframes);
  g_atomic_int_inc (&count->buffers);
  return GST_PAD_PROBE_OK;
}

TestCount *
test_count (GstElement *pipeline, const gchar *name)
{
  g_autoptr (GstElement) element = test_get_element (pipeline, name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");
  TestCount *count = g_new0 (TestCount, 1);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, count, NULL);
  g_object_set_data_full (G_OBJECT (pipeline), name, count, g_free);
  return count;
}

void
test_wait_buffers (GstElement *pipeline, TestCount *count, gint n)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  gint64 deadline = g_get_monotonic_time () + GST_TIME_AS_USECONDS (PATIENCE);

  while (g_atomic_int_get (&count->buffers) < n) {
    g_autoptr (GstMessage) message =
        gst_bus_timed_pop_filtered (bus, 20 * GST_MSECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

    if (message) {
      fail_on_error (message);
      fail ("EOS after %d of %d buffers", g_atomic_int_get (&count->buffers), n);
    }
    fail_unless (g_get_monotonic_time () < deadline, "%d of %d buffers have come",
        g_atomic_int_get (&count->buffers), n);
  }
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
test_wait_until (gboolean (*check) (gpointer data), gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) tick = g_timeout_source_new (20);

  /* What is waited for happens elsewhere and wakes nobody up: look again now and then. */
  g_source_set_callback (tick, on_tick, NULL, NULL);
  g_source_attach (tick, context);
  fail_unless (test_wait (context, check, data, GST_TIME_AS_MSECONDS (PATIENCE)), "waited in vain");
  g_source_destroy (tick);
}

static GstPadProbeReturn
on_upstream_event (GstPad *pad, GstPadProbeInfo *info, gpointer requests)
{
  if (gst_event_has_name (GST_PAD_PROBE_INFO_EVENT (info), "GstForceKeyUnit"))
    g_atomic_int_inc ((gint *) requests);
  return GST_PAD_PROBE_OK;
}

void
test_count_keyframe_requests (
    GstElement *pipeline, const gchar *name, const gchar *pad_name, gint *requests)
{
  g_autoptr (GstElement) element = test_get_element (pipeline, name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, pad_name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream_event, requests, NULL);
}

gboolean
test_asks_again (gpointer pipeline)
{
  GstIterator *jitterbuffers =
      gst_bin_iterate_all_by_element_factory_name (GST_BIN (pipeline), "rtpjitterbuffer");
  GValue item = G_VALUE_INIT;
  gboolean asks = FALSE;

  while (!asks && gst_iterator_next (jitterbuffers, &item) == GST_ITERATOR_OK) {
    g_object_get (g_value_get_object (&item), "do-retransmission", &asks, NULL);
    g_value_reset (&item);
  }
  g_value_unset (&item);
  gst_iterator_free (jitterbuffers);
  return asks;
}

typedef struct {
  gint *number;
  gint value;
} WantedNumber;

static gboolean
is_number (gpointer data)
{
  const WantedNumber *wanted = data;

  return g_atomic_int_get (wanted->number) == wanted->value;
}

void
test_wait_number (gint *number, gint value)
{
  WantedNumber wanted = {number, value};

  test_wait_until (is_number, &wanted);
}

guint
test_count_entries (const gchar *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

static GstStructure *
get_stats (GstElement *pipeline, const gchar *name)
{
  g_autoptr (GstElement) element = test_get_element (pipeline, name);
  GstStructure *stats = NULL;

  g_object_get (element, "stats", &stats, NULL);
  return stats;
}

guint64
test_get_stat (GstElement *pipeline, const gchar *name, const gchar *field)
{
  g_autoptr (GstStructure) stats = get_stats (pipeline, name);
  guint64 value = 0;

  fail_unless (gst_structure_get_uint64 (stats, field, &value), "no %s in stats", field);
  return value;
}

guint64
test_get_event_count (GstElement *pipeline, const gchar *name, const gchar *event)
{
  g_autoptr (GstStructure) stats = get_stats (pipeline, name);
  g_autoptr (GstStructure) events = NULL;
  guint64 value = 0;

  fail_unless (gst_structure_get (stats, "events", GST_TYPE_STRUCTURE, &events, NULL));
  fail_unless (gst_structure_get_uint64 (events, event, &value), "no %s in events", event);
  return value;
}

GstElement *
test_publish (TestJanus *janus, const gchar *source, const gchar *room, const gchar *properties)
{
  GstElement *pipeline =
      test_play ("%s" ENCRYPT "janusvideoroomsink name=sfu janus-endpoint=%s room-id=%s %s", source,
          test_janus_get_endpoint (janus), room, properties);

  test_wait_state (pipeline, "sfu", "connected");
  return pipeline;
}
