# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the tests of the documentation: reads what is to be run out of its pages.
# shellcheck shell=bash

# list_commands PAGE...: PLACE<tab>COMMAND for each line of the blocks marked as sh, with continued lines joined.
list_commands () {
  awk '
    FNR == 1 { sh = 0; line = "" }
    /^```/ { sh = !sh && $0 == "```sh"; next }
    !sh || /^ *(#|$)/ { next }
    {
      line = line $0
      if (sub (/\\$/, "", line))
        next
      name = FILENAME
      sub (/.*\/docs\//, "docs/", name)
      sub (/.*\/README/, "README", name)
      print name ":" FNR "\t" line
      line = ""
    }' "$@"
}

# save_programs PAGE...: writes each block that tells its name in a comment on its first or second line, such as "# rotate.sh", to
# the current directory, as the page asks its reader to do.
save_programs () {
  awk '
    function save () {
      if (name != "")
        printf "%s", text >name
      name = text = ""
    }
    FNR == 1 { inside = 0 }
    /^```/ {
      save()
      inside = !inside && $0 ~ /^```(bash|c|js|python)$/
      n = 0
      next
    }
    !inside { next }
    {
      text = text $0 "\n"
      if (++n <= 2 && name == "" && match ($0, /^(#|\/\/|\/\*) [a-z]+[.](c|js|py|sh)($| )/)) {
        split ($0, word, " ")
        name = word[2]
      }
    }' "$@"
}

# command_with PAGE TEXT: the first command of the page that has TEXT in it.
command_with () {
  # Reads all of it: what writes into a pipe that nobody reads any more fails.
  list_commands "$1" | cut -f2- | text=$2 awk 'index($0, ENVIRON["text"]) && !found++ { print } END { exit !found }'
}
