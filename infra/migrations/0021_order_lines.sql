-- An order has lines: what was bought of one price, what it cost, and what went back of it. A license and a download
-- link belong to a line. The old name stays as a view until no function of the version before runs any more; a later
-- migration drops it.

ALTER TABLE order_items RENAME TO order_lines;
ALTER TABLE order_lines RENAME CONSTRAINT order_items_pkey TO order_lines_pkey;

ALTER TABLE order_lines
    -- A line that the catalog does not know has no product, but the description that Stripe showed the buyer.
    ALTER COLUMN product_id DROP NOT NULL,
    ADD COLUMN description text,
    ADD COLUMN stripe_price_id text,
    ADD COLUMN amount_discount bigint NOT NULL DEFAULT 0,
    ADD COLUMN amount_tax bigint NOT NULL DEFAULT 0,
    ADD COLUMN amount_total bigint,
    -- How much of it went back.
    ADD COLUMN amount_refunded bigint NOT NULL DEFAULT 0;

-- Until now an order had one line, which cost what the order cost; that it cost less than its units is a discount.
UPDATE order_lines l
SET amount_total = o.amount_total, amount_refunded = least(o.amount_refunded, o.amount_total),
    amount_discount = greatest(l.unit_amount * l.quantity - o.amount_total, 0),
    amount_tax = greatest(o.amount_total - l.unit_amount * l.quantity, 0)
FROM orders o WHERE o.id = l.order_id;

ALTER TABLE order_lines
    ALTER COLUMN amount_total SET NOT NULL,
    ADD CONSTRAINT order_lines_amounts_check CHECK (
        (amount_discount >= 0 AND amount_tax >= 0 AND amount_refunded BETWEEN 0 AND amount_total) IS TRUE),
    ADD CONSTRAINT order_lines_content_check CHECK (num_nonnulls(product_id, description) > 0);

-- A license and a grant name their line. The line's own references stand for the order and the product.
ALTER TABLE licenses
    ADD COLUMN line smallint NOT NULL DEFAULT 1,
    -- A product may be sold without a key: then a license is the right alone.
    ALTER COLUMN key_version DROP NOT NULL,
    ALTER COLUMN key_hash DROP NOT NULL,
    ALTER COLUMN key_last_four DROP NOT NULL,
    ADD CONSTRAINT licenses_key_check CHECK (num_nonnulls(key_version, key_hash, key_last_four) IN (0, 3)),
    DROP CONSTRAINT licenses_item_fkey,
    ADD CONSTRAINT licenses_line_fkey FOREIGN KEY (order_id, line) REFERENCES order_lines (order_id, position);
ALTER TABLE order_lines DROP CONSTRAINT order_items_product;
ALTER TABLE download_grants
    ADD COLUMN line smallint NOT NULL DEFAULT 1,
    DROP CONSTRAINT download_grants_order_id_fkey,
    ADD CONSTRAINT download_grants_line_fkey FOREIGN KEY (order_id, line) REFERENCES order_lines (order_id, position);

ALTER TABLE products ALTER COLUMN key_prefix DROP NOT NULL;

-- Functions of the version before write lines without a total.
CREATE FUNCTION complete_order_line() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.amount_total := NEW.unit_amount * NEW.quantity;
    RETURN NEW;
END $$;
CREATE TRIGGER order_line_without_total BEFORE INSERT ON order_lines
    FOR EACH ROW WHEN (NEW.amount_total IS NULL) EXECUTE FUNCTION complete_order_line();

CREATE VIEW order_items AS SELECT order_id, position, product_id, quantity, unit_amount FROM order_lines;
GRANT INSERT ON order_items TO latchkey_checkout;
GRANT SELECT, INSERT ON order_items TO latchkey_webhook, latchkey_orders, latchkey_reconcile;
GRANT SELECT ON order_items TO latchkey_download, latchkey_email_retry;

GRANT SELECT (line) ON licenses
    TO latchkey_webhook, latchkey_orders, latchkey_email_retry, latchkey_reconcile, latchkey_download;

-- What was paid is known later than what was ordered, and what went back later still.
GRANT UPDATE (product_id, description, stripe_price_id, quantity, unit_amount, amount_discount, amount_tax,
    amount_total, amount_refunded) ON order_lines TO latchkey_webhook, latchkey_orders, latchkey_reconcile;

-- As before, by the new name.
CREATE OR REPLACE FUNCTION forget_unpaid_orders(since timestamptz, until timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
    WITH unpaid AS (
        SELECT o.id, o.customer_id FROM public.orders o
        WHERE o.created_at >= since AND o.created_at < least(until, now() - interval '30 days')
            AND o.status IN ('pending', 'expired', 'failed') AND o.paid_at IS NULL
            AND NOT EXISTS (SELECT FROM public.licenses l WHERE l.order_id = o.id)
            AND NOT EXISTS (SELECT FROM public.download_grants g WHERE g.order_id = o.id)
        FOR UPDATE SKIP LOCKED
    ), mail AS (
        DELETE FROM public.emails e USING unpaid WHERE e.order_id = unpaid.id
    ), line AS (
        DELETE FROM public.order_lines l USING unpaid WHERE l.order_id = unpaid.id
    ), forgotten AS (
        DELETE FROM public.orders o USING unpaid WHERE o.id = unpaid.id RETURNING o.id
    ), candidate AS (
        SELECT u.customer_id AS id FROM unpaid u WHERE u.customer_id IS NOT NULL
        UNION
        SELECT c.id FROM public.customers c
        WHERE c.created_at >= since AND c.created_at < least(until, now() - interval '30 days')
    ), customer AS (
        -- One who orders again at this very moment is kept by the order's reference: the call fails and is made again.
        DELETE FROM public.customers c USING candidate
        WHERE c.id = candidate.id AND NOT EXISTS (
            SELECT FROM public.orders o
            WHERE o.customer_id = c.id AND NOT EXISTS (SELECT FROM unpaid u WHERE u.id = o.id)
        )
    )
    SELECT count(*) FROM forgotten
$$;

-- The lines that a refund names, with the amount of each; a refund that names none has neither. When it was made decides
-- which of those without lines comes first.
ALTER TABLE refunds
    ADD COLUMN line_positions smallint[],
    ADD COLUMN line_amounts bigint[],
    ADD COLUMN created_at timestamptz,
    ADD CONSTRAINT refunds_lines_check CHECK (
        cardinality(line_positions) IS NOT DISTINCT FROM cardinality(line_amounts));
GRANT UPDATE (line_positions, line_amounts, created_at) ON refunds TO latchkey_webhook, latchkey_reconcile;

-- Which lines the seller asked to refund: until Stripe's answer is here, nothing else may be made of the money.
ALTER TABLE refund_requests
    ADD COLUMN line_positions smallint[],
    ADD COLUMN line_amounts bigint[],
    ADD CONSTRAINT refund_requests_lines_check CHECK (
        cardinality(line_positions) IS NOT DISTINCT FROM cardinality(line_amounts));
GRANT SELECT (order_id, ended_at) ON refund_requests TO latchkey_webhook, latchkey_reconcile;

-- How much of each line went back. `named` is what refunds say of each line, `unnamed` the refunds that name no line, in
-- the order in which they were made. One of those belongs to the only line that is left, or else to the one set of lines
-- that it fits exactly; if it fits none or several, it belongs to no line. What goes back in full goes back of all.
CREATE FUNCTION refunds_by_line(totals bigint[], named bigint[], unnamed bigint[], refunded bigint) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    remains bigint[] := '{}';
    candidates integer[];
    sums bigint[];
    fitting bigint[];
    amount bigint;
    line integer;
BEGIN
    IF refunded >= (SELECT sum(t) FROM unnest(totals) t) THEN
        RETURN totals;
    END IF;
    FOR line IN 1 .. cardinality(totals) LOOP
        remains[line] := totals[line] - least(named[line], totals[line]);
    END LOOP;
    FOREACH amount IN ARRAY unnamed LOOP
        candidates := ARRAY(SELECT i FROM generate_subscripts(remains, 1) i WHERE remains[i] > 0 ORDER BY i);
        IF cardinality(candidates) = 1 THEN
            remains[candidates[1]] := remains[candidates[1]] - least(amount, remains[candidates[1]]);
        ELSIF cardinality(candidates) BETWEEN 2 AND 16 THEN
            -- The sum of each set of lines, at the set's number in binary.
            sums := '{0}';
            FOREACH line IN ARRAY candidates LOOP
                sums := sums || ARRAY(
                    SELECT s.total + remains[line] FROM unnest(sums) WITH ORDINALITY s (total, place) ORDER BY s.place);
            END LOOP;
            fitting := ARRAY(
                SELECT s.place - 1 FROM unnest(sums) WITH ORDINALITY s (total, place) WHERE s.total = amount LIMIT 2);
            IF cardinality(fitting) = 1 THEN
                FOR line IN 1 .. cardinality(candidates) LOOP
                    IF fitting[1] & (1::bigint << (line - 1)) <> 0 THEN
                        remains[candidates[line]] := 0;
                    END IF;
                END LOOP;
            END IF;
        END IF;
    END LOOP;
    RETURN ARRAY(SELECT totals[i] - remains[i] FROM generate_subscripts(totals, 1) i ORDER BY i);
END $$;
