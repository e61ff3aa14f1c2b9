-- A charge's refunded total goes down again when a refund fails, so it counts as of the second in which Stripe stated it:
-- only refunds that failed since are missing from it. Until now the largest total counted, less all failed refunds; an
-- existing total keeps that meaning until the next one arrives.

ALTER TABLE refund_totals
    ADD COLUMN stated_at timestamptz NOT NULL DEFAULT '-infinity',
    -- How many events stated this total in this second: a second one means that a refund failed in between.
    ADD COLUMN times smallint NOT NULL DEFAULT 1 CHECK (times > 0);

GRANT UPDATE (stated_at, times) ON refund_totals TO latchkey_webhook, latchkey_reconcile;
