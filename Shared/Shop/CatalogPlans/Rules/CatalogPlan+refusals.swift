import Catalog
import Kernel
import Licensing

extension CatalogPlan {
    /// Returns the changes that would break existing sales.
    static func refusals(_ file: CatalogFile, _ stored: StoredCatalog) -> [CatalogFault] {
        file.products.enumerated().flatMap { index, product in
            let path = "products.\(index)"
            return prefixRefusals(product.record, stored.products, file, path)
                + product.prices.enumerated().flatMap { position, price in
                    priceRefusals(price, of: product.record, stored, "\(path).prices.\(position)")
                }
        }
    }

    private static func prefixRefusals(
        _ product: ProductRecord, _ stored: [StoredProduct], _ file: CatalogFile, _ path: String
    ) -> [CatalogFault] {
        let prefix = product.prefix
        if let old = stored.first(where: { $0.record.slug == product.slug }), old.hasLicenses,
            old.record.prefix != prefix
        {
            return [CatalogFault("\(path).key_prefix", .soldPrefix(old.record.keyPrefix ?? "none"))]
        }
        guard let prefix else { return [] }
        let rival = stored.first { other in
            other.record.prefix == prefix
                && !file.products.contains { $0.record.slug == other.record.slug }
        }
        return rival.map {
            [CatalogFault("\(path).key_prefix", .prefixOfUnlisted(product: $0.record.slug))]
        } ?? []
    }

    private static func priceRefusals(
        _ price: PriceRecord, of product: ProductRecord, _ stored: StoredCatalog, _ path: String
    ) -> [CatalogFault] {
        guard let old = stored.prices.first(where: { $0.record.stripeID == price.stripeID }) else { return [] }
        if let owner = stored.products.first(where: { $0.id == old.product }), owner.record.slug != product.slug {
            return [CatalogFault("\(path).id", .priceOf(product: owner.record.slug))]
        }
        guard old.record.amount != price.amount else { return [] }
        let member = old.record.amount.currency == price.amount.currency ? "unit_amount" : "currency"
        return [CatalogFault("\(path).\(member)", .priceChanged(id: price.stripeID, from: old.record.amount))]
    }
}

extension ProductRecord {
    /// The prefix of its keys; `nil` for a product without keys.
    fileprivate var prefix: LicensePrefix? { keyPrefix.flatMap { LicensePrefix($0) } }
}
