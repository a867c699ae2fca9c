/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstpercliteevent.h - how a stream says that it is encrypted end to end. */

#pragma once

/**
 * GST_PERCLITE_ENCRYPTED_EVENT:
 *
 * Name of the structure of a %GST_EVENT_CUSTOM_DOWNSTREAM_STICKY event. It says that the payloads
 * of the RTP packets that follow are encrypted with PERC Lite. perclitenc sends it after each
 * stream-start and caps event, and before any packet; perclitedec does not let it pass. An element
 * that must not send anything in clear can wait for it. Fields:
 *
 *   suite        (string)  nick of the suite, e.g. "aead-aes-256-gcm"
 *   fingerprint  (string)  16 hexadecimal digits: the first 8 bytes of the SHA-256 of key and salt
 *   recorded     (boolean) optional, FALSE: the stream was encrypted elsewhere and has gone through
 *                          servers since, which may have renumbered its packets: sequence numbers,
 *                          timestamps and payload types differ from those in the payload encryption
 *                          headers, by the same for all
 *
 * Who reads a stream from a recording knows neither suite nor fingerprint, and leaves them out.
 *
 * Since: 0.1
 */
#define GST_PERCLITE_ENCRYPTED_EVENT "application/x-perclite-encrypted"

/**
 * GST_PERCLITE_DECRYPTION_EVENT:
 *
 * Name of the structure of a %GST_EVENT_CUSTOM_UPSTREAM event by which perclitedec tells where the
 * packets come from whether it can decrypt them: about once a second as long as it cannot, and once
 * when it can again. Fields:
 *
 *   failing   (boolean)  whether nothing of a stream is decrypted
 *   duration  (guint64)  for how long, in nanoseconds
 *
 * Since: 0.1
 */
#define GST_PERCLITE_DECRYPTION_EVENT "application/x-perclite-decryption"
