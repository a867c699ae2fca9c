/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrjob.h - makes one movie, without decoding what is in it. */

#pragma once

#include <gst/gst.h>

#include "mjrsession.h"

G_BEGIN_DECLS

/**
 * MjrJobSettings:
 * @key_file: (nullable): for perclitedec; %NULL: the recordings are not encrypted
 * @suite: (nullable): for perclitedec
 * @directory: where the movie is written to
 * @format: "webm", "mkv", "mp4", or "auto"
 */
typedef struct {
  gchar *key_file;
  gchar *suite;
  gchar *directory;
  gchar *format;
} MjrJobSettings;

typedef struct _MjrJob MjrJob;

/* Called in the default main context when the job is over; @error is %NULL when the movie is
 * complete. */
typedef void (*MjrJobFunc) (MjrJob *job, const GError *error, gpointer user_data);

/* Starts. @movie has to live as long as the job. %NULL with @error set when it cannot. */
MjrJob *mjr_job_new (const MjrMovie *movie, const MjrJobSettings *settings, MjrJobFunc func,
    gpointer user_data, GError **error);

/* Ends it, and removes what there is of a movie that is not complete. */
void mjr_job_free (MjrJob *job);

const gchar *mjr_job_get_path (const MjrJob *job);

/* Whether perclitedec has a suite of that name. */
gboolean mjr_job_knows_suite (const gchar *suite);

/* How many packets could not be decrypted, although others could. */
guint64 mjr_job_get_undecrypted (MjrJob *job);

/* From 0 to 1. */
gdouble mjr_job_get_progress (MjrJob *job);

/* "125 pictures, 417 sounds", and what was dropped, if anything was. Caller frees it. */
gchar *mjr_job_describe (MjrJob *job);

G_END_DECLS
