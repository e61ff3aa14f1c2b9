import JSON
package import Kernel
package import Orders
package import Stripe

extension Refund {
    /// What the refund tells of its payment, as it stood when it was made.
    ///
    /// It is dated by Stripe's clock, so that what events tell of it later counts as later.
    ///
    /// - Throws: when it is in a state that we do not know: whether a door is to close must not be guessed.
    package func update(seenAt now: Instant) throws(FulfilmentFault) -> PaymentUpdate {
        .refund(id: id.text, amount: amount, try standing(), at: created ?? now)
    }
}

extension LedgerEntry {
    /// The entry of a refund that the seller asked for, as Stripe answered; one for each refund.
    package init(_ refund: Refund, of payment: StripeID, at now: Instant) {
        let payload = JSONValue.object([
            ("object", "refund"), ("id", .string(refund.id.text)), ("payment_intent", .string(payment.text)),
            ("amount", .integer(refund.amount)), ("currency", refund.currency.map { .string($0.code) } ?? .null),
            ("status", refund.status.map { .string($0.text) } ?? .null),
        ])
        self.init(
            event: "operator.refund:\(refund.id)", type: "operator.refund", apiVersion: StripeAPI.version,
            createdAt: refund.created ?? now, receivedAt: now, payload: payload.text, source: .asked)
    }
}
