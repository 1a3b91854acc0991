#!/bin/sh
# Dumps of the team server's database: `daily` makes one now and every day, `once` one, `restore FILE` puts one back,
# `check` fails if the last is older than two days. compose.yaml gives BACKUPS, BACKUPS_KEPT, PASSWORD_FILE and PG*.
set -eu
PGPASSWORD=$(cat "$PASSWORD_FILE")
export PGPASSWORD
day_s=86400

once() {
  name=labelstudio-$(date -u +%Y-%m-%dT%H%M%SZ).dump
  # A dump counts when it is whole and can be read; until then it has another name.
  pg_dump --format=custom --file="$BACKUPS/$name.part"
  pg_restore --list "$BACKUPS/$name.part" >/dev/null
  sync
  mv "$BACKUPS/$name.part" "$BACKUPS/$name"
  # Names are times, so the last ones in their order are the youngest.
  ls "$BACKUPS" | grep '^labelstudio-.*\.dump$' | sort -r | tail -n "+$((BACKUPS_KEPT + 1))" |
    while read -r old; do rm -- "$BACKUPS/$old"; done
  find "$BACKUPS" -name 'labelstudio-*.part' -mmin +1440 -exec rm -- {} +
  echo "wrote $BACKUPS/$name"
}

case "${1:-}" in
  once) once ;;
  daily)
    while :; do
      # In a shell of its own, which a failing line ends: the next day is another try.
      sh -e "$0" once || echo "no backup today: see above" >&2
      sleep "$day_s"
    done
    ;;
  restore)
    # All or nothing; what is in the database now is replaced.
    pg_restore --clean --if-exists --no-owner --single-transaction --exit-on-error --dbname="$PGDATABASE" "$2"
    ;;
  check) test -n "$(find "$BACKUPS" -name 'labelstudio-*.dump' -mmin -2880)" ;;
  *)
    echo "usage: backup.sh daily | once | restore FILE | check" >&2
    exit 2
    ;;
esac
