import Kernel
package import Postgres

/// Reads of the catalog.
package enum CatalogStatements {
    /// Reads the shop, its products, their prices and the newest release's files.
    package static let load = Statement<Catalog>(
        """
        SELECT s.id, s.name, s.support_email, s.sender,
            p.id, p.slug, p.name, p.key_prefix, p.download_limit, p.download_days,
            ARRAY(SELECT stripe_price_id FROM prices WHERE product_id = p.id),
            r.version, a.platform, a.file_name, a.object_name, a.size, a.sha256, c.unit_amount, c.currency
        FROM shops s
        LEFT JOIN products p ON p.shop_id = s.id
        LEFT JOIN prices c ON c.product_id = p.id AND c.active
        LEFT JOIN LATERAL (
            SELECT id, version FROM releases WHERE product_id = p.id ORDER BY released_at DESC, id DESC LIMIT 1
        ) r ON true
        LEFT JOIN artifacts a ON a.release_id = r.id
        ORDER BY p.slug, a.platform, a.file_name
        """
    ) { result throws(PostgresFault) in
        guard result.rowCount > 0 else { throw .unexpectedAnswer("the catalog is empty: run latchkey catalog apply") }
        let shop = try result.withRow(0, shop)
        var products: [Product] = []
        for index in 0..<result.rowCount {
            let (product, artifact) = try result.withRow(index, product)
            guard let product else { continue }
            if products.last?.id != product.id { products.append(product) }
            if let artifact { products[products.count - 1].artifacts.append(artifact) }
        }
        return Catalog(shop: shop, products: products)
    }

    /// Reads the products for sale now, and whether each has files to download.
    package static let forSale = Statement<[(slug: String, hasRelease: Bool)]>.rows(
        """
        SELECT p.slug, EXISTS (SELECT FROM releases v JOIN artifacts a ON a.release_id = v.id WHERE v.product_id = p.id)
        FROM products p JOIN prices r ON r.product_id = p.id AND r.active WHERE p.active ORDER BY p.slug
        """
    ) { row throws(PostgresFault) in (slug: try row.text(0), hasRelease: try row.bool(1)) }

    private static func shop(_ row: borrowing Row) throws(PostgresFault) -> Shop {
        guard let support = EmailAddress(try row.text(2)) else {
            throw .unexpectedAnswer("the shop's support address is none")
        }
        return Shop(id: try row.id(0), name: try row.text(1), supportEmail: support, sender: try row.text(3))
    }

    private static func price(_ row: borrowing Row) throws(PostgresFault) -> Money? {
        row.isNull(17) ? nil : Money(minorUnits: try row.integer(17), currency: try row.currency(18))
    }

    private static func product(_ row: borrowing Row) throws(PostgresFault) -> (Product?, Artifact?) {
        guard let id: ProductID = try row.optionalID(4) else { return (nil, nil) }
        let product = Product(
            id: id, slug: try row.text(5), name: try row.text(6), keyPrefix: try row.optionalText(7),
            downloadLimit: Int(try row.integer(8)), downloadDays: Int(try row.integer(9)),
            stripePriceIDs: try row.texts(10), price: try price(row), artifacts: [])
        guard !row.isNull(12) else { return (product, nil) }
        return (product, try ArtifactColumns.read(row, from: 11))
    }
}

/// An artifact's columns in any statement: version, platform, file name, object name, size, SHA-256.
package enum ArtifactColumns {
    /// Reads an artifact from the columns that start at `column`.
    package static func read(_ row: borrowing Row, from column: Int) throws(PostgresFault) -> Artifact {
        Artifact(
            version: try row.text(column), platform: try row.text(column + 1), fileName: try row.text(column + 2),
            objectName: try row.text(column + 3), size: try row.integer(column + 4),
            sha256: try row.bytes(column + 5))
    }
}
