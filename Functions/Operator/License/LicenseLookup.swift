import EventLoop
import Kernel
import Licensing
import Orders
import Postgres

/// Returns the one license that `reference`, typed as `word`, refers to.
///
/// - Throws: `.failed` if there is none, or several.
@Loop
func oneLicense(
    _ reference: LicenseReference, typed word: String, _ connection: Connection
) async throws(CommandFault) -> LicenseDetail {
    let found = try await mapError(CommandFault.database, await connection.run(LicenseDetailStatements.find(reference)))
    // A license key is a secret and must not be in an error message.
    let name = if case .keyHash = reference { "with this key" } else { word }
    return try onlyOne(found, of: "license", typed: name) { $0.id.description }
}

extension LicenseDetail {
    /// The masked key.
    var maskedKey: String {
        guard let keyPrefix, let lastFour else { return "no key" }
        return LicenseKey.masked(prefix: keyPrefix, lastFour: lastFour)
    }

    /// The status with its reason.
    var statusText: String {
        switch (status, heldAt) {
        case (.active, _): "active"
        case (.suspended, _): "suspended: \(orderStatus.whyClosed)"
        case (.revoked, let time?): "revoked: closed by hand at \(time.toTheSecond)"
        case (.revoked, nil): "revoked: \(orderStatus.whyClosed)"
        }
    }
}
