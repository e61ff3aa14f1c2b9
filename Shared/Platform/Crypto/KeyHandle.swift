internal import CCrypto
internal import Kernel

/// An OpenSSL key, freed with this value.
///
/// Public types store keys as validated bytes and make a handle for one operation, so that they can be copied and sent
/// between tasks like any other value.
@safe
struct KeyHandle: ~Copyable {
    private let raw: OpaquePointer

    /// Takes ownership of a key; throws for the null pointer that OpenSSL returns if there is none.
    init(owning raw: OpaquePointer?) throws(CryptoFault) {
        guard let raw = unsafe raw else {
            forgetErrors()
            throw .unusableKey
        }
        unsafe self.raw = raw
    }

    deinit { unsafe EVP_PKEY_free(raw) }

    /// OpenSSL's number for the key type.
    var kind: Int32 { unsafe EVP_PKEY_get_base_id(raw) }

    /// The key's strength in bits; for RSA, the length of the modulus.
    var bitCount: Int32 { unsafe EVP_PKEY_get_bits(raw) }

    /// Signs `message`; `digest` is `nil` for a scheme with a built-in digest.
    func sign(_ message: [UInt8], digest: DigestAlgorithm?) throws(CryptoFault) -> [UInt8] {
        let context = DigestContext()
        var count = 0
        var signature: [UInt8] = []
        guard unsafe EVP_DigestSignInit(context.raw, nil, digest?.raw, nil, raw) == 1,
            unsafe EVP_DigestSign(context.raw, nil, &count, message, message.count) == 1
        else { return try fail() }
        signature = [UInt8](repeating: 0, count: count)
        guard unsafe EVP_DigestSign(context.raw, &signature, &count, message, message.count) == 1 else {
            return try fail()
        }
        return Array(signature.prefix(count))
    }

    /// Returns whether `signature` is this key's signature of `message`.
    func verifies(_ signature: [UInt8], of message: [UInt8], digest: DigestAlgorithm?) -> Bool {
        let context = DigestContext()
        let holds =
            unsafe EVP_DigestVerifyInit(context.raw, nil, digest?.raw, nil, raw) == 1
            && EVP_DigestVerify(context.raw, signature, signature.count, message, message.count) == 1
        if !holds { forgetErrors() }
        return holds
    }

    /// Returns the raw public key, for types that have one.
    func rawPublicKey(count expected: Int) throws(CryptoFault) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: expected)
        var count = expected
        guard unsafe EVP_PKEY_get_raw_public_key(raw, &bytes, &count) == 1, count == expected else {
            forgetErrors()
            throw .unusableKey
        }
        return bytes
    }

    /// Returns the raw private key, for types that have one.
    func rawPrivateKey(count expected: Int) throws(CryptoFault) -> Secret {
        var bytes = [UInt8](repeating: 0, count: expected)
        var count = expected
        guard unsafe EVP_PKEY_get_raw_private_key(raw, &bytes, &count) == 1, count == expected else {
            forgetErrors()
            throw .unusableKey
        }
        return Secret(bytes: bytes)
    }

    /// Returns the public key as PEM, written through `bio`.
    func publicPEM(by bio: OpaquePointer) throws(CryptoFault) -> Secret {
        guard unsafe PEM_write_bio_PUBKEY(bio, raw) == 1 else {
            forgetErrors()
            throw .unusableKey
        }
        var text = [UInt8](repeating: 0, count: unsafe BIO_ctrl_pending(bio))
        guard unsafe BIO_read(bio, &text, Int32(clamping: text.count)) == Int32(clamping: text.count) else {
            forgetErrors()
            throw .unusableKey
        }
        return Secret(String(decoding: text, as: UTF8.self))
    }

    private func fail() throws(CryptoFault) -> [UInt8] {
        forgetErrors()
        throw .cannotSign
    }
}
