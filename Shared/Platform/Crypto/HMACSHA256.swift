internal import CCrypto
import Glibc
package import Kernel
import Synchronization

/// Message authentication codes with SHA-256 (RFC 2104).
package enum HMACSHA256 {
    /// The 32-byte tag of `parts` under a key that is used once; many tags under one key are `Key`'s.
    package static func tag(key: Secret, _ parts: [UInt8]...) -> [UInt8] { Key(key).tag(of: parts) }

    /// A key of which all that does not depend on the message has been computed.
    ///
    /// Two of the four compressions of a short message's tag are the key's, and so is the search for the algorithm.
    package final class Key: Sendable {
        private let context: Mutex<Context>

        /// Makes `key` ready.
        package init(_ key: Secret) { context = Mutex(Context(key)) }

        /// The 32-byte tag of `parts`, run together without anything between them.
        ///
        /// Where a part's length can vary, the caller sees to it that two different lists cannot run together to the
        /// same bytes.
        package func tag(_ parts: [UInt8]...) -> [UInt8] { tag(of: parts) }

        fileprivate func tag(of parts: [[UInt8]]) -> [UInt8] { context.withLock { $0.tag(of: parts) } }
    }
}

/// OpenSSL's computation, with its key; erased and freed with this value.
@safe
private struct Context: ~Copyable {
    private let raw: OpaquePointer

    init(_ key: Secret) {
        guard let raw = unsafe EVP_MAC_CTX_new(algorithm) else {
            preconditionFailure("OpenSSL failed: EVP_MAC_CTX_new")
        }
        unsafe self.raw = raw
        let status = key.withBytes { key in
            unsafe key.withUnsafeBufferPointer { key in
                // With no bytes at all OpenSSL would take the call for one that keeps the key.
                let start = unsafe key.baseAddress ?? emptyKey
                return unsafe EVP_MAC_init(raw, start, key.count, parameters)
            }
        }
        requireSuccess(status, "EVP_MAC_init")
    }

    deinit { unsafe EVP_MAC_CTX_free(raw) }

    mutating func tag(of parts: [[UInt8]]) -> [UInt8] {
        // Begins a new message under the same key.
        unsafe requireSuccess(EVP_MAC_init(raw, nil, 0, nil), "EVP_MAC_init")
        for part in parts { unsafe requireSuccess(EVP_MAC_update(raw, part, part.count), "EVP_MAC_update") }
        var tag = [UInt8](repeating: 0, count: SHA256.byteCount)
        var count = 0
        unsafe requireSuccess(EVP_MAC_final(raw, &tag, &count, tag.count), "EVP_MAC_final")
        return tag
    }
}

/// The algorithm, looked up once: OpenSSL's search costs more than a tag.
nonisolated(unsafe) private let algorithm: OpaquePointer? = unsafe EVP_MAC_fetch(nil, "HMAC", nil)

/// That the digest is SHA-256.
///
/// OpenSSL keeps pointers to name and value, so both live as long as the process.
nonisolated(unsafe) private let parameters: [OSSL_PARAM] = {
    let name = unsafe strdup(OSSL_MAC_PARAM_DIGEST)
    let value = unsafe strdup("SHA256")
    return unsafe [OSSL_PARAM_construct_utf8_string(name, value, 0), OSSL_PARAM_construct_end()]
}()

nonisolated(unsafe) private let emptyKey = unsafe UnsafePointer(UnsafeMutablePointer<UInt8>.allocate(capacity: 1))
