/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the configuration files of a private Janus. */
#pragma once

#include <gio/gio.h>

#include "testjanus.h"

G_BEGIN_DECLS

/* What the files need to know beside the test's options. A port of 0 leaves its server off. */
typedef struct {
  const char *directory; /* gets the files, and holds all the server writes */
  const char *address;
  guint16 ws_port;
  guint16 wss_port;
  guint16 admin_port;
  const char *admin_secret;
  const char *certificate; /* for wss */
  const char *key;
} JanusConfig;

gboolean
janus_config_write (const JanusConfig *config, const TestJanusOptions *options, GError **error);

G_END_DECLS
