/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sends packets some time later, in their order. */

#include "delayline.h"

typedef struct {
  gint64 due;
  GSocket *socket;
  GSocketAddress *to;
  GBytes *data;
} Packet;

struct _DelayLine {
  GSource *timer;
  GQueue packets; /* by due time */
};

static void
packet_free (Packet *packet)
{
  g_object_unref (packet->socket);
  g_clear_object (&packet->to);
  g_bytes_unref (packet->data);
  g_free (packet);
}

/* A packet that cannot be sent is a lost packet, which is nothing special here. */
static void
packet_send (Packet *packet)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (packet->data, &size);

  g_socket_send_to (packet->socket, packet->to, data, size, NULL, NULL);
}

static gboolean
on_due (gpointer data)
{
  DelayLine *line = data;
  gint64 now = g_get_monotonic_time ();
  Packet *packet;

  while ((packet = g_queue_peek_head (&line->packets)) != NULL && packet->due <= now) {
    g_queue_pop_head (&line->packets);
    packet_send (packet);
    packet_free (packet);
  }
  g_source_set_ready_time (line->timer, packet != NULL ? packet->due : -1);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

DelayLine *
delay_line_new (GMainContext *context)
{
  static GSourceFuncs funcs = {.dispatch = dispatch};
  DelayLine *line = g_new0 (DelayLine, 1);

  g_queue_init (&line->packets);
  line->timer = g_source_new (&funcs, sizeof (GSource));
  g_source_set_callback (line->timer, on_due, line, NULL);
  g_source_attach (line->timer, context);
  return line;
}

void
delay_line_free (DelayLine *line)
{
  g_source_destroy (line->timer);
  g_source_unref (line->timer);
  g_queue_clear_full (&line->packets, (GDestroyNotify) packet_free);
  g_free (line);
}

void
delay_line_push (DelayLine *line, guint delay_ms, GSocket *socket, GSocketAddress *to,
    const void *data, gsize size)
{
  Packet *last = g_queue_peek_tail (&line->packets);
  Packet *packet;

  if (delay_ms == 0 && last == NULL) {
    g_socket_send_to (socket, to, data, size, NULL, NULL);
    return;
  }

  packet = g_new0 (Packet, 1);
  packet->due = g_get_monotonic_time () + (gint64) delay_ms * G_TIME_SPAN_MILLISECOND;
  /* A link does not reorder, also not when its delay becomes shorter. */
  if (last != NULL)
    packet->due = MAX (packet->due, last->due);
  packet->socket = g_object_ref (socket);
  packet->to = to != NULL ? g_object_ref (to) : NULL;
  packet->data = g_bytes_new (data, size);

  g_queue_push_tail (&line->packets, packet);
  if (last == NULL)
    g_source_set_ready_time (line->timer, packet->due);
}
