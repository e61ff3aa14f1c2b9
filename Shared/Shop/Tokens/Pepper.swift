internal import Crypto
package import Kernel

/// What license keys are hashed with, made ready.
package struct Pepper: Sendable {
    let key: HMACSHA256.Key

    /// Makes a secret ready.
    package init(_ secret: Secret) { key = HMACSHA256.Key(secret) }
}
