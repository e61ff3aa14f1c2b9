-- The audit log's seals: from time to time the entries that came since the last seal are digested and chained, so that
-- one which is changed, removed or slipped in afterwards shows. Never in a buyer's request: a scheduled step calls
-- audit_seal(), `latchkey audit verify` recomputes all of it on its own.
--
-- What is hashed is the same on every machine and in every time zone. Numbers are in network order, a field is its
-- length in bytes as int4 and then its bytes (length -1 and no bytes for NULL), a time is its int8 of microseconds since
-- 2000-01-01 UTC:
--
--     digest of a row = SHA-256("latchkey audit row v1" ‖ int8 id ‖ at ‖ field actor ‖ field action ‖ field order_id
--                               ‖ field details (jsonb's text) ‖ field origin)
--     hash of a seal  = SHA-256("latchkey audit seal v1" ‖ int8 id ‖ previous_hash ‖ int8 first_id ‖ int8 last_id
--                               ‖ sealed_at ‖ int4 row_count ‖ digests)
--
-- A migration that adds a column to audit_log must also make a v2 of the row's digest.

CREATE TABLE audit_seals (
    -- 1, 2, 3, …: a missing one shows.
    id bigint PRIMARY KEY CHECK (id > 0),
    -- The range that is closed from now on: from behind the previous seal to the last entry. Numbers without an entry
    -- belong to transactions that were rolled back.
    first_id bigint NOT NULL,
    last_id bigint NOT NULL UNIQUE,
    row_count integer NOT NULL CHECK (row_count > 0),
    -- For each entry in order, its ID (8 bytes) and its digest (32): which one was touched can be told.
    digests bytea NOT NULL CHECK (octet_length(digests) = 40 * row_count),
    -- 32 zero bytes in the first seal.
    previous_hash bytea NOT NULL CHECK (octet_length(previous_hash) = 32),
    hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    sealed_at timestamptz NOT NULL,
    CHECK (first_id <= last_id)
);

-- Always: not even session_replication_role = 'replica' steps around it. An owner can still disable or drop it.
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();
ALTER TABLE audit_seals ENABLE ALWAYS TRIGGER audit_seals_append_only;
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_append_only;

CREATE INDEX audit_log_order ON audit_log (order_id, id) WHERE order_id IS NOT NULL;

-- Seals the next entries, at most max_rows of them, and answers the seal; answers nothing when there is nothing to seal.
--
-- An entry's ID is drawn before its transaction commits, so a lower one may appear after a higher. The lock waits for
-- every transaction that has drawn one; what is in the table then is all there will ever be up to the highest ID. It is
-- a barrier only: leaving the inner block by an error gives the lock back at once, before anything is hashed and however
-- long the caller's transaction lasts. New writers wait behind it for lock_timeout at most; if the writers before it
-- take longer (one of them may even wait for a transaction that waits behind the lock), the call fails with
-- lock_not_available and is made again later.
CREATE FUNCTION audit_seal(max_rows integer)
RETURNS TABLE (id bigint, first_id bigint, last_id bigint, row_count integer, hash bytea, sealed_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '250ms'
AS $$
#variable_conflict use_column
DECLARE
    previous public.audit_seals;
    boundary bigint;
BEGIN
    IF max_rows IS NULL OR max_rows NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION 'max_rows is not between 1 and 10000' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- A snapshot from before the lock would not show what the lock waited for.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'audit_seal needs a read committed transaction' USING ERRCODE = 'invalid_transaction_state';
    END IF;

    -- One seal at a time, to the end of the transaction: the chain has no branches.
    LOCK TABLE public.audit_seals IN SHARE ROW EXCLUSIVE MODE;
    SELECT s.* INTO previous FROM public.audit_seals s ORDER BY s.id DESC LIMIT 1;
    IF NOT EXISTS (SELECT FROM public.audit_log l WHERE l.id > coalesce(previous.last_id, 0)) THEN
        RETURN;
    END IF;

    BEGIN
        LOCK TABLE public.audit_log IN SHARE MODE;
        -- An ID that the sequence never gave is nobody's entry, and sealing it would close the range of those to come.
        SELECT max(b.id) INTO boundary FROM (
            SELECT l.id FROM public.audit_log l
            WHERE l.id > coalesce(previous.last_id, 0) AND l.id <= (SELECT q.last_value FROM public.audit_log_id_seq q)
            ORDER BY l.id LIMIT max_rows
        ) b;
        RAISE EXCEPTION 'give the lock back' USING ERRCODE = 'LKREL';
    EXCEPTION WHEN SQLSTATE 'LKREL' THEN
        NULL;
    END;
    IF boundary IS NULL THEN
        RETURN;
    END IF;

    RETURN QUERY
    WITH entry AS (
        SELECT l.id, sha256(
            'latchkey audit row v1'::bytea || int8send(l.id) || timestamptz_send(l.at)
            || int4send(octet_length(convert_to(l.actor, 'UTF8'))) || convert_to(l.actor, 'UTF8')
            || int4send(octet_length(convert_to(l.action, 'UTF8'))) || convert_to(l.action, 'UTF8')
            || coalesce(int4send(16) || uuid_send(l.order_id), int4send(-1))
            || int4send(octet_length(convert_to(l.details::text, 'UTF8'))) || convert_to(l.details::text, 'UTF8')
            || int4send(octet_length(convert_to(l.origin, 'UTF8'))) || convert_to(l.origin, 'UTF8')
        ) AS digest
        FROM public.audit_log l
        WHERE l.id > coalesce(previous.last_id, 0) AND l.id <= boundary
    ), seal AS (
        SELECT coalesce(previous.id, 0) + 1 AS id, coalesce(previous.last_id, 0) + 1 AS first_id, boundary AS last_id,
            count(*)::integer AS row_count, string_agg(int8send(e.id) || e.digest, ''::bytea ORDER BY e.id) AS digests,
            coalesce(previous.hash, decode(repeat('00', 32), 'hex')) AS previous_hash, clock_timestamp() AS sealed_at
        FROM entry e
    )
    INSERT INTO public.audit_seals AS made
        (id, first_id, last_id, row_count, digests, previous_hash, hash, sealed_at)
    SELECT s.id, s.first_id, s.last_id, s.row_count, s.digests, s.previous_hash, sha256(
            'latchkey audit seal v1'::bytea || int8send(s.id) || s.previous_hash || int8send(s.first_id)
            || int8send(s.last_id) || timestamptz_send(s.sealed_at) || int4send(s.row_count) || s.digests),
        s.sealed_at
    FROM seal s
    RETURNING made.id, made.first_id, made.last_id, made.row_count, made.hash, made.sealed_at;
END $$;
REVOKE EXECUTE ON FUNCTION audit_seal(integer) FROM PUBLIC;

DO $$
BEGIN
    CREATE ROLE latchkey_reconcile NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- roles belong to the whole cluster; another database, or Terraform, made it
END $$;
GRANT EXECUTE ON FUNCTION audit_seal(integer) TO latchkey_reconcile;

-- Who writes entries does not choose their IDs: one far ahead would collide with an honest one when its turn comes.
REVOKE INSERT ON audit_log FROM latchkey_webhook, latchkey_orders;
GRANT INSERT (at, actor, action, order_id, details, origin) ON audit_log TO latchkey_webhook, latchkey_orders;
