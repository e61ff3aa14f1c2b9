internal import Crypto
package import HTTP
package import Kernel

/// A request to be presigned, for a caller without credentials.
///
/// Source: <https://cloud.google.com/storage/docs/authentication/canonical-requests>
package struct V4Request: Sendable {
    /// The only method that the link allows.
    package let method: Method
    /// The object's bucket.
    package let bucket: Bucket
    /// The object's name, any text; `nil` for the bucket itself.
    package let object: String?
    /// Header fields that the caller must send with exactly these values.
    package let fields: Fields
    /// Query parameters, also signed.
    package let query: [String: String]
    /// The time of signing.
    package let signedAt: Instant
    /// The lifetime in whole seconds from `signedAt`, 1 second to 7 days.
    package let lifetime: Int

    /// Creates a request; `nil` if `lifetime` is under a second or over 7 days.
    package init?(
        method: Method = .get, bucket: Bucket, object: String?, fields: Fields = [:], query: [String: String] = [:],
        signedAt: Instant, lifetime: Int
    ) {
        guard (1...604_800).contains(lifetime) else { return nil }
        self.method = method
        self.bucket = bucket
        self.object = object
        self.fields = fields
        self.query = query
        self.signedAt = signedAt
        self.lifetime = lifetime
    }

    /// Returns the link without its signature, and the string to sign, for this signer and algorithm.
    package func unsigned(by identity: SigningIdentity) -> UnsignedURL {
        let scope = "\(date)/auto/storage/goog4_request"
        let path = PercentCoding.encode(bucket.path(of: object), keeping: "/")
        let query = canonicalQuery(identity, scope)
        let canonical = [
            method.rawValue, path, query, headerLines, signedNames, payloadDigest,
        ].joined(separator: "\n")
        let digest = Hex.encode(SHA256.hash(Array(canonical.utf8)))
        return UnsignedURL(
            canonicalRequest: canonical, stringToSign: "\(identity.algorithm.rawValue)\n\(time)\n\(scope)\n\(digest)",
            date: date, url: "\(bucket.base.scheme)://\(bucket.base.authority)\(path)?\(query)")
    }

    private var time: String { CivilTime(signedAt).iso8601Basic }
    private var date: String { String(time.prefix(8)) }

    private func canonicalQuery(_ identity: SigningIdentity, _ scope: String) -> String {
        let own = [
            "X-Goog-Algorithm": identity.algorithm.rawValue, "X-Goog-Credential": "\(identity.accessID)/\(scope)",
            "X-Goog-Date": time, "X-Goog-Expires": String(lifetime), "X-Goog-SignedHeaders": signedNames,
        ]
        let all = query.merging(own) { _, own in own }
        return all.map { (PercentCoding.encode($0.key), PercentCoding.encode($0.value)) }
            .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
            .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    /// All signed headers by lower-case name, including `host`; values trimmed, inner runs of blanks collapsed.
    private var headers: [(name: String, value: String)] {
        let names = Set(fields.lines.map { $0.name.lowercased() }).subtracting(["host"])
        let given = names.map { name in (name: name, value: fields.values(name).map(collapsed).joined(separator: ",")) }
        return (given + [(name: "host", value: bucket.base.host)])
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private var headerLines: String { headers.map { "\($0.name):\($0.value)\n" }.joined() }
    private var signedNames: String { headers.map(\.name).joined(separator: ";") }
    private var payloadDigest: String { fields["x-goog-content-sha256"] ?? "UNSIGNED-PAYLOAD" }
}

/// A link without its signature, so that another service can sign it.
package struct UnsignedURL: Equatable, Sendable {
    /// The canonical request, which is hashed.
    package let canonicalRequest: String
    /// The string to sign.
    package let stringToSign: String
    /// The day of signing as `20261120`, for which an HMAC key is derived.
    package let date: String
    fileprivate let url: String

    /// Returns the complete link.
    package func signed(with signature: [UInt8]) -> String { "\(url)&X-Goog-Signature=\(Hex.encode(signature))" }
}

private func collapsed(_ text: String) -> String {
    text.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
}
