internal import Crypto
package import HTTP
package import Kernel

/// Why a delivery is rejected.
package enum SignatureFault: Error, Equatable, Sendable {
    /// There is no `Stripe-Signature`, or more than one.
    case missing
    /// The header is too long, or does not contain exactly one timestamp.
    case malformed
    /// No signature in it was made with one of our secrets over this body and timestamp.
    case forged
    /// The signature is valid but older than the tolerance: possibly a replay.
    case stale
    /// The signature is valid but its timestamp is further ahead than the tolerance.
    case fromTheFuture
}

/// A body with a verified signature; only `WebhookSignature.verify` makes one.
package struct VerifiedPayload: Sendable {
    /// The signed bytes.
    package let body: [UInt8]
    /// When they were signed.
    package let signedAt: Instant

    fileprivate init(body: [UInt8], signedAt: Instant) {
        self.body = body
        self.signedAt = signedAt
    }
}

/// The signature of webhook deliveries: `t=<unix seconds>,v1=<hex>[,v1=<hex>…]`, HMAC-SHA256 over `t.body`.
///
/// Source: <https://docs.stripe.com/webhooks#verify-manually>
package enum WebhookSignature {
    /// The name of the header field.
    package static let fieldName = "Stripe-Signature"
    /// The allowed difference between a signature's timestamp and our clock, in either direction.
    package static let tolerance: Duration = .seconds(300)
    /// The longest header that is parsed; Stripe's own is some 150 bytes.
    package static let lengthLimit = 4_096
    /// The maximum number of `v1` signatures that are checked; Stripe sends one per active secret.
    package static let signatureLimit = 16

    /// Verifies that `request` is a delivery from Stripe.
    ///
    /// - Throws: `SignatureFault`; a forged signature is reported as forged whatever its timestamp.
    package static func verify(
        _ request: Request, keys: SigningKeys, now: Instant
    ) throws(SignatureFault) -> VerifiedPayload {
        let values = request.fields.values(fieldName)
        guard values.count == 1 else { throw .missing }
        let header = try Header(values[0])
        guard header.isSigned(over: request.body, with: keys) else { throw .forged }
        guard now - header.time <= tolerance else { throw .stale }
        guard header.time - now <= tolerance else { throw .fromTheFuture }
        return VerifiedPayload(body: request.body, signedAt: header.time)
    }

    /// Returns the header value that Stripe would send with `body`, for a stand-in or a test.
    package static func sign(_ body: [UInt8], secret: Secret, at instant: Instant) -> String {
        let time = String(instant.unixSeconds)
        return "t=\(time),v1=\(Hex.encode(HMACSHA256.tag(key: secret, Array("\(time).".utf8), body)))"
    }
}

/// A parsed header.
private struct Header {
    let time: Instant
    /// The timestamp as signed, including the full stop after it.
    private let signedTime: [UInt8]
    private let signatures: [[UInt8]]

    /// Parses `text`; ignores schemes other than `v1`, and signatures of a form that no key can produce.
    ///
    /// Requires exactly one timestamp, so that the age is judged by the one that was signed.
    init(_ text: String) throws(SignatureFault) {
        guard text.utf8.count <= WebhookSignature.lengthLimit else { throw .malformed }
        // Bytes, not characters, which Unicode could join across a comma or an equals sign.
        let items = Array(text.utf8).split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        let times = items.compactMap { Header.value($0, of: Header.timeMark) }
        let tags = items.compactMap { Header.value($0, of: Header.signatureMark) }
        guard times.count == 1, tags.count <= WebhookSignature.signatureLimit,
            let seconds = Header.seconds(times[0])
        else { throw .malformed }
        time = Instant(unixSeconds: seconds)
        signedTime = times[0] + [UInt8(ascii: ".")]
        signatures = tags.compactMap { Hex.decode(symbols: $0) }
    }

    private static let timeMark = Array("t=".utf8)
    private static let signatureMark = Array("v1=".utf8)

    /// Returns the rest of an item that starts with `mark`.
    private static func value(_ item: ArraySlice<UInt8>, of mark: [UInt8]) -> [UInt8]? {
        item.starts(with: mark) ? Array(item.dropFirst(mark.count)) : nil
    }

    /// Returns whether any key made any of the signatures.
    func isSigned(over body: [UInt8], with keys: SigningKeys) -> Bool {
        var isSigned = false
        for key in keys.keys {
            let expected = key.tag(signedTime, body)
            for signature in signatures where ConstantTime.equal(signature, expected) { isSigned = true }
        }
        return isSigned
    }

    /// Parses ASCII decimal digits only: no sign, no blank, no other script's digits.
    private static func seconds(_ digits: [UInt8]) -> Int64? {
        guard (1...12).contains(digits.count), digits.allSatisfy(\.isASCIIDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }
}
