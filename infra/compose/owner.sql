-- What the migrations need: they make the roles that are missing, and everything else in this database.
ALTER ROLE latchkey CREATEROLE;
SELECT 'CREATE DATABASE latchkey OWNER latchkey'
WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = 'latchkey') \gexec
