package import Kernel

/// Versioned secrets for rotation: the first is current, the others verify what older versions signed.
package struct VersionedSecrets: Sendable {
    /// The expected format, for the settings fault.
    package static let expected = "version:base64,version:base64,… (the first is current; each 32 bytes or more)"

    /// The expected format where secrets may have starts.
    package static let expectedWithStarts =
        "version:base64,version:base64,… (the first is current, a version@20261201T120000Z from that time on; each 32 bytes or more)"

    /// The version of the current secret.
    package let currentVersion: Int
    /// The current secret.
    package let current: Secret
    private let secrets: [Int: Secret]
    private let keys: [Int: HMACSHA256.Key]
    /// The versions, newest first, with the time from which on each is current; `nil` for always.
    private let starts: [(version: Int, start: Instant?)]

    /// Parses `version:base64,version:base64,…`.
    ///
    /// `nil` unless every version is a unique integer from 1 to 2147483647 without leading zeros, and every secret is
    /// strict Base64 of at least 32 bytes.
    ///
    /// - Parameter hasStarts: whether a version may be followed by the time from which on it is current:
    ///   `2@20261201T120000Z:base64`, in the basic format of ISO 8601.
    package init?(_ text: some StringProtocol, hasStarts: Bool = false) {
        var secrets: [Int: Secret] = [:]
        var starts: [(version: Int, start: Instant?)] = []
        var first: (version: Int, secret: Secret)?
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = entry.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
            let start = name.count == 2 && hasStarts ? Instant(basic: name[1]) : nil
            guard parts.count == 2, (name.count == 2) == (start != nil),
                let version = VersionedSecrets.version(name[0]),
                secrets[version] == nil, let secret = Secret(base64: parts[1], atLeast: 32)
            else { return nil }
            secrets[version] = secret
            starts.append((version, start))
            first = first ?? (version, secret)
        }
        guard let first else { return nil }
        (currentVersion, current) = first
        self.secrets = secrets
        self.starts = starts
        keys = secrets.mapValues { HMACSHA256.Key($0) }
    }

    /// The version that is current at `instant`: the first one that has started, or the last of all.
    package func version(at instant: Instant) -> Int {
        starts.first { $0.start.map { $0 <= instant } ?? true }?.version ?? starts.last?.version ?? currentVersion
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
