package import Downloads
package import Kernel
package import Licensing

/// What a paid sale grants the buyer, prepared in advance and stored only if it makes the order paid.
package struct Entitlement: Equatable, Sendable {
    /// The licenses, one for each unit.
    package var licenses: [NewLicense]
    /// The version of the secret that the keys are derived from.
    package var keyVersion: Int
    /// The download grant.
    package var grant: Grant
    /// The receipt's outbox row.
    package var email: EmailID

    /// Creates an entitlement.
    package init(licenses: [NewLicense], keyVersion: Int, grant: Grant, email: EmailID) {
        self.licenses = licenses
        self.keyVersion = keyVersion
        self.grant = grant
        self.email = email
    }
}
