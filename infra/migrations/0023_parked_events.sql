-- An event that our rules refuse for good is parked: it is kept with its reason, raises an alert once, and is tried again
-- by a person only.

ALTER DOMAIN event_status DROP CONSTRAINT event_status_check;
ALTER DOMAIN event_status ADD CONSTRAINT event_status_check
    CHECK (VALUE IN ('processed', 'ignored', 'failed', 'parked'));

-- The object that a parked event is about: the same object read from a list raises no second alert.
ALTER TABLE webhook_events ADD COLUMN subject text;
CREATE INDEX webhook_events_parked ON webhook_events (received_at) WHERE status = 'parked';
GRANT SELECT (subject), UPDATE (subject) ON webhook_events TO latchkey_webhook, latchkey_orders, latchkey_reconcile;

-- What Stripe says of a payment after the sale has a currency, and counts only if it is the order's. Rows without one are
-- of the time before. `event` is the ledger's entry that told it.
ALTER TABLE refund_totals ADD COLUMN currency text, ADD COLUMN event text;
ALTER TABLE refunds ADD COLUMN currency text, ADD COLUMN event text;
ALTER TABLE disputes ADD COLUMN currency text, ADD COLUMN event text;
GRANT UPDATE (currency, event) ON refund_totals, refunds, disputes TO latchkey_webhook, latchkey_reconcile;
