import Kernel
import Licensing
import OrderMails
package import Settings
import StripeClient

/// What a reconciliation run needs besides the database.
///
/// Besides `StripeSettings`, `KeyRing` and `MailSettings`:
///
/// | Name | Meaning |
/// | --- | --- |
/// | `QUIET_HOURS` | hours without an event before an alert, if sales are usual then; 1 to 168, 6 when absent |
package struct ReconciliationSettings: Sendable {
    let stripe: StripeSettings
    let keys: KeyRing
    let mail: MailSettings
    let quietHours: Int

    /// Reads the settings, and the templates' files, so it blocks; `nil` after a fault, which `read` keeps.
    package init?(_ read: inout SettingsReader) {
        stripe = StripeSettings(&read)
        let keys = KeyRing(&read)
        let mail = MailSettings(&read, isTest: stripe.isTest)
        quietHours = ReconciliationSettings.quietHours(&read)
        guard let keys, let mail else { return nil }
        (self.keys, self.mail) = (keys, mail)
    }

    /// Reads `QUIET_HOURS`.
    package static func quietHours(_ read: inout SettingsReader) -> Int {
        read.integer("QUIET_HOURS", in: 1...168, default: 6)
    }
}
