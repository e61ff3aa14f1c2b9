/// The ID of one kind of row; IDs of different kinds are distinct types.
package struct Identifier<Entity>: Hashable, Sendable, CustomStringConvertible {
    /// The UUID.
    package let uuid: UUIDv7

    /// Creates an ID from its UUID.
    package init(_ uuid: UUIDv7) { self.uuid = uuid }

    /// Parses an ID; `nil` if `text` is not one.
    package init?(_ text: some StringProtocol) {
        guard let uuid = UUIDv7(text) else { return nil }
        self.uuid = uuid
    }

    /// Creates a new ID at `instant`.
    package init(at instant: Instant) { uuid = UUIDv7(at: instant) }

    package var description: String { uuid.description }
}

/// The kinds of rows an ID can identify; these types have no values.
package enum Entity {
    /// A row of `shops`.
    package enum Shop {}
    /// A row of `products`.
    package enum Product {}
    /// A row of `prices`.
    package enum Price {}
    /// A row of `releases`.
    package enum Release {}
    /// A row of `customers`.
    package enum Customer {}
    /// A row of `orders`.
    package enum Order {}
    /// A row of `licenses`.
    package enum License {}
    /// A row of `download_grants`.
    package enum Grant {}
    /// A row of `emails`.
    package enum Email {}
    /// A row of `refund_requests`.
    package enum RefundRequest {}
}

/// The ID of a shop.
package typealias ShopID = Identifier<Entity.Shop>
/// The ID of a product.
package typealias ProductID = Identifier<Entity.Product>
/// The ID of a price.
package typealias PriceID = Identifier<Entity.Price>
/// The ID of a release.
package typealias ReleaseID = Identifier<Entity.Release>
/// The ID of a customer.
package typealias CustomerID = Identifier<Entity.Customer>
/// The ID of an order.
package typealias OrderID = Identifier<Entity.Order>
/// The ID of a license.
package typealias LicenseID = Identifier<Entity.License>
/// The ID of a download grant.
package typealias GrantID = Identifier<Entity.Grant>
/// The ID of a mail in the outbox.
package typealias EmailID = Identifier<Entity.Email>
/// The ID of a refund requested by the seller.
package typealias RefundRequestID = Identifier<Entity.RefundRequest>
