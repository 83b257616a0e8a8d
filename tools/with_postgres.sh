#!/bin/sh
# Run a command with DATABASE_URL set to a PostgreSQL that is started for it and thrown away after:
#
#     tools/with_postgres.sh make test
#
# The cluster listens on a socket in a folder of its own, and nowhere else. Root runs it as the user postgres,
# because PostgreSQL refuses root. The command may stop and start it: $POSTGRES_CONTROL stop|start|restart.
set -eu

bin=$(ls -d /usr/lib/postgresql/*/bin /usr/local/pgsql/bin 2>/dev/null | sort -V | tail -1)
if [ -z "$bin" ] && command -v initdb >/dev/null; then
    bin=$(dirname "$(command -v initdb)")
fi
if [ -z "$bin" ]; then
    echo "PostgreSQL's server is missing: on Debian, apt-get install postgresql" >&2
    exit 1
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/dragoman-postgres.XXXXXX")
control="$folder/control"
as=""
if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as="runuser -u postgres --"
fi

cat >"$control" <<END
#!/bin/sh
cd "$folder"
exec $as "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -m fast -w -s "\$@"
END
chmod 755 "$control"

finish() {
    status=$?
    "$control" stop >/dev/null 2>&1 || true
    rm -rf "$folder"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

(cd "$folder" && $as "$bin/initdb" -D "$folder/data" -U dragoman -A trust -E UTF8 --locale=C.UTF-8 --no-sync) >/dev/null
# Nothing here outlives the command, so nothing need survive a power cut.
cat >>"$folder/data/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$folder'
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
END
"$control" start
(cd "$folder" && $as "$bin/createdb" -h "$folder" -U dragoman dragoman)

DATABASE_URL="postgres://dragoman@$(printf %s "$folder" | sed 's|/|%2F|g')/dragoman"
POSTGRES_CONTROL=$control
export DATABASE_URL POSTGRES_CONTROL
"$@"
