internal import CCrypto

extension KeyHandle {
    /// Creates an RSA public key from its big-endian numbers.
    static func rsa(modulus: [UInt8], exponent: [UInt8]) throws(CryptoFault) -> KeyHandle {
        guard let builder = unsafe OSSL_PARAM_BLD_new() else { throw unusable() }
        defer { unsafe OSSL_PARAM_BLD_free(builder) }
        let (n, e) = unsafe (
            BN_bin2bn(modulus, Int32(clamping: modulus.count), nil),
            BN_bin2bn(exponent, Int32(clamping: exponent.count), nil)
        )
        defer {
            unsafe BN_free(n)
            unsafe BN_free(e)
        }
        // The builder keeps pointers to the names, so they must outlive it.
        guard unsafe OSSL_PARAM_BLD_push_BN(builder, pointer(to: modulusName), n) == 1,
            unsafe OSSL_PARAM_BLD_push_BN(builder, pointer(to: exponentName), e) == 1,
            let parameters = unsafe OSSL_PARAM_BLD_to_param(builder)
        else { throw unusable() }
        defer { unsafe OSSL_PARAM_free(parameters) }
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, "RSA", nil) else { throw unusable() }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_fromdata_init(context) == 1,
            unsafe EVP_PKEY_fromdata(context, &key, latchkey_EVP_PKEY_PUBLIC_KEY, parameters) == 1
        else { throw unusable() }
        return try unsafe KeyHandle(owning: key)
    }

    /// OpenSSL's names, `OSSL_PKEY_PARAM_RSA_N` and `…_E`, as strings that live as long as the process.
    private static let modulusName: StaticString = "n"
    private static let exponentName: StaticString = "e"

    private static func pointer(to name: StaticString) -> UnsafePointer<CChar> {
        unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    }

    private static func unusable() -> CryptoFault {
        forgetErrors()
        return .unusableKey
    }
}
