#!/usr/bin/env bash
# Runs once, on an empty volume: one role and one database for each service, which no other role can enter.
set -euo pipefail
for name in auth user billing notification code_executor ai_generation; do
  variable=$(tr '[:lower:]' '[:upper:]' <<<"$name")_DATABASE_PASSWORD
  psql --set ON_ERROR_STOP=1 --quiet --username postgres --set name="$name" --set password="${!variable}" <<'SQL'
create role :"name" login password :'password';
create database :"name" owner :"name";
revoke connect on database :"name" from public;
SQL
done
# Only a superuser may add it where it is not a trusted extension.
psql --set ON_ERROR_STOP=1 --quiet --username postgres --dbname ai_generation --command 'create extension if not exists vector'
