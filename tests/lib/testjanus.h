/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A private, real Janus for one test, with the rooms the tests need. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "testclient.h"

G_BEGIN_DECLS

/* Ids as they stand in JSON of a server with numeric ids; with string_ids the same digits are a
 * string. */
#define TEST_ROOM_OPEN "1234"     /* opus; vp8, vp9, h264, av1; encrypted or not */
#define TEST_ROOM_PIN "4321"      /* joining needs TEST_PIN */
#define TEST_ROOM_E2EE "5678"     /* refuses a publisher without the e2ee flag */
#define TEST_ROOM_SINGLE "2222"   /* one publisher, then full */
#define TEST_ROOM_VP8 "3333"      /* any other video codec becomes "none" without an error */
#define TEST_ROOM_PVTID "7777"    /* subscribers must give a publisher's private id */
#define TEST_ROOM_RECORDED "8888" /* e2ee, recorded into test_janus_get_recordings() */
#define TEST_ROOM_NONE "9999"     /* does not exist */
#define TEST_PIN "hush"

/* Zero and NULL are the defaults. The texts are in Janus' own configuration syntax. */
typedef struct {
  gboolean string_ids;
  gboolean wss;              /* also serve wss://, with a certificate made for this run */
  gboolean admin;            /* also serve the Admin API */
  gboolean record_play;      /* load the Record & Play plugin, which keeps its files in "rp" */
  guint session_timeout;     /* seconds */
  const char *api_secret;    /* what every message must carry as "apisecret" */
  const char *token;         /* what every message must carry as "token"; implies admin */
  const char *extra_rooms;   /* more rooms: room-ID: { ... } */
  const char *extra_general; /* more settings for the core's general: { } */
  const char *extra_core;    /* more sections for the core: media: { ... } */
} TestJanusOptions;

typedef struct _TestJanus TestJanus;

/* Starts Janus and returns once it answers. It ends with the test_janus_free() of its object, and
 * is killed when the thread that started it ends in any other way. G_IO_ERROR_NOT_FOUND says that
 * Janus is not installed. Its files go with the object, unless PERCLITE_TEST_KEEP is set in the
 * environment. */
TestJanus *test_janus_new (const TestJanusOptions *options, GError **error);
void test_janus_free (TestJanus *janus);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestJanus, test_janus_free)

/* Endpoints stay the same when the server is restarted. */
const char *test_janus_get_endpoint (TestJanus *janus);       /* ws://IP:PORT/ */
const char *test_janus_get_wss_endpoint (TestJanus *janus);   /* wss://IP:PORT/, or NULL */
const char *test_janus_get_admin_endpoint (TestJanus *janus); /* http://IP:PORT/admin, or NULL */
const char *test_janus_get_ca_file (TestJanus *janus); /* PEM that wss:// is verified by, or NULL */
const char *test_janus_get_directory (TestJanus *janus);
const char *test_janus_get_recordings (TestJanus *janus);
const char *test_janus_get_log_file (TestJanus *janus);

/* The life of the process. stop() asks it to end, and kills it if it does not; kill() is a sudden
 * death. restart() also starts a server that is stopped or dead. A frozen server keeps its sockets
 * and does nothing. */
void test_janus_stop (TestJanus *janus);
void test_janus_kill (TestJanus *janus);
gboolean test_janus_restart (TestJanus *janus, GError **error);
void test_janus_freeze (TestJanus *janus); /* is frozen on return */
void test_janus_thaw (TestJanus *janus);
gboolean test_janus_is_running (TestJanus *janus);
const char *test_janus_get_pid (TestJanus *janus); /* NULL when it does not run */

/* Prints the last @lines lines of the server's log to standard error: why a test failed is often
 * said there. */
void test_janus_dump_log (TestJanus *janus, guint lines);

/* A connected client of the test's own, with the secrets of this server. */
TestClient *test_janus_connect (TestJanus *janus, GError **error);

/* Asks the VideoRoom plugin, on a session that lasts for this one request, and returns its answer.
 * Its refusal is such an answer, with "error_code" in it. */
JsonObject *test_janus_request (TestJanus *janus, const char *body, GError **error);

/* The participants of @room, as listparticipants describes them. */
JsonArray *test_janus_list_participants (TestJanus *janus, const char *room, GError **error);

/* The "info" of all handles of the server; needs the option admin. */
JsonArray *test_janus_admin_handle_info (TestJanus *janus, GError **error);

/* Has the server hang up the media connections of all its handles; needs the option admin. */
gboolean test_janus_admin_hang_up (TestJanus *janus, GError **error);

G_END_DECLS
