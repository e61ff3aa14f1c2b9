internal import CCrypto

/// An MD5 checksum in the making (RFC 1321), for what comes in pieces.
///
/// It tells a transfer's accidents, as Cloud Storage does of every object, and nothing else: whoever wants to can make
/// two contents with the same one. What a release's content is, its SHA-256 says.
package struct MD5: ~Copyable {
    /// Bytes in a checksum.
    package static let byteCount = 16

    private var context = unsafe RunningDigest(EVP_md5(), byteCount: byteCount)

    /// A checksum of nothing yet.
    package init() {}

    /// Takes in the next piece.
    package mutating func update(_ bytes: borrowing Span<UInt8>) { context.update(bytes) }

    /// The 16 bytes of the checksum.
    package consuming func finish() -> [UInt8] { context.finish() }

    /// The checksum of bytes that are all there.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var checksum = MD5()
        checksum.update(bytes.span)
        return checksum.finish()
    }
}
