internal import CCrypto

/// Comparison whose duration tells nothing about where two secrets differ.
package enum ConstantTime {
    /// Whether both are the same bytes; only the length can be learnt from the time it takes.
    package static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe CRYPTO_memcmp(left, right, left.count) == 0
    }
}
