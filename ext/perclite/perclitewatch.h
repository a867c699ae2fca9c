/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitewatch.h - tells when a file has been replaced or changed. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PercliteWatch:
 *
 * Looks at a path four times a second, from one thread for all watches of the process, and follows
 * symbolic links: that also sees what notifications of the kernel do not tell, such as a link in
 * the middle of the path that is replaced (as secrets are that Kubernetes mounts), and file systems
 * of the network.
 */
typedef struct _PercliteWatch PercliteWatch;

/**
 * PercliteWatchFunc:
 *
 * Called from the thread of the watches when there is a file at the path, and it is another one or
 * has changed since the last call, or since perclite_watch_new().
 */
typedef void (*PercliteWatchFunc) (gpointer user_data);

/**
 * perclite_watch_new:
 * @path: a file, in the encoding of file names; need not exist
 *
 * What happens after this call is told, so a file that is read afterwards is never older than
 * thought.
 */
PercliteWatch *perclite_watch_new (const gchar *path, PercliteWatchFunc func, gpointer user_data);

/**
 * perclite_watch_free:
 * @self: (nullable): a watch
 *
 * When it returns, the function does not run and never will again, unless it is that function which
 * calls: then it is not called any more. Must not be called with a lock that the function takes.
 */
void perclite_watch_free (PercliteWatch *self);

G_END_DECLS
