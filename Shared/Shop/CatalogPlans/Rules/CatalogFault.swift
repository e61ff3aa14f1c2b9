package import Kernel

/// An error in one part of a catalog.
package struct CatalogFault: Equatable, Sendable {
    /// Why the part is invalid.
    package enum Reason: Equatable, Sendable {
        case notJSON, notObject, notText, notWholeNumber, notFlag, notList
        /// The member is required.
        case missing
        /// The member is unknown; `known` lists the valid names.
        case unknownMember(String, known: [String])
        case noProducts, notEmailAddress, notSender, notSlug, notLine, notKeyPrefix, notPriceID, notCurrency
        /// The text is longer than `limit` characters.
        case tooLong(limit: Int)
        case outOfRange(ClosedRange<Int64>)
        /// The amount, in minor units, is out of range.
        case amountOutOfRange(ClosedRange<Int64>)
        /// The product's number of active prices is not one.
        case activePrices(Int)
        /// The value is the same as at this path.
        case sameAs(String)
        /// The key prefix is indistinguishable from the one at this path when read.
        case readsLike(String)
        /// The key prefix differs from this one, with which keys have been issued.
        case soldPrefix(String)
        /// The key prefix is indistinguishable from that of this product, which the file does not list.
        case prefixOfUnlisted(product: String)
        /// The price belongs to this other product.
        case priceOf(product: String)
        /// The price with this ID has this amount, and Stripe's prices are immutable.
        case priceChanged(id: String, from: Money)
    }

    /// The part, such as `products.0.slug`; empty for the whole file.
    package let path: String
    /// Why it is invalid.
    package let reason: Reason

    /// Creates a fault at `path`.
    package init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }
}

/// All errors in a catalog.
package struct CatalogFaults: Error, Equatable, Sendable {
    /// The faults, in the file's order.
    package let faults: [CatalogFault]

    /// Creates the error from its faults.
    package init(_ faults: [CatalogFault]) { self.faults = faults }

    /// Creates a single fault at `path`.
    init(_ path: String, _ reason: CatalogFault.Reason) { faults = [CatalogFault(path, reason)] }
}
