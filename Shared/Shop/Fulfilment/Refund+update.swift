import JSON
package import Kernel
package import Orders
package import Stripe

extension Refund {
    /// Returns the payment update that the refund makes, with the status it had on creation.
    ///
    /// It is dated by Stripe's clock, so that later events about it count as newer.
    ///
    /// - Throws: if the status is unknown: whether to revoke access must not be guessed.
    package func update(seenAt now: Instant) throws(FulfilmentFault) -> PaymentUpdate {
        try update(at: created ?? now)
    }

    /// Returns the payment update that the refund makes, with its status at `instant`.
    ///
    /// - Throws: if the status is unknown.
    func update(at instant: Instant) throws(FulfilmentFault) -> PaymentUpdate {
        .refund(
            id: id.text, amount: amount, try refundStatus(), at: instant,
            lines: RefundLines(metadata: metadata, amount: amount), madeAt: created, presentment: presentment)
    }
}

extension LedgerEntry {
    /// Creates the entry of a refund that the seller requested, from Stripe's response; one for each refund.
    package init(_ refund: Refund, of payment: StripeID, at now: Instant) {
        let payload = JSONValue.object([
            ("object", "refund"), ("id", .string(refund.id.text)), ("payment_intent", .string(payment.text)),
            ("amount", .integer(refund.amount)), ("currency", refund.currency.map { .string($0.code) } ?? .null),
            ("status", refund.status.map { .string($0.text) } ?? .null),
        ])
        self.init(
            event: "operator.refund:\(refund.id)", type: "operator.refund", apiVersion: StripeAPI.version,
            createdAt: refund.created ?? now, receivedAt: now, payload: payload.text, source: .fetched)
    }
}
