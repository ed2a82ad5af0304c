#!/usr/bin/env bash
# Runs every tests/test-*.sh, each in a directory of its own with bin/ in its PATH. The directories lie in the project:
# nothing below /tmp can be executed everywhere.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
export PATH="$root/bin:$PATH"
failed=0
for test in "$root"/tests/test-*.sh; do
  place=$(mktemp -d "$root/place.XXXXXX")
  if (cd "$place" && bash -eu "$test"); then echo "ok      $(basename "$test")"
  else echo "NOT OK  $(basename "$test")"; failed=1
  fi
  rm -rf "$place"
done
exit $failed
