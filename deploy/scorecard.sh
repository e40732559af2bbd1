#!/usr/bin/env bash
# `scorecard COMMAND…`: a command of the program as the service's user, on the service's data; `scorecard` alone lists them.
# `scorecard reset-admin` makes a new password for the administrator.
set -euo pipefail
umask 077
if [ "$(id -u)" != 0 ] && [ "$(id -un)" != @USER@ ]; then echo "请以 root 执行：sudo scorecard $*" >&2; exit 1; fi
set -a; . @SETTINGS@; set +a
export PYTHONPATH=@PROGRAM@
run=(@PROGRAM@/.venv/bin/python -m etl "$@")
if [ "${1:-}" = reset-admin ]; then cd @PROGRAM@; run=(.venv/bin/python -m scorecard.ui.server.serve --reset-admin); fi
if [ "$(id -u)" = 0 ]; then exec runuser -u @USER@ -- "${run[@]}"; fi
exec "${run[@]}"
