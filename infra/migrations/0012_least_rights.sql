-- Rights by column once more: what a function never reads it cannot be made to tell.

-- A download asks whether a license of the order is open; who bought, and for how much, it has no use for.
REVOKE SELECT ON orders, licenses FROM latchkey_download;
GRANT SELECT (order_id, status) ON licenses TO latchkey_download;

-- The hash of a key is for looking a key up, which none of these does.
REVOKE SELECT ON licenses FROM latchkey_webhook, latchkey_orders, latchkey_email_retry, latchkey_reconcile;
GRANT SELECT (id, order_id, status, key_version, reissues) ON licenses
    TO latchkey_webhook, latchkey_orders, latchkey_email_retry, latchkey_reconcile;
GRANT SELECT (held_at) ON licenses TO latchkey_webhook, latchkey_reconcile;
GRANT SELECT (created_at) ON licenses TO latchkey_reconcile;
GRANT SELECT (key_last_four) ON licenses TO latchkey_orders;

-- What Stripe said word for word names every buyer; reconcile alone reads it again.
REVOKE SELECT ON webhook_events FROM latchkey_webhook, latchkey_orders;
GRANT SELECT (stripe_event_id, status, attempts, error) ON webhook_events TO latchkey_webhook, latchkey_orders;

-- Where and when an order was placed is not among what news of it change, nor is what the buyer put right.
REVOKE UPDATE ON orders FROM latchkey_webhook, latchkey_reconcile;
GRANT UPDATE (status, customer_id, email, currency, amount_total, stripe_session_id, stripe_payment_intent_id, livemode,
    paid_at, amount_refunded, last_payment_error, last_payment_error_at) ON orders TO latchkey_webhook, latchkey_reconcile;

-- A refund or dispute is never another payment's.
REVOKE UPDATE ON refund_totals, refunds, disputes FROM latchkey_webhook, latchkey_reconcile;
GRANT UPDATE (amount) ON refund_totals TO latchkey_webhook, latchkey_reconcile;
GRANT UPDATE (amount, status, stated_at) ON refunds TO latchkey_webhook, latchkey_reconcile;
GRANT UPDATE (status, stated_at) ON disputes TO latchkey_webhook, latchkey_reconcile;
