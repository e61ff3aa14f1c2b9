internal import CCrypto
import Glibc
package import Kernel
import Synchronization

/// HMAC with SHA-256 (RFC 2104).
package enum HMACSHA256 {
    /// Returns the 32-byte tag of the concatenated `parts`; if a key is used more than once, use `Key`.
    package static func tag(key: Secret, _ parts: [UInt8]...) -> [UInt8] { Key(key).tag(of: parts) }

    /// A key with its message-independent work precomputed.
    ///
    /// That covers two of the four compressions of a short message's tag, and the algorithm lookup.
    package final class Key: Sendable {
        private let context: Mutex<Context>

        /// Prepares `key`.
        package init(_ key: Secret) { context = Mutex(Context(key)) }

        /// Returns the 32-byte tag of the concatenated `parts`.
        ///
        /// If the length of a part can vary, the caller must ensure that no two lists concatenate to the same bytes.
        package func tag(_ parts: [UInt8]...) -> [UInt8] { tag(of: parts) }

        fileprivate func tag(of parts: [[UInt8]]) -> [UInt8] { context.withLock { $0.tag(of: parts) } }
    }
}

/// OpenSSL's MAC context with its key; erased and freed with this value.
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
                // With a null pointer OpenSSL would keep the previous key.
                let start = unsafe key.baseAddress ?? emptyKey
                return unsafe EVP_MAC_init(raw, start, key.count, parameters)
            }
        }
        requireSuccess(status, "EVP_MAC_init")
    }

    deinit { unsafe EVP_MAC_CTX_free(raw) }

    mutating func tag(of parts: [[UInt8]]) -> [UInt8] {
        // Starts a new message under the same key.
        unsafe requireSuccess(EVP_MAC_init(raw, nil, 0, nil), "EVP_MAC_init")
        for part in parts { unsafe requireSuccess(EVP_MAC_update(raw, part, part.count), "EVP_MAC_update") }
        var tag = [UInt8](repeating: 0, count: SHA256.byteCount)
        var count = 0
        unsafe requireSuccess(EVP_MAC_final(raw, &tag, &count, tag.count), "EVP_MAC_final")
        return tag
    }
}

/// The algorithm, fetched once: OpenSSL's lookup costs more than a tag.
nonisolated(unsafe) private let algorithm: OpaquePointer? = unsafe EVP_MAC_fetch(nil, "HMAC", nil)

/// Selects SHA-256 as the digest.
///
/// OpenSSL keeps pointers to the name and value, so both live as long as the process.
nonisolated(unsafe) private let parameters: [OSSL_PARAM] = {
    let name = unsafe strdup(OSSL_MAC_PARAM_DIGEST)
    let value = unsafe strdup("SHA256")
    return unsafe [OSSL_PARAM_construct_utf8_string(name, value, 0), OSSL_PARAM_construct_end()]
}()

nonisolated(unsafe) private let emptyKey = unsafe UnsafePointer(UnsafeMutablePointer<UInt8>.allocate(capacity: 1))
