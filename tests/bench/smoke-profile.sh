#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The count of instructions works, and finds all who take part: smoke-profile.sh BUILD_DIRECTORY
set -euo pipefail

table=$(bash "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/profile.sh" "$1" 100)
echo "$table"
for part in OpenSSL libsrtp2 perclite GStreamer libc 'in all'; do
  grep -qE "^\\| $part[^|]*\\| [1-9][0-9]* \\| [1-9][0-9]* \\|\$" <<<"$table"
done
