internal import HTTP
package import Kernel

/// The parameters of a new session: one payment for some items.
///
/// Source: <https://docs.stripe.com/api/checkout/sessions/create>
package struct NewCheckoutSession: Equatable, Sendable {
    /// The price of an item.
    package enum Price: Equatable, Sendable {
        /// A price that exists at Stripe.
        case existing(StripeID)
        /// A price that is created with the session.
        case inline(Money, productName: String, productDescription: String?)
    }

    /// One line item to buy.
    package struct Item: Equatable, Sendable {
        /// The unit price.
        package let price: Price
        /// The quantity.
        package let quantity: Int

        /// Creates a line item.
        package init(price: Price, quantity: Int = 1) {
            self.price = price
            self.quantity = quantity
        }
    }

    /// The line items.
    package var items: [Item]
    /// The URL after payment; `{CHECKOUT_SESSION_ID}` in it is replaced by the session's ID.
    package var successURL: String
    /// The URL after the buyer cancels.
    package var cancelURL: String
    /// Our own reference, up to 200 characters.
    package var clientReferenceID: String?
    /// Metadata of the session and of its payment intent.
    package var metadata: [String: String] = [:]
    /// The address to prefill.
    package var customerEmail: String?
    /// Whether promotion codes are accepted.
    package var allowsPromotionCodes = false
    /// Whether Stripe calculates and adds tax.
    package var calculatesTax = false
    /// Whether the buyer must accept the terms of service.
    package var requiresTermsOfService = false
    /// Whether Stripe creates an invoice.
    package var createsInvoice = false
    /// The expiry, from 30 minutes to 24 hours ahead; 24 hours when absent.
    package var expiresAt: Instant?

    /// Creates a session with the required parameters.
    package init(items: [Item], successURL: String, cancelURL: String) {
        self.items = items
        self.successURL = successURL
        self.cancelURL = cancelURL
    }
}

extension NewCheckoutSession {
    /// The parameters, in an order that depends only on the values.
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
