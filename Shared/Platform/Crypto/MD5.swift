internal import CCrypto

/// An incremental MD5 checksum (RFC 1321).
///
/// It only detects accidental damage in transfer, as Cloud Storage uses it for every object: collisions are easy to
/// construct. A release's content is identified by its SHA-256.
package struct MD5: ~Copyable {
    /// The length of a checksum, in bytes.
    package static let byteCount = 16

    private var context = unsafe RunningDigest(EVP_md5(), byteCount: byteCount)

    /// Creates an empty checksum.
    package init() {}

    /// Adds the next piece.
    package mutating func update(_ bytes: borrowing Span<UInt8>) { context.update(bytes) }

    /// Returns the 16-byte checksum.
    package consuming func finish() -> [UInt8] { context.finish() }

    /// Returns the checksum of `bytes`.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var checksum = MD5()
        checksum.update(bytes.span)
        return checksum.finish()
    }
}
