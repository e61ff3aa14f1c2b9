#!/bin/sh
# Makes the owner of the tables, its database, and a role that may log in for each password that is given.
#
# Runs to its end before the migrations, each time that compose starts, so that a password changed in .env is changed in
# the database too. A function's role has no right until the migrations give it some.
set -eu

export PGHOST=/var/run/postgresql PGUSER=postgres PGDATABASE=postgres PGPASSWORD="$DATABASE_PASSWORD_POSTGRES"
readonly folder=/compose

ask() {
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"
}

owned_names() {
    env | sed -n 's/^DATABASE_PASSWORD_\(LATCHKEY[A-Z_]*\)=.*/\1/p' | sort
}

owned_names | while read -r name; do
    role=$(echo "$name" | tr '[:upper:]' '[:lower:]')
    # The password goes through the environment: neither a list of processes nor a log shows it.
    PASSWORD=$(eval "printf %s \"\$DATABASE_PASSWORD_$name\"") ask --set "role=$role" --file "$folder/role.sql"
done
ask --file "$folder/owner.sql"
