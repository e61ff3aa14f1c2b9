package import JSON
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
    package let paymentStatus: OpenEnum<PaymentStatus>
    /// How far the buyer came.
    package let status: OpenEnum<Status>?
    /// What the session is for.
    package let mode: OpenEnum<Mode>?
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

extension CheckoutSession: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        clientReferenceID = try node.optional("client_reference_id")
        metadata = try node.metadata("metadata")
        paymentStatus = try node.required("payment_status")
        status = try node.optional("status")
        mode = try node.optional("mode")
        amountTotal = try node.optional("amount_total")
        amountSubtotal = try node.optional("amount_subtotal")
        let details: TotalDetails? = try node.optional("total_details")
        amountDiscount = details?.amountDiscount
        amountTax = details?.amountTax
        currency = try node.currency("currency")
        customer = try node.optional("customer")
        customerDetails = try node.optional("customer_details")
        customerEmail = try node.optional("customer_email")
        paymentIntent = try node.optional("payment_intent")
        // Where the ID alone stands, nothing was asked for and nothing is told.
        paymentState = node["payment_intent"]?["status"]?.string
        created = try node.instant("created")
        expiresAt = try node.instant("expires_at")
        isLive = try node.required("livemode")
        url = try node.optional("url")
        lineItems = try node.optional("line_items")
    }

    private struct TotalDetails: JSONReadable {
        let amountDiscount: Int64?
        let amountTax: Int64?

        init(json node: JSONNode) throws(MalformedDocument) {
            amountDiscount = try node.optional("amount_discount")
            amountTax = try node.optional("amount_tax")
        }
    }
}

extension CheckoutSession.CustomerDetails: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        email = try node.optional("email")
        name = try node.optional("name")
        let address: Address? = try node.optional("address")
        country = address?.country
    }

    private struct Address: JSONReadable {
        let country: String?

        init(json node: JSONNode) throws(MalformedDocument) { country = try node.optional("country") }
    }
}
