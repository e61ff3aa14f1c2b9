internal import Crypto
package import Kernel
package import Settings

/// The key that license keys are hashed with, so that a copy of the database does not allow guessing.
package struct Pepper: Sendable {
    let key: HMACSHA256.Key

    /// Prepares a secret as the key.
    package init(_ secret: Secret) { key = HMACSHA256.Key(secret) }

    /// Reads `KEY_PEPPER`; `nil` after a fault, which `read` keeps.
    package init?(_ read: inout SettingsReader) {
        let secret = read.value("KEY_PEPPER", expected: "base64 of at least 32 bytes") {
            Secret(base64: $0, atLeast: 32)
        }
        guard let secret else { return nil }
        self.init(secret)
    }
}
