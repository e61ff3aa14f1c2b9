internal import Crypto
package import HTTP
package import Kernel

/// A request that someone without rights of their own shall be able to make for a while.
///
/// Source: <https://cloud.google.com/storage/docs/authentication/canonical-requests>
package struct V4Request: Sendable {
    /// The one method that the link allows.
    package let method: Method
    /// Where the object lies.
    package let bucket: Bucket
    /// The object's name, any text; `nil` for the bucket itself.
    package let object: String?
    /// Header fields that the caller must send with just these values.
    package let fields: Fields
    /// Query parameters, signed as well.
    package let query: [String: String]
    /// When it was signed.
    package let signedAt: Instant
    /// Whole seconds from `signedAt` on, 1 second to 7 days.
    package let lifetime: Int

    /// A request; `nil` when `lifetime` is under a second or over 7 days.
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

    /// The texts to sign for a signer of this name and algorithm.
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

    /// Every signed header by lower-case name, `host` among them; blanks at the ends cut, runs of them made one.
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

/// A link that lacks nothing but its signature, so that the bytes can be signed elsewhere.
package struct UnsignedURL: Equatable, Sendable {
    /// The request in the one form that is hashed.
    package let canonicalRequest: String
    /// What the signature is made over.
    package let stringToSign: String
    /// The day of signing as `20261120`, which an HMAC key is bound to.
    package let date: String
    fileprivate let url: String

    /// The whole link.
    package func signed(with signature: [UInt8]) -> String { "\(url)&X-Goog-Signature=\(Hex.encode(signature))" }
}

private func collapsed(_ text: String) -> String {
    text.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
}
