package import Kernel

/// What is wrong with one part of a catalog.
package struct CatalogFault: Equatable, Sendable {
    /// Why the part is wrong.
    package enum Reason: Equatable, Sendable {
        case notJSON, notObject, notText, notWholeNumber, notFlag, notList
        /// The member is required.
        case missing
        /// There is no member of this name; `known` are the names there are.
        case unknownMember(String, known: [String])
        case noProducts, notEmailAddress, notSender, notSlug, notLine, notKeyPrefix, notPriceID, notCurrency
        /// The text has more than so many characters.
        case tooLong(limit: Int)
        case outOfRange(ClosedRange<Int64>)
        /// The amount, in minor units, is out of range.
        case amountOutOfRange(ClosedRange<Int64>)
        /// A product has another number of active prices than one.
        case activePrices(Int)
        /// The value is that of the part at this path.
        case sameAs(String)
        /// The key prefix is read like that of the part at this path.
        case readsLike(String)
        /// The key prefix changes from this one, with which keys are sold.
        case soldPrefix(String)
        /// The key prefix is read like that of this product, which is not in the file.
        case prefixOfUnlisted(product: String)
        /// The price belongs to this other product.
        case priceOf(product: String)
        /// The price of this ID has this amount, and Stripe's prices never change.
        case priceChanged(id: String, from: Money)
    }

    /// The part, such as `products.0.slug`; empty for the whole.
    package let path: String
    /// Why it is wrong.
    package let reason: Reason

    /// Memberwise.
    package init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }
}

/// Everything found wrong with a catalog.
package struct CatalogFaults: Error, Equatable, Sendable {
    /// The faults, in the file's order.
    package let faults: [CatalogFault]

    /// Memberwise.
    package init(_ faults: [CatalogFault]) { self.faults = faults }

    /// Creates a single fault at `path`.
    init(_ path: String, _ reason: CatalogFault.Reason) { faults = [CatalogFault(path, reason)] }
}
