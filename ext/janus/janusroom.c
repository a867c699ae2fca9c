/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A participant of a VideoRoom: joins, publishes, sees others come and go, subscribes to them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "januserror.h"
#include "janusroom.h"
#include "janustalk.h"

#define PLUGIN "janus.plugin.videoroom"

/* So much does not happen in the moment of joining. */
#define MAX_EARLY 128

struct _JanusRoom {
  JanusRoomConfig config;
  const JanusRoomHandlers *handlers;
  gpointer user_data;

  JanusTalk *talk;
  guint64 private_id;
  gboolean joined;
  gboolean published;
  GList *subscriptions;
  GPtrArray *early; /* of News, until we have joined */
  gchar *recording; /* the file that was asked for last */
  gchar *rec_dir;

  GDestroyNotify left;
  gpointer left_data;
};

/* Who has come and who has gone, as one message tells it. */
typedef struct {
  GPtrArray *publishers; /* of JanusPublisher, or NULL */
  gchar *gone;           /* or NULL */
} News;

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

  for (i = 0; publishers && i < publishers->len && !janus_talk_is_over (room->talk); i++)
    room->handlers->publisher_joined (g_ptr_array_index (publishers, i), room->user_data);
}

/* All that is known for now has been told. */
static void
tell_that_all_is_told (JanusRoom *room)
{
  if (room->handlers->publishers_told && !janus_talk_is_over (room->talk))
    room->handlers->publishers_told (room->user_data);
}

static void
tell_news (JanusRoom *room, const GPtrArray *publishers, const gchar *gone)
{
  tell_publishers (room, publishers);
  if (gone && !janus_talk_is_over (room->talk))
    room->handlers->publisher_left (gone, room->user_data);
}

static void
news_free (gpointer data)
{
  News *news = data;

  g_clear_pointer (&news->publishers, g_ptr_array_unref);
  g_free (news->gone);
  g_free (news);
}

static void
keep_news (JanusRoom *room, GPtrArray *publishers, const gchar *gone)
{
  News *news;

  if ((!publishers && !gone) || room->early->len >= MAX_EARLY)
    return;
  news = g_new0 (News, 1);
  news->publishers = publishers ? g_ptr_array_ref (publishers) : NULL;
  news->gone = g_strdup (gone);
  g_ptr_array_add (room->early, news);
}

static void
on_own_event (JanusRoom *room, const JanusMessage *message)
{
  g_autoptr (GError) error = janus_talk_get_error (message);

  if (message->type == JANUS_MESSAGE_WEBRTCUP) {
    room->handlers->webrtcup (room->user_data);
  } else if (!error && g_strcmp0 (message->videoroom, "destroyed") == 0) {
    error = g_error_new (
        JANUS_ERROR, JANUS_ERROR_DESTROYED, "Room %s was destroyed", room->config.room);
  } else if (!error && g_strcmp0 (message->leaving, "ok") == 0 && message->reason) {
    /* With string ids somebody else may be called "ok", but then no reason is given. */
    error = g_error_new (JANUS_ERROR, JANUS_ERROR_KICKED, "We were removed from room %s: %s",
        room->config.room, message->reason);
  } else if (!error) {
    const gchar *gone = message->unpublished ? message->unpublished
                        : message->leaving   ? message->leaving
                                             : message->kicked;

    /* Janus may tell of others before it answers that we have joined, with whom it saw there
     * before. */
    if (!room->joined) {
      keep_news (room, message->publishers, gone);
    } else {
      tell_news (room, message->publishers, gone);
      if (message->publishers)
        tell_that_all_is_told (room);
    }
  }

  if (error)
    janus_talk_fail (room->talk, error);
}

static void
on_subscription_event (JanusSubscription *subscription, const JanusMessage *message)
{
  g_autoptr (GError) error = janus_talk_get_error (message);

  if (message->type == JANUS_MESSAGE_WEBRTCUP && !subscription->over &&
      subscription->handlers->webrtcup)
    subscription->handlers->webrtcup (subscription->user_data);
  if (error)
    subscription_failed (subscription, error);
}

static void
on_event (const JanusMessage *message, gpointer user_data)
{
  JanusRoom *room = user_data;
  GList *l;

  if (message->handle_id == janus_talk_get_handle (room->talk)) {
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

static JanusSignalling
room_signalling (JanusRoom *room)
{
  return janus_talk_get_signalling (room->talk);
}

/* A request to the VideoRoom plugin; takes BODY. */
static void
send_message (JanusRoom *room, JsonObject *body, JanusReplyFunc func)
{
  janus_talk_send (room->talk, body, NULL, NULL, FALSE, func, room);
}

static void
on_joined (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusRoom *room = user_data;
  g_autoptr (GError) own_error = NULL;
  guint i;

  if (!janus_talk_goes_on (room->talk, error))
    return;
  if (!reply->id) {
    own_error = g_error_new_literal (
        JANUS_ERROR, JANUS_ERROR_PROTOCOL, "Janus has let us join without an id");
    janus_talk_fail (room->talk, own_error);
    return;
  }
  room->joined = TRUE;
  room->private_id = reply->private_id;
  room->handlers->joined (reply->id, room->user_data);
  tell_publishers (room, reply->publishers);
  for (i = 0; i < room->early->len; i++) {
    const News *news = g_ptr_array_index (room->early, i);

    tell_news (room, news->publishers, news->gone);
  }
  g_ptr_array_set_size (room->early, 0);
  tell_that_all_is_told (room);
}

static void
on_attached (gpointer user_data)
{
  JanusRoom *room = user_data;

  send_message (room,
      janus_videoroom_join_publisher (room->config.room, room->config.feed, room->config.display,
          room->config.pin, room->config.token, room->config.string_ids),
      on_joined);
}

static void
on_failed (const GError *error, gpointer user_data)
{
  JanusRoom *room = user_data;

  room->handlers->failed (error, room->user_data);
}

void
janus_room_join (JanusRoom *room)
{
  janus_talk_begin (room->talk);
}

static void
on_published (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusRoom *room = user_data;
  g_autoptr (GError) own_error = NULL;

  if (!janus_talk_goes_on (room->talk, error))
    return;
  room->published = TRUE;
  if (janus_talk_has_sdp (reply, "answer", &own_error))
    room->handlers->published (reply->sdp, reply->streams, room->user_data);
  else
    janus_talk_fail (room->talk, own_error);
}

void
janus_room_publish (
    JanusRoom *room, const gchar *sdp, gboolean audio, gboolean video, gboolean encrypted)
{
  janus_talk_send (room->talk, janus_videoroom_publish (audio, video), "offer", sdp, encrypted,
      on_published, room);
}

void
janus_room_trickle (JanusRoom *room, const gchar *candidate, const gchar *mid, guint mline)
{
  janus_talk_trickle (room->talk, candidate, mid, mline);
}

/* ---- Recording ---- */

static void
on_recording (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusRoom *room = user_data;

  if (janus_talk_goes_on (room->talk, error))
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
  else if (janus_talk_goes_on (room->talk, error))
    send_message (room, janus_videoroom_record (TRUE, room->recording), on_recording);
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

/* A locked room says "ok" to whoever may not record in it, and does nothing: only its entry in the
 * list of rooms tells. A private room is in no list, nor any room of a server that refuses to list
 * them. */
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
  if (!janus_talk_goes_on (room->talk, error))
    return;

  g_free (room->rec_dir);
  room->rec_dir = info ? g_strdup (info->rec_dir) : NULL;
  send_message (room, janus_videoroom_record (FALSE, NULL), on_recording_ended);
}

void
janus_room_record (JanusRoom *room, const gchar *file)
{
  g_free (room->recording);
  room->recording = g_strdup (file);
  send_message (room, janus_plugin_request ("list"), on_rooms);
}

static void
subscription_free (JanusSubscription *subscription)
{
  g_free (subscription->feed);
  g_free (subscription);
}

static void
on_left (gpointer user_data)
{
  JanusRoom *room = user_data;

  if (room->left)
    room->left (room->left_data);
  g_list_free_full (room->subscriptions, (GDestroyNotify) subscription_free);
  g_ptr_array_unref (room->early);
  g_free (room->recording);
  g_free (room->rec_dir);
  g_free (room->config.room);
  g_free (room->config.feed);
  g_free (room->config.display);
  janus_secret_clear (&room->config.pin);
  janus_secret_clear (&room->config.token);
  g_free (room);
}

static const JanusTalkHandlers talk_handlers = {on_attached, on_event, on_failed, on_left};

JanusRoom *
janus_room_new (const JanusSessionConfig *session_config, const JanusRoomConfig *config,
    const JanusRoomHandlers *handlers, gpointer user_data)
{
  JanusRoom *room = g_new0 (JanusRoom, 1);

  room->config.room = g_strdup (config->room);
  room->config.feed = g_strdup (config->feed);
  room->config.display = g_strdup (config->display);
  room->config.pin = g_strdup (config->pin);
  room->config.token = g_strdup (config->token);
  room->config.string_ids = config->string_ids;
  room->handlers = handlers;
  room->user_data = user_data;
  room->early = g_ptr_array_new_with_free_func (news_free);
  room->talk = janus_talk_new (session_config, PLUGIN, &talk_handlers, room);
  return room;
}

guint
janus_room_get_round_trip (JanusRoom *room)
{
  return janus_session_get_round_trip (janus_talk_get_session (room->talk));
}

void
janus_room_leave (JanusRoom *room, GDestroyNotify done, gpointer user_data)
{
  static const gchar *const farewell[] = {"unpublish", "leave", NULL};

  room->left = done;
  room->left_data = user_data;
  /* Only what was done can be undone. */
  if (room->published)
    janus_talk_leave (room->talk, farewell);
  else if (room->joined)
    janus_talk_leave (room->talk, farewell + 1);
  else
    janus_talk_leave (room->talk, farewell + 2);
}

/* To be called first by the answer to each request of a subscription. FALSE: nobody wants the
 * answer any more, and SUBSCRIPTION may be gone. */
static gboolean
subscription_answered (JanusSubscription *subscription)
{
  subscription->pending--;
  if (!subscription->ended)
    return !subscription->over && !janus_talk_is_over (subscription->room->talk);

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
  JanusTalk *talk = subscription->room->talk;

  subscription->pending++;
  janus_session_send (janus_talk_get_session (talk), subscription->handle_id,
      janus_request_new_message (body, "answer", sdp, janus_talk_get_signalling (talk)), func,
      subscription);
}

static void
detach (JanusRoom *room, guint64 handle_id)
{
  janus_session_send (
      janus_talk_get_session (room->talk), handle_id, janus_request_new ("detach"), NULL, NULL);
}

static void
on_subscribed (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusSubscription *subscription = user_data;
  g_autoptr (GError) own_error = NULL;

  if (!subscription_answered (subscription))
    return;
  if (!error && janus_talk_has_sdp (reply, "offer", &own_error))
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
  if (error || !janus_talk_has_handle (reply, &own_error)) {
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
  janus_session_attach (janus_talk_get_session (room->talk), janus_talk_get_plugin (room->talk),
      on_subscription_attached, subscription);
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
      subscription, janus_plugin_request ("start"), sdp, on_subscription_acknowledged);
}

void
janus_subscription_trickle (
    JanusSubscription *subscription, const gchar *candidate, const gchar *mid, guint mline)
{
  janus_session_send (janus_talk_get_session (subscription->room->talk), subscription->handle_id,
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
