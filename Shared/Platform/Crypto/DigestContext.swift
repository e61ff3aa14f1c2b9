internal import CCrypto

/// OpenSSL's working memory for one digest or one signature, freed with this value.
@safe
struct DigestContext: ~Copyable {
    let raw: OpaquePointer

    init() {
        guard let raw = unsafe EVP_MD_CTX_new() else { preconditionFailure("OpenSSL failed: EVP_MD_CTX_new") }
        unsafe self.raw = raw
    }

    deinit { unsafe EVP_MD_CTX_free(raw) }
}
