import Crypto
import Kernel

/// The `Stripe-Signature` of a delivery.
///
/// Source: <https://docs.stripe.com/webhooks#verify-manually>
enum WebhookSignature {
    /// Returns `t=…,v1=…` over the time, a full stop and the body, with one `v1` per secret.
    static func header(_ body: [UInt8], at instant: Instant, secrets: [Secret]) -> String {
        let time = String(instant.unixSeconds)
        let tags = secrets.map { secret in
            "v1=" + Hex.encode(HMACSHA256.tag(key: secret, Array("\(time).".utf8), body))
        }
        return (["t=\(time)"] + tags).joined(separator: ",")
    }
}
