-- A wrong address is put right on the order's page, and a lost e-mail is asked for without anybody learning who bought.

ALTER TABLE orders
    -- When somebody last put the address right; what Stripe says of it later does not count any more.
    ADD COLUMN email_corrected_at timestamptz,
    -- How often the buyer did that; the seller's own corrections do not count.
    ADD COLUMN email_corrections smallint NOT NULL DEFAULT 0 CHECK (email_corrections >= 0);

ALTER TABLE emails
    DROP CONSTRAINT emails_kind_check,
    ADD CONSTRAINT emails_kind_check CHECK (kind IN (
        'receipt', 'resend', 'refund_confirmed', 'access_suspended', 'access_restored', 'payment_failed',
        'address_changed'));

-- Who asked for their e-mails again: every address that somebody enters, whether or not it bought anything. A row lives
-- until the next round of email-retry, which alone looks the address up.
CREATE TABLE resend_requests (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    requested_at timestamptz NOT NULL
);

-- The order page's function: it asks, and does not look.
GRANT INSERT ON resend_requests TO latchkey_orders;
REVOKE UPDATE (resend_queued_at) ON customers FROM latchkey_orders;
-- It makes sales and corrects addresses; what was ordered, where and when is not among what it changes.
REVOKE UPDATE ON orders FROM latchkey_orders;
GRANT UPDATE (status, customer_id, email, currency, amount_total, stripe_session_id, stripe_payment_intent_id, livemode,
    paid_at, amount_refunded, email_corrected_at, email_corrections) ON orders TO latchkey_orders;
-- Links that went to a wrong address stop working.
GRANT UPDATE (revoked_at) ON download_grants TO latchkey_orders;

GRANT SELECT, DELETE ON resend_requests TO latchkey_email_retry;
GRANT SELECT (id, shop_id, email, resend_queued_at), UPDATE (resend_queued_at) ON customers TO latchkey_email_retry;
GRANT INSERT (id, order_id, kind, recipient, status, attempts, next_attempt_at, created_at) ON emails
    TO latchkey_email_retry;
