-- Rights by row and by transition: what a role may change depends on what the row says, not on its columns alone.
--
-- While this is applied, functions of the version before run on:
--   checkout   begins orders as before: for that it needs SELECT (id) on orders, and INSERT on order_items if it is of
--              the time of that view. That it records the session, or that there is none, is refused from here on: it
--              logs a warning and sells all the same, because the session names its order, which then has its session
--              from the webhook. A later migration takes SELECT (id) and the view away.
--   others     no statement of any version makes a change that is refused here.
--
-- Transitions hold for every role, those of later functions too, except for the tables' owner (and with it for the
-- seller's command, for people who repair rows, and for SECURITY DEFINER functions). A restore inserts rows and changes
-- none.

-- --- checkout: begins orders, and hands each to Stripe once ---------------------------------------------------------

REVOKE ALL ON orders, order_lines, order_items FROM latchkey_checkout;
REVOKE SELECT (id, status, stripe_session_id), UPDATE (status, stripe_session_id) ON orders FROM latchkey_checkout;
GRANT INSERT (id, shop_id, status, email, currency, amount_total, livemode, created_at), SELECT (id) ON orders
    TO latchkey_checkout;
GRANT INSERT (order_id, position, product_id, stripe_price_id, quantity, unit_amount, amount_total) ON order_lines
    TO latchkey_checkout;
-- The view of the version before checks its caller's rights, as the table does.
ALTER VIEW order_items SET (security_invoker = true);
GRANT INSERT ON order_items TO latchkey_checkout;

-- Every role sees all rows of what it was granted, except where a restrictive policy names it.
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON orders USING (true);
CREATE POLICY checkout_begins ON orders AS RESTRICTIVE TO latchkey_checkout
    USING (status = 'pending' AND stripe_session_id IS NULL);

-- Whether lines may be added to an order. Volatile, so that it sees the order that the same statement inserts.
CREATE FUNCTION order_is_begun(order_id uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM public.orders o WHERE o.id = $1 AND o.status = 'pending' AND o.stripe_session_id IS NULL);
END $$;
REVOKE EXECUTE ON FUNCTION order_is_begun(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION order_is_begun(uuid) TO latchkey_checkout;

ALTER TABLE order_lines ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON order_lines USING (true);
CREATE POLICY checkout_begins ON order_lines AS RESTRICTIVE TO latchkey_checkout USING (order_is_begun(order_id));

-- Records the session that a pending order is paid through; the webhook may have been quicker. Returns whether
-- this did. In PL/pgSQL, which keeps its plans for the connection.
CREATE FUNCTION attach_session(order_id uuid, session text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.orders o SET stripe_session_id = $2
    WHERE o.id = $1 AND o.status = 'pending' AND o.stripe_session_id IS NULL;
    RETURN FOUND;
END $$;

-- Records that no payment page could be opened for a pending order. Returns whether this did.
CREATE FUNCTION abandon_order(order_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.orders o SET status = 'failed'
    WHERE o.id = $1 AND o.status = 'pending' AND o.stripe_session_id IS NULL;
    RETURN FOUND;
END $$;
REVOKE EXECUTE ON FUNCTION attach_session(uuid, text), abandon_order(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION attach_session(uuid, text), abandon_order(uuid) TO latchkey_checkout;

-- A session opens the order's page, which shows the keys for a day: email-retry has no use for it.
REVOKE SELECT ON orders FROM latchkey_email_retry;
GRANT SELECT (id, shop_id, customer_id, number, status, email, currency, amount_total, amount_refunded, created_at,
    paid_at, stripe_payment_intent_id, presentment_amount, presentment_currency) ON orders TO latchkey_email_retry;

-- --- transitions that no function makes -----------------------------------------------------------------------------

-- Refuses a change unless the tables' owner makes it; the trigger's condition says which change.
CREATE FUNCTION refuse_transition() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF pg_has_role(current_user, (SELECT c.relowner FROM pg_class c WHERE c.oid = TG_RELID), 'MEMBER') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% refuses this change of %', TG_NAME, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- A session is an order's for good. What was paid stays as it was paid, and an order that was paid is never unpaid
-- again; its status moves with what Stripe says of the payment, which `orders` does not process. The address of a paid
-- order changes by a correction alone, which is counted.
CREATE FUNCTION keep_order() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    settles boolean;
BEGIN
    IF pg_has_role(current_user, (SELECT c.relowner FROM pg_class c WHERE c.oid = TG_RELID), 'MEMBER') THEN
        RETURN NEW;
    END IF;
    settles := pg_has_role(current_user, 'latchkey_webhook', 'MEMBER')
        OR pg_has_role(current_user, 'latchkey_reconcile', 'MEMBER');
    IF OLD.stripe_session_id IS NOT NULL AND NEW.stripe_session_id IS DISTINCT FROM OLD.stripe_session_id
        OR OLD.paid_at IS NOT NULL AND (
            (NEW.paid_at, NEW.currency, NEW.amount_total, NEW.stripe_session_id, NEW.stripe_payment_intent_id, NEW.livemode)
                IS DISTINCT FROM
            (OLD.paid_at, OLD.currency, OLD.amount_total, OLD.stripe_session_id, OLD.stripe_payment_intent_id, OLD.livemode)
            OR NEW.status NOT IN ('paid', 'partially_refunded', 'refunded', 'disputed', 'lost')
            OR (NEW.status, NEW.amount_refunded) IS DISTINCT FROM (OLD.status, OLD.amount_refunded) AND NOT settles
            OR (NEW.email, NEW.customer_id) IS DISTINCT FROM (OLD.email, OLD.customer_id)
                AND NEW.email_corrections <= OLD.email_corrections
            OR NEW.email_corrections < OLD.email_corrections)
    THEN
        RAISE EXCEPTION '% refuses this change of %', TG_NAME, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

-- The conditions are short: Postgres reads them back from their stored text for each statement.
CREATE TRIGGER orders_keep BEFORE UPDATE ON orders FOR EACH ROW
    WHEN (OLD.paid_at IS NOT NULL
        OR OLD.stripe_session_id IS NOT NULL AND NEW.stripe_session_id IS DISTINCT FROM OLD.stripe_session_id)
    EXECUTE FUNCTION keep_order();

-- Its number too, for every role but the owner, as with what else is refused.
DROP TRIGGER orders_number_kept ON orders;
DROP FUNCTION order_number_is_given();
CREATE TRIGGER orders_number_kept BEFORE UPDATE ON orders FOR EACH ROW
    WHEN (OLD.number IS NOT NULL AND NEW.number IS DISTINCT FROM OLD.number) EXECUTE FUNCTION refuse_transition();

-- So do its lines, of which only what went back moves. Stable, so that it sees the order as it was before the statement
-- that makes the sale, which writes what was paid into the lines.
CREATE FUNCTION keep_line() RETURNS trigger
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.orders o WHERE o.id = OLD.order_id AND o.paid_at IS NOT NULL)
        AND NOT pg_has_role(current_user, (SELECT c.relowner FROM pg_class c WHERE c.oid = TG_RELID), 'MEMBER')
        AND ((to_jsonb(NEW) - 'amount_refunded') <> (to_jsonb(OLD) - 'amount_refunded')
            OR NOT pg_has_role(current_user, 'latchkey_webhook', 'MEMBER')
                AND NOT pg_has_role(current_user, 'latchkey_reconcile', 'MEMBER'))
    THEN
        RAISE EXCEPTION '% refuses this change of %', TG_NAME, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER order_lines_keep BEFORE UPDATE ON order_lines FOR EACH ROW
    WHEN (NEW.* IS DISTINCT FROM OLD.*) EXECUTE FUNCTION keep_line();

-- A license that the seller revoked by hand is the seller's to release.
CREATE TRIGGER licenses_held BEFORE UPDATE ON licenses FOR EACH ROW
    WHEN (OLD.held_at IS NOT NULL) EXECUTE FUNCTION refuse_transition();

-- A use that was counted stays counted, a new one begins with its count, and a link that was revoked stays revoked.
CREATE TRIGGER download_grants_used BEFORE UPDATE ON download_grants FOR EACH ROW
    WHEN (NEW.uses < OLD.uses OR NEW.uses = OLD.uses AND NEW.file_uses <> OLD.file_uses)
    EXECUTE FUNCTION refuse_transition();
CREATE TRIGGER download_grants_revoked BEFORE UPDATE ON download_grants FOR EACH ROW
    WHEN (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
    EXECUTE FUNCTION refuse_transition();

-- --- what every role has besides its tables -------------------------------------------------------------------------

-- Nobody needs temporary tables or large objects, which fill the disk, or tables of their own. Only a superuser may take
-- the functions that make large objects away; where the owner is none, as in the cloud, the roles keep them.
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC', current_database());
    IF (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) THEN
        REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;
    END IF;
END $$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
