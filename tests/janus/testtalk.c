/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session, a participant of a room and a subscription, which count what they are told, and fail
 * the test when it is told out of turn. */

#include "testtalk.h"

#include "januserror.h"
#include "testnet.h"

GMainContext *context;

void
setup (void)
{
  context = g_main_context_new ();
  g_main_context_push_thread_default (context);
}

void
drain (void)
{
  while (g_main_context_iteration (context, FALSE))
    ;
}

void
teardown (void)
{
  drain ();
  g_main_context_pop_thread_default (context);
  g_clear_pointer (&context, g_main_context_unref);
}

gboolean
is_set (gpointer data)
{
  return *(const guint *) data != 0;
}

/* ---- A session ---- */

static void
talk_answered (Talk *talk, const JanusMessage *reply, const GError *error)
{
  fail_if (talk->gone, "a callback after the end");
  fail_if (talk->lost, "a callback after lost()");
  fail_unless ((reply != NULL) != (error != NULL));
  g_clear_error (&talk->error);
  if (error)
    talk->error = g_error_copy (error);
  else
    talk->id = reply->data_id;
}

static void
on_talk_opened (const JanusMessage *reply, const GError *error, gpointer data)
{
  talk_answered (data, reply, error);
  ((Talk *) data)->opened++;
}

void
talk_on_answer (const JanusMessage *reply, const GError *error, gpointer data)
{
  talk_answered (data, reply, error);
  ((Talk *) data)->answered++;
}

static void
on_talk_event (const JanusMessage *message, gpointer data)
{
  Talk *talk = data;

  fail_unless (message != NULL);
  fail_if (talk->gone || talk->lost);
  talk->events++;
}

static void
on_talk_lost (const GError *error, gpointer data)
{
  Talk *talk = data;

  fail_if (talk->gone || talk->lost);
  fail_unless (error != NULL);
  g_clear_error (&talk->error);
  talk->error = g_error_copy (error);
  talk->lost++;
}

const JanusSessionHandlers talk_handlers = {on_talk_event, on_talk_lost};

Talk *
talk_new (const JanusSessionConfig *config)
{
  Talk *talk = g_new0 (Talk, 1);

  talk->session = janus_session_new (config, &talk_handlers, talk);
  return talk;
}

Talk *
talk_start (const JanusSessionConfig *config)
{
  Talk *talk = talk_new (config);

  janus_session_open (talk->session, on_talk_opened, talk);
  assert_equals_int (talk->opened, 0);
  return talk;
}

Talk *
talk_open (const gchar *endpoint)
{
  JanusSessionConfig config = {.endpoint = (gchar *) endpoint, .timeout = 20};
  Talk *talk = talk_start (&config);

  wait_for (talk->opened);
  fail_unless (talk->error == NULL, "%s", talk->error ? talk->error->message : "");
  fail_unless (talk->id != 0);
  return talk;
}

static void
on_talk_closed (gpointer data)
{
  ((Talk *) data)->closed++;
}

void
talk_close (Talk *talk)
{
  talk->gone = TRUE;
  janus_session_close (talk->session, on_talk_closed, talk);
  assert_equals_int (talk->closed, 0);
  wait_for (talk->closed);
  drain ();
  assert_equals_int (talk->closed, 1);
  g_clear_error (&talk->error);
  g_free (talk);
}

void
check_error (const GError *error, GQuark domain, gint code)
{
  fail_unless (g_error_matches (error, domain, code), "%s %d: %s",
      error ? g_quark_to_string (error->domain) : "none", error ? error->code : 0,
      error ? error->message : "");
  fail_unless (*error->message);
}

void
check_open_fails (const JanusSessionConfig *config, GQuark domain, gint code)
{
  Talk *talk = talk_start (config);

  wait_for (talk->opened);
  drain ();
  assert_equals_int (talk->opened, 1);
  assert_equals_int (talk->lost, 0);
  check_error (talk->error, domain, code);
  talk_close (talk);
}

/* ---- A participant of a room ---- */

static void
guest_called (Guest *guest)
{
  fail_if (guest->gone, "a callback after leave()");
  fail_if (guest->failed, "a callback after failed()");
}

static void
on_guest_joined (const gchar *id, gpointer data)
{
  Guest *guest = data;

  guest_called (guest);
  fail_unless (id && *id);
  fail_if (guest->joined++);
  guest->id = g_strdup (id);
  if (guest->leave_in_joined)
    guest_start_leaving (guest);
}

static void
on_guest_publisher_joined (const JanusPublisher *publisher, gpointer data)
{
  Guest *guest = data;

  guest_called (guest);
  fail_unless (publisher && publisher->id);
  guest->publishers++;
}

static void
on_guest_publisher_left (const gchar *id, gpointer data)
{
  guest_called (data);
  fail_unless (id != NULL);
}

static void
on_guest_published (const gchar *sdp, const GPtrArray *streams, gpointer data)
{
  Guest *guest = data;

  guest_called (guest);
  fail_unless (sdp != NULL);
  fail_if (guest->published++);
  guest->answer = g_strdup (sdp);
  if (streams && streams->len > 0) {
    const JanusStream *stream = g_ptr_array_index (streams, 0);

    guest->codec = g_strdup (stream->codec);
    guest->active = stream->active;
  }
}

static void
on_guest_webrtcup (gpointer data)
{
  Guest *guest = data;

  guest_called (guest);
  guest->webrtcup++;
}

static void
on_guest_failed (const GError *error, gpointer data)
{
  Guest *guest = data;

  guest_called (guest);
  fail_unless (error != NULL);
  guest->error = g_error_copy (error);
  guest->failed++;
  if (guest->leave_in_failed)
    guest_start_leaving (guest);
}

const JanusRoomHandlers guest_handlers = {on_guest_joined, on_guest_publisher_joined,
    on_guest_publisher_left, on_guest_published, on_guest_webrtcup, on_guest_failed};

Guest *
guest_new (const JanusSessionConfig *session, const JanusRoomConfig *config)
{
  Guest *guest = g_new0 (Guest, 1);

  guest->room = janus_room_new (session, config, &guest_handlers, guest);
  return guest;
}

Guest *
guest_start (const gchar *endpoint, const JanusRoomConfig *config)
{
  JanusSessionConfig session = {.endpoint = (gchar *) endpoint, .timeout = 20};
  Guest *guest = guest_new (&session, config);

  janus_room_join (guest->room);
  assert_equals_int (guest->joined + guest->failed, 0);
  return guest;
}

Guest *
guest_knock (const gchar *endpoint, const gchar *room)
{
  JanusRoomConfig config = {.room = (gchar *) room};

  return guest_start (endpoint, &config);
}

Guest *
guest_join (const gchar *endpoint, const gchar *room)
{
  Guest *guest = guest_knock (endpoint, room);

  wait_for (guest->joined);
  return guest;
}

static void
on_guest_left (gpointer data)
{
  Guest *guest = data;

  fail_unless (guest->gone);
  guest->left++;
}

void
guest_start_leaving (Guest *guest)
{
  guest->gone = TRUE;
  janus_room_leave (guest->room, on_guest_left, guest);
  assert_equals_int (guest->left, 0);
}

void
guest_end (Guest *guest)
{
  wait_for (guest->left);
  drain ();
  assert_equals_int (guest->left, 1);
  g_clear_error (&guest->error);
  g_free (guest->id);
  g_free (guest->answer);
  g_free (guest->codec);
  g_free (guest);
}

void
guest_leave (Guest *guest)
{
  guest_start_leaving (guest);
  guest_end (guest);
}

void
check_fails_saying (Guest *guest, GQuark domain, gint code, const gchar *text)
{
  wait_for (guest->failed);
  drain ();
  assert_equals_int (guest->failed, 1);
  check_error (guest->error, domain, code);
  fail_unless (strstr (guest->error->message, text) != NULL, "%s", guest->error->message);
  guest_leave (guest);
}

void
check_fails (Guest *guest, GQuark domain, gint code)
{
  check_fails_saying (guest, domain, code, "");
}

/* ---- A subscription ---- */

static void
listener_called (Listener *listener)
{
  fail_if (listener->gone, "a callback after the end");
  fail_if (listener->failed, "a callback after failed()");
}

void
listener_end (Listener *listener)
{
  listener->gone = TRUE;
  janus_subscription_end (listener->subscription);
}

static void
on_listener_offered (const gchar *sdp, const GPtrArray *streams, gpointer data)
{
  Listener *listener = data;

  listener_called (listener);
  fail_unless (sdp != NULL);
  listener->offered++;
  if (listener->end_in_callback)
    listener_end (listener);
}

static void
on_listener_failed (const GError *error, gpointer data)
{
  Listener *listener = data;

  listener_called (listener);
  listener->error = g_error_copy (error);
  listener->failed++;
  if (listener->end_in_callback)
    listener_end (listener);
}

static const JanusSubscriptionHandlers listener_handlers = {
    on_listener_offered, on_listener_failed};

void
listener_subscribe (Listener *listener, Guest *guest, const gchar *feed)
{
  listener->subscription = janus_room_subscribe (guest->room, feed, &listener_handlers, listener);
  assert_equals_int (listener->offered + listener->failed, 0);
}

/* ---- A server of our own ---- */

GSocketService *
serve (GCallback incoming, gpointer data, gchar **endpoint)
{
  GSocketService *service = g_socket_service_new ();
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string (test_net_address (), 0);
  g_autoptr (GSocketAddress) bound = NULL;

  fail_unless (g_socket_listener_add_address (G_SOCKET_LISTENER (service), any,
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
  g_signal_connect (service, "incoming", incoming, data);
  *endpoint = g_strdup_printf ("ws://%s:%u/", test_net_address (),
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  return service;
}

void
serve_no_more (GSocketService *service)
{
  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
  g_object_unref (service);
}
