internal import CCrypto

/// An incremental SHA-256 digest (FIPS 180-4).
package struct SHA256: ~Copyable {
    /// The length of a digest, in bytes.
    package static let byteCount = 32

    private var context = unsafe RunningDigest(algorithm, byteCount: byteCount)

    /// Creates an empty digest.
    package init() {}

    /// Adds the next piece.
    package mutating func update(_ bytes: borrowing Span<UInt8>) { context.update(bytes) }

    /// Returns the 32-byte digest.
    package consuming func finish() -> [UInt8] { context.finish() }

    /// Returns the digest of `bytes`.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var digest = SHA256()
        digest.update(bytes.span)
        return digest.finish()
    }
}

/// The algorithm, fetched once: `EVP_sha256()` makes OpenSSL look it up for each digest.
nonisolated(unsafe) private let algorithm: OpaquePointer? = unsafe EVP_MD_fetch(nil, "SHA256", nil)
