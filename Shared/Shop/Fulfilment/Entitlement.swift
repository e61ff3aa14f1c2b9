package import Downloads
package import Kernel
package import Licensing

/// What a paid sale gives the buyer, made beforehand and kept only if the order becomes paid by it.
package struct Entitlement: Equatable, Sendable {
    /// One for each unit.
    package var licenses: [NewLicense]
    /// The version of the secret that the keys are derived from.
    package var keyVersion: Int
    /// The right to download.
    package var grant: Grant
    /// The outbox row of the receipt.
    package var email: EmailID

    /// Memberwise.
    package init(licenses: [NewLicense], keyVersion: Int, grant: Grant, email: EmailID) {
        self.licenses = licenses
        self.keyVersion = keyVersion
        self.grant = grant
        self.email = email
    }
}
