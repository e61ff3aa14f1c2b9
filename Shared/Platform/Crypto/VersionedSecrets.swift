package import Kernel

/// Versioned secrets for rotation: the first is current, the others verify what older versions signed.
package struct VersionedSecrets: Sendable {
    /// The expected format, for the settings fault.
    package static let expected = "version:base64,version:base64,… (the first is current; each 32 bytes or more)"

    /// The version of the current secret.
    package let currentVersion: Int
    /// The current secret.
    package let current: Secret
    private let secrets: [Int: Secret]
    private let keys: [Int: HMACSHA256.Key]

    /// Parses `version:base64,version:base64,…`.
    ///
    /// `nil` unless every version is a unique integer from 1 to 2147483647 without leading zeros, and every secret is
    /// strict Base64 of at least 32 bytes.
    package init?(_ text: some StringProtocol) {
        var secrets: [Int: Secret] = [:]
        var first: (version: Int, secret: Secret)?
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = entry.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let version = VersionedSecrets.version(parts[0]), secrets[version] == nil,
                let secret = Secret(base64: parts[1], atLeast: 32)
            else { return nil }
            secrets[version] = secret
            first = first ?? (version, secret)
        }
        guard let first else { return nil }
        (currentVersion, current) = first
        self.secrets = secrets
        keys = secrets.mapValues { HMACSHA256.Key($0) }
    }

    /// The secret with this version; `nil` if there is none.
    package subscript(version: Int) -> Secret? { secrets[version] }

    /// Returns the HMAC key with this version; `nil` if there is none.
    package func key(_ version: Int) -> HMACSHA256.Key? { keys[version] }

    private static func version(_ text: some StringProtocol) -> Int? {
        guard let number = Int32(text), number > 0, String(number) == text else { return nil }
        return Int(number)
    }
}
