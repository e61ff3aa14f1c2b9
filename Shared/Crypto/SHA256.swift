internal import CCrypto

/// A SHA-256 digest in the making (FIPS 180-4), for what comes in pieces.
@safe
package struct SHA256: ~Copyable {
    /// Bytes in a digest.
    package static let byteCount = 32

    private let context: OpaquePointer

    /// A digest of nothing yet.
    package init() {
        guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("OpenSSL failed: EVP_MD_CTX_new") }
        unsafe self.context = context
        unsafe requireSuccess(EVP_DigestInit_ex(context, algorithm, nil), "EVP_DigestInit_ex")
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Takes in the next piece.
    package mutating func update(_ bytes: borrowing Span<UInt8>) {
        let status = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        requireSuccess(status, "EVP_DigestUpdate")
    }

    /// The 32 bytes of the digest.
    package consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: SHA256.byteCount)
        unsafe requireSuccess(EVP_DigestFinal_ex(context, &digest, nil), "EVP_DigestFinal_ex")
        return digest
    }

    /// The digest of bytes that are all there.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var digest = SHA256()
        digest.update(bytes.span)
        return digest.finish()
    }
}

/// The algorithm, looked up once: with `EVP_sha256()` OpenSSL would search for it at each digest.
nonisolated(unsafe) private let algorithm: OpaquePointer? = unsafe EVP_MD_fetch(nil, "SHA256", nil)
