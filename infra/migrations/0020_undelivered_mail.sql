-- The outbox is held when refusals speak of the sender and not of a mailbox: then the mails wait, and one at a time
-- probes whether the mail server accepts mail again. One mail server serves all, so there is one row.
CREATE TABLE outbox_hold (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    -- The mails refused since the last one that was accepted.
    refused uuid[] NOT NULL DEFAULT '{}',
    -- While it is held: since when and why, and when the next mail may probe.
    held_since timestamptz,
    reason text,
    next_probe_at timestamptz,
    CHECK (num_nonnulls(held_since, reason, next_probe_at) IN (0, 3))
);
INSERT INTO outbox_hold DEFAULT VALUES;

-- A mail that was refused, held and released with the others: if it is refused again while others are accepted, that
-- is its own fault and holds nothing.
ALTER TABLE emails ADD COLUMN released boolean NOT NULL DEFAULT false;

GRANT SELECT, UPDATE (refused, held_since, reason, next_probe_at) ON outbox_hold
    TO latchkey_webhook, latchkey_orders, latchkey_email_retry, latchkey_reconcile;
GRANT UPDATE (released) ON emails TO latchkey_webhook, latchkey_orders, latchkey_email_retry, latchkey_reconcile;
GRANT SELECT (released) ON emails TO latchkey_webhook, latchkey_orders, latchkey_email_retry, latchkey_reconcile;

-- What a buyer gave as their address at the payment, if no mail can go there: for the seller to read.
ALTER TABLE orders ADD COLUMN stated_email text;
GRANT UPDATE (stated_email) ON orders TO latchkey_webhook, latchkey_orders, latchkey_reconcile;
