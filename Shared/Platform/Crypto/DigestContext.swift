internal import CCrypto

/// OpenSSL's state of one digest or signature operation, freed with this value.
@safe
struct DigestContext: ~Copyable {
    let raw: OpaquePointer

    init() {
        guard let raw = unsafe EVP_MD_CTX_new() else { preconditionFailure("OpenSSL failed: EVP_MD_CTX_new") }
        unsafe self.raw = raw
    }

    deinit { unsafe EVP_MD_CTX_free(raw) }
}
