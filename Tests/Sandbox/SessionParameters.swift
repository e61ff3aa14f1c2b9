import Kernel

/// The parameters for creating a session, including those of Stripe's that have no effect here.
///
/// Source: <https://docs.stripe.com/api/checkout/sessions/create>
let sessionParameterNames = [
    "adaptive_pricing[enabled]", "allow_promotion_codes", "automatic_tax[enabled]", "billing_address_collection",
    "cancel_url", "client_reference_id", "consent_collection[promotions]", "consent_collection[terms_of_service]",
    "custom_text[submit][message]", "custom_text[after_submit][message]",
    "custom_text[terms_of_service_acceptance][message]", "customer_creation", "customer_email", "expand[#]",
    "expires_at", "invoice_creation[enabled]", "invoice_creation[invoice_data][description]",
    "invoice_creation[invoice_data][footer]", "invoice_creation[invoice_data][metadata][*]", "line_items[#][price]",
    "line_items[#][price_data][currency]", "line_items[#][price_data][product]",
    "line_items[#][price_data][product_data][description]", "line_items[#][price_data][product_data][name]",
    "line_items[#][price_data][product_data][metadata][*]", "line_items[#][price_data][product_data][tax_code]",
    "line_items[#][price_data][tax_behavior]", "line_items[#][price_data][unit_amount]", "line_items[#][quantity]",
    "locale", "metadata[*]", "mode", "payment_intent_data[description]", "payment_intent_data[metadata][*]",
    "payment_intent_data[receipt_email]", "payment_intent_data[statement_descriptor_suffix]",
    "payment_method_types[#]", "phone_number_collection[enabled]", "submit_type", "success_url",
    "tax_id_collection[enabled]", "ui_mode",
]

extension Parameters {
    /// Returns an optional absolute `http` or `https` URL.
    func url(_ name: String) throws(StripeError) -> String? {
        guard let text = text(name) else { return nil }
        let scheme = ["https://", "http://"].first { text.hasPrefix($0) }
        guard let scheme, text.utf8.count > scheme.utf8.count, text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw .invalid(name, "Not a valid URL", code: "url_invalid")
        }
        return text
    }

    /// Returns an optional e-mail address.
    func email(_ name: String) throws(StripeError) -> String? {
        guard let text = text(name) else { return nil }
        guard EmailAddress(text) != nil else {
            throw .invalid(name, "Invalid email address: \(text)", code: "email_invalid")
        }
        return text
    }

    /// Returns the expiry: 30 minutes to 24 hours from now, 24 hours when absent.
    func expiry(from now: Instant) throws(StripeError) -> Int64 {
        let seconds = now.unixSeconds
        guard let chosen = try integer("expires_at") else { return seconds + 86_400 }
        // Allows a minute of clock skew at either end.
        guard chosen >= seconds + 1_800 - 60 else {
            throw .invalid(
                "expires_at", "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.")
        }
        guard chosen <= seconds + 86_400 + 60 else {
            throw .invalid(
                "expires_at", "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.")
        }
        return chosen
    }
}
