-- The queue of lost e-mails is bounded, and an address that waits in it does not wait there twice.

DELETE FROM resend_requests later USING resend_requests earlier
WHERE lower(later.email) = lower(earlier.email) AND later.id > earlier.id;

CREATE UNIQUE INDEX resend_requests_email ON resend_requests (lower(email));

-- The order page's function may ask whether there is room, and sees nothing else of the queue. email-retry takes 1,000 a
-- minute. What is in the queue is read only as far as the bound.
CREATE FUNCTION resend_queue_has_room() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM public.resend_requests OFFSET 19999)
$$;

REVOKE EXECUTE ON FUNCTION resend_queue_has_room() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION resend_queue_has_room() TO latchkey_orders;
