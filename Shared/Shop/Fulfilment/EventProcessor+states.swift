import JSON
package import Kernel
package import Orders
package import Stripe

// Polled state, applied through the same path as delivered events.
extension EventProcessor {
    /// Clock-skew margin: polled state is back-dated by this much so that it never overrides a newer event.
    ///
    /// Polled state is dated by our clock, events by Stripe's. Back-dated by more than the two differ, what we polled
    /// never beats an event that happened after it; the opposite error is corrected by the next poll.
    ///
    /// A final state is dated ahead by as much instead: an event of the last minute that is delivered late tells of a
    /// state before it, and must not bring that back.
    package static var clockMargin: Duration { .seconds(60) }

    /// Returns the date of what was polled at `now`.
    private static func date(isFinal: Bool, at now: Instant) -> Instant {
        isFinal ? now + clockMargin : now - clockMargin
    }

    /// Applies the event that `entry` holds, once.
    ///
    /// - Throws: the reason for failure, which the ledger keeps; a malformed payload is one.
    @discardableResult
    package func process(_ entry: LedgerEntry) async throws(FulfilmentFault) -> EventEffect {
        try await recordingFailure(of: entry) { () throws(FulfilmentFault) in
            let event: Event
            do throws(MalformedDocument) { event = try Event(kept: entry.payload) } catch {
                throw .misconfigured("an event that cannot be read (\(error.field))")
            }
            return try await handle(event, entry)
        }
    }

    /// Applies `update`, which was read from the session's own state, once under `entry`.
    ///
    /// - Throws: the reason for failure, which the ledger keeps.
    @discardableResult
    package func process(
        _ session: CheckoutSession, _ update: CheckoutUpdate, _ entry: LedgerEntry
    ) async throws(FulfilmentFault) -> EventEffect {
        try await recordingFailure(of: entry) { () throws(FulfilmentFault) in
            do throws(FulfilmentFault) {
                return try await sell(session, update, entry)
            } catch .notOurs {
                return .unused
            }
        }
    }

    /// Applies the refund's status as polled at `now`; `kind` is the ledger's type for the poller.
    ///
    /// - Throws: the reason for failure, which the ledger keeps.
    @discardableResult
    package func process(
        _ refund: Refund, seenBy kind: String, at now: Instant
    ) async throws(FulfilmentFault) -> EventEffect {
        let seen = now - EventProcessor.clockMargin
        let state = refund.status?.text ?? "succeeded"
        let entry = LedgerEntry(.refund(refund.id), state, seenBy: kind, at: seen, now)
        return try await recordingFailure(of: entry) { () throws(FulfilmentFault) in
            let status = try refund.refundStatus()
            let update = PaymentUpdate.refund(
                id: refund.id.text, amount: refund.amount, status,
                at: EventProcessor.date(isFinal: status == .failed, at: now))
            return try await applyPolled(
                update, to: PaymentReference(payment: refund.paymentIntent, charge: refund.charge), entry)
        }
    }

    /// Applies the dispute's status as polled at `now`; `kind` is the ledger's type for the poller.
    ///
    /// - Throws: the reason for failure, which the ledger keeps.
    @discardableResult
    package func process(
        _ dispute: Dispute, seenBy kind: String, at now: Instant
    ) async throws(FulfilmentFault) -> EventEffect {
        let seen = now - EventProcessor.clockMargin
        let entry = LedgerEntry(.dispute(dispute.id), dispute.status.text, seenBy: kind, at: seen, now)
        return try await recordingFailure(of: entry) { () throws(FulfilmentFault) in
            let status = try dispute.disputeStatus()
            let update = PaymentUpdate.dispute(
                id: dispute.id.text, status, at: EventProcessor.date(isFinal: status != .open, at: now))
            return try await applyPolled(
                update, to: PaymentReference(payment: dispute.paymentIntent, charge: dispute.charge), entry)
        }
    }

    private func applyPolled(
        _ update: PaymentUpdate, to payment: PaymentReference, _ entry: LedgerEntry
    ) async throws(FulfilmentFault) -> EventEffect {
        do throws(FulfilmentFault) {
            return try await apply(update, to: payment, entry)
        } catch .notOurs {
            return .unused
        }
    }
}

extension LedgerEntry {
    /// Creates the entry of an object polled in `state`, dated `seen`.
    fileprivate init(
        _ subject: LedgerSubject, _ state: String, seenBy kind: String, at seen: Instant, _ now: Instant
    ) {
        let payload = JSONValue.object([("seen", .string(state))])
        self.init(
            event: subject.entryID("\(state):\(seen.unixSeconds)"), type: kind, apiVersion: StripeAPI.version,
            createdAt: seen, receivedAt: now, payload: payload.text, source: .fetched)
    }
}
