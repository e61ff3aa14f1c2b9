internal import CCrypto

/// An incremental digest of any algorithm.
struct RunningDigest: ~Copyable {
    private let context = DigestContext()
    private let byteCount: Int

    /// Creates an empty digest of `byteCount` bytes.
    init(_ algorithm: OpaquePointer?, byteCount: Int) {
        self.byteCount = byteCount
        unsafe requireSuccess(EVP_DigestInit_ex(context.raw, algorithm, nil), "EVP_DigestInit_ex")
    }

    /// Adds the next piece.
    mutating func update(_ bytes: borrowing Span<UInt8>) {
        let status = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(context.raw, $0.baseAddress, $0.count) }
        requireSuccess(status, "EVP_DigestUpdate")
    }

    /// Returns the digest.
    consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: byteCount)
        unsafe requireSuccess(EVP_DigestFinal_ex(context.raw, &digest, nil), "EVP_DigestFinal_ex")
        return digest
    }
}
