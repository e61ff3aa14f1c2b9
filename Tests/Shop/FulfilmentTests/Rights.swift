import Testing

/// What each role may do to each table: capital letters for all columns, small ones for some.
///
/// S select, I insert, U update, D delete. A table without an entry, and a role with a right that is not here, fail a
/// test: add the row, and to `forbidden` what must not be possible with it.
let tableRights = [
    "activations": "", "audit_seals": "",
    "artifacts": "download S, email_retry S, orders S, reconcile S, webhook S",
    "audit_log": "orders i, reconcile i, webhook i",
    "customers": "email_retry su, orders SIu, reconcile SIu, webhook SIu",
    "disputes": "orders S, reconcile SIu, webhook SIu",
    "download_grants": "download Su, email_retry SI, orders SIu, reconcile SI, webhook SI",
    "emails": "email_retry Siu, orders SIu, reconcile SIu, webhook SIu",
    "licenses": "download s, email_retry s, orders sI, reconcile sIu, webhook sIu",
    "order_items": "checkout I, download S, email_retry S, orders SI, reconcile SI, webhook SI",
    "order_lines": "checkout i, download S, email_retry S, orders SIu, reconcile SIu, webhook SIu",
    "order_numbers": "", "orders": "checkout si, email_retry s, orders SIu, reconcile SIu, webhook SIu",
    "outbox_hold": "email_retry Su, orders Su, reconcile Su, webhook Su",
    "prices": "checkout S, email_retry S, orders S, reconcile S, webhook S",
    "products": "checkout S, download S, email_retry S, orders S, reconcile S, webhook S",
    "rate_limits": "checkout SIu, download SIu, email_retry SuD, orders SIu, webhook SIu",
    "reconcile_marks": "reconcile SIu", "refund_requests": "reconcile s, webhook s",
    "refund_totals": "orders S, reconcile SIu, webhook SIu",
    "refunds": "email_retry s, orders S, reconcile SIu, webhook SIu",
    "releases": "download S, email_retry S, orders S, reconcile S, webhook S",
    "resend_requests": "email_retry SD, orders I",
    "shops": "checkout S, download S, email_retry S, orders S, reconcile S, webhook S",
    "webhook_events": "orders sIu, reconcile SIu, webhook sIu",
]

/// The functions of the database that run with the owner's rights, and the roles that may call them.
let ownerFunctions = [
    "abandon_order": "checkout", "attach_session": "checkout", "audit_seal": "reconcile",
    "forget_unpaid_orders": "reconcile", "order_is_begun": "checkout", "resend_queue_has_room": "orders",
    "take_order_number": "", "trim_event_payloads": "reconcile",
]

/// Every role of a function.
let roles = ["checkout", "download", "email_retry", "orders", "reconcile", "webhook"]

/// A change that roles try in vain.
struct Attempt: CustomTestStringConvertible {
    let intent: String
    let sql: String
    /// The roles whose functions do this.
    var except: [String] = []

    var testDescription: String { intent }
}

/// What no role may do to the rows of `RightsShop`.
let forbidden: [Attempt] =
    ["pending", "awaiting_payment", "failed", "expired"].map { status in
        Attempt(
            intent: "move a paid order back to \(status)",
            sql: "UPDATE orders SET status = '\(status)' WHERE stripe_session_id = 'cs_paid'")
    }
    + ["paid", "refunded", "disputed", "lost"].flatMap { status in
        ["pending", "expired"].map { target in
            Attempt(
                intent: "move an order that is \(status) back to \(target)",
                sql: "UPDATE orders SET status = '\(target)' WHERE stripe_session_id = 'cs_\(status)'")
        }
    }
    + paidOrders + sessions + access + surroundings

private let paidOrders = [
    Attempt(
        intent: "move a paid order back by inserting it again",
        sql: """
            INSERT INTO orders (id, shop_id, status, currency, amount_total, livemode, created_at)
            SELECT paid_order(), id, 'pending', 'usd', 1, false, now() FROM shops
            ON CONFLICT (id) DO UPDATE SET status = 'pending'
            """),
    Attempt(
        intent: "move a paid order back by a merge",
        sql: """
            MERGE INTO orders o USING shops s ON o.id = paid_order() AND o.shop_id = s.id
            WHEN MATCHED THEN UPDATE SET status = 'expired'
            """),
    Attempt(
        intent: "move every order back at once",
        sql: "UPDATE orders SET status = 'pending'"),
    Attempt(
        intent: "unpay an order, then move it back",
        sql: """
            UPDATE orders SET paid_at = NULL WHERE id = paid_order();
            UPDATE orders SET status = 'pending' WHERE id = paid_order()
            """),
    Attempt(
        intent: "open a paid order's windows anew",
        sql: "UPDATE orders SET paid_at = now() + interval '1 day' WHERE id = paid_order()"),
    Attempt(
        intent: "give a paid order another payment",
        sql: "UPDATE orders SET stripe_payment_intent_id = 'pi_mine' WHERE id = paid_order()"),
    Attempt(
        intent: "take a paid order's payment away",
        sql: "UPDATE orders SET stripe_payment_intent_id = NULL WHERE id = paid_order()"),
    Attempt(
        intent: "give a paid order another number", sql: "UPDATE orders SET number = 7 WHERE id = paid_order()"),
    Attempt(
        intent: "give the next orders numbers again", sql: "UPDATE order_numbers SET last = 0"),
    Attempt(
        intent: "change what was paid", sql: "UPDATE orders SET amount_total = 1 WHERE id = paid_order()"),
    Attempt(
        intent: "change what was paid in", sql: "UPDATE orders SET currency = 'jpy' WHERE id = paid_order()"),
    Attempt(
        intent: "make a test of a paid order",
        sql: "UPDATE orders SET livemode = NOT livemode WHERE id = paid_order()"),
    Attempt(
        intent: "change a paid order's status without an event of Stripe's",
        sql: "UPDATE orders SET status = 'refunded' WHERE id = paid_order()", except: ["webhook", "reconcile"]),
    Attempt(
        intent: "open a refunded order again",
        sql: "UPDATE orders SET status = 'paid' WHERE stripe_session_id = 'cs_refunded'",
        except: ["webhook", "reconcile"]),
    Attempt(
        intent: "change how much went back",
        sql: "UPDATE orders SET amount_refunded = 4900 WHERE id = paid_order()", except: ["webhook", "reconcile"]),
    Attempt(
        intent: "send a paid order's mail elsewhere uncounted",
        sql: "UPDATE orders SET email = 'thief@evil.example' WHERE id = paid_order()"),
    Attempt(
        intent: "give a paid order to another customer uncounted",
        sql: "UPDATE orders SET customer_id = NULL WHERE id = paid_order()"),
    Attempt(
        intent: "count corrections back",
        sql: "UPDATE orders SET email_corrections = 0 WHERE stripe_session_id = 'cs_corrected'"),
    Attempt(
        intent: "change what a paid order's line is of",
        sql: "UPDATE order_lines SET description = 'Another' WHERE order_id = paid_order()"),
    Attempt(
        intent: "change what a line cost, and what went back of it",
        sql: "UPDATE order_lines SET amount_total = 1, amount_refunded = 1 WHERE order_id = paid_order()"),
    Attempt(
        intent: "change how much of a line went back",
        sql: "UPDATE order_lines SET amount_refunded = 4900 WHERE order_id = paid_order()",
        except: ["webhook", "reconcile"]),
    Attempt(intent: "delete an order", sql: "DELETE FROM orders WHERE id = paid_order()"),
]

private let sessions = [
    Attempt(
        intent: "give a paid order another session",
        sql: "UPDATE orders SET stripe_session_id = 'cs_mine' WHERE id = paid_order()"),
    Attempt(
        intent: "give an order that Stripe has another session",
        sql: "UPDATE orders SET stripe_session_id = 'cs_mine' WHERE stripe_session_id = 'cs_pending'"),
    Attempt(
        intent: "take a session away",
        sql: "UPDATE orders SET stripe_session_id = NULL WHERE stripe_session_id = 'cs_pending'"),
    Attempt(
        intent: "take a session away and give another",
        sql: """
            UPDATE orders SET stripe_session_id = NULL WHERE stripe_session_id = 'cs_pending';
            UPDATE orders SET stripe_session_id = 'cs_' || id WHERE stripe_session_id IS NULL
            """),
    Attempt(
        intent: "give an order the likeness of another's session",
        sql: """
            UPDATE orders o SET stripe_session_id = other.stripe_session_id || '_' FROM orders other
            WHERE o.stripe_session_id = 'cs_pending' AND other.stripe_session_id = 'cs_paid'
            """),
]

private let access = [
    Attempt(
        intent: "revive a license that was revoked by hand",
        sql: "UPDATE licenses SET status = 'active' WHERE order_id = held_order()"),
    Attempt(
        intent: "suspend a license that was revoked by hand",
        sql: "UPDATE licenses SET status = 'suspended' WHERE order_id = held_order()"),
    Attempt(
        intent: "release a license that was revoked by hand",
        sql: "UPDATE licenses SET status = 'active', held_at = NULL WHERE order_id = held_order()"),
    Attempt(intent: "revive every license", sql: "UPDATE licenses SET status = 'active'"),
    Attempt(intent: "delete a license", sql: "DELETE FROM licenses"),
    Attempt(intent: "give a used link its uses back", sql: "UPDATE download_grants SET uses = 0 WHERE uses > 0"),
    Attempt(intent: "take one use back", sql: "UPDATE download_grants SET uses = uses - 1 WHERE uses > 0"),
    Attempt(
        intent: "begin a use that is not counted",
        sql: "UPDATE download_grants SET file_uses = jsonb_build_object('GenX-1.0.0.zip', '2999-01-01T00:00:00Z')"),
    Attempt(
        intent: "lengthen a use that is under way",
        sql:
            "UPDATE download_grants SET file_uses = file_uses || '{\"a.zip\": \"2999-01-01T00:00:00Z\"}' WHERE uses > 0"
    ),
    Attempt(
        intent: "forget a use that is under way", sql: "UPDATE download_grants SET file_uses = '{}' WHERE uses > 0"),
    Attempt(
        intent: "take back that a link was revoked",
        sql: "UPDATE download_grants SET revoked_at = NULL WHERE order_id = held_order()"),
    Attempt(
        intent: "postpone that a link was revoked",
        sql: "UPDATE download_grants SET revoked_at = 'infinity' WHERE order_id = held_order()"),
    Attempt(intent: "lengthen a link", sql: "UPDATE download_grants SET expires_at = 'infinity'"),
    Attempt(intent: "raise a link's limit", sql: "UPDATE download_grants SET max_uses = 1000"),
    Attempt(intent: "delete a link", sql: "DELETE FROM download_grants"),
]

private let surroundings = [
    Attempt(intent: "make a temporary table", sql: "CREATE TEMPORARY TABLE t (x integer)"),
    Attempt(intent: "make a temporary table of what it sees", sql: "SELECT id INTO TEMPORARY t FROM shops"),
    Attempt(
        intent: "make a temporary function", sql: "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    Attempt(intent: "make a table", sql: "CREATE TABLE public.t (x integer)"),
    Attempt(intent: "make a schema", sql: "CREATE SCHEMA evil"),
    Attempt(intent: "make a large object", sql: "SELECT lo_create(0)"),
    Attempt(intent: "make a large object by its mode", sql: "SELECT lo_creat(-1)"),
    Attempt(intent: "make a large object of bytes", sql: "SELECT lo_from_bytea(0, 'x')"),
    Attempt(intent: "make a large object of a file", sql: "SELECT lo_import('/etc/hostname')"),
    Attempt(intent: "run a program", sql: "COPY shops TO PROGRAM 'true'"),
    Attempt(intent: "read a file", sql: "SELECT pg_read_file('/etc/hostname')"),
    Attempt(intent: "switch triggers off for itself", sql: "SET session_replication_role = replica"),
    Attempt(intent: "switch a trigger off", sql: "ALTER TABLE orders DISABLE TRIGGER orders_keep"),
    Attempt(intent: "drop a trigger", sql: "DROP TRIGGER licenses_held ON licenses"),
    Attempt(intent: "switch row security off", sql: "ALTER TABLE orders DISABLE ROW LEVEL SECURITY"),
    Attempt(intent: "drop a policy", sql: "DROP POLICY checkout_begins ON orders"),
    Attempt(intent: "add a policy", sql: "CREATE POLICY mine ON orders USING (true)"),
    Attempt(
        intent: "replace a function of the owner's",
        sql: """
            CREATE OR REPLACE FUNCTION keep_order() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'
            """),
    Attempt(intent: "become the owner", sql: "SET ROLE postgres"),
    Attempt(intent: "act for the owner", sql: "SET SESSION AUTHORIZATION postgres"),
    Attempt(intent: "become another function", sql: "SET ROLE latchkey_webhook", except: ["webhook"]),
    Attempt(intent: "give itself another function's rights", sql: "GRANT latchkey_webhook TO CURRENT_USER"),
    Attempt(intent: "make a role", sql: "CREATE ROLE mine"),
    Attempt(intent: "change its function's role", sql: "ALTER ROLE latchkey_orders SET statement_timeout = 1"),
    Attempt(
        intent: "change settings of every login",
        sql: "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = 64', current_database()); END $$"),
]
