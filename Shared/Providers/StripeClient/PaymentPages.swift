internal import Kernel
package import Settings

/// Where a buyer may be sent to pay.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `STRIPE_CHECKOUT_BASE` | `https://checkout.stripe.com` when absent; your own domain when Stripe serves its pages there |
///
/// With a test key and another `STRIPE_API_BASE` than Stripe's, a stand-in says where its pages are.
package struct PaymentPages: Sendable {
    /// What every address begins with; `nil` for a stand-in's.
    private let start: String?

    /// Reads the setting; `nil` after a fault, which `read` keeps.
    package init?(_ read: inout SettingsReader, of stripe: StripeSettings) {
        let base = read.origin("STRIPE_CHECKOUT_BASE", default: "https://checkout.stripe.com", allowsPlain: false)
        guard let base else { return nil }
        start = stripe.isStandIn ? nil : "\(base.text)/"
    }

    /// Whether `url` is one of these pages, so that nothing else is ever redirected to.
    package func contain(_ url: String) -> Bool {
        guard let start else { return ["https://", "http://"].contains { url.hasPrefix($0) } }
        return url.hasPrefix(start)
    }
}
