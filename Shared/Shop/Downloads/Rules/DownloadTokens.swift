package import Crypto
package import Kernel
package import Settings

/// Why a download token opens nothing.
package enum TokenFault: Error, Equatable, Sendable {
    /// It is no token at all.
    case malformed
    /// No key of ours made it, or a key that is no longer in use.
    case forged
    /// It was ours and its time is over.
    case expired
}

/// Makes and checks download tokens, so that a forged one is refused before the database is asked.
///
/// A token is the Base64URL text of key version (4 bytes), grant UUID (16), expiry in Unix seconds (8) and a tag of
/// 160 bits: 48 bytes, 64 characters, no bit to spare, so that a content has exactly one spelling.
package struct DownloadTokens: Sendable {
    private let secrets: VersionedSecrets

    /// Tokens under `secrets`: the first one signs, all of them verify.
    package init(secrets: VersionedSecrets) { self.secrets = secrets }

    /// Reads `TOKEN_SECRETS`, as `version:base64,…`; `nil` after a fault, which `read` keeps.
    package init?(_ read: inout SettingsReader) {
        let secrets = read.value("TOKEN_SECRETS", expected: VersionedSecrets.expected) { VersionedSecrets($0) }
        guard let secrets else { return nil }
        self.init(secrets: secrets)
    }

    /// A new token for `grant`, good until just before `expiresAt`, which loses its fraction of a second.
    package func mint(grant: GrantID, expiresAt: Instant) -> Secret {
        let content =
            UInt32(secrets.currentVersion).bigEndianBytes + grant.uuid.bytes
            + UInt64(bitPattern: expiresAt.unixSeconds).bigEndianBytes
        guard let key = secrets.key(secrets.currentVersion) else { preconditionFailure("there is a current secret") }
        return Secret(Base64URL.encode(content + DownloadTokens.tag(key, content)))
    }

    /// What `text` grants at the moment `now`.
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

/// A token whose tag held and whose time was not over; only `DownloadTokens.verify` makes one.
package struct VerifiedDownloadToken: Equatable, Sendable {
    /// What it opens, if the database agrees.
    package let grant: GrantID
    /// When it ends.
    package let expiresAt: Instant
    /// Which secret it was made under.
    package let keyVersion: Int

    fileprivate init(grant: GrantID, expiresAt: Instant, keyVersion: Int) {
        self.grant = grant
        self.expiresAt = expiresAt
        self.keyVersion = keyVersion
    }
}
