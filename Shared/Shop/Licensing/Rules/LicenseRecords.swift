package import Kernel

/// What a license's key is derived from.
package struct KeyOrigin: Equatable, Sendable {
    /// The license.
    package let license: LicenseID
    /// The product's key prefix.
    package let prefix: String
    /// The version of the license secret.
    package let version: Int
    /// The number of keys that the license had before this one.
    package let reissues: Int

    /// Creates the input of a key.
    package init(license: LicenseID, prefix: String, version: Int, reissues: Int) {
        self.license = license
        self.prefix = prefix
        self.version = version
        self.reissues = reissues
    }
}

/// A license to be issued; the key is derived, and only this much of it is stored.
package struct NewLicense: Equatable, Sendable {
    /// The row's ID, made beforehand.
    package let id: LicenseID
    /// The key's hash: 32 bytes.
    package let keyHash: [UInt8]
    /// The key's last four symbols, for support.
    package let keyLastFour: String

    /// Creates a new license.
    package init(id: LicenseID, keyHash: [UInt8], keyLastFour: String) {
        self.id = id
        self.keyHash = keyHash
        self.keyLastFour = keyLastFour
    }
}

/// A key to replace a license's present one.
package struct NewKey: Equatable, Sendable {
    /// How often the license's key was replaced before.
    package let previousReissues: Int
    /// The version of the secret that the key is derived from.
    package let version: Int
    /// The key's hash: 32 bytes.
    package let hash: [UInt8]
    /// The key's last four symbols.
    package let lastFour: String

    /// Creates a new key.
    package init(previousReissues: Int, version: Int, hash: [UInt8], lastFour: String) {
        self.previousReissues = previousReissues
        self.version = version
        self.hash = hash
        self.lastFour = lastFour
    }
}
