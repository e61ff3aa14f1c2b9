package import Downloads
package import Kernel
package import Licensing

/// What a paid sale grants the buyer, prepared in advance and stored only if it makes the order paid.
package struct Entitlement: Equatable, Sendable {
    /// The licenses, one for each unit of a product, in the order of the lines.
    package var licenses: [NewLicense] = []
    /// The version of the secret that the keys are derived from.
    package var keyVersion: Int
    /// The download grant of each line that has a product, by the line's position.
    package var grants: [Int: Grant] = [:]
    /// The receipt's outbox row.
    package var email: EmailID

    /// Creates an entitlement to nothing yet.
    package init(keyVersion: Int, email: EmailID) {
        self.keyVersion = keyVersion
        self.email = email
    }
}
