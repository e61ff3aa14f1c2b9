package import Kernel

/// Whether an API key is for live or test mode.
package enum SecretKeyKind: Equatable, Sendable {
    case test, live

    /// The expected format, for the settings fault.
    package static let expected = "a secret or restricted key of Stripe's: sk_test_…, rk_test_…, sk_live_… or rk_live_…"

    /// Parses a secret or restricted key; `nil` for a publishable key and anything else.
    ///
    /// Source: <https://docs.stripe.com/keys>
    package init?(_ key: Secret) {
        let start = key.withBytes { bytes in (0..<min(8, bytes.count)).map { bytes[$0] } }
        guard key.count > 8 else { return nil }
        switch String(decoding: start, as: UTF8.self) {
        case "sk_test_", "rk_test_": self = .test
        case "sk_live_", "rk_live_": self = .live
        default: return nil
        }
    }
}
