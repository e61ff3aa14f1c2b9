package import Kernel
package import Licensing

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

extension KeyRing {
    /// The key that `license` gets in place of its present one, derived with the current secret.
    package func nextKey(of license: LicenseDetail) throws(KeyFault) -> NewKey {
        let next = KeyOrigin(
            license: license.id, prefix: license.keyPrefix, version: currentVersion, reissues: license.reissues + 1)
        let key = try key(of: next)
        return NewKey(
            previousReissues: license.reissues, version: currentVersion, hash: hash(key), lastFour: key.lastFour)
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
