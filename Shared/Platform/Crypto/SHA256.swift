internal import CCrypto

/// A SHA-256 digest in the making (FIPS 180-4), for what comes in pieces.
package struct SHA256: ~Copyable {
    /// Bytes in a digest.
    package static let byteCount = 32

    private var context = unsafe RunningDigest(algorithm, byteCount: byteCount)

    /// A digest of nothing yet.
    package init() {}

    /// Takes in the next piece.
    package mutating func update(_ bytes: borrowing Span<UInt8>) { context.update(bytes) }

    /// The 32 bytes of the digest.
    package consuming func finish() -> [UInt8] { context.finish() }

    /// The digest of bytes that are all there.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var digest = SHA256()
        digest.update(bytes.span)
        return digest.finish()
    }
}

/// The algorithm, looked up once: with `EVP_sha256()` OpenSSL would search for it at each digest.
nonisolated(unsafe) private let algorithm: OpaquePointer? = unsafe EVP_MD_fetch(nil, "SHA256", nil)
