/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cryptoinit.h - how OpenSSL is initialized. */

#pragma once

/**
 * crypto_init:
 *
 * To be called before anything else of OpenSSL is, by a plugin when it is loaded: OpenSSL then
 * stays as it is until the process is gone. Without effect where somebody else in the process has
 * used OpenSSL before. Any thread, any number of times.
 */
void crypto_init (void);
