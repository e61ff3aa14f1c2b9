"""What must be true of a shop after any fault: one line for each thing that is not."""

import base64
import collections
import uuid

HALF_DONE = {
    "a paid order without its licenses": """
        SELECT o.id FROM orders o LEFT JOIN licenses l ON l.order_id = o.id LEFT JOIN order_lines i ON i.order_id = o.id
        WHERE o.status = 'paid' GROUP BY o.id, i.quantity HAVING count(l.id) IS DISTINCT FROM i.quantity""",
    "a paid order without a grant": """
        SELECT id FROM orders o WHERE status = 'paid'
        AND NOT EXISTS (SELECT FROM download_grants g WHERE g.order_id = o.id)""",
    "a paid order without exactly one receipt": """
        SELECT o.id FROM orders o LEFT JOIN emails e ON e.order_id = o.id AND e.kind = 'receipt'
        WHERE o.status = 'paid' GROUP BY o.id HAVING count(e.id) <> 1""",
    "a paid order without a customer or the time of payment": """
        SELECT id FROM orders WHERE status = 'paid' AND (customer_id IS NULL OR paid_at IS NULL)""",
    "a license of an order that is not paid": """
        SELECT l.id FROM licenses l JOIN orders o ON o.id = l.order_id WHERE o.status <> 'paid'""",
    "a mail that was not sent": "SELECT concat_ws(' ', id, status, attempts, last_error) FROM emails WHERE status <> 'sent' OR sent_at IS NULL",
    "an event that was not handled": "SELECT stripe_event_id FROM webhook_events WHERE status <> 'processed'",
    "a link that was used too often": "SELECT id FROM download_grants WHERE uses > max_uses",
}


async def faults(shop, load, copies_need_excuses=True):
    """Everything that is not as it must be, now that the load is over and each mail was called for."""
    database, mails = shop.database, shop.mail.mails
    return [
        *await half_done(database),
        *await wrong_sales(database, load.sales),
        *await wrong_mails(database, mails, load.excuses if copies_need_excuses else None),
        *await wrong_links(database, mails, load.visits.values()),
    ]


async def half_done(database):
    """Rows that a transaction should have kept together."""
    faults = []
    for what, statement in HALF_DONE.items():
        found = await database.column(statement)
        faults += [f"{what}: {row}" for row in found]
    return faults


async def wrong_sales(database, sales):
    """Sales that Stripe was told are safe, and are not, or not once."""
    orders = collections.defaultdict(list)
    for session, status, email, licenses in await database.rows(
        """SELECT o.stripe_session_id, o.status, o.email, count(l.id) FROM orders o
        LEFT JOIN licenses l ON l.order_id = o.id WHERE o.status <> 'pending' GROUP BY o.id"""
    ):
        orders[session].append((status, email, int(licenses)))
    faults = []
    for sale in sales:
        expected = [("paid", sale.email, sale.quantity)]
        if orders[sale.session] != expected:
            faults.append(f"{sale.session} is {orders[sale.session]} instead of {expected}")
    if len(orders) > len(sales):
        faults.append(f"{len(orders)} orders of {len(sales)} sales")
    events = {event["id"] for sale in sales for event in sale.events}
    if unknown := events ^ set(await database.column("SELECT stripe_event_id FROM webhook_events")):
        faults.append(f"events that were delivered and are not in the ledger, or the reverse: {sorted(unknown)[:5]}")
    return faults


async def wrong_mails(database, mails, excuses):
    """Mails that came not at all, under a name that is no row's, or twice without an excuse.

    `excuses` counts, for each row of the outbox, how often an attempt may have been cut off; None excuses all.
    """
    copies = collections.defaultdict(list)
    for mail in mails:
        copies[row_of(mail)].append(mail)
    faults = []
    for row, recipient, last_four in await database.rows(
        """SELECT e.id, e.recipient, string_agg(l.key_last_four, ',' ORDER BY l.key_last_four) FROM emails e
        JOIN licenses l ON l.order_id = e.order_id GROUP BY e.id"""
    ):
        came = copies.pop(row, [])
        told = {(mail.id, mail.to, ",".join(sorted(key[-4:] for key in mail.keys))) for mail in came}
        if not came:
            faults.append(f"the mail {row} never came")
        elif len(told) > 1 or next(iter(told))[1:] != (recipient, last_four):
            faults.append(f"the copies of mail {row} differ from their row or from each other: {told}")
        elif excuses is not None and len(came) > 1 + excuses[row]:
            faults.append(f"the mail {row} came {len(came)} times after {excuses[row]} attempts that were cut off")
    return faults + [f"a mail came to {came[0].to} that is no row of the outbox" for came in copies.values()]


async def wrong_links(database, mails, visits):
    """Links that open nothing, and links whose count is not what their buyers saw.

    A buyer fetches one file, again and again within the hour of one use.
    """
    grants = {grant: (int(uses), int(limit)) for grant, uses, limit in await database.rows(
        "SELECT id, uses, max_uses FROM download_grants"
    )}
    faults = []
    for mail in mails:
        for link in mail.links:
            if grant_of(link) not in grants:
                faults.append(f"a link to {mail.to} is of the grant {grant_of(link)}, which does not exist")
    for visit in visits:
        uses, limit = grants[grant_of(visit.link)]
        seen = f"{uses} of {limit} uses, {visit.served} answered, {visit.unanswered} cut off, {visit.left} left"
        fewest, most = min(visit.served, 1), min(visit.served + visit.unanswered, 1)
        if not fewest <= uses <= most or visit.left != limit - uses:
            faults.append(f"the grant {grant_of(visit.link)} has {seen}")
    return faults


def row_of(mail):
    """The row of the outbox that a mail's Message-ID names."""
    return mail.id.strip("<>").split("@")[0]


def grant_of(link):
    """The grant that a download link's token names."""
    token = link.rsplit("/", 1)[1]
    return str(uuid.UUID(bytes=base64.urlsafe_b64decode(token)[4:20]))
