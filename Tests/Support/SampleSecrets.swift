package import Crypto
import Testing

/// A text for `VersionedSecrets`: each secret is 32 times its version's last digit.
package func secretsText(_ versions: Int...) -> String { secretsText(of: versions) }

/// A text for `VersionedSecrets`, as `secretsText(_:)`.
package func secretsText(of versions: [Int]) -> String {
    versions.map { "\($0):\(Base64.encode([UInt8](repeating: UInt8($0 % 10), count: 32)))" }.joined(separator: ",")
}

/// Secrets of the versions given, the first current.
package func secrets(_ versions: Int...) throws -> VersionedSecrets { try secrets(of: versions) }

/// Secrets of the versions given, the first current.
package func secrets(of versions: [Int]) throws -> VersionedSecrets {
    try #require(VersionedSecrets(secretsText(of: versions)))
}
