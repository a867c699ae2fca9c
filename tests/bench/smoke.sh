#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The measurement of packets works, however fast the machine is: smoke.sh BUILD_DIRECTORY
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
BUILD_DIR=$1 "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/run.sh" --no-build --quick --out "$work/out"

python3 - "$work/out" <<'END'
import json, sys, xml.dom.minidom

with open(sys.argv[1] + "/performance.json") as file:
    results = json.load(file)
cells = results["packets"]
assert {cell["contender"] for cell in cells} == {"perclite", "srtp", "srtp-with-perclite", "libsrtp2", "evp"}
assert {cell["direction"] for cell in cells} == {"encrypt", "decrypt"}
assert len({cell["suite"] for cell in cells}) == 4
assert all(0 < cell["min"] <= cell["median"] for cell in cells)
assert len(results["targets"]) > 0 and len(results["streams-of-one-core"]) > 0
assert results["long-run"]["flat"]

drawing = xml.dom.minidom.parse(sys.argv[1] + "/performance.svg")
assert len(drawing.getElementsByTagName("rect")) == 1 + 4 * 5

with open(sys.argv[1] + "/performance.md") as file:
    assert "| AEAD_AES_256_GCM |" in file.read()
END
