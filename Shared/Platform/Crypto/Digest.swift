internal import CCrypto

/// A SHA-256 digest in the making (FIPS 180-4).
package typealias SHA256 = Digest<DigestAlgorithm.SHA256>

/// An MD5 checksum in the making (RFC 1321).
///
/// It detects accidents of a transfer, as Cloud Storage does for every object, and nothing else: two contents with the
/// same checksum can be made on purpose. A release's content is identified by its SHA-256.
package typealias MD5 = Digest<DigestAlgorithm.MD5>

/// A digest in the making, for what comes in pieces.
package struct Digest<Algorithm: KnownDigest>: ~Copyable {
    /// Bytes in a digest.
    package static var byteCount: Int { Algorithm.algorithm.byteCount }

    private let context = DigestContext()

    /// A digest of nothing yet.
    package init() {
        unsafe requireSuccess(EVP_DigestInit_ex(context.raw, Algorithm.algorithm.raw, nil), "EVP_DigestInit_ex")
    }

    /// Adds the next piece.
    package mutating func update(_ bytes: borrowing Span<UInt8>) {
        let status = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(context.raw, $0.baseAddress, $0.count) }
        requireSuccess(status, "EVP_DigestUpdate")
    }

    /// The digest's bytes.
    package consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Self.byteCount)
        unsafe requireSuccess(EVP_DigestFinal_ex(context.raw, &digest, nil), "EVP_DigestFinal_ex")
        return digest
    }

    /// The digest of bytes that are all there.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var digest = Self()
        digest.update(bytes.span)
        return digest.finish()
    }
}

/// An algorithm as a type, so that a digest of one is not taken for another's.
package protocol KnownDigest {
    /// The algorithm.
    static var algorithm: DigestAlgorithm { get }
}

/// The algorithms of digests.
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

/// Looked up once: with `EVP_sha256()` OpenSSL would search for the algorithm at each digest.
nonisolated(unsafe) private let fetchedSHA256: OpaquePointer? = unsafe EVP_MD_fetch(nil, "SHA256", nil)
