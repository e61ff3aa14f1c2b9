internal import HTTP
package import Kernel

/// A session to open: one payment for some items.
///
/// Source: <https://docs.stripe.com/api/checkout/sessions/create>
package struct NewCheckoutSession: Equatable, Sendable {
    /// What an item costs.
    package enum Price: Equatable, Sendable {
        /// A price that Stripe knows.
        case existing(StripeID)
        /// A price that Stripe learns with this session.
        case inline(Money, productName: String, productDescription: String?)
    }

    /// One thing to buy.
    package struct Item: Equatable, Sendable {
        /// What one costs.
        package let price: Price
        /// How many.
        package let quantity: Int

        /// Takes the parts as they are.
        package init(price: Price, quantity: Int = 1) {
            self.price = price
            self.quantity = quantity
        }
    }

    /// What is sold.
    package var items: [Item]
    /// Where the buyer goes after paying; `{CHECKOUT_SESSION_ID}` in it becomes the session's ID.
    package var successURL: String
    /// Where the buyer goes who does not pay.
    package var cancelURL: String
    /// Our own name for the sale, up to 200 characters.
    package var clientReferenceID: String?
    /// Names and values that come back with the session, and with the payment it leads to.
    package var metadata: [String: String] = [:]
    /// An address that the buyer need not type.
    package var customerEmail: String?
    /// Whether the page takes promotion codes.
    package var allowsPromotionCodes = false
    /// Whether Stripe adds the tax.
    package var calculatesTax = false
    /// Whether the buyer must agree to the terms.
    package var requiresTermsOfService = false
    /// Whether Stripe makes an invoice.
    package var createsInvoice = false
    /// From 30 minutes to 24 hours ahead; 24 hours when absent.
    package var expiresAt: Instant?

    /// Takes the parts as they are.
    package init(items: [Item], successURL: String, cancelURL: String) {
        self.items = items
        self.successURL = successURL
        self.cancelURL = cancelURL
    }
}

extension NewCheckoutSession {
    /// The parameters, in an order that depends on the values alone.
    var form: Form {
        var form = Form()
        form.append("mode", "payment")
        for (index, item) in items.enumerated() { append(item, at: "line_items[\(index)]", to: &form) }
        form.append("success_url", successURL)
        form.append("cancel_url", cancelURL)
        if let clientReferenceID { form.append("client_reference_id", clientReferenceID) }
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
            form.append("metadata[\(name)]", value)
            form.append("payment_intent_data[metadata][\(name)]", value)
        }
        appendChoices(to: &form)
        return form
    }

    private func append(_ item: Item, at name: String, to form: inout Form) {
        switch item.price {
        case .existing(let id): form.append("\(name)[price]", id.text)
        case .inline(let amount, let productName, let productDescription):
            form.append("\(name)[price_data][currency]", amount.currency.code)
            form.append("\(name)[price_data][unit_amount]", String(amount.minorUnits))
            form.append("\(name)[price_data][product_data][name]", productName)
            if let productDescription {
                form.append("\(name)[price_data][product_data][description]", productDescription)
            }
        }
        form.append("\(name)[quantity]", String(item.quantity))
    }

    private func appendChoices(to form: inout Form) {
        if let customerEmail { form.append("customer_email", customerEmail) }
        if allowsPromotionCodes { form.append("allow_promotion_codes", "true") }
        if calculatesTax { form.append("automatic_tax[enabled]", "true") }
        if requiresTermsOfService { form.append("consent_collection[terms_of_service]", "required") }
        if createsInvoice { form.append("invoice_creation[enabled]", "true") }
        if let expiresAt { form.append("expires_at", String(expiresAt.unixSeconds)) }
    }
}
