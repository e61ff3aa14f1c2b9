-- One role for each function, with only the rights it uses. They cannot log in until the operator gives them a
-- password (locally the stack, in the cloud Terraform), which is no business of a migration.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['checkout', 'webhook', 'download', 'email_retry', 'orders'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', 'latchkey_' || name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- roles belong to the whole cluster; another database, or Terraform, made it
        END;
    END LOOP;
END $$;

GRANT SELECT ON shops, products, prices TO latchkey_checkout;
GRANT SELECT, INSERT, UPDATE ON orders TO latchkey_checkout;
GRANT INSERT ON order_items TO latchkey_checkout;

GRANT SELECT ON shops, products, prices, releases, artifacts TO latchkey_webhook;
GRANT SELECT, INSERT, UPDATE ON webhook_events, customers, orders, emails TO latchkey_webhook;
GRANT SELECT, INSERT ON order_items, licenses, download_grants TO latchkey_webhook;

GRANT SELECT ON shops, products, releases, artifacts, orders, order_items, licenses TO latchkey_download;
GRANT SELECT, UPDATE (uses) ON download_grants TO latchkey_download;

GRANT SELECT ON shops, products, prices, releases, artifacts, orders, order_items, licenses TO latchkey_email_retry;
GRANT SELECT, INSERT ON download_grants TO latchkey_email_retry;
GRANT SELECT, UPDATE ON emails TO latchkey_email_retry;

GRANT SELECT ON shops, products, prices, releases, artifacts, customers, orders, order_items, licenses TO latchkey_orders;
GRANT SELECT, INSERT ON download_grants, emails TO latchkey_orders;
