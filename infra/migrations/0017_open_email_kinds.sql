-- A kind of mail is known by the code that renders it, so that a new kind needs no migration. A mail of a kind that the
-- running version does not know fails and is tried again, like any mail that cannot be rendered.

ALTER DOMAIN email_kind DROP CONSTRAINT email_kind_check;
ALTER DOMAIN email_kind ADD CONSTRAINT email_kind_check CHECK (VALUE ~ '^[a-z]+(_[a-z]+)*$' AND length(VALUE) <= 40);
