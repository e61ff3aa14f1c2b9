internal import CCrypto

/// An MD5 checksum in the making (RFC 1321), for what comes in pieces.
///
/// It tells a transfer's accidents, as Cloud Storage does of every object, and nothing else: whoever wants to can make
/// two contents with the same one. What a release's content is, its SHA-256 says.
@safe
package struct MD5: ~Copyable {
    /// Bytes in a checksum.
    package static let byteCount = 16

    private let context: OpaquePointer

    /// A checksum of nothing yet.
    package init() {
        guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("OpenSSL failed: EVP_MD_CTX_new") }
        unsafe self.context = context
        unsafe requireSuccess(EVP_DigestInit_ex(context, EVP_md5(), nil), "EVP_DigestInit_ex")
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Takes in the next piece.
    package mutating func update(_ bytes: borrowing Span<UInt8>) {
        let status = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        requireSuccess(status, "EVP_DigestUpdate")
    }

    /// The 16 bytes of the checksum.
    package consuming func finish() -> [UInt8] {
        var checksum = [UInt8](repeating: 0, count: MD5.byteCount)
        unsafe requireSuccess(EVP_DigestFinal_ex(context, &checksum, nil), "EVP_DigestFinal_ex")
        return checksum
    }

    /// The checksum of bytes that are all there.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var checksum = MD5()
        checksum.update(bytes.span)
        return checksum.finish()
    }
}
