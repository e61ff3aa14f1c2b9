package import Commerce
package import Kernel

/// By what a seller knows a license.
package enum LicenseReference: Equatable, Sendable {
    case license(LicenseID)
    /// The hash of its key.
    case keyHash([UInt8])
    /// The last four symbols of its key, which other keys may share.
    case lastFour(String)
}

/// A license with what decides over it.
package struct LicenseDetail: Equatable, Sendable {
    /// The license's ID.
    package let id: LicenseID
    /// The order that it came with.
    package let order: OrderID
    /// Where that order stands.
    package let orderStatus: OrderStatus
    /// The buyer's address.
    package let email: String?
    /// The product's name in addresses.
    package let product: String
    /// The product's name.
    package let productName: String
    /// What its key begins with.
    package let keyPrefix: String
    /// The key's last four symbols.
    package let lastFour: String
    /// Whether it opens doors.
    package let status: LicenseStatus
    /// When the seller closed it by hand.
    package let heldAt: Instant?
    /// The version of the secret that the key is derived from.
    package let keyVersion: Int
    /// How often it was given another key.
    package let reissues: Int
    /// On how many machines it may be active at once.
    package let activationLimit: Int
    /// When it was issued.
    package let createdAt: Instant
}

/// A machine that a license was used on.
package struct LicenseActivation: Equatable, Sendable {
    /// What the buyer calls the machine.
    package let machine: String
    /// Since when.
    package let createdAt: Instant
    /// Until when; `nil` while it is active.
    package let deactivatedAt: Instant?
}

/// What became of a wish to change a license.
package enum LicenseChange: Equatable, Sendable {
    /// It was so and is otherwise now.
    case changed(from: LicenseStatus, to: LicenseStatus)
    /// It is so already: closed by hand at that time, or not closed by hand.
    case unchanged(LicenseStatus, heldAt: Instant?)
    /// Its order, where it stands, opens no license.
    case refused(OrderStatus)
    /// There is no such license.
    case noLicense
}

/// A key to put in a license's old one's place.
package struct NewKey: Equatable, Sendable {
    /// How often the license was given another key before.
    package let previousReissues: Int
    /// The version of the secret that the key is derived from.
    package let version: Int
    /// What the database holds instead of the key: 32 bytes.
    package let hash: [UInt8]
    /// The key's last four symbols.
    package let lastFour: String

    /// Takes the parts as they are.
    package init(previousReissues: Int, version: Int, hash: [UInt8], lastFour: String) {
        self.previousReissues = previousReissues
        self.version = version
        self.hash = hash
        self.lastFour = lastFour
    }
}

/// What a new key did.
package struct Reissue: Equatable, Sendable {
    /// How many machines have to be activated again.
    package let released: Int64
    /// How many download links stopped working.
    package let revokedLinks: Int64
    /// Whether a mail with the key waits to be sent.
    package let hasMail: Bool
}
