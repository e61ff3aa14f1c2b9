internal import CCrypto

/// Numbers nobody can guess.
package enum SecureRandom {
    /// `count` bytes from OpenSSL's generator, which the system's random source seeds.
    package static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        unsafe requireSuccess(RAND_bytes(&bytes, Int32(count)), "RAND_bytes")
        return bytes
    }
}
