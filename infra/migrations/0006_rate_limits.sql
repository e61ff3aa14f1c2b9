-- Rate limits: who may count, and what the counting relies on.

-- A statement that finds its place taken by another gives the row a time that this refuses, and so ends without having
-- counted or written anything. The name is what the functions know it by.
ALTER TABLE rate_limits ADD CONSTRAINT rate_limits_finite CHECK (isfinite(theoretical_arrival));
-- Every request changes a row or two in place; there is no index on the time, so that these changes touch none.
ALTER TABLE rate_limits SET (
    fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.1
);

GRANT SELECT, INSERT, UPDATE (theoretical_arrival) ON rate_limits
    TO latchkey_checkout, latchkey_webhook, latchkey_download, latchkey_orders;
-- Removing what is over passes by rows in use, which takes the right to lock them.
GRANT SELECT, DELETE, UPDATE (theoretical_arrival) ON rate_limits TO latchkey_email_retry;
