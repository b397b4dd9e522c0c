#!/bin/sh
# What the worker of shell-worker.sh runs for each task. The prompt comes on standard input; it is data, never a command line.
# Standard output is the result, and followed as it is written; standard error is output too.
set -eu
echo "counting for task $CODETETHER_TASK_ID, attempt $CODETETHER_ATTEMPT" >&2
wc -w | tr -d ' '
