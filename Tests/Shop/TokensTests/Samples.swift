import Crypto
import Kernel
import Testing
import Tokens

/// A text for `VersionedSecrets`: each secret is 32 times its version's last digit.
func secretsText(_ versions: Int...) -> String {
    versions.map { "\($0):\(Base64.encode([UInt8](repeating: UInt8($0 % 10), count: 32)))" }.joined(separator: ",")
}

/// Secrets of the versions given, the first current.
func secrets(_ versions: Int...) throws -> VersionedSecrets {
    let text = versions.map { secretsText($0) }.joined(separator: ",")
    return try #require(VersionedSecrets(text))
}
