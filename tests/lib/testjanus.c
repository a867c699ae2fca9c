/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A private, real Janus for one test, with the rooms the tests need. */

#include "testjanus.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "janusconfig.h"
#include "testadmin.h"
#include "testcert.h"
#include "testfiles.h"
#include "testnet.h"
#include "testwait.h"

#define START_BOUND_MS 15000
#define STOP_BOUND_MS 5000
#define POLL_MS 5
#define ADMIN_SECRET "overlord"
#define VIDEO_ROOM "janus.plugin.videoroom"

/* A TCP port of ours, see testnet.h. */
typedef struct {
  GSocket *reservation;
  guint16 port;
} Port;

struct _TestJanus {
  GMainContext *context; /* where the end of the process is noticed */
  GSubprocess *process;  /* NULL when there is none */
  gboolean frozen;

  gboolean string_ids;
  char *api_secret;
  char *token;

  Port ws, wss, admin;
  char *endpoint;
  char *wss_endpoint;
  char *admin_endpoint;

  char *directory;
  char *recordings;
  char *log_file;
  char *certificate;
  char *key;
};

static gboolean
has_ended (gpointer data)
{
  return ((TestJanus *) data)->process == NULL;
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer data)
{
  TestJanus *janus = data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  g_clear_object (&janus->process);
  janus->frozen = FALSE;
}

/* Runs in the child between fork and exec. The server must not outlive a test that crashes. */
static void
on_child (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  /* It may have crashed already, before that was set. */
  if (getppid () != GPOINTER_TO_INT (data))
    _exit (1);
}

static gboolean
spawn (TestJanus *janus, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autofree char *program = g_find_program_in_path ("janus");
  int log;

  if (program == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Janus is not installed");
    return FALSE;
  }

  /* Appended to, so that the log of a restarted server still tells of its first life. */
  log = g_open (janus->log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", janus->log_file,
        g_strerror (errno));
    return FALSE;
  }
  g_subprocess_launcher_take_stdout_fd (launcher, log);
  g_subprocess_launcher_set_child_setup (
      launcher, on_child, GINT_TO_POINTER ((int) getpid ()), NULL);

  janus->process =
      g_subprocess_launcher_spawn (launcher, error, program, "-F", janus->directory, NULL);
  if (janus->process == NULL)
    return FALSE;

  g_main_context_push_thread_default (janus->context);
  g_subprocess_wait_async (janus->process, NULL, on_ended, janus);
  g_main_context_pop_thread_default (janus->context);
  return TRUE;
}

/* Plugins are loaded before transports, but the transports one after the other: each has to be
 * asked. */
static gboolean
answers (TestJanus *janus, GError **error)
{
  g_autoptr (TestClient) client = test_client_connect (janus->endpoint, NULL, error);
  g_autoptr (JsonObject) pong = NULL;

  if (client == NULL)
    return FALSE;
  if (janus->admin_endpoint == NULL)
    return TRUE;
  pong =
      test_admin_request (janus->admin_endpoint, ADMIN_SECRET, 0, 0, "{\"janus\":\"ping\"}", error);
  return pong != NULL;
}

/* There is nothing to be told of it by when a server is ready, so this tries again and again. */
static gboolean
await_ready (TestJanus *janus, GError **error)
{
  gint64 bound = g_get_monotonic_time () + START_BOUND_MS * G_TIME_SPAN_MILLISECOND;
  g_autoptr (GError) reason = NULL;
  g_autofree char *log = NULL;

  while (janus->process != NULL && g_get_monotonic_time () < bound) {
    g_clear_error (&reason);
    if (answers (janus, &reason))
      return TRUE;
    test_wait (janus->context, has_ended, janus, POLL_MS);
  }

  log = test_files_tail (janus->log_file, 20);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Janus %s (%s); its log ends with:\n%s",
      janus->process == NULL ? "ended at once" : "does not answer",
      reason != NULL ? reason->message : "never tried", log);
  return FALSE;
}

/* Stored tokens live in the server's memory, so every start needs them anew. */
static gboolean
add_token (TestJanus *janus, GError **error)
{
  g_autofree char *request =
      g_strdup_printf ("{\"janus\":\"add_token\",\"token\":\"%s\"}", janus->token);
  g_autoptr (JsonObject) reply =
      test_admin_request (janus->admin_endpoint, ADMIN_SECRET, 0, 0, request, error);

  if (reply == NULL)
    return FALSE;
  if (json_object_has_member (reply, "error")) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Janus refused the token");
    return FALSE;
  }
  return TRUE;
}

static gboolean
start (TestJanus *janus, GError **error)
{
  if (spawn (janus, error) && await_ready (janus, error) &&
      (janus->token == NULL || add_token (janus, error)))
    return TRUE;
  test_janus_kill (janus);
  return FALSE;
}

static gboolean
reserve (Port *port, char **endpoint, const char *scheme, const char *path, GError **error)
{
  port->reservation = test_net_reserve_port (&port->port, error);
  if (port->reservation == NULL)
    return FALSE;
  *endpoint = g_strdup_printf ("%s://%s:%u/%s", scheme, test_net_address (), port->port, path);
  return TRUE;
}

static gboolean
prepare (TestJanus *janus, const TestJanusOptions *options, GError **error)
{
  JanusConfig config = {NULL};

  janus->directory = g_dir_make_tmp ("perclite-janus-XXXXXX", error);
  if (janus->directory == NULL)
    return FALSE;
  janus->recordings = g_build_filename (janus->directory, "rec", NULL);
  janus->log_file = g_build_filename (janus->directory, "janus.log", NULL);

  if (!reserve (&janus->ws, &janus->endpoint, "ws", "", error))
    return FALSE;
  if (options->admin || options->token != NULL) {
    if (!reserve (&janus->admin, &janus->admin_endpoint, "http", "admin", error))
      return FALSE;
  }
  if (options->wss) {
    if (!reserve (&janus->wss, &janus->wss_endpoint, "wss", "", error))
      return FALSE;
    janus->certificate = g_build_filename (janus->directory, "cert.pem", NULL);
    janus->key = g_build_filename (janus->directory, "key.pem", NULL);
    if (!test_cert_make (janus->certificate, janus->key, error))
      return FALSE;
  }

  config.directory = janus->directory;
  config.address = test_net_address ();
  config.ws_port = janus->ws.port;
  config.wss_port = janus->wss.port;
  config.admin_port = janus->admin.port;
  config.admin_secret = ADMIN_SECRET;
  config.certificate = janus->certificate;
  config.key = janus->key;
  return janus_config_write (&config, options, error);
}

TestJanus *
test_janus_new (const TestJanusOptions *options, GError **error)
{
  static const TestJanusOptions defaults = {FALSE};
  g_autoptr (TestJanus) janus = g_new0 (TestJanus, 1);

  if (options == NULL)
    options = &defaults;
  janus->context = g_main_context_new ();
  janus->string_ids = options->string_ids;
  janus->api_secret = g_strdup (options->api_secret);
  janus->token = g_strdup (options->token);

  if (!prepare (janus, options, error) || !start (janus, error))
    return NULL;
  return g_steal_pointer (&janus);
}

void
test_janus_free (TestJanus *janus)
{
  test_janus_stop (janus);
  if (janus->directory != NULL) {
    if (g_getenv ("PERCLITE_TEST_KEEP") != NULL)
      g_printerr ("Janus' files are kept in %s\n", janus->directory);
    else
      test_files_remove (janus->directory);
  }
  g_clear_object (&janus->ws.reservation);
  g_clear_object (&janus->wss.reservation);
  g_clear_object (&janus->admin.reservation);
  g_free (janus->endpoint);
  g_free (janus->wss_endpoint);
  g_free (janus->admin_endpoint);
  g_free (janus->directory);
  g_free (janus->recordings);
  g_free (janus->log_file);
  g_free (janus->certificate);
  g_free (janus->key);
  g_free (janus->api_secret);
  g_free (janus->token);
  g_main_context_unref (janus->context);
  g_free (janus);
}

const char *
test_janus_get_endpoint (TestJanus *janus)
{
  return janus->endpoint;
}

const char *
test_janus_get_wss_endpoint (TestJanus *janus)
{
  return janus->wss_endpoint;
}

const char *
test_janus_get_admin_endpoint (TestJanus *janus)
{
  return janus->admin_endpoint;
}

const char *
test_janus_get_ca_file (TestJanus *janus)
{
  return janus->certificate;
}

const char *
test_janus_get_directory (TestJanus *janus)
{
  return janus->directory;
}

const char *
test_janus_get_recordings (TestJanus *janus)
{
  return janus->recordings;
}

const char *
test_janus_get_log_file (TestJanus *janus)
{
  return janus->log_file;
}

void
test_janus_stop (TestJanus *janus)
{
  test_janus_thaw (janus);
  if (janus->process == NULL)
    return;
  g_subprocess_send_signal (janus->process, SIGTERM);
  if (!test_wait (janus->context, has_ended, janus, STOP_BOUND_MS))
    test_janus_kill (janus);
}

void
test_janus_kill (TestJanus *janus)
{
  if (janus->process == NULL)
    return;
  /* Also ends a frozen process. */
  g_subprocess_force_exit (janus->process);
  while (janus->process != NULL)
    g_main_context_iteration (janus->context, TRUE);
}

gboolean
test_janus_restart (TestJanus *janus, GError **error)
{
  test_janus_stop (janus);
  return start (janus, error);
}

void
test_janus_freeze (TestJanus *janus)
{
  const char *identifier = test_janus_get_pid (janus);
  siginfo_t info;
  id_t pid;
  int result;

  if (identifier == NULL)
    return;
  pid = (id_t) g_ascii_strtoull (identifier, NULL, 10);
  g_subprocess_send_signal (janus->process, SIGSTOP);
  janus->frozen = TRUE;
  /* Its threads stop a little later. GLib only waits for the end of a process, and WNOWAIT leaves
   * that to it. */
  do
    result = waitid (P_PID, pid, &info, WSTOPPED | WEXITED | WNOWAIT);
  while (result < 0 && errno == EINTR);
}

void
test_janus_thaw (TestJanus *janus)
{
  if (janus->process != NULL && janus->frozen)
    g_subprocess_send_signal (janus->process, SIGCONT);
  janus->frozen = FALSE;
}

gboolean
test_janus_is_running (TestJanus *janus)
{
  while (g_main_context_iteration (janus->context, FALSE))
    ;
  return janus->process != NULL;
}

const char *
test_janus_get_pid (TestJanus *janus)
{
  return test_janus_is_running (janus) ? g_subprocess_get_identifier (janus->process) : NULL;
}

void
test_janus_dump_log (TestJanus *janus, guint lines)
{
  g_autofree char *log = test_files_tail (janus->log_file, lines);

  g_printerr ("---- the end of %s ----\n%s----\n", janus->log_file, log);
}

TestClient *
test_janus_connect (TestJanus *janus, GError **error)
{
  TestClientOptions options = {.api_secret = janus->api_secret, .token = janus->token};

  return test_client_connect (janus->endpoint, &options, error);
}

JsonObject *
test_janus_request (TestJanus *janus, const char *body, GError **error)
{
  g_autoptr (TestClient) client = test_janus_connect (janus, error);

  if (client == NULL || !test_client_attach (client, VIDEO_ROOM, error))
    return NULL;
  return test_client_request (client, body, error);
}

JsonArray *
test_janus_list_participants (TestJanus *janus, const char *room, GError **error)
{
  const char *quote = janus->string_ids ? "\"" : "";
  g_autofree char *body =
      g_strdup_printf ("{\"request\":\"listparticipants\",\"room\":%s%s%s}", quote, room, quote);
  g_autoptr (JsonObject) answer = test_janus_request (janus, body, error);

  if (answer == NULL)
    return NULL;
  if (!json_object_has_member (answer, "participants")) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "room %s: %s", room,
        json_object_get_string_member_with_default (answer, "error", "no participants"));
    return NULL;
  }
  return json_array_ref (json_object_get_array_member (answer, "participants"));
}

JsonArray *
test_janus_admin_handle_info (TestJanus *janus, GError **error)
{
  g_return_val_if_fail (janus->admin_endpoint != NULL, NULL);
  return test_admin_handles (janus->admin_endpoint, ADMIN_SECRET, error);
}

gboolean
test_janus_admin_hang_up (TestJanus *janus, GError **error)
{
  g_autoptr (JsonArray) handles = test_janus_admin_handle_info (janus, error);
  guint i;

  for (i = 0; handles != NULL && i < json_array_get_length (handles); i++) {
    JsonObject *handle = json_array_get_object_element (handles, i);
    g_autoptr (JsonObject) reply = test_admin_request (janus->admin_endpoint, ADMIN_SECRET,
        json_object_get_int_member (handle, "session_id"),
        json_object_get_int_member (handle, "handle_id"), "{\"janus\":\"hangup_webrtc\"}", error);

    if (reply == NULL)
      return FALSE;
  }
  return handles != NULL;
}
