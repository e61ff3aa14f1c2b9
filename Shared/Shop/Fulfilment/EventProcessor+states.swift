import JSON
package import Kernel
package import Orders
package import Stripe

// What was learned by asking, which goes the same way as what an event tells.
extension EventProcessor {
    /// How far the word of an event may be behind what we saw by asking and still be taken for the later one.
    ///
    /// What we see is dated by our clock and what events tell by Stripe's. Dated back by more than the two differ, what
    /// we saw never beats an event that happened after it; the other way round the next look puts it right.
    package static var clockMargin: Duration { .seconds(60) }

    /// Applies the event that `entry` holds, once.
    ///
    /// - Throws: why it could not be, which the ledger keeps; that it cannot be read is such a reason.
    @discardableResult
    package func process(_ entry: LedgerEntry) async throws(FulfilmentFault) -> EventEffect {
        try await keepingFailure(of: entry) { () throws(FulfilmentFault) in
            let event: Event
            do throws(MalformedDocument) { event = try Event(kept: entry.payload) } catch {
                throw .misconfigured("an event that cannot be read (\(error.field))")
            }
            return try await handle(event, entry)
        }
    }

    /// Applies what a session's own state tells, which is `news` under `entry`, once.
    ///
    /// - Throws: why it could not be, which the ledger keeps.
    @discardableResult
    package func process(
        _ session: CheckoutSession, _ news: CheckoutUpdate, _ entry: LedgerEntry
    ) async throws(FulfilmentFault) -> EventEffect {
        try await keepingFailure(of: entry) { () throws(FulfilmentFault) in
            do throws(FulfilmentFault) {
                return try await sell(session, news, entry)
            } catch .notOurs {
                return .unused
            }
        }
    }

    /// Applies how a refund stands, as seen at `now` by whoever `kind` names.
    ///
    /// - Throws: why it could not be, which the ledger keeps.
    @discardableResult
    package func process(
        _ refund: Refund, seenBy kind: String, at now: Instant
    ) async throws(FulfilmentFault) -> EventEffect {
        let seen = now - EventProcessor.clockMargin
        let state = refund.status?.text ?? "succeeded"
        let entry = LedgerEntry(.refund(refund.id), state, seenBy: kind, at: seen, now)
        return try await keepingFailure(of: entry) { () throws(FulfilmentFault) in
            let news = PaymentUpdate.refund(
                id: refund.id.text, amount: refund.amount, try refund.standing(), at: seen)
            return try await learn(
                news, of: PaymentReference(payment: refund.paymentIntent, charge: refund.charge), entry)
        }
    }

    /// Applies how a dispute stands, as seen at `now` by whoever `kind` names.
    ///
    /// - Throws: why it could not be, which the ledger keeps.
    @discardableResult
    package func process(
        _ dispute: Dispute, seenBy kind: String, at now: Instant
    ) async throws(FulfilmentFault) -> EventEffect {
        let seen = now - EventProcessor.clockMargin
        let entry = LedgerEntry(.dispute(dispute.id), dispute.status.text, seenBy: kind, at: seen, now)
        return try await keepingFailure(of: entry) { () throws(FulfilmentFault) in
            let news = PaymentUpdate.dispute(id: dispute.id.text, try dispute.standing(), at: seen)
            return try await learn(
                news, of: PaymentReference(payment: dispute.paymentIntent, charge: dispute.charge), entry)
        }
    }

    private func learn(
        _ news: PaymentUpdate, of payment: PaymentReference, _ entry: LedgerEntry
    ) async throws(FulfilmentFault) -> EventEffect {
        do throws(FulfilmentFault) {
            return try await update(payment, news, entry)
        } catch .notOurs {
            return .unused
        }
    }
}

extension LedgerEntry {
    /// The entry that a thing was seen in a state, dated `seen`.
    fileprivate init(
        _ subject: LedgerSubject, _ state: String, seenBy kind: String, at seen: Instant, _ now: Instant
    ) {
        let payload = JSONValue.object([("seen", .string(state))])
        self.init(
            event: subject.entryID("\(state):\(seen.unixSeconds)"), type: kind, apiVersion: StripeAPI.version,
            createdAt: seen, receivedAt: now, payload: payload.text, source: .asked)
    }
}

extension Refund {
    /// Where it stands, in our word; `nil` when Stripe's is not known.
    package var stated: String? { (try? standing())?.rawValue }
}

extension Dispute {
    /// Where it stands, in our word; `nil` when Stripe's is not known.
    package var stated: String? { (try? standing())?.rawValue }
}
