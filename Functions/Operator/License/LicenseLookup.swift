import EventLoop
import Kernel
import Licensing
import Orders
import Postgres

/// The one license that `reference` means; `word` is what was typed.
///
/// - Throws: `.failed` when there is none, or several.
@Loop
func oneLicense(
    _ reference: LicenseReference, typed word: String, _ connection: Connection
) async throws(CommandFault) -> LicenseDetail {
    let found = try await mapError(CommandFault.database, await connection.run(LicenseDetailStatements.find(reference)))
    // A whole key that was typed is a secret, and what fails is shown.
    let name = if case .keyHash = reference { "with this key" } else { word }
    return try onlyOne(found, of: "license", typed: name) { $0.id.description }
}

extension LicenseDetail {
    /// The key as far as anybody may see it.
    var maskedKey: String { "\(keyPrefix)-****-****-\(lastFour)" }

    /// The state with what is behind it.
    var statusText: String {
        switch (status, heldAt) {
        case (.active, _): "active"
        case (.suspended, _): "suspended: \(orderStatus.whyClosed)"
        case (.revoked, let time?): "revoked: closed by hand at \(time.toTheSecond)"
        case (.revoked, nil): "revoked: \(orderStatus.whyClosed)"
        }
    }
}
