-- What the seller does by hand: money given back, keys replaced.

-- How often a license was given another key. It is a part of what the key is derived from once it is not 0.
ALTER TABLE licenses ADD COLUMN reissues integer NOT NULL DEFAULT 0 CHECK (reissues >= 0);

-- Refunds that the seller asks Stripe for. A row is here before Stripe is asked and ends with its answer, so that one
-- whose answer was lost is asked for again, and not a second one: the row's ID is in the call's idempotency key and in
-- the refund's metadata at Stripe.
CREATE TABLE refund_requests (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders,
    amount bigint NOT NULL CHECK (amount > 0),
    requested_at timestamptz NOT NULL,
    ended_at timestamptz,
    stripe_refund_id text UNIQUE,
    -- Why there is none, in Stripe's word for programs.
    failure text,
    CHECK ((ended_at IS NULL) = (stripe_refund_id IS NULL AND failure IS NULL))
);
-- One at a time for each order: the next begins when it is known what became of the last.
CREATE UNIQUE INDEX refund_requests_open ON refund_requests (order_id) WHERE ended_at IS NULL;

ALTER TABLE emails
    DROP CONSTRAINT emails_kind_check,
    ADD CONSTRAINT emails_kind_check CHECK (kind IN (
        'receipt', 'resend', 'refund_confirmed', 'access_suspended', 'access_restored', 'payment_failed',
        'address_changed', 'key_reissued'));
