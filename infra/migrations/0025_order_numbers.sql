-- People speak of an order by its number: short, per shop, given in order of payment. It opens nothing. The first is 10001,
-- so that no number looks like the last four symbols of a license key.

ALTER TABLE orders ADD COLUMN number bigint CHECK (number > 0);

CREATE TABLE order_numbers (
    shop_id uuid PRIMARY KEY REFERENCES shops (id),
    last bigint NOT NULL
);

UPDATE orders o SET number = numbered.number FROM (
    SELECT id, 10000 + row_number() OVER (PARTITION BY shop_id ORDER BY paid_at, id) AS number
    FROM orders WHERE paid_at IS NOT NULL
) numbered WHERE numbered.id = o.id;
INSERT INTO order_numbers (shop_id, last)
SELECT shop_id, max(number) FROM orders WHERE number IS NOT NULL GROUP BY shop_id;

CREATE UNIQUE INDEX orders_number ON orders (shop_id, number);

-- The sale of an older release gets its number too. No role can take one, or change one, by itself. Of an INSERT that ends
-- as an UPDATE of the order, the update must use the number that the insertion took; else it takes another, which leaves
-- a gap.
CREATE FUNCTION take_order_number() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.order_numbers AS known (shop_id, last) VALUES (NEW.shop_id, 10001)
    ON CONFLICT (shop_id) DO UPDATE SET last = known.last + 1
    RETURNING last INTO NEW.number;
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION take_order_number() FROM PUBLIC;
CREATE TRIGGER orders_number_taken BEFORE INSERT OR UPDATE ON orders
    FOR EACH ROW WHEN (NEW.paid_at IS NOT NULL AND NEW.number IS NULL) EXECUTE FUNCTION take_order_number();

CREATE FUNCTION order_number_is_given() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'an order keeps its number' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER orders_number_kept BEFORE UPDATE ON orders
    FOR EACH ROW WHEN (NEW.number IS DISTINCT FROM OLD.number AND OLD.number IS NOT NULL)
    EXECUTE FUNCTION order_number_is_given();

GRANT UPDATE (number) ON orders TO latchkey_webhook, latchkey_orders, latchkey_reconcile;
