package import Crypto
package import Kernel
package import Settings

/// Why a license's key cannot be derived.
package enum KeyFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The license was issued under a secret that is not among those given.
    case unknownVersion(Int)
    /// The product's key prefix is invalid.
    case badPrefix

    package var description: String {
        switch self {
        case .unknownVersion(let version): "LICENSE_SECRETS lacks version \(version)"
        case .badPrefix: "the product's key prefix is none"
        }
    }
}

/// The secrets behind license keys: the one place where a key is derived.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `LICENSE_SECRETS` | needed; `version:base64,…`, the first is current, at least 32 bytes each; `2@20261201T120000Z:base64` is current from that time on |
/// | `KEY_PEPPER` | needed; base64, at least 32 bytes |
package struct KeyRing: Sendable {
    private let secrets: VersionedSecrets
    private let pepper: Pepper

    /// The version of the secret that keys of sales of this time are derived from.
    ///
    /// It depends on the sale's own time, so that a sale that is made again after a loss has the keys it had.
    package func version(at instant: Instant) -> Int { secrets.version(at: instant) }

    /// Creates a key ring.
    package init(secrets: VersionedSecrets, pepper: Pepper) { (self.secrets, self.pepper) = (secrets, pepper) }

    /// Reads the settings; `nil` after a fault, which `read` keeps.
    package init?(_ read: inout SettingsReader) {
        let secrets = read.value("LICENSE_SECRETS", expected: VersionedSecrets.expectedWithStarts) {
            VersionedSecrets($0, hasStarts: true)
        }
        let pepper = Pepper(&read)
        guard let secrets, let pepper else { return nil }
        (self.secrets, self.pepper) = (secrets, pepper)
    }

    /// Derives the key of a license: the same key for the same origin.
    package func key(of origin: KeyOrigin) throws(KeyFault) -> LicenseKey {
        guard let prefix = LicensePrefix(origin.prefix) else { throw .badPrefix }
        guard let secret = secrets.key(origin.version) else { throw .unknownVersion(origin.version) }
        return LicenseKey(prefix: prefix, license: origin.license, reissues: origin.reissues, secret: secret)
    }

    /// Returns the hash that the database stores instead of `key`.
    package func hash(_ key: LicenseKey) -> [UInt8] { key.hash(pepper: pepper) }
}
