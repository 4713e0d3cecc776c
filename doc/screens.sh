#!/usr/bin/env bash
# Takes the pictures of the maps that doc/ shows, in Chromium, of a service that runs: doc/screens.sh http://127.0.0.1:8080
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# = 1 ] || { echo "usage: doc/screens.sh <address of the service>" >&2; exit 1; }
command -v chromium >/dev/null || command -v google-chrome >/dev/null || { echo "this takes Chromium" >&2; exit 1; }
MAILLE_SCREENS_URL=$1 MAILLE_SCREENS=$PWD/doc go test -count 1 -run '^TestScreens$' ./internal/serve
