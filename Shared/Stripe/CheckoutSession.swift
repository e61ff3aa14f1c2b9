package import Kernel

/// One buyer's way through Stripe's payment page; the sale itself.
///
/// Source: <https://docs.stripe.com/api/checkout/sessions/object>
package struct CheckoutSession: Equatable, Sendable {
    /// Whether the money is there.
    package enum PaymentStatus: String, Sendable {
        case paid, unpaid
        case noPaymentRequired = "no_payment_required"
    }

    /// How far the buyer came.
    package enum Status: String, Sendable { case open, complete, expired }

    /// What the session is for.
    package enum Mode: String, Sendable { case payment, setup, subscription }

    /// Who bought, as the buyer wrote it.
    package struct CustomerDetails: Equatable, Sendable {
        /// The address that the buyer typed.
        package let email: String?
        /// The name that the buyer typed.
        package let name: String?
        /// Two letters of ISO 3166-1.
        package let country: String?
    }

    /// Stripe's ID of it.
    package let id: StripeID
    /// The seller's own reference; on a payment link a buyer can write it.
    package let clientReferenceID: String?
    /// What the seller wrote into it; no buyer can.
    package let metadata: [String: String]
    /// Whether the money is there.
    package let paymentStatus: Word<PaymentStatus>
    /// How far the buyer came.
    package let status: Word<Status>?
    /// What the session is for.
    package let mode: Word<Mode>?
    /// What the buyer pays, in the minor unit.
    package let amountTotal: Int64?
    /// The amount before discounts and taxes, in the minor unit.
    package let amountSubtotal: Int64?
    /// What discounts take off, in the minor unit.
    package let amountDiscount: Int64?
    /// What taxes add, in the minor unit.
    package let amountTax: Int64?
    /// What the amounts are counted in.
    package let currency: Currency?
    /// Stripe's customer, if the session has one.
    package let customer: StripeID?
    /// Who bought; only once the session is complete.
    package let customerDetails: CustomerDetails?
    /// The address that we gave to be filled in.
    package let customerEmail: String?
    /// The payment; none when nothing is to be paid.
    package let paymentIntent: StripeID?
    /// How the payment stands; only when the request asked for it.
    package let paymentState: String?
    /// When it was opened.
    package let created: Instant?
    /// When it ends by itself.
    package let expiresAt: Instant?
    /// Whether real money moves.
    package let isLive: Bool
    /// Where the buyer pays; only while the session is open.
    package let url: String?
    /// What was bought; only when the request asked for it.
    package let lineItems: LineItems?

    /// What the buyer pays.
    package var total: Money? {
        guard let amountTotal, let currency else { return nil }
        return Money(minorUnits: amountTotal, currency: currency)
    }

    /// Where to write to: what the buyer typed on the page, or else what we gave.
    package var email: String? { customerDetails?.email ?? customerEmail }
}

extension CheckoutSession: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, metadata, status, mode, currency, customer, created, livemode, url
        case clientReferenceID = "client_reference_id"
        case paymentStatus = "payment_status"
        case amountTotal = "amount_total"
        case amountSubtotal = "amount_subtotal"
        case totalDetails = "total_details"
        case customerDetails = "customer_details"
        case customerEmail = "customer_email"
        case paymentIntent = "payment_intent"
        case expiresAt = "expires_at"
        case lineItems = "line_items"
    }

    private struct TotalDetails: Decodable {
        let amountDiscount: Int64?
        let amountTax: Int64?

        enum CodingKeys: String, CodingKey {
            case amountDiscount = "amount_discount"
            case amountTax = "amount_tax"
        }
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.required(.id)
        clientReferenceID = try fields.optional(.clientReferenceID)
        metadata = try fields.metadata(.metadata)
        paymentStatus = try fields.required(.paymentStatus)
        status = try fields.optional(.status)
        mode = try fields.optional(.mode)
        amountTotal = try fields.optional(.amountTotal)
        amountSubtotal = try fields.optional(.amountSubtotal)
        let details: TotalDetails? = try fields.optional(.totalDetails)
        amountDiscount = details?.amountDiscount
        amountTax = details?.amountTax
        currency = try fields.currency(.currency)
        customer = try fields.optional(.customer)
        customerDetails = try fields.optional(.customerDetails)
        customerEmail = try fields.optional(.customerEmail)
        paymentIntent = try fields.optional(.paymentIntent)
        // Where the ID alone stands, nothing was asked for and nothing is told.
        paymentState = try? fields.decodeIfPresent(PaymentIntent.self, forKey: .paymentIntent)?.status
        created = try fields.instant(.created)
        expiresAt = try fields.instant(.expiresAt)
        isLive = try fields.required(.livemode)
        url = try fields.optional(.url)
        lineItems = try fields.optional(.lineItems)
    }
}

extension CheckoutSession.CustomerDetails: Decodable {
    private enum CodingKeys: String, CodingKey { case email, name, address }

    private struct Address: Decodable { let country: String? }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        email = try fields.optional(.email)
        name = try fields.optional(.name)
        let address: Address? = try fields.optional(.address)
        country = address?.country
    }
}
