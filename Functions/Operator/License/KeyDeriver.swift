import Kernel
import Records
import Settings
import Tokens

/// Derives license keys again from what their rows hold.
struct KeyDeriver: Sendable {
    let secrets: VersionedSecrets
    /// What keys are hashed with.
    let pepper: Pepper

    /// Reads `LICENSE_SECRETS` and `KEY_PEPPER`; `nil` when one is missing or unusable.
    init?(_ read: inout SettingsReader) {
        let (secrets, pepper) = (KeyRing.licenseSecrets(&read), KeyRing.pepper(&read))
        guard let secrets, let pepper else { return nil }
        (self.secrets, self.pepper) = (secrets, pepper)
    }

    /// The key of a license.
    ///
    /// - Throws: `.failed`, which does not name the license.
    func key(_ origin: KeyOrigin) throws(CommandFault) -> LicenseKey {
        guard let prefix = LicensePrefix(origin.prefix) else { throw .failed("its product's key prefix is none") }
        do throws(LicenseKey.Fault) {
            return try LicenseKey(
                prefix: prefix, license: origin.license, version: origin.version, reissues: origin.reissues,
                secrets: secrets)
        } catch { throw .failed("LICENSE_SECRETS lacks version \(origin.version)") }
    }
}
