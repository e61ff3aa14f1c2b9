internal import CCrypto

/// OpenSSL's computation of a digest, freed with this value.
@safe
struct RunningDigest: ~Copyable {
    private let raw: OpaquePointer
    private let byteCount: Int

    /// A digest of nothing yet, `byteCount` bytes long.
    init(_ algorithm: OpaquePointer?, byteCount: Int) {
        guard let raw = unsafe EVP_MD_CTX_new() else { preconditionFailure("OpenSSL failed: EVP_MD_CTX_new") }
        unsafe self.raw = raw
        self.byteCount = byteCount
        unsafe requireSuccess(EVP_DigestInit_ex(raw, algorithm, nil), "EVP_DigestInit_ex")
    }

    deinit { unsafe EVP_MD_CTX_free(raw) }

    /// Takes in the next piece.
    mutating func update(_ bytes: borrowing Span<UInt8>) {
        let status = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(raw, $0.baseAddress, $0.count) }
        requireSuccess(status, "EVP_DigestUpdate")
    }

    /// The digest's bytes.
    consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: byteCount)
        unsafe requireSuccess(EVP_DigestFinal_ex(raw, &digest, nil), "EVP_DigestFinal_ex")
        return digest
    }
}
