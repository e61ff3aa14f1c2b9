-- The role of ping, which reads and writes nothing.

DO $$
BEGIN
    CREATE ROLE latchkey_ping NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;
