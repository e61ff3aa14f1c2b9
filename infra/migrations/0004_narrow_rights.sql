-- Rights by column where a function changes only some: what it never writes it cannot be made to write.

-- The checkout opens orders and reads none back: no buyer's address, no amount.
REVOKE SELECT, UPDATE ON orders FROM latchkey_checkout;
GRANT SELECT (id, status, stripe_session_id), UPDATE (status, stripe_session_id) ON orders TO latchkey_checkout;

-- To whom a mail goes is decided once, when it is queued.
REVOKE UPDATE ON emails FROM latchkey_webhook, latchkey_orders, latchkey_email_retry;
GRANT UPDATE (status, attempts, next_attempt_at, last_error, sent_at) ON emails
    TO latchkey_webhook, latchkey_orders, latchkey_email_retry;

-- A customer's address is what orders are found by.
REVOKE UPDATE ON customers FROM latchkey_webhook, latchkey_orders;
GRANT UPDATE (name) ON customers TO latchkey_webhook, latchkey_orders;
GRANT UPDATE (resend_queued_at) ON customers TO latchkey_orders;

-- What Stripe said stays as it was said.
REVOKE UPDATE ON webhook_events FROM latchkey_webhook, latchkey_orders;
GRANT UPDATE (status, attempts, error) ON webhook_events TO latchkey_webhook, latchkey_orders;
