/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitekeyed.c - an element with keys: its properties, its signals, and the file that is
 * watched. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstperclitekeyed.h"

#include <string.h>

#include <openssl/crypto.h>

#include "gstperclitemessages.h"
#include "perclitekeysource.h"
#include "perclitewatch.h"

GST_DEBUG_CATEGORY_STATIC (gst_perclite_keyed_debug);
#define GST_CAT_DEFAULT gst_perclite_keyed_debug

enum {
  PROP_0,
  PROP_KEY,
  PROP_KEY_FILE,
  PROP_PASSPHRASE,
  PROP_PASSPHRASE_SALT,
  PROP_SUITE,
  PROP_FINGERPRINT,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

enum {
  SIGNAL_REQUEST_KEY,
  SIGNAL_ADD_KEY,
  SIGNAL_REMOVE_KEY,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

typedef struct {
  /* Guards everything below. Reading a file and deriving a key from a passphrase take their time,
   * so packets have nothing to do with this lock. */
  GMutex lock;
  PercliteKeySource *source;
  PercliteWatch *watch;
  gboolean started;
  gboolean change_missed; /* by a start that had read the file before */
  gboolean exposure_told;
} GstPercliteKeyedPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstPercliteKeyed, gst_perclite_keyed, GST_TYPE_ELEMENT,
    G_ADD_PRIVATE (GstPercliteKeyed) GST_DEBUG_CATEGORY_INIT (
        gst_perclite_keyed_debug, "perclitekeys", 0, "Keys of the PERC Lite elements"))

#define PRIVATE(self) ((GstPercliteKeyedPrivate *) gst_perclite_keyed_get_instance_private (self))

GType
gst_perclite_suite_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type)) {
    static GEnumValue values[PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32 + 2];

    for (guint i = 0; i + 1 < G_N_ELEMENTS (values); i++) {
      values[i].value = (gint) i;
      values[i].value_name = perclite_suite_name ((PercliteSuite) i);
      values[i].value_nick = perclite_suite_nick ((PercliteSuite) i);
    }
    g_once_init_leave (&type, g_enum_register_static ("GstPercliteSuite", values));
  }
  return type;
}

const PercliteKeyring *
gst_perclite_keyed_lock (GstPercliteKeyed *self)
{
  GstPercliteKeyedPrivate *priv = PRIVATE (self);

  g_mutex_lock (&priv->lock);
  return perclite_key_source_get_keys (priv->source);
}

void
gst_perclite_keyed_unlock (GstPercliteKeyed *self)
{
  g_mutex_unlock (&PRIVATE (self)->lock);
}

const PercliteKey *
gst_perclite_keyed_get_main_key (const PercliteKeyring *keys)
{
  PercliteKey *sending = perclite_keyring_get_sending (keys);

  if (sending != NULL || perclite_keyring_get_size (keys) == 0)
    return sending;
  return perclite_keyring_get_key (keys, 0);
}

/* "" when there is none. */
static const gchar *
get_main_fingerprint (GstPercliteKeyed *self)
{
  const PercliteKey *key =
      gst_perclite_keyed_get_main_key (perclite_key_source_get_keys (PRIVATE (self)->source));

  return key != NULL ? perclite_key_get_fingerprint (key) : "";
}

/* What reads a pipe twice finds nothing the second time, or waits for ever. */
static gboolean
is_regular_or_none (GstPercliteKeyed *self)
{
  const gchar *path = perclite_key_source_get_key_file (PRIVATE (self)->source);

  return path == NULL || g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

/* People compare keys before anything plays, so one that was only set counts. */
static gchar *
get_fingerprint (GstPercliteKeyed *self)
{
  GstPercliteKeyedPrivate *priv = PRIVATE (self);
  gboolean exposed;
  gchar *fingerprint;

  g_mutex_lock (&priv->lock);
  if (!priv->started && is_regular_or_none (self))
    perclite_key_source_load (priv->source, &exposed, NULL);
  fingerprint = g_strdup (get_main_fingerprint (self));
  g_mutex_unlock (&priv->lock);
  return fingerprint;
}

/* Keys that change */

static void
warn_of_exposure (GstPercliteKeyed *self)
{
  GstPercliteKeyedPrivate *priv = PRIVATE (self);
  g_autofree gchar *name = NULL;
  const gchar *path;

  g_mutex_lock (&priv->lock);
  path = perclite_key_source_get_key_file (priv->source);
  name = path != NULL ? g_filename_display_name (path) : g_strdup ("");
  g_mutex_unlock (&priv->lock);
  GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
      ("Every user of this machine can read or change the key file \"%s\". Make it yours alone: "
       "chmod 600",
          name),
      (NULL));
}

static gboolean
is_sending_key (GstPercliteKeyed *self, const gchar *fingerprint)
{
  PercliteKey *sending =
      perclite_keyring_get_sending (perclite_key_source_get_keys (PRIVATE (self)->source));

  return sending != NULL && strcmp (perclite_key_get_fingerprint (sending), fingerprint) == 0;
}

typedef struct {
  PercliteKeySourceState *before;
  GError *error;
  gboolean warn_of_exposure;
  gchar fingerprint[17]; /* before */
} Change;

/* Takes the lock. */
static void
change_begin (GstPercliteKeyed *self, Change *change)
{
  GstPercliteKeyedPrivate *priv = PRIVATE (self);

  *change = (Change){.error = NULL};
  g_mutex_lock (&priv->lock);
  change->before = perclite_key_source_save (priv->source);
  g_strlcpy (change->fingerprint, get_main_fingerprint (self), sizeof change->fingerprint);
}

/* Hands the keys of the source to the subclass, if it uses any yet, or else has them as they were.
 * With the lock. */
static gboolean
change_apply (GstPercliteKeyed *self, Change *change)
{
  GstPercliteKeyedPrivate *priv = PRIVATE (self);

  if (!priv->started || GST_PERCLITE_KEYED_GET_CLASS (self)->set_keys (
                            self, perclite_key_source_get_keys (priv->source), &change->error))
    return TRUE;
  perclite_key_source_restore (priv->source, g_steal_pointer (&change->before));
  return FALSE;
}

/* Gives the lock back, and tells what has come of it. @failed is a sentence for when there is an
 * error. */
static void
change_end (GstPercliteKeyed *self, Change *change, const gchar *failed)
{
  gboolean fingerprint_changed = strcmp (change->fingerprint, get_main_fingerprint (self)) != 0;

  g_mutex_unlock (&PRIVATE (self)->lock);

  perclite_key_source_state_free (change->before);
  if (fingerprint_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FINGERPRINT]);
  if (change->warn_of_exposure)
    warn_of_exposure (self);
  if (change->error != NULL)
    gst_perclite_post_warning (GST_ELEMENT (self), change->error, failed);
}

/* With the lock. */
static gboolean
load_anew (GstPercliteKeyed *self, gboolean *exposed, Change *change)
{
  if (!is_regular_or_none (self)) {
    g_set_error (&change->error, PERCLITE_ERROR, PERCLITE_ERROR_READ,
        "The key file is missing, or no regular file: only the first start reads a pipe. Set "
        "key-file to a file");
    return FALSE;
  }
  return perclite_key_source_load (PRIVATE (self)->source, exposed, &change->error);
}

/* Makes the keys of the setting anew while packets flow. */
static void
reload (GstPercliteKeyed *self)
{
  GstPercliteKeyedPrivate *priv = PRIVATE (self);
  gboolean exposed = FALSE;
  Change change;

  change_begin (self, &change);
  if (!priv->started)
    priv->change_missed = TRUE;
  else if (load_anew (self, &exposed, &change) && change_apply (self, &change))
    GST_INFO_OBJECT (self, "keys loaded anew, fingerprint %s", get_main_fingerprint (self));
  change.warn_of_exposure = exposed && !priv->exposure_told;
  priv->exposure_told |= exposed;
  change_end (self, &change, "The keys were not changed, and those before stay in use.");
}

static void
on_file_changed (gpointer user_data)
{
  /* What the application does when it is told may be to drop the element. */
  GstPercliteKeyed *self = gst_object_ref (user_data);

  reload (self);
  gst_object_unref (self);
}

/* Watches the key file that is set now instead of the one before, or none. */
static void
update_watch (GstPercliteKeyed *self, gboolean watch)
{
  GstPercliteKeyedPrivate *priv = PRIVATE (self);
  const gchar *path;
  PercliteWatch *old;

  g_mutex_lock (&priv->lock);
  old = g_steal_pointer (&priv->watch);
  path = perclite_key_source_get_key_file (priv->source);
  if (watch && path != NULL)
    priv->watch = perclite_watch_new (path, on_file_changed, self);
  g_mutex_unlock (&priv->lock);
  perclite_watch_free (old);
}

static gchar *
add_key (GstPercliteKeyed *self, const gchar *line, const guint8 *mki, gsize mki_size)
{
  g_autofree gchar *fingerprint = NULL;
  Change change;

  change_begin (self, &change);
  fingerprint = g_strdup (
      perclite_key_source_add (PRIVATE (self)->source, line, mki, mki_size, &change.error));
  if (fingerprint != NULL && !change_apply (self, &change))
    g_clear_pointer (&fingerprint, g_free);
  change_end (self, &change, "The key was not added.");
  return g_steal_pointer (&fingerprint);
}

static gchar *
gst_perclite_keyed_add_key (GstPercliteKeyed *self, const gchar *line)
{
  g_return_val_if_fail (line != NULL, NULL);

  return add_key (self, line, NULL, 0);
}

static gboolean
gst_perclite_keyed_remove_key (GstPercliteKeyed *self, const gchar *fingerprint)
{
  gboolean removed = FALSE;
  Change change;

  g_return_val_if_fail (fingerprint != NULL, FALSE);

  change_begin (self, &change);
  if (GST_PERCLITE_KEYED_GET_CLASS (self)->encrypting && is_sending_key (self, fingerprint))
    g_set_error (&change.error, PERCLITE_ERROR, PERCLITE_ERROR_SETTINGS,
        "It is the one that encrypts. Add another one marked with \"send\" before");
  else
    removed = perclite_key_source_remove (PRIVATE (self)->source, fingerprint) &&
              change_apply (self, &change);
  change_end (self, &change, "The key was not removed.");
  return removed;
}

/* Keys that are asked for */

gboolean
gst_perclite_keyed_can_request (GstPercliteKeyed *self)
{
  return g_signal_has_handler_pending (self, signals[SIGNAL_REQUEST_KEY], 0, TRUE);
}

void
gst_perclite_keyed_request (GstPercliteKeyed *self, guint32 ssrc, const guint8 *mki, gsize mki_size)
{
  GValue values[3] = {G_VALUE_INIT, G_VALUE_INIT, G_VALUE_INIT};
  GValue answer = G_VALUE_INIT;
  const gchar *line;

  GST_DEBUG_OBJECT (self, "asking for the key of SSRC %08x", ssrc);
  g_value_init (&values[0], G_TYPE_FROM_INSTANCE (self));
  g_value_set_object (&values[0], self);
  g_value_init (&values[1], G_TYPE_UINT);
  g_value_set_uint (&values[1], ssrc);
  g_value_init (&values[2], G_TYPE_BYTES);
  if (mki_size > 0)
    g_value_take_boxed (&values[2], g_bytes_new (mki, mki_size));
  g_value_init (&answer, G_TYPE_STRING);

  /* Not g_signal_emit(), which copies the answer and leaves the original behind. */
  g_signal_emitv (values, signals[SIGNAL_REQUEST_KEY], 0, &answer);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    g_value_unset (&values[i]);

  line = g_value_get_string (&answer);
  if (line != NULL) {
    g_free (add_key (self, line, mki, mki_size));
    /* A constant of the application's is its own affair. */
    if (!(answer.data[1].v_uint & G_VALUE_NOCOPY_CONTENTS))
      OPENSSL_cleanse ((gchar *) line, strlen (line));
  }
  g_value_unset (&answer);
}

/* States */

/* Whether there are the keys to begin with; others may be asked for later. Called with the lock
 * held. */
static gboolean
has_keys (GstPercliteKeyed *self, GError **error)
{
  const PercliteKeyring *keys = perclite_key_source_get_keys (PRIVATE (self)->source);
  gboolean any = perclite_keyring_get_size (keys) > 0;

  if (GST_PERCLITE_KEYED_GET_CLASS (self)->encrypting
          ? perclite_keyring_get_sending (keys) != NULL
          : any || gst_perclite_keyed_can_request (self))
    return TRUE;

  g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_SETTINGS, "%s",
      any ? "There are several keys, and none is marked as the one to encrypt with. Put \"send\" "
            "before it in the key file"
          : "There is no key. Set key-file, to a file with the key in base64, or key, to the "
            "base64 "
            "itself, or passphrase. A new key is made by: openssl rand -base64 44");
  return FALSE;
}

static gboolean
load (GstPercliteKeyed *self, gboolean *any, GError **error)
{
  GstPercliteKeyedPrivate *priv = PRIVATE (self);
  gboolean ok, exposed = FALSE;

  g_mutex_lock (&priv->lock);
  ok = perclite_key_source_load (priv->source, &exposed, error);
  *any = perclite_keyring_get_size (perclite_key_source_get_keys (priv->source)) > 0;
  priv->exposure_told = exposed;
  g_mutex_unlock (&priv->lock);
  if (exposed)
    warn_of_exposure (self);
  return ok;
}

static gboolean
begin (GstPercliteKeyed *self, gboolean *missed, GError **error)
{
  GstPercliteKeyedPrivate *priv = PRIVATE (self);
  gboolean ok;

  g_mutex_lock (&priv->lock);
  priv->started = has_keys (self, error) && GST_PERCLITE_KEYED_GET_CLASS (self)->start (self,
                                                perclite_key_source_get_keys (priv->source), error);
  if (priv->started)
    GST_DEBUG_OBJECT (self, "fingerprint %s", get_main_fingerprint (self));
  *missed = priv->started && priv->change_missed;
  ok = priv->started;
  g_mutex_unlock (&priv->lock);
  return ok;
}

gboolean
gst_perclite_keyed_start (GstPercliteKeyed *self)
{
  GError *error = NULL;
  gboolean any = FALSE, missed = FALSE, ok;

  /* Before the file is read, so that no change is missed. */
  PRIVATE (self)->change_missed = FALSE;
  update_watch (self, TRUE);
  ok = load (self, &any, &error);
  if (ok && !any && GST_PERCLITE_KEYED_GET_CLASS (self)->encrypting &&
      gst_perclite_keyed_can_request (self))
    gst_perclite_keyed_request (self, 0, NULL, 0);
  if (!ok || !begin (self, &missed, &error)) {
    update_watch (self, FALSE);
    gst_perclite_post_error (GST_ELEMENT (self), error);
    return FALSE;
  }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FINGERPRINT]);
  if (missed)
    reload (self);
  return TRUE;
}

void
gst_perclite_keyed_stop (GstPercliteKeyed *self)
{
  GstPercliteKeyedPrivate *priv = PRIVATE (self);

  update_watch (self, FALSE);
  g_mutex_lock (&priv->lock);
  if (priv->started)
    GST_PERCLITE_KEYED_GET_CLASS (self)->stop (self, perclite_key_source_get_keys (priv->source));
  priv->started = FALSE;
  perclite_key_source_unload (priv->source);
  g_mutex_unlock (&priv->lock);
}

/* Object */

static void
gst_perclite_keyed_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstPercliteKeyed *self = GST_PERCLITE_KEYED (object);
  GstPercliteKeyedPrivate *priv = PRIVATE (self);
  gboolean reload_now;

  g_mutex_lock (&priv->lock);
  reload_now = priv->started;
  switch (id) {
    case PROP_KEY:
      perclite_key_source_set_key (priv->source, g_value_get_string (value));
      break;
    case PROP_KEY_FILE:
      perclite_key_source_set_key_file (priv->source, g_value_get_string (value));
      break;
    case PROP_PASSPHRASE:
      perclite_key_source_set_passphrase (priv->source, g_value_get_string (value));
      break;
    case PROP_PASSPHRASE_SALT:
      perclite_key_source_set_passphrase_salt (priv->source, g_value_get_string (value));
      /* With the passphrase, which is the other half. */
      reload_now = FALSE;
      break;
    case PROP_SUITE:
      perclite_key_source_set_suite (priv->source, (PercliteSuite) g_value_get_enum (value));
      reload_now = FALSE;
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  /* What is read at the start is not needed before, and what is not set any more never. */
  if (!priv->started)
    perclite_key_source_unload (priv->source);
  g_mutex_unlock (&priv->lock);

  if (reload_now && id == PROP_KEY_FILE)
    update_watch (self, TRUE);
  if (reload_now)
    reload (self);
}

static void
gst_perclite_keyed_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstPercliteKeyed *self = GST_PERCLITE_KEYED (object);
  GstPercliteKeyedPrivate *priv = PRIVATE (self);

  if (id == PROP_FINGERPRINT) {
    g_value_take_string (value, get_fingerprint (self));
    return;
  }

  g_mutex_lock (&priv->lock);
  switch (id) {
    case PROP_KEY_FILE:
      g_value_set_string (value, perclite_key_source_get_key_file (priv->source));
      break;
    case PROP_PASSPHRASE_SALT:
      g_value_set_string (value, perclite_key_source_get_passphrase_salt (priv->source));
      break;
    case PROP_SUITE:
      g_value_set_enum (value, (gint) perclite_key_source_get_suite (priv->source));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  g_mutex_unlock (&priv->lock);
}

static void
gst_perclite_keyed_finalize (GObject *object)
{
  GstPercliteKeyedPrivate *priv = PRIVATE (GST_PERCLITE_KEYED (object));

  perclite_watch_free (priv->watch);
  perclite_key_source_free (priv->source);
  g_mutex_clear (&priv->lock);

  G_OBJECT_CLASS (gst_perclite_keyed_parent_class)->finalize (object);
}

static void
gst_perclite_keyed_init (GstPercliteKeyed *self)
{
  GstPercliteKeyedPrivate *priv = PRIVATE (self);

  g_mutex_init (&priv->lock);
  priv->source = perclite_key_source_new ();
}

static void
gst_perclite_keyed_class_init (GstPercliteKeyedClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gst_perclite_keyed_set_property;
  object_class->get_property = gst_perclite_keyed_get_property;
  object_class->finalize = gst_perclite_keyed_finalize;

  /**
   * GstPercliteKeyed:key:
   *
   * Master key and master salt, in base64. It can be set, but not read back. Other users of the
   * machine can read command lines, and GStreamer logs pipeline descriptions: prefer key-file
   * there.
   *
   * Since: 0.1
   */
  properties[PROP_KEY] = g_param_spec_string ("key", "Key",
      "Key and salt in base64, as of: openssl rand -base64 44 (other users can read command lines: "
      "prefer key-file there)",
      NULL,
      G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS |
          GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstPercliteKeyed:key-file:
   *
   * A file that holds what the property key takes, or a key ring: up to 16 keys, a line each.
   *
   * |[
   * # comments and empty lines are skipped
   * send mki=02 <key and salt in base64>   # the one to encrypt with
   * mki=01 <key and salt in base64>        # one that others may still use
   * ]|
   *
   * "send" marks the key to encrypt with; of a single key it may be left out. "mki=" with 1 to 16
   * bytes in hexadecimal is the master key identifier (RFC 3711, section 3.1) that packets under
   * that key carry; all have to have one of the same size, or those that other implementations use,
   * none.
   *
   * When the file is replaced while packets flow, its keys replace those before within half a
   * second. A file that is malformed then changes nothing but for a warning.
   *
   * Since: 0.1
   */
  properties[PROP_KEY_FILE] = g_param_spec_string ("key-file", "Key file",
      "File that holds key and salt in base64, or a key ring; read again when it is replaced", NULL,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstPercliteKeyed:passphrase:
   *
   * What to derive key and salt from, together with passphrase-salt: PBKDF2 with HMAC-SHA256 and
   * 600,000 iterations, of both in UTF-8 and normalization form C; the output is master key and
   * master salt of the suite. It can be set, but not read back. For the use of it on command lines
   * see key.
   *
   * Since: 0.1
   */
  properties[PROP_PASSPHRASE] = g_param_spec_string ("passphrase", "Passphrase",
      "Phrase to derive key and salt from, with passphrase-salt", NULL,
      G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS |
          GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstPercliteKeyed:passphrase-salt:
   *
   * What tells apart those who happen to have the same passphrase, such as the name of the room. It
   * takes effect together with a passphrase that is set after it.
   *
   * Since: 0.1
   */
  properties[PROP_PASSPHRASE_SALT] = g_param_spec_string ("passphrase-salt", "Passphrase salt",
      "What all in the room have in common and others have not, such as the name of the room", NULL,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstPercliteKeyed:suite:
   *
   * How payloads are encrypted; sender and receiver must agree. AUTO takes what the size of the key
   * tells: aead-aes-256-gcm, aead-aes-128-gcm, or aes-cm-128-hmac-sha1-80.
   *
   * Since: 0.1
   */
  properties[PROP_SUITE] = g_param_spec_enum ("suite", "Suite",
      "SRTP protection profile of the payloads (auto: the one the size of the key tells)",
      GST_TYPE_PERCLITE_SUITE, PERCLITE_SUITE_AUTO,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  /**
   * GstPercliteKeyed:fingerprint:
   *
   * The first 8 bytes of the SHA-256 of key and salt in hexadecimal, for people to compare: of the
   * key that encrypts, or, when decrypting, of the one that is marked for it, else of the first.
   * Empty when there is none.
   *
   * Since: 0.1
   */
  properties[PROP_FINGERPRINT] = g_param_spec_string ("fingerprint", "Fingerprint",
      "First 8 bytes of the SHA-256 of key and salt, to compare keys by", NULL,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * GstPercliteKeyed::request-key:
   * @self: the element
   * @ssrc: SSRC of the packet that needs a key; 0 when perclitenc asks, before there are packets
   * @mki: (nullable): the MKI that the packet names its key by, if that is known
   *
   * Asks for a key. Emitted by the streaming thread without a lock, and at most once a second per
   * SSRC: when there is no key at all or none with that MKI, and when a stream does not decrypt
   * with those that are there. With a handler connected, elements start without a key.
   *
   * Returns: (nullable): a line of a key ring, see key-file; it is overwritten after use. %NULL if
   *   there is none, or if it was added by add-key.
   *
   * Since: 0.1
   */
  signals[SIGNAL_REQUEST_KEY] = g_signal_new ("request-key", G_TYPE_FROM_CLASS (klass),
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_STRING, 2, G_TYPE_UINT, G_TYPE_BYTES);

  /**
   * GstPercliteKeyed::add-key:
   * @self: the element
   * @line: a line of a key ring, see key-file
   *
   * Adds a key to those of key, key-file or passphrase, in any state. Marked by "send", it becomes
   * the one to encrypt with.
   *
   * Returns: (nullable): the fingerprint of the key; %NULL if it was refused, which a warning on
   *   the bus explains
   *
   * Since: 0.1
   */
  signals[SIGNAL_ADD_KEY] = g_signal_new_class_handler ("add-key", G_TYPE_FROM_CLASS (klass),
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (gst_perclite_keyed_add_key), NULL, NULL,
      NULL, G_TYPE_STRING, 1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);

  /**
   * GstPercliteKeyed::remove-key:
   * @self: the element
   * @fingerprint: of the key
   *
   * Removes a key, wherever it came from, as long as packets flow; before and after that, one that
   * was added. Packets under it cannot be decrypted from here on. The one that perclitenc encrypts
   * with is not removed, which a warning on the bus explains. One of a file comes back when the
   * file changes and still has it.
   *
   * Returns: whether there was such a key
   *
   * Since: 0.1
   */
  signals[SIGNAL_REMOVE_KEY] = g_signal_new_class_handler ("remove-key", G_TYPE_FROM_CLASS (klass),
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (gst_perclite_keyed_remove_key), NULL, NULL,
      NULL, G_TYPE_BOOLEAN, 1, G_TYPE_STRING);

  gst_type_mark_as_plugin_api (GST_TYPE_PERCLITE_KEYED, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_PERCLITE_SUITE, 0);
}
