-- What reconcile remembers, what it looks for, and what its role may do.

-- From when on each of Stripe's lists is read next: everything before is dealt with.
CREATE TABLE reconcile_marks (
    name text PRIMARY KEY,
    through timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- How the ledger came to an event: Stripe delivered it, or we asked. An endpoint that nobody reaches any more shows in
-- the absence of the first kind alone.
ALTER TABLE webhook_events ADD COLUMN source text NOT NULL DEFAULT 'delivered' CHECK (source IN ('delivered', 'asked'));
CREATE INDEX webhook_events_delivered ON webhook_events (received_at) WHERE source = 'delivered';
-- Events that a version of ours passed over because it had no use for their kind yet.
CREATE INDEX webhook_events_unused ON webhook_events (type) WHERE status = 'ignored' AND error = 'not used';

-- What is asked for again and again until it is settled; there are few of each.
CREATE INDEX orders_paid ON orders (paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX orders_awaiting ON orders (created_at) WHERE status = 'awaiting_payment';
CREATE INDEX refunds_pending ON refunds (stated_at) WHERE status = 'pending';
CREATE INDEX disputes_open ON disputes (stated_at) WHERE status = 'open';

DO $$
BEGIN
    CREATE ROLE latchkey_reconcile NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- roles belong to the whole cluster; another database, or Terraform, made it
END $$;

-- What the webhook may, since it does the webhook's work.
GRANT SELECT ON shops, products, prices, releases, artifacts TO latchkey_reconcile;
GRANT SELECT, INSERT ON webhook_events, customers, emails, order_items, licenses, download_grants TO latchkey_reconcile;
GRANT SELECT, INSERT, UPDATE ON orders, refund_totals, refunds, disputes TO latchkey_reconcile;
GRANT UPDATE (status, attempts, error) ON webhook_events TO latchkey_reconcile;
GRANT UPDATE (name) ON customers TO latchkey_reconcile;
GRANT UPDATE (status, attempts, next_attempt_at, last_error, sent_at) ON emails TO latchkey_reconcile;
GRANT UPDATE (status) ON licenses TO latchkey_reconcile;
GRANT INSERT (at, actor, action, order_id, details, origin) ON audit_log TO latchkey_reconcile;
-- And what is its own.
GRANT SELECT, INSERT, UPDATE (through, updated_at) ON reconcile_marks TO latchkey_reconcile;
