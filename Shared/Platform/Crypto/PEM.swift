internal import CCrypto
internal import Kernel

/// Reads and writes keys in PEM form (RFC 7468).
enum PEM {
    /// Parses a private key in PKCS#8 or PKCS#1 form; rejects one with a pass phrase.
    static func privateKey(_ text: Secret) throws(CryptoFault) -> KeyHandle {
        // Without a callback OpenSSL would ask for the pass phrase on the terminal.
        try unsafe read(text) { unsafe PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) }
    }

    /// Parses a public key in SubjectPublicKeyInfo form.
    static func publicKey(_ text: Secret) throws(CryptoFault) -> KeyHandle {
        try unsafe read(text) { unsafe PEM_read_bio_PUBKEY($0, nil, { _, _, _, _ in -1 }, nil) }
    }

    /// Returns a public key in PEM form.
    static func text(of key: borrowing KeyHandle) throws(CryptoFault) -> Secret {
        guard let bio = unsafe BIO_new(BIO_s_mem()) else {
            forgetErrors()
            throw .unusableKey
        }
        defer { unsafe BIO_free(bio) }
        return try unsafe key.publicPEM(by: bio)
    }

    private static func read(
        _ text: Secret, _ parse: (OpaquePointer) -> OpaquePointer?
    ) throws(CryptoFault) -> KeyHandle {
        try text.withBytes { bytes throws(CryptoFault) in
            try unsafe bytes.withUnsafeBytes { bytes throws(CryptoFault) in
                guard let bio = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else {
                    forgetErrors()
                    throw .unusableKey
                }
                defer { unsafe BIO_free(bio) }
                return try unsafe KeyHandle(owning: parse(bio))
            }
        }
    }
}
