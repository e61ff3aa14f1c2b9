-- What Stripe says of a payment after the sale, and the access that follows from it.
--
-- Facts are kept apart from orders, under the payment's ID, because they may arrive before the sale does. Each table
-- keeps the latest word on each thing, so that the order of arrival leaves no trace; the order's status and its
-- licenses' are computed from them under one lock for each payment.

-- How much of a payment went back, by the charge's own account: the largest amount that any event told.
CREATE TABLE refund_totals (
    stripe_payment_intent_id text PRIMARY KEY,
    amount bigint NOT NULL CHECK (amount >= 0)
);

CREATE TABLE refunds (
    stripe_refund_id text PRIMARY KEY,
    stripe_payment_intent_id text NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0),
    -- `failed` stands for canceled as well: no money went back.
    status text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
    stated_at timestamptz NOT NULL
);
CREATE INDEX refunds_payment_intent ON refunds (stripe_payment_intent_id);

CREATE TABLE disputes (
    stripe_dispute_id text PRIMARY KEY,
    stripe_payment_intent_id text NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'won', 'lost')),
    stated_at timestamptz NOT NULL
);
CREATE INDEX disputes_payment_intent ON disputes (stripe_payment_intent_id);

ALTER TABLE orders
    ADD COLUMN amount_refunded bigint NOT NULL DEFAULT 0 CHECK (amount_refunded >= 0),
    -- Why the last attempt to pay failed, in Stripe's word for programs; it decides nothing.
    ADD COLUMN last_payment_error text,
    ADD COLUMN last_payment_error_at timestamptz;

-- When the seller closed a license by hand; no event opens it again.
ALTER TABLE licenses ADD COLUMN held_at timestamptz;

ALTER TABLE emails
    DROP CONSTRAINT emails_kind_check,
    ADD CONSTRAINT emails_kind_check CHECK (kind IN (
        'receipt', 'resend', 'refund_confirmed', 'access_suspended', 'access_restored', 'payment_failed'));

-- From where it was done: a host, or what stands for a client's address.
ALTER TABLE audit_log ADD COLUMN origin text NOT NULL DEFAULT '';

GRANT SELECT, INSERT, UPDATE ON refund_totals, refunds, disputes TO latchkey_webhook;
GRANT SELECT ON refund_totals, refunds, disputes TO latchkey_orders;
GRANT UPDATE (status) ON licenses TO latchkey_webhook;
GRANT INSERT ON audit_log TO latchkey_webhook, latchkey_orders;
