internal import Kernel
package import Settings

/// The payment pages that a buyer may be redirected to.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `STRIPE_CHECKOUT_BASE` | `https://checkout.stripe.com` when absent; your own domain when Stripe serves its pages there |
///
/// With a test key and a `STRIPE_API_BASE` other than Stripe's, a stand-in determines the pages' address.
package struct PaymentPages: Sendable {
    /// The prefix of every URL; `nil` for a stand-in's.
    private let start: String?

    /// Reads the setting; returns `nil` if it is invalid, after recording the fault in `read`.
    package init?(_ read: inout SettingsReader, of stripe: StripeSettings) {
        let base = read.origin("STRIPE_CHECKOUT_BASE", default: "https://checkout.stripe.com", allowsPlain: false)
        guard let base else { return nil }
        start = stripe.isStandIn ? nil : "\(base.text)/"
    }

    /// Returns whether `url` is one of these pages; we redirect to nothing else.
    package func contain(_ url: String) -> Bool {
        guard let start else { return ["https://", "http://"].contains { url.hasPrefix($0) } }
        return url.hasPrefix(start)
    }
}
