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
    /// The position of its order line.
    package let line: Int
    /// The product's key prefix; `nil` for a product without keys, as are the two that follow.
    package let prefix: String?
    /// The key's hash: 32 bytes.
    package let keyHash: [UInt8]?
    /// The key's last four symbols, for support.
    package let keyLastFour: String?

    /// Creates a new license.
    package init(id: LicenseID, line: Int = 1, prefix: String?, keyHash: [UInt8]?, keyLastFour: String?) {
        self.id = id
        self.line = line
        self.prefix = prefix
        self.keyHash = keyHash
        self.keyLastFour = keyLastFour
    }

    /// Returns what its first key is derived from; `nil` if it has none.
    package func origin(version: Int) -> KeyOrigin? {
        prefix.map { KeyOrigin(license: id, prefix: $0, version: version, reissues: 0) }
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
