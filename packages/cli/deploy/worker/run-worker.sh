#!/bin/sh
# Runs a worker in the foreground, with the first Node found that is new enough:
#   run-worker.sh --server https://agents.example --command './run-task.sh'
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")

# The one that `npm install` has brought comes before that of the machine.
for node in ${CODETETHER_NODE:+"$CODETETHER_NODE"} "$here/../../../../node_modules/.bin/node" node; do
  major=$("$node" --print 'process.versions.node.split(".")[0]' 2>/dev/null) || continue
  # Output is garbage as soon as it is sent: a small nursery keeps half as much of it as the default of 16 MiB.
  [ "$major" -lt 24 ] || exec "$node" --max-semi-space-size=4 "$here/../../bin/codetether.js" worker "$@"
done
echo 'error: there is no Node.js 24 or newer: install it, or name one in CODETETHER_NODE' >&2
exit 1
