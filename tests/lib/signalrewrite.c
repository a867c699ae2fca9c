/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes Janus messages so that all media of a client goes through a relay. */

#include "signalrewrite.h"

#include <json-glib/json-glib.h>

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static gboolean
is_of_kind (JsonObject *message, const char *kind)
{
  return g_str_equal (json_object_get_string_member_with_default (message, "janus", ""), kind);
}

static void
map_jsep (JsonObject *message, CandidateMap map, gpointer data)
{
  JsonObject *jsep = get_object (message, "jsep");
  g_autofree char *mapped = NULL;

  if (jsep == NULL || !json_object_has_member (jsep, "sdp"))
    return;
  mapped = candidates_map_sdp (json_object_get_string_member (jsep, "sdp"), map, data);
  json_object_set_string_member (jsep, "sdp", mapped);
}

/* Candidates come alone or in an array; the end of them, in either. */
static gboolean
completes_trickle (JsonObject *message)
{
  JsonObject *single = get_object (message, "candidate");
  JsonNode *several = json_object_get_member (message, "candidates");
  JsonArray *array;

  if (single != NULL)
    return json_object_has_member (single, "completed");
  if (several == NULL || !JSON_NODE_HOLDS_ARRAY (several))
    return FALSE;
  array = json_node_get_array (several);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    if (json_object_has_member (json_array_get_object_element (array, i), "completed"))
      return TRUE;
  }
  return FALSE;
}

static void
set_completed (JsonObject *message)
{
  JsonObject *completed = json_object_new ();

  json_object_set_boolean_member (completed, "completed", TRUE);
  json_object_remove_member (message, "candidates");
  json_object_set_object_member (message, "candidate", completed);
}

/* Both are also what Janus puts into its own ack. */
static char *
make_ack (JsonObject *message)
{
  static const char *const copied[] = {"session_id", "transaction"};
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) ack = json_object_new ();

  json_object_set_string_member (ack, "janus", "ack");
  for (guint i = 0; i < G_N_ELEMENTS (copied); i++) {
    if (json_object_has_member (message, copied[i]))
      json_object_set_member (
          ack, copied[i], json_node_copy (json_object_get_member (message, copied[i])));
  }
  json_node_set_object (node, ack);
  return json_to_string (node, FALSE);
}

char *
signal_rewrite_from_client (const char *text, char **ack)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  JsonObject *message;

  /* What is no message is for the server to complain about. */
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return g_strdup (text);
  message = json_node_get_object (node);

  if (is_of_kind (message, "trickle")) {
    if (!completes_trickle (message)) {
      *ack = make_ack (message);
      return NULL;
    }
    set_completed (message);
  }
  map_jsep (message, NULL, NULL);
  return json_to_string (node, FALSE);
}

char *
signal_rewrite_from_server (const char *text, CandidateMap map, gpointer data)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  JsonObject *message;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return g_strdup (text);
  message = json_node_get_object (node);
  map_jsep (message, map, data);
  return json_to_string (node, FALSE);
}

gboolean
signal_is_server_up (const char *text)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) &&
         is_of_kind (json_node_get_object (node), "webrtcup");
}
