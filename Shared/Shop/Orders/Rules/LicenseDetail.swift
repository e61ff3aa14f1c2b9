package import Kernel
package import Licensing

/// A seller's reference to a license.
package enum LicenseReference: Equatable, Sendable {
    case license(LicenseID)
    /// The hash of its key.
    case keyHash([UInt8])
    /// The last four symbols of its key, which other keys may share.
    case lastFour(String)
}

/// A license with the state that determines its access.
package struct LicenseDetail: Equatable, Sendable {
    /// The license's ID.
    package let id: LicenseID
    /// The order that it came with.
    package let order: OrderID
    /// That order's number; `nil` before it is paid.
    package let orderNumber: OrderNumber?
    /// That order's status.
    package let orderStatus: OrderStatus
    /// The buyer's address.
    package let email: String?
    /// The product's slug.
    package let product: String
    /// The product's name.
    package let productName: String
    /// The prefix of its key; `nil` for a product without keys, as are the last four symbols and the version.
    package let keyPrefix: String?
    /// The key's last four symbols.
    package let lastFour: String?
    /// The license's status.
    package let status: LicenseStatus
    /// When the seller revoked it by hand.
    package let heldAt: Instant?
    /// The version of the secret that the key is derived from.
    package let keyVersion: Int?
    /// How often its key was replaced.
    package let reissues: Int
    /// The maximum number of machines on which it may be active at once.
    package let activationLimit: Int
    /// When it was issued.
    package let createdAt: Instant

    /// What people call its order: the number, or before it is paid the ID.
    package var orderName: String { orderNumber.name(orElse: order) }
}

/// The outcome of a request to change a license.
package enum LicenseChange: Equatable, Sendable {
    /// It was changed.
    case changed(from: LicenseStatus, to: LicenseStatus)
    /// It already has the requested state: revoked by hand at that time, or not revoked by hand.
    case unchanged(LicenseStatus, heldAt: Instant?)
    /// Its order, in this status, allows no active license.
    case refused(OrderStatus)
    /// There is no such license.
    case noLicense
}

extension KeyRing {
    /// Derives the key that replaces the license's present one, with the secret that is current at `now`.
    ///
    /// - Throws: `.badPrefix` for a product without keys.
    package func nextKey(of license: LicenseDetail, at now: Instant) throws(KeyFault) -> NewKey {
        guard let prefix = license.keyPrefix else { throw .badPrefix }
        let version = version(at: now)
        let next = KeyOrigin(
            license: license.id, prefix: prefix, version: version, reissues: license.reissues + 1)
        let key = try key(of: next)
        return NewKey(
            previousReissues: license.reissues, version: version, hash: hash(key), lastFour: key.lastFour)
    }
}

/// The effect of a new key.
package struct Reissue: Equatable, Sendable {
    /// The number of machines that must be activated again.
    package let released: Int64
    /// The number of download links that stopped working.
    package let revokedLinks: Int64
    /// Whether a mail with the key is queued.
    package let hasMail: Bool
}
