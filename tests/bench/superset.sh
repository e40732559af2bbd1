#!/usr/bin/env bash
# Serve Superset on the loopback: superset.sh VENV HOME PORT, with NAME and PASSWORD of an administrator to make. As its image does
# it (gunicorn, threads; here a worker a core), metadata in SQLite, caches in files; telemetry off. A first start prepares HOME.
set -euo pipefail
cd "$(mkdir -p "$2"; cd "$2"; pwd)"
PATH=$1/bin:$PATH
test -e secret_key || (umask 077; openssl rand -hex 32 >secret_key)
cat >superset_config.py <<CONFIG
SECRET_KEY = open("$PWD/secret_key").read()
SQLALCHEMY_DATABASE_URI = "sqlite:///$PWD/superset.db?check_same_thread=false"
CACHE_CONFIG = {"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": "$PWD/cache", "CACHE_DEFAULT_TIMEOUT": 86400}
DATA_CACHE_CONFIG = FILTER_STATE_CACHE_CONFIG = EXPLORE_FORM_DATA_CACHE_CONFIG = CACHE_CONFIG
CONFIG
export FLASK_APP=superset SUPERSET_CONFIG_PATH=$PWD/superset_config.py SCARF_ANALYTICS=false
test -e prepared || { superset db upgrade; superset init; touch prepared; }
superset fab create-admin --username "$NAME" --firstname b --lastname b --email "$NAME@example.org" --password "$PASSWORD"
date '+started at %T.%N'
exec gunicorn -w 2 -k gthread --threads 20 --timeout 120 -b "127.0.0.1:$3" \
    --limit-request-line 0 --limit-request-field_size 0 'superset.app:create_app()'
