/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A participant of a VideoRoom: joins, publishes, sees others come and go, subscribes to them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "januserror.h"
#include "janusroom.h"

/* How long leaving in order may take before the socket is just closed. */
#define LEAVE_MSECONDS 1000

/* So many are not published in the moment of joining. */
#define MAX_EARLY 64

struct _JanusRoom {
  JanusSessionConfig session_config; /* only its signalling is kept */
  JanusRoomConfig config;
  const JanusRoomHandlers *handlers;
  gpointer user_data;

  JanusSession *session;
  guint64 handle_id;
  guint64 private_id;
  gboolean joined;
  gboolean published;
  gboolean over; /* failed() was called, or we are leaving */
  GList *subscriptions;
  GPtrArray *early_publishers; /* arrays of JanusPublisher, until we have joined */
  gchar *recording;            /* the file that was asked for last */
  gchar *rec_dir;

  GSource *leave_timeout;
  GDestroyNotify left;
  gpointer left_data;
};

struct _JanusSubscription {
  JanusRoom *room;
  gchar *feed;
  const JanusSubscriptionHandlers *handlers;
  gpointer user_data;
  guint64 handle_id;
  gboolean over;  /* failed() was called */
  gboolean ended; /* the caller has let go of it */
  guint pending;  /* requests without an answer, each of which holds a pointer to this */
};

static void
room_failed (JanusRoom *room, const GError *error)
{
  if (room->over)
    return;
  room->over = TRUE;
  room->handlers->failed (error, room->user_data);
}

/* To be asked first by the answer to each request. FALSE: it failed, which is told, or the room is over and
 * nobody wants the answer any more. */
static gboolean
room_goes_on (JanusRoom *room, const GError *error)
{
  if (error)
    room_failed (room, error);
  return !room->over;
}

static void
subscription_failed (JanusSubscription *subscription, const GError *error)
{
  if (subscription->over)
    return;
  subscription->over = TRUE;
  subscription->handlers->failed (error, subscription->user_data);
}

static void
tell_publishers (JanusRoom *room, const GPtrArray *publishers)
{
  guint i;

  for (i = 0; publishers && i < publishers->len && !room->over; i++)
    room->handlers->publisher_joined (g_ptr_array_index (publishers, i), room->user_data);
}

static GError *
hangup_error (const JanusMessage *message)
{
  return g_error_new (JANUS_ERROR, JANUS_ERROR_ICE, "Janus has hung up the media connection: %s",
      message->reason ? message->reason : "no reason given");
}

static void
on_own_event (JanusRoom *room, const JanusMessage *message)
{
  g_autoptr (GError) error = janus_message_get_error (message);

  if (message->type == JANUS_MESSAGE_WEBRTCUP) {
    room->handlers->webrtcup (room->user_data);
  } else if (message->type == JANUS_MESSAGE_HANGUP) {
    error = hangup_error (message);
  } else if (message->type == JANUS_MESSAGE_DETACHED) {
    error = g_error_new_literal (
        JANUS_ERROR, JANUS_ERROR_CLOSED, "Janus has detached us from the VideoRoom plugin");
  } else if (g_strcmp0 (message->videoroom, "destroyed") == 0) {
    error =
        g_error_new (JANUS_ERROR, JANUS_ERROR_KICKED, "Room %s was destroyed", room->config.room);
  } else if (g_strcmp0 (message->leaving, "ok") == 0 && message->reason) {
    /* With string ids somebody else may be called "ok", but then no reason is given. */
    error = g_error_new (JANUS_ERROR, JANUS_ERROR_KICKED, "We were removed from room %s: %s",
        room->config.room, message->reason);
  } else if (!error) {
    const gchar *gone = message->unpublished ? message->unpublished
                        : message->leaving   ? message->leaving
                                             : message->kicked;

    /* Janus may tell of others before it answers that we have joined. */
    if (room->joined)
      tell_publishers (room, message->publishers);
    else if (message->publishers && room->early_publishers->len < MAX_EARLY)
      g_ptr_array_add (room->early_publishers, g_ptr_array_ref (message->publishers));
    if (gone && !room->over)
      room->handlers->publisher_left (gone, room->user_data);
  }

  if (error)
    room_failed (room, error);
}

static void
on_subscription_event (JanusSubscription *subscription, const JanusMessage *message)
{
  g_autoptr (GError) error = janus_message_get_error (message);

  if (message->type == JANUS_MESSAGE_HANGUP)
    error = hangup_error (message);
  else if (message->type == JANUS_MESSAGE_DETACHED)
    error =
        g_error_new_literal (JANUS_ERROR, JANUS_ERROR_CLOSED, "Janus has ended the subscription");
  if (error)
    subscription_failed (subscription, error);
}

static void
on_event (const JanusMessage *message, gpointer user_data)
{
  JanusRoom *room = user_data;
  GList *l;

  /* What has no sender is of no handle: ours may be 0 still. */
  if (room->over || !message->handle_id)
    return;
  if (message->handle_id == room->handle_id) {
    on_own_event (room, message);
    return;
  }
  for (l = room->subscriptions; l; l = l->next) {
    JanusSubscription *subscription = l->data;

    if (message->handle_id == subscription->handle_id) {
      on_subscription_event (subscription, message);
      return;
    }
  }
}

static void
on_lost (const GError *error, gpointer user_data)
{
  room_failed (user_data, error);
}

static const JanusSessionHandlers session_handlers = {on_event, on_lost};

JanusRoom *
janus_room_new (const JanusSessionConfig *session_config, const JanusRoomConfig *config,
    const JanusRoomHandlers *handlers, gpointer user_data)
{
  JanusRoom *room = g_new0 (JanusRoom, 1);

  room->session_config.signalling = session_config->signalling;
  room->config.room = g_strdup (config->room);
  room->config.feed = g_strdup (config->feed);
  room->config.display = g_strdup (config->display);
  room->config.pin = g_strdup (config->pin);
  room->config.token = g_strdup (config->token);
  room->config.string_ids = config->string_ids;
  room->handlers = handlers;
  room->user_data = user_data;
  room->early_publishers = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  room->session = janus_session_new (session_config, &session_handlers, room);
  return room;
}

static JanusSignalling
room_signalling (JanusRoom *room)
{
  return room->session_config.signalling;
}

/* A request to the VideoRoom plugin; takes BODY. */
static void
send_message (JanusRoom *room, guint64 handle_id, JsonObject *body, const gchar *type,
    const gchar *sdp, JanusReplyFunc func, gpointer user_data)
{
  janus_session_send (room->session, handle_id,
      janus_request_new_message (body, type, sdp, room_signalling (room)), func, user_data);
}

/* FALSE and ERROR: an answer that makes no sense. */
static gboolean
has_handle (const JanusMessage *reply, GError **error)
{
  if (reply->data_id)
    return TRUE;
  g_set_error_literal (
      error, JANUS_ERROR, JANUS_ERROR_PROTOCOL, "Janus has attached us without a handle");
  return FALSE;
}

static void
on_joined (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusRoom *room = user_data;
  g_autoptr (GError) own_error = NULL;
  guint i;

  if (!room_goes_on (room, error))
    return;
  if (!reply->id) {
    own_error = g_error_new_literal (
        JANUS_ERROR, JANUS_ERROR_PROTOCOL, "Janus has let us join without an id");
    room_failed (room, own_error);
    return;
  }
  room->joined = TRUE;
  room->private_id = reply->private_id;
  room->handlers->joined (reply->id, room->user_data);
  tell_publishers (room, reply->publishers);
  for (i = 0; i < room->early_publishers->len; i++)
    tell_publishers (room, g_ptr_array_index (room->early_publishers, i));
  g_ptr_array_set_size (room->early_publishers, 0);
}

static void
on_attached (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusRoom *room = user_data;
  g_autoptr (GError) own_error = NULL;

  if (!room_goes_on (room, error))
    return;
  if (!has_handle (reply, &own_error)) {
    room_failed (room, own_error);
    return;
  }
  room->handle_id = reply->data_id;
  send_message (room, room->handle_id,
      janus_videoroom_join_publisher (room->config.room, room->config.feed, room->config.display,
          room->config.pin, room->config.token, room->config.string_ids),
      NULL, NULL, on_joined, room);
}

static void
on_opened (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusRoom *room = user_data;

  if (room_goes_on (room, error))
    janus_session_attach (room->session, on_attached, room);
}

void
janus_room_join (JanusRoom *room)
{
  janus_session_open (room->session, on_opened, room);
}

static gboolean
reply_has_sdp (const JanusMessage *reply, const gchar *type, GError **error)
{
  if (reply->sdp && g_strcmp0 (reply->jsep_type, type) == 0)
    return TRUE;
  g_set_error (error, JANUS_ERROR, JANUS_ERROR_PROTOCOL, "Janus has sent no SDP %s", type);
  return FALSE;
}

static void
on_published (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusRoom *room = user_data;
  g_autoptr (GError) own_error = NULL;

  if (!room_goes_on (room, error))
    return;
  room->published = TRUE;
  if (reply_has_sdp (reply, "answer", &own_error))
    room->handlers->published (reply->sdp, reply->streams, room->user_data);
  else
    room_failed (room, own_error);
}

void
janus_room_publish (
    JanusRoom *room, const gchar *sdp, gboolean audio, gboolean video, gboolean encrypted)
{
  janus_session_send (room->session, room->handle_id,
      janus_request_new_message (janus_videoroom_publish (audio, video), "offer", sdp,
          encrypted ? room_signalling (room) : JANUS_SIGNALLING_PLAIN),
      on_published, room);
}

void
janus_room_trickle (JanusRoom *room, const gchar *candidate, const gchar *mid, guint mline)
{
  janus_session_send (room->session, room->handle_id,
      janus_request_new_trickle (candidate, mid, mline), NULL, NULL);
}

/* ---- Recording ---- */

static void
on_recording (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusRoom *room = user_data;

  if (room_goes_on (room, error))
    room->handlers->recording (
        room->recording, room->recording ? room->rec_dir : NULL, room->user_data);
}

/* Nothing of ours is recorded now. */
static void
on_recording_ended (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusRoom *room = user_data;

  if (!room->recording)
    on_recording (reply, error, room);
  else if (room_goes_on (room, error))
    send_message (room, room->handle_id, janus_videoroom_record (TRUE, room->recording), NULL, NULL,
        on_recording, room);
}

static const JanusRoomInfo *
find_own_room (JanusRoom *room, const GPtrArray *rooms)
{
  guint i;

  for (i = 0; rooms && i < rooms->len; i++) {
    const JanusRoomInfo *info = g_ptr_array_index (rooms, i);

    if (g_strcmp0 (info->id, room->config.room) == 0)
      return info;
  }
  return NULL;
}

/* A locked room says "ok" to whoever may not record in it, and does nothing: only its entry in the list of
 * rooms tells. A private room is in no list, nor any room of a server that refuses to list them. */
static void
on_rooms (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusRoom *room = user_data;
  const JanusRoomInfo *info = reply ? find_own_room (room, reply->rooms) : NULL;
  g_autoptr (GError) own_error = NULL;

  if (error && error->domain == JANUS_REFUSAL)
    error = NULL;
  if (info && info->lock_record)
    error = own_error = g_error_new (JANUS_ERROR, JANUS_ERROR_RECORD,
        "Only the administrator of room %s decides what is recorded in it", room->config.room);
  if (!room_goes_on (room, error))
    return;

  g_free (room->rec_dir);
  room->rec_dir = info ? g_strdup (info->rec_dir) : NULL;
  send_message (room, room->handle_id, janus_videoroom_record (FALSE, NULL), NULL, NULL,
      on_recording_ended, room);
}

void
janus_room_record (JanusRoom *room, const gchar *file)
{
  g_free (room->recording);
  room->recording = g_strdup (file);
  send_message (room, room->handle_id, janus_videoroom_simple ("list"), NULL, NULL, on_rooms, room);
}

static void
subscription_free (JanusSubscription *subscription)
{
  g_free (subscription->feed);
  g_free (subscription);
}

static void
on_session_closed (gpointer user_data)
{
  JanusRoom *room = user_data;

  if (room->left)
    room->left (room->left_data);
  g_list_free_full (room->subscriptions, (GDestroyNotify) subscription_free);
  g_ptr_array_unref (room->early_publishers);
  g_free (room->recording);
  g_free (room->rec_dir);
  g_free (room->config.room);
  g_free (room->config.feed);
  g_free (room->config.display);
  janus_secret_clear (&room->config.pin);
  janus_secret_clear (&room->config.token);
  g_free (room);
}

static void
close_session (JanusRoom *room)
{
  if (room->leave_timeout) {
    g_source_destroy (room->leave_timeout);
    g_clear_pointer (&room->leave_timeout, g_source_unref);
  }
  janus_session_close (g_steal_pointer (&room->session), on_session_closed, room);
}

static gboolean
on_leave_timeout (gpointer user_data)
{
  close_session (user_data);
  return G_SOURCE_REMOVE;
}

static void
on_left (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  close_session (user_data);
}

static void
on_unpublished (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusRoom *room = user_data;

  send_message (room, room->handle_id, janus_videoroom_simple ("leave"), NULL, NULL, on_left, room);
}

void
janus_room_leave (JanusRoom *room, GDestroyNotify done, gpointer user_data)
{
  gboolean was_over = room->over;

  room->over = TRUE;
  room->left = done;
  room->left_data = user_data;

  if (was_over || !room->joined) {
    close_session (room);
    return;
  }

  room->leave_timeout = g_timeout_source_new (LEAVE_MSECONDS);
  g_source_set_callback (room->leave_timeout, on_leave_timeout, room, NULL);
  g_source_attach (room->leave_timeout, g_main_context_get_thread_default ());
  if (room->published)
    send_message (room, room->handle_id, janus_videoroom_simple ("unpublish"), NULL, NULL,
        on_unpublished, room);
  else
    on_unpublished (NULL, NULL, room);
}

/* To be called first by the answer to each request of a subscription. FALSE: nobody wants the answer any
 * more, and SUBSCRIPTION may be gone. */
static gboolean
subscription_answered (JanusSubscription *subscription)
{
  subscription->pending--;
  if (!subscription->ended)
    return !subscription->over && !subscription->room->over;

  if (subscription->pending == 0) {
    JanusRoom *room = subscription->room;

    room->subscriptions = g_list_remove (room->subscriptions, subscription);
    subscription_free (subscription);
  }
  return FALSE;
}

static void
subscription_send (
    JanusSubscription *subscription, JsonObject *body, const gchar *sdp, JanusReplyFunc func)
{
  subscription->pending++;
  send_message (
      subscription->room, subscription->handle_id, body, "answer", sdp, func, subscription);
}

static void
detach (JanusRoom *room, guint64 handle_id)
{
  janus_session_send (room->session, handle_id, janus_request_new ("detach"), NULL, NULL);
}

static void
on_subscribed (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusSubscription *subscription = user_data;
  g_autoptr (GError) own_error = NULL;

  if (!subscription_answered (subscription))
    return;
  if (!error && reply_has_sdp (reply, "offer", &own_error))
    subscription->handlers->offered (reply->sdp, reply->streams, subscription->user_data);
  else
    subscription_failed (subscription, error ? error : own_error);
}

static void
on_subscription_attached (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusSubscription *subscription = user_data;
  JanusRoom *room = subscription->room;
  g_autoptr (GError) own_error = NULL;

  if (!subscription_answered (subscription)) {
    if (reply)
      detach (room, reply->data_id);
    return;
  }
  if (error || !has_handle (reply, &own_error)) {
    subscription_failed (subscription, error ? error : own_error);
    return;
  }
  subscription->handle_id = reply->data_id;
  subscription_send (subscription,
      janus_videoroom_join_subscriber (room->config.room, subscription->feed, room->config.pin,
          room->private_id, room->config.string_ids, room_signalling (room)),
      NULL, on_subscribed);
}

JanusSubscription *
janus_room_subscribe (JanusRoom *room, const gchar *feed, const JanusSubscriptionHandlers *handlers,
    gpointer user_data)
{
  JanusSubscription *subscription = g_new0 (JanusSubscription, 1);

  subscription->room = room;
  subscription->feed = g_strdup (feed);
  subscription->handlers = handlers;
  subscription->user_data = user_data;
  room->subscriptions = g_list_prepend (room->subscriptions, subscription);

  subscription->pending++;
  janus_session_attach (room->session, on_subscription_attached, subscription);
  return subscription;
}

/* A keyframe that the publisher does not make is no reason to end. */
static void
on_keyframe_answered (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  subscription_answered (user_data);
}

/* For answers of which only a refusal matters. */
static void
on_subscription_acknowledged (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusSubscription *subscription = user_data;

  if (subscription_answered (subscription) && error)
    subscription_failed (subscription, error);
}

void
janus_subscription_start (JanusSubscription *subscription, const gchar *sdp)
{
  subscription_send (
      subscription, janus_videoroom_simple ("start"), sdp, on_subscription_acknowledged);
}

void
janus_subscription_trickle (
    JanusSubscription *subscription, const gchar *candidate, const gchar *mid, guint mline)
{
  janus_session_send (subscription->room->session, subscription->handle_id,
      janus_request_new_trickle (candidate, mid, mline), NULL, NULL);
}

void
janus_subscription_request_keyframe (JanusSubscription *subscription, const gchar *mid)
{
  subscription_send (subscription,
      janus_videoroom_keyframe (mid, room_signalling (subscription->room)), NULL,
      on_keyframe_answered);
}

void
janus_subscription_end (JanusSubscription *subscription)
{
  JanusRoom *room = subscription->room;

  subscription->over = TRUE;
  subscription->ended = TRUE;
  if (subscription->handle_id)
    detach (room, subscription->handle_id);
  if (subscription->pending == 0) {
    room->subscriptions = g_list_remove (room->subscriptions, subscription);
    subscription_free (subscription);
  }
}
