/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchelement.h - an element at work as in a pipeline: between a pad that pushes and a pad that
 * takes. */

#pragma once

#include <gst/gst.h>

#include "benchcase.h"
#include "benchtraffic.h"

G_BEGIN_DECLS

typedef struct _BenchElement BenchElement;

/**
 * bench_element_new:
 * @element: (transfer full): in state NULL, set up
 * @sink_name: its pad for packets, which is requested if need be
 * @source_name: its pad where they come out
 * @caps: media type of what goes in
 * @n_memories: as of BenchCase
 *
 * Starts @element. Functions are those of BenchContender.
 */
BenchElement *bench_element_new (GstElement *element, const gchar *sink_name,
    const gchar *source_name, const gchar *caps, guint list_size, guint n_memories, GError **error);

void bench_element_load (gpointer stage, const BenchPackets *packets);

guint bench_element_run (gpointer stage, gboolean keep);

void bench_element_collect (gpointer stage, BenchPackets *packets);

void bench_element_close (gpointer stage);

/* An element of a factory, or %NULL with an error that says what to install. */
GstElement *bench_element_make (const gchar *factory, GError **error);

G_END_DECLS
