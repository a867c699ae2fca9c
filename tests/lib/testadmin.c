/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Janus' Admin API over HTTP: what only the server's own bookkeeping knows. */

#include "testadmin.h"

#include <libsoup/soup.h>

#define BOUND_SECONDS 10

/* Janus' error for a session that is gone. */
#define JANUS_ERROR_SESSION_NOT_FOUND 458

static char *
make_uri (const char *endpoint, gint64 session, gint64 handle)
{
  if (handle != 0)
    return g_strdup_printf ("%s/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, endpoint, session, handle);
  if (session != 0)
    return g_strdup_printf ("%s/%" G_GINT64_FORMAT, endpoint, session);
  return g_strdup (endpoint);
}

static int
get_refusal (JsonObject *reply)
{
  if (!json_object_has_member (reply, "error"))
    return 0;
  return (int) json_object_get_int_member (json_object_get_object_member (reply, "error"), "code");
}

/* A list asked about something that is gone by now is empty: whatever happened since is not an
 * error. */
static JsonArray *
list (const char *endpoint, const char *secret, gint64 session, const char *what, GError **error)
{
  g_autofree char *request = g_strdup_printf ("{\"janus\":\"list_%s\"}", what);
  g_autoptr (JsonObject) reply = test_admin_request (endpoint, secret, session, 0, request, error);
  int refusal;

  if (reply == NULL)
    return NULL;
  refusal = get_refusal (reply);
  if (refusal == JANUS_ERROR_SESSION_NOT_FOUND)
    return json_array_new ();
  if (refusal != 0 || !json_object_has_member (reply, what)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Janus refused list_%s (%d)", what, refusal);
    return NULL;
  }
  return json_array_ref (json_object_get_array_member (reply, what));
}

JsonObject *
test_admin_request (const char *endpoint, const char *secret, gint64 session, gint64 handle,
    const char *request, GError **error)
{
  g_autoptr (SoupSession) http =
      g_object_new (SOUP_TYPE_SESSION, "proxy-resolver", NULL, "timeout", BOUND_SECONDS, NULL);
  g_autofree char *uri = make_uri (endpoint, session, handle);
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_POST, uri);
  g_autoptr (JsonNode) node = json_from_string (request, error);
  g_autoptr (JsonNode) reply = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GBytes) answer = NULL;
  g_autofree char *text = NULL;

  if (node == NULL)
    return NULL;
  json_object_set_string_member (json_node_get_object (node), "admin_secret", secret);
  json_object_set_string_member (json_node_get_object (node), "transaction", "admin");
  text = json_to_string (node, FALSE);
  body = g_bytes_new (text, strlen (text));
  soup_message_set_request_body_from_bytes (message, "application/json", body);

  answer = soup_session_send_and_read (http, message, NULL, error);
  if (answer == NULL)
    return NULL;
  g_free (text);
  text = g_strndup (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer));
  reply = json_from_string (text, error);
  if (reply == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (reply)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "not a JSON object");
    return NULL;
  }
  return json_node_dup_object (reply);
}

JsonArray *
test_admin_handles (const char *endpoint, const char *secret, GError **error)
{
  g_autoptr (JsonArray) sessions = list (endpoint, secret, 0, "sessions", error);
  g_autoptr (JsonArray) infos = json_array_new ();

  if (sessions == NULL)
    return NULL;

  for (guint s = 0; s < json_array_get_length (sessions); s++) {
    gint64 session = json_array_get_int_element (sessions, s);
    g_autoptr (JsonArray) handles = list (endpoint, secret, session, "handles", error);

    if (handles == NULL)
      return NULL;
    for (guint h = 0; h < json_array_get_length (handles); h++) {
      g_autoptr (JsonObject) reply = test_admin_request (endpoint, secret, session,
          json_array_get_int_element (handles, h), "{\"janus\":\"handle_info\"}", error);

      if (reply == NULL)
        return NULL;
      if (json_object_has_member (reply, "info"))
        json_array_add_object_element (
            infos, json_object_ref (json_object_get_object_member (reply, "info")));
    }
  }
  return g_steal_pointer (&infos);
}
