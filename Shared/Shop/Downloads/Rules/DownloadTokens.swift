package import Crypto
package import Kernel
package import Settings

/// Why a download token is refused.
package enum TokenFault: Error, Equatable, Sendable {
    /// It is not a token.
    case malformed
    /// It was not signed with any current secret.
    case forged
    /// It was valid and has expired.
    case expired
}

/// Makes and checks download tokens, so that a forged one is refused without a database query.
///
/// A token is the Base64URL text of key version (4 bytes), grant UUID (16), expiry in Unix seconds (8) and a tag of 160
/// bits: 48 bytes, 64 characters, no bit to spare, so that each content has exactly one spelling.
package struct DownloadTokens: Sendable {
    private let secrets: VersionedSecrets

    /// Creates tokens under `secrets`: the first one signs, all of them verify.
    package init(secrets: VersionedSecrets) { self.secrets = secrets }

    /// Reads `TOKEN_SECRETS`, as `version:base64,…`; returns `nil` after recording a fault in `read`.
    package init?(_ read: inout SettingsReader) {
        let secrets = read.value("TOKEN_SECRETS", expected: VersionedSecrets.expected) { VersionedSecrets($0) }
        guard let secrets else { return nil }
        self.init(secrets: secrets)
    }

    /// Makes a new token for `grant`, valid until just before `expiresAt`, truncated to whole seconds.
    package func mint(grant: GrantID, expiresAt: Instant) -> Secret {
        let content =
            UInt32(secrets.currentVersion).bigEndianBytes + grant.uuid.bytes
            + UInt64(bitPattern: expiresAt.unixSeconds).bigEndianBytes
        guard let key = secrets.key(secrets.currentVersion) else { preconditionFailure("there is a current secret") }
        return Secret(Base64URL.encode(content + DownloadTokens.tag(key, content)))
    }

    /// Returns the content of `text` if it is valid at `now`.
    package func verify(_ text: String, now: Instant) throws(TokenFault) -> VerifiedDownloadToken {
        guard text.utf8.count == 64, let bytes = Base64URL.decode(text) else { throw .malformed }
        let (content, tag) = (Array(bytes.prefix(28)), Array(bytes.dropFirst(28)))
        guard let grant = UUIDv7(bytes: Array(content[4..<20])) else { throw .malformed }
        let version = Int(content[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        guard let key = secrets.key(version), ConstantTime.equal(tag, DownloadTokens.tag(key, content)) else {
            throw .forged
        }
        let seconds = content[20...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let token = VerifiedDownloadToken(
            grant: GrantID(grant), expiresAt: Instant(unixSeconds: Int64(bitPattern: seconds)), keyVersion: version)
        guard now < token.expiresAt else { throw .expired }
        return token
    }

    private static func tag(_ key: HMACSHA256.Key, _ content: [UInt8]) -> [UInt8] {
        Array(key.tag(label, content).prefix(20))
    }

    private static let label = Array("latchkey download v1".utf8)
}

/// A token with a valid tag that has not expired; only `DownloadTokens.verify` makes one.
package struct VerifiedDownloadToken: Equatable, Sendable {
    /// The grant; the database decides whether it is still usable.
    package let grant: GrantID
    /// When it expires.
    package let expiresAt: Instant
    /// The version of the secret that signed it.
    package let keyVersion: Int

    fileprivate init(grant: GrantID, expiresAt: Instant, keyVersion: Int) {
        self.grant = grant
        self.expiresAt = expiresAt
        self.keyVersion = keyVersion
    }
}
