import JSON
package import Kernel
package import Orders
package import Stripe

extension LedgerEntry {
    /// The latest instant at which the payment that it tells of can have been made.
    ///
    /// That is the event's own time; a polled session does not tell it, but can be paid only until it expires, 24 hours
    /// after its creation.
    ///
    /// Source: <https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-expires_at>
    var latestPayment: Instant {
        guard case .session = LedgerSubject(entryID: event) else { return createdAt }
        return createdAt + .seconds(86_400)
    }
}

extension CheckoutSession {
    /// Returns the checkout update that the session's own state implies, and its ledger entry; `nil` if it implies
    /// none.
    ///
    /// The entry is the same for the same state, so that a state makes a sale once.
    ///
    /// - Parameter kind: the ledger's type for the poller.
    package func checkoutUpdate(seenBy kind: String, at now: Instant) -> (CheckoutUpdate, LedgerEntry)? {
        switch (status, paymentStatus) {
        case (.known(.complete), .known(.paid)), (.known(.complete), .known(.noPaymentRequired)):
            (.paid, entry(paymentStatus.text, kind, at: now))
        case (.known(.complete), .known(.unpaid)):
            hasFailed
                ? (.paymentFailed, entry("payment_failed", kind, at: now))
                : (.unpaid, entry(paymentStatus.text, kind, at: now))
        case (.known(.expired), _): (.expired, entry("expired", kind, at: now))
        default: nil
        }
    }

    /// Whether a delayed payment failed or was canceled.
    ///
    /// For a failed one Stripe reports `requires_payment_method`, although the buyer is no longer asked for another.
    ///
    /// Source: <https://docs.stripe.com/payments/paymentintents/lifecycle>
    private var hasFailed: Bool { paymentState == "requires_payment_method" || paymentState == "canceled" }

    private func entry(_ state: String, _ kind: String, at now: Instant) -> LedgerEntry {
        let payload = JSONValue.object([
            ("id", .string(id.text)), ("status", status.map { .string($0.text) } ?? .null),
            ("payment_status", .string(paymentStatus.text)),
        ])
        return LedgerEntry(
            event: LedgerSubject.session(id).entryID(state), type: kind, apiVersion: StripeAPI.version,
            createdAt: created ?? now,
            receivedAt: now, payload: payload.text, source: .fetched)
    }
}
