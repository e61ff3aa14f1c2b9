internal import CCrypto

/// A cryptographically secure random number generator.
package enum SecureRandom {
    /// Returns `count` bytes from OpenSSL's generator, which is seeded by the system.
    package static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        unsafe requireSuccess(RAND_bytes(&bytes, Int32(count)), "RAND_bytes")
        return bytes
    }
}
