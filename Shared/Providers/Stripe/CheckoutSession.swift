package import JSON
package import Kernel

/// A Checkout session: one buyer's payment page, and the sale itself.
///
/// Source: <https://docs.stripe.com/api/checkout/sessions/object>
package struct CheckoutSession: Equatable, Sendable {
    /// Whether it has been paid.
    package enum PaymentStatus: String, Sendable {
        case paid, unpaid
        case noPaymentRequired = "no_payment_required"
    }

    /// The session's status.
    package enum Status: String, Sendable { case open, complete, expired }

    /// The session's purpose.
    package enum Mode: String, Sendable { case payment, setup, subscription }

    /// The buyer's details, as typed on the page.
    package struct CustomerDetails: Equatable, Sendable {
        /// The e-mail address.
        package let email: String?
        /// The name.
        package let name: String?
        /// The country, two letters of ISO 3166-1.
        package let country: String?
    }

    /// Stripe's ID.
    package let id: StripeID
    /// The seller's own reference; on a payment link the buyer can set it.
    package let clientReferenceID: String?
    /// The seller's metadata; the buyer cannot set it.
    package let metadata: [String: String]
    /// Whether it has been paid.
    package let paymentStatus: OpenEnum<PaymentStatus>
    /// The session's status.
    package let status: OpenEnum<Status>?
    /// The session's purpose.
    package let mode: OpenEnum<Mode>?
    /// The amount the buyer pays, in the minor unit.
    package let amountTotal: Int64?
    /// The amount before discounts and taxes, in the minor unit.
    package let amountSubtotal: Int64?
    /// The sum of discounts, in the minor unit.
    package let amountDiscount: Int64?
    /// The sum of taxes, in the minor unit.
    package let amountTax: Int64?
    /// The currency of the amounts.
    package let currency: Currency?
    /// What the buyer is charged in a currency of their own; `nil` if that is the session's.
    package let presentment: Money?
    /// Stripe's customer, if any.
    package let customer: StripeID?
    /// The buyer's details; only once the session is complete.
    package let customerDetails: CustomerDetails?
    /// The address we prefilled.
    package let customerEmail: String?
    /// The payment intent; `nil` if nothing is due.
    package let paymentIntent: StripeID?
    /// The payment intent's status; only if it was expanded.
    package let paymentState: String?
    /// When it was created.
    package let created: Instant?
    /// When it expires.
    package let expiresAt: Instant?
    /// Whether it is live mode.
    package let isLive: Bool
    /// The payment page's URL; only while the session is open.
    package let url: String?
    /// The line items; only if they were expanded.
    package let lineItems: LineItems?

    /// The amount the buyer pays.
    package var total: Money? {
        guard let amountTotal, let currency else { return nil }
        return Money(minorUnits: amountTotal, currency: currency)
    }

    /// The buyer's address: the one typed on the page, or else the one we prefilled.
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
        amountTotal = try node.amount("amount_total")
        amountSubtotal = try node.amount("amount_subtotal")
        let details: TotalDetails? = try node.optional("total_details")
        amountDiscount = details?.amountDiscount
        amountTax = details?.amountTax
        currency = try node.currency("currency")
        presentment = node.presentment
        customer = node["customer"]?.id.flatMap { StripeID($0) }
        customerDetails = try node.optional("customer_details")
        customerEmail = try node.optional("customer_email")
        paymentIntent = try node.optional("payment_intent")
        // If there is only an ID, the payment intent was not expanded.
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
            amountDiscount = try node.amount("amount_discount")
            amountTax = try node.amount("amount_tax")
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
