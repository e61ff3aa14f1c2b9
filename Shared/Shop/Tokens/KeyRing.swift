internal import Crypto
internal import Kernel
package import Settings

/// The secrets behind license keys and download links.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `LICENSE_SECRETS` | needed; `version:base64,…`, the first is current, at least 32 bytes each |
/// | `TOKEN_SECRETS` | needed; the same form |
/// | `KEY_PEPPER` | needed; base64, at least 32 bytes |
package struct KeyRing: Sendable {
    /// What license keys are derived from.
    package let licenseSecrets: VersionedSecrets
    /// What makes and checks download links.
    package let downloadTokens: DownloadTokens
    /// What keys are hashed with.
    package let pepper: Pepper

    /// Reads the settings; `nil` after a fault, which `read` keeps.
    package init?(_ read: inout SettingsReader) {
        let license = KeyRing.licenseSecrets(&read)
        let token = read.value("TOKEN_SECRETS", expected: VersionedSecrets.expected) { VersionedSecrets($0) }
        let pepper = KeyRing.pepper(&read)
        guard let license, let token, let pepper else { return nil }
        licenseSecrets = license
        downloadTokens = DownloadTokens(secrets: token)
        self.pepper = pepper
    }

    /// Reads what license keys are derived from alone; `nil` after a fault, which `read` keeps.
    package static func licenseSecrets(_ read: inout SettingsReader) -> VersionedSecrets? {
        read.value("LICENSE_SECRETS", expected: VersionedSecrets.expected) { VersionedSecrets($0) }
    }

    /// Reads what keys are hashed with alone; `nil` after a fault, which `read` keeps.
    package static func pepper(_ read: inout SettingsReader) -> Pepper? {
        read.value("KEY_PEPPER", expected: "base64 of at least 32 bytes") {
            Secret(base64: $0, atLeast: 32).map(Pepper.init)
        }
    }
}
