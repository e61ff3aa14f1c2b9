internal import CCrypto

/// Why a key or a signature could not be made; contains nothing of the key and no text of OpenSSL's.
package enum CryptoFault: Error, Equatable, Sendable {
    /// The bytes are not a key of the expected type, or a pass phrase protects it.
    case unusableKey
    /// The key has the expected type but is shorter than we accept.
    case weakKey
    /// OpenSSL failed to sign.
    case cannotSign
}

/// Clears this thread's error queue, so that no later TLS call mistakes an old failure for its own.
///
/// Source: SSL_get_error(3), «the current thread's error queue must be empty».
func forgetErrors() { ERR_clear_error() }

/// Exits the process if OpenSSL fails where only a lack of memory or a bug of its own can be the cause.
///
/// There is no safe way to continue: a digest or a random number that was not computed must never be used.
func requireSuccess(_ status: Int32, _ what: StaticString) {
    precondition(status == 1, "OpenSSL failed: \(what)")
}
