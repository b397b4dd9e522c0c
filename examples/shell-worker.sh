#!/bin/sh
# A worker whose tasks are done by a shell command:
#   examples/shell-worker.sh --server http://127.0.0.1:8000
# Further options are those of `codetether worker`.
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
exec "$here/../packages/cli/deploy/worker/run-worker.sh" --name counter --capabilities count-words --command "sh '$here/count-words.sh'" "$@"
