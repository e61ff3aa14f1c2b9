-- What the buyer was charged in a currency of their own, and got back: shown beside the order's amounts, which alone count.

ALTER TABLE orders ADD COLUMN presentment_amount bigint CHECK (presentment_amount >= 0),
    ADD COLUMN presentment_currency text,
    ADD CONSTRAINT orders_presentment CHECK ((presentment_amount IS NULL) = (presentment_currency IS NULL));
ALTER TABLE refunds ADD COLUMN presentment_amount bigint CHECK (presentment_amount >= 0),
    ADD COLUMN presentment_currency text,
    ADD CONSTRAINT refunds_presentment CHECK ((presentment_amount IS NULL) = (presentment_currency IS NULL));

GRANT UPDATE (presentment_amount, presentment_currency) ON orders TO latchkey_webhook, latchkey_orders, latchkey_reconcile;
GRANT UPDATE (presentment_amount, presentment_currency) ON refunds TO latchkey_webhook, latchkey_reconcile;
-- A mail about a refund in part tells what the buyer got back.
GRANT SELECT (stripe_payment_intent_id, status, amount, currency, presentment_amount, presentment_currency) ON refunds
    TO latchkey_email_retry;
