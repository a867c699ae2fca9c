/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrheader.c - what a recording of Janus says of itself: the JSON at its start. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "mjrheader.h"

#include <string.h>

#include "jsonguard.h"

G_DEFINE_QUARK (mjr - error - quark, mjr_error)

/* An object, and the object of the extensions in it. json-glib reads recursively: what a hostile
 * file nests must not become a stack. */
#define MAX_DEPTH 2

/* The year 2255, up to which a double holds microseconds. */
#define MAX_TIME G_GINT64_CONSTANT (9007199254740992)

/* What janus_recorder_create_full() of record.c takes, and what janus-pp-rec reads besides. */
static const struct {
  MjrMedia media;
  const gchar *codec;
} codecs[] = {
    {MJR_MEDIA_AUDIO, "opus"},
    {MJR_MEDIA_AUDIO, "multiopus"},
    {MJR_MEDIA_AUDIO, "g711"},
    {MJR_MEDIA_AUDIO, "pcmu"},
    {MJR_MEDIA_AUDIO, "pcma"},
    {MJR_MEDIA_AUDIO, "g722"},
    {MJR_MEDIA_AUDIO, "l16"},
    {MJR_MEDIA_AUDIO, "l16-48"},
    {MJR_MEDIA_VIDEO, "vp8"},
    {MJR_MEDIA_VIDEO, "vp9"},
    {MJR_MEDIA_VIDEO, "h264"},
    {MJR_MEDIA_VIDEO, "av1"},
    {MJR_MEDIA_VIDEO, "h265"},
    {MJR_MEDIA_DATA, "text"},
    {MJR_MEDIA_DATA, "binary"},
};

static const gchar *const media_names[] = {"a", "v", "d"};

MjrHeader *
mjr_header_new (guint generation, MjrMedia media, const gchar *codec)
{
  MjrHeader *header = g_new0 (MjrHeader, 1);

  header->generation = generation;
  header->media = media;
  header->codec = g_strdup (codec);
  return header;
}

void
mjr_header_free (MjrHeader *header)
{
  g_free (header->codec);
  g_free (header->fmtp);
  g_free (header->description);
  for (guint i = 0; i <= MJR_MAX_EXTENSION_ID; i++)
    g_free (header->extensions[i]);
  g_free (header);
}

/* Reading */

/* Never an empty one. */
static const gchar *
get_string (JsonObject *object, const gchar *name)
{
  const gchar *text = json_guard_get_string (object, name);

  return text != NULL && *text != '\0' ? text : NULL;
}

static gboolean
get_flag (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_guard_get (object, name, G_TYPE_BOOLEAN);

  return node != NULL && json_node_get_boolean (node);
}

/* 0 when there is none, or one that is not between 0 and @max. */
static gint64
get_int (JsonObject *object, const gchar *name, gint64 max)
{
  JsonNode *node = json_guard_get (object, name, G_TYPE_INT64);
  gint64 value = node != NULL ? json_node_get_int (node) : 0;

  return value >= 0 && value <= max ? value : 0;
}

static void
parse_extensions (MjrHeader *header, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "x");
  JsonObject *map;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  map = json_node_get_object (node);
  for (guint id = 1; id <= MJR_MAX_EXTENSION_ID; id++) {
    gchar name[3];

    g_snprintf (name, sizeof name, "%u", id);
    header->extensions[id] = g_strdup (get_string (map, name));
  }
}

static MjrHeader *
parse_object (guint generation, JsonObject *object, GError **error)
{
  const gchar *type = get_string (object, "t");
  const gchar *codec = get_string (object, "c");
  MjrHeader *header = NULL;
  gsize media;

  for (media = 0; media < G_N_ELEMENTS (media_names); media++) {
    if (type != NULL && g_ascii_strcasecmp (type, media_names[media]) == 0)
      break;
  }
  if (media == G_N_ELEMENTS (media_names) || codec == NULL) {
    g_set_error_literal (error, MJR_ERROR, MJR_ERROR_HEADER,
        "The header of the recording does not say what was recorded: \"t\" and \"c\" are expected");
    return NULL;
  }

  for (gsize i = 0; header == NULL && i < G_N_ELEMENTS (codecs); i++) {
    if (codecs[i].media == (MjrMedia) media && g_ascii_strcasecmp (codec, codecs[i].codec) == 0)
      header = mjr_header_new (generation, codecs[i].media, codecs[i].codec);
  }
  if (header == NULL) {
    g_set_error (error, MJR_ERROR, MJR_ERROR_CODEC,
        "The recording is of type \"%s\" and codec \"%s\", which Janus is not known to record",
        media_names[media], strlen (codec) <= 32 ? codec : "...");
    return NULL;
  }

  header->fmtp = g_strdup (get_string (object, "f"));
  header->description = g_strdup (get_string (object, "d"));
  header->created = get_int (object, "s", MAX_TIME);
  header->started = get_int (object, "u", MAX_TIME);
  header->red_payload = (guint) get_int (object, "or", 127);
  header->encrypted = get_flag (object, "e") || get_flag (object, "p");
  parse_extensions (header, object);
  return header;
}

MjrHeader *
mjr_header_parse (guint generation, const gchar *json, gsize size, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) json_error = NULL;
  JsonNode *root;

  if (size > G_MAXUINT16 || !json_guard_is_sane (json, size, MAX_DEPTH)) {
    g_set_error_literal (error, MJR_ERROR, MJR_ERROR_HEADER,
        "The header of the recording is no JSON, or JSON nested beyond reason");
    return NULL;
  }

  parser = json_parser_new ();
  if (!json_parser_load_from_data (parser, json, (gssize) size, &json_error)) {
    g_autofree gchar *reason = g_utf8_make_valid (json_error->message, -1);

    g_set_error (error, MJR_ERROR, MJR_ERROR_HEADER,
        "The header of the recording is no valid JSON: %s", reason);
    return NULL;
  }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    g_set_error_literal (
        error, MJR_ERROR, MJR_ERROR_HEADER, "The header of the recording is no JSON object");
    return NULL;
  }
  return parse_object (generation, json_node_get_object (root), error);
}

/* Writing */

/* RFC 8259, section 7. */
static void
append_string (GString *json, const gchar *text)
{
  g_string_append_c (json, '"');
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\')
      g_string_append_printf (json, "\\%c", *text);
    else if ((guchar) *text < 0x20)
      g_string_append_printf (json, "\\u%04x", (guint) *text);
    else
      g_string_append_c (json, *text);
  }
  g_string_append_c (json, '"');
}

static void
append_member (GString *json, const gchar *name, const gchar *text)
{
  if (json->str[json->len - 1] != '{')
    g_string_append (json, ", ");
  append_string (json, name);
  g_string_append (json, ": ");
  append_string (json, text);
}

static void
append_extensions (GString *json, const MjrHeader *header)
{
  gsize empty;

  g_string_append (json, ", \"x\": {");
  empty = json->len;
  for (guint id = 1; id <= MJR_MAX_EXTENSION_ID; id++) {
    gchar name[3];

    if (header->extensions[id] == NULL)
      continue;
    g_snprintf (name, sizeof name, "%u", id);
    append_member (json, name, header->extensions[id]);
  }
  if (json->len == empty)
    g_string_truncate (json, empty - strlen (", \"x\": {"));
  else
    g_string_append_c (json, '}');
}

static gchar *
to_json (const MjrHeader *header, gboolean description, gboolean fmtp, gboolean extensions)
{
  GString *json = g_string_new ("{");

  append_member (json, "t", media_names[header->media]);
  append_member (json, "c", header->codec);
  if (fmtp && header->fmtp != NULL)
    append_member (json, "f", header->fmtp);
  if (description && header->description != NULL)
    append_member (json, "d", header->description);
  if (extensions)
    append_extensions (json, header);
  g_string_append_printf (json, ", \"s\": %" G_GINT64_FORMAT ", \"u\": %" G_GINT64_FORMAT,
      header->created, header->started);
  if (header->red_payload > 0)
    g_string_append_printf (json, ", \"or\": %u", header->red_payload);
  if (header->encrypted)
    g_string_append (json, ", \"e\": true");
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

gchar *
mjr_header_to_json (const MjrHeader *header)
{
  gchar *json = to_json (header, TRUE, TRUE, TRUE);

  for (guint left_out = 1; strlen (json) > MJR_JSON_MAX_SIZE && left_out <= 3; left_out++) {
    g_free (json);
    json = to_json (header, FALSE, left_out < 3, left_out < 2);
  }
  return json;
}
