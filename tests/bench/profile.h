/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* profile.h - which elements a process spends its time in, as perf samples it. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * Profile:
 * @samples: in all
 * @plugins: (element-type gchar* guint): samples by plugin
 * @libraries: (element-type gchar* guint): those of one plugin, by library
 *
 * A sample counts for the plugin that is nearest to the top of its stack: what an element calls is
 * its own, what the elements do that it pushes to is not. Without a plugin on the stack it counts
 * for the library that is nearest to the top and no general one. In @libraries it counts for the
 * one at the top.
 */
typedef struct {
  guint samples;
  GHashTable *plugins;
  GHashTable *libraries;
} Profile;

/* Samples the process @pid for @seconds, into @file. NULL where perf is not installed. */
GSubprocess *profile_record (const gchar *pid, guint seconds, const gchar *file);

/* Reads what was sampled into @file; @plugin is the one of @libraries. NULL where there is nothing,
 * as perf is not permitted everywhere. */
Profile *profile_read (const gchar *file, const gchar *plugin);
void profile_free (Profile *profile);

/* The names in @samples, by their numbers, the largest first. Caller frees the array only. */
GPtrArray *profile_rank (GHashTable *samples);

G_END_DECLS
