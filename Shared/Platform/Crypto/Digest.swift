internal import CCrypto

/// An incremental SHA-256 digest (FIPS 180-4).
package typealias SHA256 = Digest<DigestAlgorithm.SHA256>

/// An incremental MD5 checksum (RFC 1321).
///
/// Only for detecting transfer errors, as Cloud Storage does for every object: collisions can be made on purpose. A
/// release's content is identified by its SHA-256.
package typealias MD5 = Digest<DigestAlgorithm.MD5>

/// An incremental digest.
package struct Digest<Algorithm: KnownDigest>: ~Copyable {
    /// The length of a digest in bytes.
    package static var byteCount: Int { Algorithm.algorithm.byteCount }

    private let context = DigestContext()

    /// Starts a digest.
    package init() {
        unsafe requireSuccess(EVP_DigestInit_ex(context.raw, Algorithm.algorithm.raw, nil), "EVP_DigestInit_ex")
    }

    /// Adds bytes.
    package mutating func update(_ bytes: borrowing Span<UInt8>) {
        let status = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(context.raw, $0.baseAddress, $0.count) }
        requireSuccess(status, "EVP_DigestUpdate")
    }

    /// Returns the digest.
    package consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Self.byteCount)
        unsafe requireSuccess(EVP_DigestFinal_ex(context.raw, &digest, nil), "EVP_DigestFinal_ex")
        return digest
    }

    /// Returns the digest of `bytes`.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var digest = Self()
        digest.update(bytes.span)
        return digest.finish()
    }
}

/// A digest algorithm as a type, so that digests of different algorithms have different types.
package protocol KnownDigest {
    /// The algorithm.
    static var algorithm: DigestAlgorithm { get }
}

/// The digest algorithms.
package enum DigestAlgorithm: Sendable {
    case sha256, md5

    /// SHA-256 as a type.
    package enum SHA256: KnownDigest {
        package static var algorithm: DigestAlgorithm { .sha256 }
    }

    /// MD5 as a type.
    package enum MD5: KnownDigest {
        package static var algorithm: DigestAlgorithm { .md5 }
    }

    var byteCount: Int {
        switch self {
        case .sha256: 32
        case .md5: 16
        }
    }

    var raw: OpaquePointer? {
        switch self {
        case .sha256: unsafe fetchedSHA256
        case .md5: unsafe EVP_md5()
        }
    }
}

/// Fetched once: with `EVP_sha256()` OpenSSL would look up the algorithm for every digest.
nonisolated(unsafe) private let fetchedSHA256: OpaquePointer? = unsafe EVP_MD_fetch(nil, "SHA256", nil)
