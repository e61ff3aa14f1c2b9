internal import CCrypto
package import Kernel

/// An RSA private key for PKCS#1 v1.5 signatures with SHA-256 (RFC 8017 section 8.2), which Google's V4 signatures
/// require.
package struct RSAPrivateKey: Sendable {
    private let pem: Secret

    /// Parses a PEM key in PKCS#8 or PKCS#1 form, without a pass phrase, of at least 2048 bits.
    package init(pem: Secret) throws(CryptoFault) {
        try requireStrongRSA(PEM.privateKey(pem))
        self.pem = pem
    }

    /// Returns the signature of `message`, as long as the modulus; signatures are deterministic.
    package func sign(_ message: [UInt8]) throws(CryptoFault) -> [UInt8] {
        try PEM.privateKey(pem).sign(message, digest: .sha256)
    }
}

/// An RSA public key for PKCS#1 v1.5 signatures with SHA-256.
package struct RSAPublicKey: Sendable {
    private let pem: Secret

    /// Parses a PEM key in SubjectPublicKeyInfo form, of at least 2048 bits.
    package init(pem text: String) throws(CryptoFault) {
        pem = Secret(text)
        try requireStrongRSA(PEM.publicKey(pem))
    }

    /// Creates a key from the big-endian numbers in a JSON Web Key (RFC 7518 section 6.3.1).
    ///
    /// The exponent must be odd and at least 65537 (FIPS 186-5 appendix A.1.1); the modulus may have at most 8192 bits,
    /// because the cost of a verification grows with its length.
    package init(modulus: [UInt8], exponent: [UInt8]) throws(CryptoFault) {
        guard modulus.count <= 1_024, (3...8).contains(exponent.count), let last = exponent.last, last & 1 == 1,
            exponent.reduce(UInt64(0), { $0 << 8 | UInt64($1) }) >= 65_537
        else { throw .unusableKey }
        pem = try PEM.text(of: try KeyHandle.rsa(modulus: modulus, exponent: exponent))
        try requireStrongRSA(PEM.publicKey(pem))
    }

    /// Returns whether `signature` is valid for `message`.
    package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let key = try? PEM.publicKey(pem) else { return false }
        return key.verifies(signature, of: message, digest: .sha256)
    }
}

/// Rejects every key except RSA with at least 2048 bits (NIST SP 800-131A revision 2, section 3).
private func requireStrongRSA(_ key: borrowing KeyHandle) throws(CryptoFault) {
    guard key.kind == EVP_PKEY_RSA else { throw .unusableKey }
    guard key.bitCount >= 2048 else { throw .weakKey }
}
