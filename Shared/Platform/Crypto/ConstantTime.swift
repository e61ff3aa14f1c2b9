internal import CCrypto

/// Constant-time comparison.
package enum ConstantTime {
    /// Returns whether both are the same bytes; the timing reveals only the length.
    package static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe CRYPTO_memcmp(left, right, left.count) == 0
    }
}
