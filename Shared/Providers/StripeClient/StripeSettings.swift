package import Kernel
package import Settings
package import Stripe

/// Access to Stripe's API.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `STRIPE_API_KEY` | needed; a secret or restricted key |
/// | `STRIPE_API_BASE` | `https://api.stripe.com` when absent; plain `http://` to another host only with a test key |
package struct StripeSettings: Sendable {
    /// The API key.
    package let key: Secret
    /// Whether the key is for live or test mode.
    package let kind: SecretKeyKind
    /// Scheme and host, without a trailing slash.
    package let base: String

    /// Reads the settings; `read` collects faults.
    package init(_ read: inout SettingsReader) {
        let key = read.value("STRIPE_API_KEY", expected: SecretKeyKind.expected) { text in
            SecretKeyKind(Secret(text)).map { (Secret(text), $0) }
        }
        self.key = key?.0 ?? Secret("")
        let kind = key?.1 ?? .test
        self.kind = kind
        let base = read.origin("STRIPE_API_BASE", default: StripeSettings.stripe, allowsPlain: kind == .test)
        self.base = base?.text ?? ""
    }

    /// Whether test conveniences such as plain `http://` and `smtp+plain://` may be used.
    package var isTest: Bool { kind == .test }

    /// Whether a stand-in replaces Stripe; only in test mode.
    package var isStandIn: Bool { isTest && base != StripeSettings.stripe }

    private static let stripe = "https://api.stripe.com"
}
