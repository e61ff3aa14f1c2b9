/// An attempt to be paid.
///
/// Source: <https://docs.stripe.com/api/payment_intents/object>
package struct PaymentIntent: Equatable, Sendable {
    /// Stripe's ID of it.
    package let id: StripeID
    /// Where it stands.
    package let status: String?
    /// Why the last try failed, in Stripe's word for programs.
    package let lastErrorCode: String?
    /// The last attempt to charge.
    package let latestCharge: StripeID?
    /// What the seller wrote into it.
    package let metadata: [String: String]
}

extension PaymentIntent: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, status, metadata
        case lastPaymentError = "last_payment_error"
        case latestCharge = "latest_charge"
    }

    private struct LastError: Decodable { let code: String? }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.required(.id)
        status = try fields.optional(.status)
        let error: LastError? = try fields.optional(.lastPaymentError)
        lastErrorCode = error?.code
        latestCharge = try fields.optional(.latestCharge)
        metadata = try fields.metadata(.metadata)
    }
}
