-- The shop: what is sold, who bought it, what they hold, and what is still to be sent.
--
-- Every ID is a UUIDv7 made by the process that writes the row; Stripe's IDs stand in columns of their own. Money is in
-- the currency's minor unit. Status words are checked here, the rules between them are the statements' (one each).

CREATE TABLE shops (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    support_email text NOT NULL,
    sender text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE products (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL REFERENCES shops,
    slug text NOT NULL,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    key_prefix text NOT NULL,
    activation_limit integer NOT NULL CHECK (activation_limit > 0),
    download_limit integer NOT NULL CHECK (download_limit > 0),
    download_days integer NOT NULL CHECK (download_days BETWEEN 1 AND 365),
    allow_promotion_codes boolean NOT NULL DEFAULT false,
    automatic_tax boolean NOT NULL DEFAULT false,
    terms_consent boolean NOT NULL DEFAULT false,
    invoice_creation boolean NOT NULL DEFAULT false,
    active boolean NOT NULL DEFAULT true,
    UNIQUE (shop_id, slug),
    UNIQUE (shop_id, key_prefix)
);

CREATE TABLE prices (
    id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES products,
    stripe_price_id text NOT NULL UNIQUE,
    unit_amount bigint NOT NULL CHECK (unit_amount >= 0),
    currency text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    active boolean NOT NULL DEFAULT true
);
-- What a product costs has one answer.
CREATE UNIQUE INDEX prices_one_active ON prices (product_id) WHERE active;

CREATE TABLE releases (
    id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES products,
    version text NOT NULL,
    released_at timestamptz NOT NULL,
    UNIQUE (product_id, version)
);

CREATE TABLE artifacts (
    id uuid PRIMARY KEY,
    release_id uuid NOT NULL REFERENCES releases,
    platform text NOT NULL,
    file_name text NOT NULL,
    object_name text NOT NULL UNIQUE,
    size bigint NOT NULL CHECK (size >= 0),
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    UNIQUE (release_id, file_name)
);

CREATE TABLE customers (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL REFERENCES shops,
    email text NOT NULL,
    name text,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX customers_email ON customers (shop_id, lower(email));

CREATE TABLE orders (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL REFERENCES shops,
    customer_id uuid REFERENCES customers,
    status text NOT NULL CHECK (status IN (
        'pending', 'awaiting_payment', 'paid', 'failed', 'expired', 'refunded', 'partially_refunded', 'disputed', 'lost')),
    email text,
    currency text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    amount_total bigint NOT NULL CHECK (amount_total >= 0),
    stripe_session_id text UNIQUE,
    stripe_payment_intent_id text,
    livemode boolean NOT NULL,
    created_at timestamptz NOT NULL,
    paid_at timestamptz
);
CREATE INDEX orders_customer ON orders (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX orders_payment_intent ON orders (stripe_payment_intent_id) WHERE stripe_payment_intent_id IS NOT NULL;

CREATE TABLE order_items (
    order_id uuid NOT NULL REFERENCES orders,
    position smallint NOT NULL,
    product_id uuid NOT NULL REFERENCES products,
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_amount bigint NOT NULL CHECK (unit_amount >= 0),
    PRIMARY KEY (order_id, position)
);

-- The key itself is never stored: it is derived from the row's ID and the secret of its version.
CREATE TABLE licenses (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders,
    product_id uuid NOT NULL REFERENCES products,
    status text NOT NULL CHECK (status IN ('active', 'suspended', 'revoked')),
    key_version integer NOT NULL CHECK (key_version > 0),
    key_hash bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
    key_last_four text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX licenses_order ON licenses (order_id);

CREATE TABLE activations (
    id uuid PRIMARY KEY,
    license_id uuid NOT NULL REFERENCES licenses,
    machine_hash bytea NOT NULL,
    machine_name text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    deactivated_at timestamptz,
    UNIQUE (license_id, machine_hash)
);

CREATE TABLE download_grants (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders,
    expires_at timestamptz NOT NULL,
    max_uses integer NOT NULL CHECK (max_uses > 0),
    uses integer NOT NULL DEFAULT 0 CHECK (uses BETWEEN 0 AND max_uses),
    revoked_at timestamptz,
    created_at timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX download_grants_order ON download_grants (order_id);

-- The ledger of what Stripe told us: a repeat of an event finds its row and does nothing.
CREATE TABLE webhook_events (
    stripe_event_id text PRIMARY KEY,
    type text NOT NULL,
    status text NOT NULL CHECK (status IN ('processed', 'ignored', 'failed')),
    attempts integer NOT NULL DEFAULT 1,
    error text,
    api_version text,
    created_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    payload text COMPRESSION lz4
);
CREATE INDEX webhook_events_failed ON webhook_events (received_at) WHERE status = 'failed';

-- The outbox: what to render and for whom, never the rendered text.
CREATE TABLE emails (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders,
    kind text NOT NULL CHECK (kind IN ('receipt', 'resend')),
    locale text NOT NULL DEFAULT 'en',
    recipient text NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'sent', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    -- Not before this: a lease while somebody sends it, a pause after a failure.
    next_attempt_at timestamptz NOT NULL,
    last_error text,
    created_at timestamptz NOT NULL,
    sent_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX emails_due ON emails (next_attempt_at) WHERE status = 'pending';
CREATE INDEX emails_order ON emails (order_id);

-- Losing these in a crash costs nothing but a little leniency.
CREATE UNLOGGED TABLE rate_limits (
    key bytea PRIMARY KEY,
    theoretical_arrival timestamptz NOT NULL
);

CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    action text NOT NULL,
    order_id uuid,
    details jsonb NOT NULL DEFAULT '{}'
);

CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();
