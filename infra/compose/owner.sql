-- What the migrations need: they make the roles that are missing, and everything else in this database.
ALTER ROLE latchkey CREATEROLE;
SELECT 'CREATE DATABASE latchkey OWNER latchkey'
WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = 'latchkey') \gexec
-- What the migrations take away, again for a database that was restored, and what only a superuser may take away.
REVOKE TEMPORARY ON DATABASE latchkey FROM PUBLIC;
\connect latchkey
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;
