internal import CCrypto
package import Kernel

/// An Ed25519 private key (RFC 8032 section 5.1).
package struct Ed25519PrivateKey: Sendable {
    private let seed: Secret

    /// The public key.
    package let publicKey: Ed25519PublicKey

    /// Creates a key from its 32-byte seed.
    package init(seed: Secret) throws(CryptoFault) {
        self.seed = seed
        publicKey = try Ed25519PublicKey(handle(seed).rawPublicKey(count: Ed25519PublicKey.byteCount))
    }

    /// Parses a PEM key in PKCS#8 (RFC 8410 section 7), without a pass phrase, as `openssl genpkey` writes it.
    package init(pem: Secret) throws(CryptoFault) {
        let key = try PEM.privateKey(pem)
        guard key.kind == EVP_PKEY_ED25519 else { throw .unusableKey }
        try self.init(seed: key.rawPrivateKey(count: 32))
    }

    /// Returns the 64-byte signature of `message`.
    package func sign(_ message: [UInt8]) throws(CryptoFault) -> [UInt8] {
        try handle(seed).sign(message, digest: nil)
    }
}

/// An Ed25519 public key.
package struct Ed25519PublicKey: Equatable, Sendable {
    /// The length of a key, in bytes.
    package static let byteCount = 32

    /// The key's encoding.
    package let bytes: [UInt8]

    /// Creates a key from its 32 bytes.
    package init(_ bytes: [UInt8]) throws(CryptoFault) {
        guard bytes.count == Ed25519PublicKey.byteCount else { throw .unusableKey }
        self.bytes = bytes
    }

    /// Parses a PEM key in SubjectPublicKeyInfo (RFC 8410 section 4).
    package init(pem: String) throws(CryptoFault) {
        let key = try PEM.publicKey(Secret(pem))
        guard key.kind == EVP_PKEY_ED25519 else { throw .unusableKey }
        try self.init(key.rawPublicKey(count: Ed25519PublicKey.byteCount))
    }

    /// Returns whether `signature` is valid for `message`.
    package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        let raw = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
        guard let key = try? unsafe KeyHandle(owning: raw) else { return false }
        return key.verifies(signature, of: message, digest: nil)
    }
}

private func handle(_ seed: Secret) throws(CryptoFault) -> KeyHandle {
    try seed.withBytes { seed throws(CryptoFault) in
        try unsafe seed.withUnsafeBufferPointer { seed throws(CryptoFault) in
            try unsafe KeyHandle(
                owning: EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed.baseAddress, seed.count))
        }
    }
}
