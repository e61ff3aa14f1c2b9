-- What the order page and the "lost my e-mail" form need.

-- When a buyer last asked for the e-mails again: the limit of one request in ten minutes is a condition on this column,
-- so that of two requests at once one waits for the other's row and then finds it too young.
ALTER TABLE customers ADD COLUMN resend_queued_at timestamptz;

-- The order page makes the sale itself when it learns of a payment before the webhook does: the same rights.
GRANT SELECT, INSERT, UPDATE ON webhook_events, customers, orders, emails TO latchkey_orders;
GRANT SELECT, INSERT ON order_items, licenses, download_grants TO latchkey_orders;
