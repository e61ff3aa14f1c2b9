-- What is kept for a time only: what Stripe's events said word for word, and orders that nobody paid.

-- Both tables grow at their end, so a summary for each range of blocks finds a day in them and costs next to nothing.
CREATE INDEX webhook_events_received ON webhook_events USING brin (received_at);
CREATE INDEX orders_created ON orders USING brin (created_at);

-- What Stripe said stays as it was said, until it goes: this can remove it and not change it.
CREATE FUNCTION trim_event_payloads(since timestamptz, until timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH trimmed AS (
        UPDATE public.webhook_events SET payload = NULL
        WHERE received_at >= since AND received_at < least(until, now() - interval '30 days')
            AND payload IS NOT NULL AND status <> 'failed'
        RETURNING stripe_event_id
    )
    SELECT count(*) FROM trimmed
$$;
REVOKE EXECUTE ON FUNCTION trim_event_payloads(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trim_event_payloads(timestamptz, timestamptz) TO latchkey_reconcile;

-- Deleting orders is nobody's right. This deletes those of a time that nobody paid and that never had a license, with
-- what hangs on them, and can be made to delete no others.
CREATE FUNCTION forget_unpaid_orders(since timestamptz, until timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH unpaid AS (
        SELECT o.id FROM public.orders o
        WHERE o.created_at >= since AND o.created_at < least(until, now() - interval '30 days')
            AND o.status IN ('pending', 'expired', 'failed') AND o.paid_at IS NULL
            AND NOT EXISTS (SELECT FROM public.licenses l WHERE l.order_id = o.id)
            AND NOT EXISTS (SELECT FROM public.download_grants g WHERE g.order_id = o.id)
        FOR UPDATE SKIP LOCKED
    ), mail AS (
        DELETE FROM public.emails e USING unpaid WHERE e.order_id = unpaid.id
    ), item AS (
        DELETE FROM public.order_items i USING unpaid WHERE i.order_id = unpaid.id
    ), forgotten AS (
        DELETE FROM public.orders o USING unpaid WHERE o.id = unpaid.id RETURNING o.id
    )
    SELECT count(*) FROM forgotten
$$;
REVOKE EXECUTE ON FUNCTION forget_unpaid_orders(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_unpaid_orders(timestamptz, timestamptz) TO latchkey_reconcile;
