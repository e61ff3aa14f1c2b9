internal import CCrypto

/// Why a key or a signature could not be made; nothing of the key or of OpenSSL's own text is in it.
package enum CryptoFault: Error, Equatable, Sendable {
    /// The bytes are not a key of the kind asked for, or it is protected by a pass phrase.
    case unusableKey
    /// The key is of the right kind and shorter than we accept.
    case weakKey
    /// OpenSSL refused to sign.
    case cannotSign
}

/// Empties this thread's error queue, so that no later TLS call takes an old failure for its own.
///
/// Source: SSL_get_error(3), «the current thread's error queue must be empty».
func forgetErrors() { ERR_clear_error() }

/// Ends the process when OpenSSL fails at what can only fail for want of memory or of its own code.
///
/// There is no safe way on: a digest or a random number that was not made must never be used.
func requireSuccess(_ status: Int32, _ what: StaticString) {
    precondition(status == 1, "OpenSSL failed: \(what)")
}
