import EventLoop
import JSON
package import Kernel
package import Orders
import Postgres
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

    /// Applies the event that `entry` holds, once; a malformed payload is parked.
    ///
    /// - Throws: the reason for failure, which may pass by itself and which the ledger keeps.
    @discardableResult
    package func process(_ entry: LedgerEntry) async throws(FulfilmentFault) -> EventEffect {
        let event: Event
        do throws(MalformedDocument) { event = try Event(kept: entry.payload) } catch {
            return try await settle(.unreadable(error.field), of: entry)
        }
        return try await process(event, entry)
    }

    /// Applies `update`, which was read from the session's own state, once under `entry`; `nil` stands for a state that
    /// is not known.
    ///
    /// - Parameter again: whether to try even if the entry is parked.
    /// - Throws: the reason for failure, which may pass by itself and which the ledger keeps.
    @discardableResult
    package func process(
        _ session: CheckoutSession, _ update: CheckoutUpdate?, _ entry: LedgerEntry, again: Bool = false
    ) async throws(FulfilmentFault) -> EventEffect {
        try await polled(.session(session.id), entry, entry, again: again) { () throws(FulfilmentFault) in
            try await sell(session, update, entry)
        }
    }

    /// Applies the refund's status as polled at `now`; `kind` is the ledger's type for the poller.
    ///
    /// - Parameter again: whether to try even if this status is parked.
    /// - Throws: the reason for failure, which may pass by itself and which the ledger keeps.
    @discardableResult
    package func process(
        _ refund: Refund, seenBy kind: String, at now: Instant, again: Bool = false
    ) async throws(FulfilmentFault) -> EventEffect {
        let (subject, state) = (LedgerSubject.refund(refund.id), refund.status?.text ?? "succeeded")
        let seen = now - EventProcessor.clockMargin
        let entry = LedgerEntry(subject, "\(state):\(seen.unixSeconds)", seenBy: kind, at: seen, now)
        // The same at each poll.
        let parked = LedgerEntry(subject, state, seenBy: kind, at: seen, now)
        return try await polled(subject, entry, parked, again: again) { () throws(FulfilmentFault) in
            let status = try refund.refundStatus()
            let update = try refund.update(at: EventProcessor.date(isFinal: status == .failed, at: now))
            return try await apply(update, to: PaymentReference(refund), entry)
        }
    }

    /// Applies the dispute's status as polled at `now`; `kind` is the ledger's type for the poller.
    ///
    /// - Parameter again: whether to try even if this status is parked.
    /// - Throws: the reason for failure, which may pass by itself and which the ledger keeps.
    @discardableResult
    package func process(
        _ dispute: Dispute, seenBy kind: String, at now: Instant, again: Bool = false
    ) async throws(FulfilmentFault) -> EventEffect {
        let (subject, state) = (LedgerSubject.dispute(dispute.id), dispute.status.text)
        let seen = now - EventProcessor.clockMargin
        let entry = LedgerEntry(subject, "\(state):\(seen.unixSeconds)", seenBy: kind, at: seen, now)
        // The same at each poll.
        let parked = LedgerEntry(subject, state, seenBy: kind, at: seen, now)
        return try await polled(subject, entry, parked, again: again) { () throws(FulfilmentFault) in
            let status = try dispute.disputeStatus()
            let update = PaymentUpdate.dispute(
                id: dispute.id.text, status, at: EventProcessor.date(isFinal: status != .open, at: now))
            return try await apply(update, to: PaymentReference(dispute), entry)
        }
    }

    /// Runs `body` for an object's polled state, unless that state is parked; on failure records it as `entry`, or parks
    /// it as `parked`, which is the same at each poll.
    private func polled(
        _ subject: LedgerSubject, _ entry: LedgerEntry, _ parked: LedgerEntry, again: Bool,
        _ body: @Loop () async throws(FulfilmentFault) -> EventEffect
    ) async throws(FulfilmentFault) -> EventEffect {
        if !again, try await isParked(parked) { return .parked(parked.event, isNews: false) }
        var fault: FulfilmentFault
        do throws(FulfilmentFault) { return try await body() } catch { fault = error }
        if fault.mayBeRace {
            do throws(FulfilmentFault) { return try await body() } catch { fault = error }
        }
        if case .notOurs = fault { return .unused }
        return try await settle(fault, of: fault.isFinal ? parked : entry, about: subject)
    }

    private func isParked(_ entry: LedgerEntry) async throws(FulfilmentFault) -> Bool {
        let parked = try await mapError(
            FulfilmentFault.database, await pool.run(ParkingStatements.parked(among: [entry.event])))
        return !parked.isEmpty
    }
}

extension LedgerEntry {
    /// Creates the entry of an object polled in `state`, dated `seen`.
    fileprivate init(
        _ subject: LedgerSubject, _ state: String, seenBy kind: String, at seen: Instant, _ now: Instant
    ) {
        let payload = JSONValue.object([("seen", .string(state))])
        self.init(
            event: subject.entryID(state), type: kind, apiVersion: StripeAPI.version, createdAt: seen, receivedAt: now,
            payload: payload.text, source: .fetched)
    }
}
