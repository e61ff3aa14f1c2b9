package import Kernel
package import Postgres

/// A permanent refusal to be recorded, or the last failure of a mail that has no attempts left.
package struct EmailRefusal: Sendable {
    /// Whom it speaks of; `nil` if the server refused nothing.
    let subject: RefusalSubject?
    /// Whether the mail is given up unless the outbox is held.
    let isFinal: Bool
    /// The pause before the next attempt.
    let pause: Duration
    /// The reason, for the row and the hold.
    let reason: String

    /// Creates a value.
    package init(subject: RefusalSubject?, isFinal: Bool, pause: Duration, reason: String) {
        self.subject = subject
        self.isFinal = isFinal
        self.pause = pause
        self.reason = reason
    }
}

/// The outcomes of attempts: each is recorded by one statement, which also opens and ends the hold on the outbox.
package enum SettlementStatements {
    /// Records that a mail was accepted; this ends the hold on the outbox.
    ///
    /// That is what happened, also if the mail was dropped or given up while it was under way.
    ///
    /// The mails refused during the hold are due at once, with all their attempts. They are marked: one that is then
    /// refused again does not hold the others.
    package static func sent(_ mail: EmailID, at now: Instant) -> Statement<EmailSettlement> {
        .row(
            """
            WITH state AS (
                SELECT refused, held_since FROM outbox_hold
                WHERE is_only AND (held_since IS NOT NULL OR cardinality(refused) > 0) FOR UPDATE
            ), settled AS (
                UPDATE emails SET status = 'sent', sent_at = \(now), last_error = NULL
                WHERE id = \(mail) AND status <> 'sent' AND (SELECT count(*) FROM state) >= 0
                RETURNING id
            ), closed AS (
                UPDATE outbox_hold SET held_since = NULL, reason = NULL, next_probe_at = NULL, refused = '{}'
                FROM state
            ), released AS (
                UPDATE emails e SET released = true, attempts = 1, next_attempt_at = \(now) FROM state
                WHERE state.held_since IS NOT NULL AND e.id = ANY (state.refused) AND e.id <> \(mail)
                    AND e.status = 'pending'
            )
            SELECT EXISTS (SELECT FROM settled), EXISTS (SELECT FROM state WHERE held_since IS NOT NULL)
            """
        ) { row throws(PostgresFault) in
            EmailSettlement(isRecorded: try row.bool(0), hold: try row.bool(1) ? .closed : .none)
        }
    }

    /// Records that a mail is retried after `pause`, for a reason that is not the server's refusal.
    ///
    /// A mail that has been settled meanwhile stays as it is. An attempt that outlived its lease does not affect the
    /// one that followed.
    package static func postponed(
        _ mail: EmailID, attempt: Int, for pause: Duration, because reason: String?, at now: Instant
    ) -> Statement<Int> {
        .affected(
            """
            UPDATE emails SET next_attempt_at = \(now + pause), last_error = \(reason)
            WHERE id = \(mail) AND attempts = \(attempt)::integer AND status = 'pending'
            """)
    }

    /// Records that a mail is given up, whatever the state of the outbox.
    package static func dead(_ mail: EmailID, attempt: Int, because reason: String) -> Statement<Int> {
        .affected(
            """
            UPDATE emails SET status = 'dead', last_error = \(reason)
            WHERE id = \(mail) AND attempts = \(attempt)::integer AND status = 'pending'
            """)
    }

    /// Records a refusal, and holds the outbox if it speaks of the sender or is one of several in a row.
    ///
    /// While the outbox is held no mail is given up, and one that was given up for a refusal that led to the hold waits
    /// again. The next probe comes after a minute, and then after as long as the hold has lasted, at most 15 minutes.
    package static func refused(
        _ mail: EmailID, attempt: Int, _ refusal: EmailRefusal, at now: Instant
    ) -> Statement<EmailSettlement> {
        Statement(
            """
            WITH input AS (
                SELECT \(now)::timestamptz AS at, \(refusal.reason)::text AS reason,
                    \(now + refusal.pause)::timestamptz AS retry_at, \(refusal.isFinal)::boolean AS is_final, \(refusal.subject != nil)::boolean AS is_refusal,
                    \(refusal.subject == .sender)::boolean AS is_senders
            ), state AS (
                SELECT refused, held_since FROM outbox_hold WHERE is_only FOR UPDATE
            ), mail AS (
                SELECT e.id, is_refusal AND NOT e.released AS counts, held_since,
                    CASE WHEN is_refusal AND NOT e.released AND cardinality(refused) < 1000
                        THEN array_remove(refused, e.id) || e.id ELSE refused END AS refused
                FROM state, input, emails e
                WHERE e.id = \(mail) AND e.attempts = \(attempt)::integer AND e.status = 'pending' FOR UPDATE OF e
            ), tally AS (
                SELECT id, at, refused, held_since,
                    held_since IS NOT NULL OR (counts AND (is_senders OR \(OutboxHold.recipients)::integer <= (
                        SELECT count(DISTINCT lower(recipient)) FROM emails WHERE emails.id = ANY (mail.refused)
                    ))) AS is_held
                FROM mail, input
            ), hold AS (
                UPDATE outbox_hold h SET refused = t.refused,
                    held_since = CASE WHEN is_held THEN COALESCE(h.held_since, at) END,
                    reason = CASE WHEN is_held THEN input.reason END,
                    next_probe_at = CASE WHEN is_held THEN at
                        + GREATEST(interval '1 min', LEAST(at - COALESCE(h.held_since, at), interval '15 min')) END
                FROM tally t JOIN input USING (at)
                RETURNING next_probe_at
            ), settled AS (
                UPDATE emails e SET
                    status = CASE WHEN is_final AND NOT is_held THEN 'dead' ELSE 'pending' END,
                    last_error = CASE WHEN e.id = t.id THEN input.reason ELSE e.last_error END,
                    next_attempt_at = COALESCE(hold.next_probe_at, retry_at)
                FROM tally t, hold, input
                WHERE e.id = t.id
                    OR (is_held AND t.held_since IS NULL AND e.id = ANY (t.refused) AND e.status = 'dead')
            )
            SELECT is_held, held_since IS NOT NULL FROM tally
            """
        ) { result throws(PostgresFault) in
            guard result.rowCount > 0 else { return EmailSettlement(isRecorded: false) }
            return try result.withRow(0) { row throws(PostgresFault) in
                let (isHeld, wasHeld) = (try row.bool(0), try row.bool(1))
                return EmailSettlement(isRecorded: true, hold: !isHeld ? .none : wasHeld ? .stays : .opened)
            }
        }
    }
}
