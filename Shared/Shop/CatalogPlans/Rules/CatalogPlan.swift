package import Catalog
package import Kernel

/// The stored catalog.
struct StoredCatalog: Sendable {
    var shop: (ShopID, ShopRecord)?
    var products: [StoredProduct] = []
    var prices: [StoredPrice] = []
}

/// The change of one row.
package enum CatalogChange: Equatable, Sendable {
    case created
    /// The names of the settings that change.
    case updated([String])
    case unchanged
    /// It is no longer in the file.
    case deactivated
}

/// A row to write.
package enum CatalogWrite: Equatable, Sendable {
    case shop(ShopID, ShopRecord)
    case product(ProductID, ShopID, ProductRecord)
    case price(PriceID, ProductID, PriceRecord)
}

/// The changes that applying a catalog file makes, computed without input or output.
package struct CatalogPlan: Equatable, Sendable {
    /// The change of the shop.
    package private(set) var shop = CatalogChange.unchanged
    /// The change of each product.
    package private(set) var products: [(slug: String, change: CatalogChange)] = []
    /// The rows to write, in an order that violates no constraint: old prices are deactivated before new ones are
    /// inserted.
    package private(set) var writes: [CatalogWrite] = []

    /// Compares the file with the stored catalog.
    ///
    /// - Throws: the changes that would break existing sales.
    init(_ file: CatalogFile, over stored: StoredCatalog, at now: Instant) throws(CatalogFaults) {
        let faults = CatalogPlan.refusals(file, stored)
        guard faults.isEmpty else { throw CatalogFaults(faults) }
        let shopID = stored.shop?.0 ?? ShopID(at: now)
        shop = CatalogPlan.change(from: stored.shop?.1, to: file.shop, CatalogPlan.shopFields)
        if shop != .unchanged { writes.append(.shop(shopID, file.shop)) }
        for product in file.products { add(product, of: shopID, over: stored, at: now) }
        for product in stored.products where !file.products.contains(where: { $0.record.slug == product.record.slug }) {
            retire(product, of: shopID, over: stored)
        }
        writes = writes.filter(\.endsPrice) + writes.filter { !$0.endsPrice }
    }

    private mutating func add(
        _ product: CatalogFile.Product, of shop: ShopID, over stored: StoredCatalog, at now: Instant
    ) {
        let old = stored.products.first { $0.record.slug == product.record.slug }
        let id = old?.id ?? ProductID(at: now)
        var change = CatalogPlan.change(from: old?.record, to: product.record, CatalogPlan.productFields)
        if change != .unchanged { writes.append(.product(id, shop, product.record)) }
        let prices = CatalogPlan.prices(product.prices, of: id, over: stored.prices, at: now)
        writes += prices
        switch change {
        case .updated(let names) where !prices.isEmpty: change = .updated(names + ["price"])
        case .unchanged where !prices.isEmpty: change = .updated(["price"])
        default: break
        }
        products.append((product.record.slug, change))
    }

    private mutating func retire(_ product: StoredProduct, of shop: ShopID, over stored: StoredCatalog) {
        let prices = CatalogPlan.prices([], of: product.id, over: stored.prices, at: Instant(unixSeconds: 0))
        guard product.record.isActive || !prices.isEmpty else { return }
        var record = product.record
        record.isActive = false
        writes.append(.product(product.id, shop, record))
        writes += prices
        products.append((record.slug, .deactivated))
    }

    private static func prices(
        _ wanted: [PriceRecord], of product: ProductID, over stored: [StoredPrice], at now: Instant
    ) -> [CatalogWrite] {
        let own = stored.filter { $0.product == product }
        let listed = wanted.compactMap { price -> CatalogWrite? in
            let old = own.first { $0.record.stripeID == price.stripeID }
            return old?.record == price ? nil : .price(old?.id ?? PriceID(at: now), product, price)
        }
        let unlisted = own.filter { old in
            old.record.isActive && !wanted.contains { $0.stripeID == old.record.stripeID }
        }
        return listed
            + unlisted.map { old in
                var record = old.record
                record.isActive = false
                return .price(old.id, product, record)
            }
    }

    private static func change<Record: Equatable>(
        from old: Record?, to new: Record, _ fields: [(String, (Record, Record) -> Bool)]
    ) -> CatalogChange {
        guard let old else { return .created }
        let names = fields.filter { !$0.1(old, new) }.map(\.0)
        return names.isEmpty ? .unchanged : .updated(names)
    }
}

extension CatalogPlan {
    package static func == (left: CatalogPlan, right: CatalogPlan) -> Bool {
        left.shop == right.shop && left.writes == right.writes
            && left.products.elementsEqual(right.products) { $0.slug == $1.slug && $0.change == $1.change }
    }

    private static var shopFields: [(String, (ShopRecord, ShopRecord) -> Bool)] {
        [
            ("name", { $0.name == $1.name }), ("support_email", { $0.supportEmail == $1.supportEmail }),
            ("sender", { $0.sender == $1.sender }),
        ]
    }

    private static var productFields: [(String, (ProductRecord, ProductRecord) -> Bool)] {
        [
            ("active", { $0.isActive == $1.isActive }), ("name", { $0.name == $1.name }),
            ("description", { $0.description == $1.description }), ("key_prefix", { $0.keyPrefix == $1.keyPrefix }),
            ("activation_limit", { $0.activationLimit == $1.activationLimit }),
            ("download_limit", { $0.downloadLimit == $1.downloadLimit }),
            ("download_days", { $0.downloadDays == $1.downloadDays }),
            ("allow_promotion_codes", { $0.allowPromotionCodes == $1.allowPromotionCodes }),
            ("automatic_tax", { $0.automaticTax == $1.automaticTax }),
            ("terms_consent", { $0.termsConsent == $1.termsConsent }),
            ("invoice_creation", { $0.invoiceCreation == $1.invoiceCreation }),
        ]
    }
}

extension CatalogWrite {
    fileprivate var endsPrice: Bool {
        if case .price(_, _, let record) = self { !record.isActive } else { false }
    }
}
