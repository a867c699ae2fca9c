/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libFuzzer calls, and what the targets have in common. */

#pragma once

#include <stddef.h>
#include <stdint.h>

#include <gst/gst.h>

G_BEGIN_DECLS

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* The error that a function owes whenever it returns nothing: of DOMAIN, and with words that can be
 * shown. */
void fuzz_check_error (const GError *error, GQuark domain);

G_END_DECLS
