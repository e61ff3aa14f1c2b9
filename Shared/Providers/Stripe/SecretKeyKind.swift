package import Kernel

/// Whether an API key moves real money.
package enum SecretKeyKind: Equatable, Sendable {
    case test, live

    /// What the setting must look like, for the fault that says it does not.
    package static let expected = "a secret or restricted key of Stripe's: sk_test_…, rk_test_…, sk_live_… or rk_live_…"

    /// The kind of a secret or restricted key; `nil` for a publishable key and anything else.
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
