/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sends packets some time later, in their order. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _DelayLine DelayLine;

/* The packets are sent from @context. Not thread-safe. */
DelayLine *delay_line_new (GMainContext *context);

/* What is still under way is lost. */
void delay_line_free (DelayLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DelayLine, delay_line_free)

/* Sends a copy of @data through @socket after @delay_ms; @to is NULL when the socket is
 * connected. */
void delay_line_push (DelayLine *line, guint delay_ms, GSocket *socket, GSocketAddress *to,
    const void *data, gsize size);

G_END_DECLS
