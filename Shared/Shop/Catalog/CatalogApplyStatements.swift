package import Kernel
package import Postgres

/// The columns of a shop that the seller sets.
package struct ShopRecord: Equatable, Sendable {
    /// The name shown to buyers.
    package var name: String
    /// The support e-mail address.
    package var supportEmail: String
    /// The From line of mails.
    package var sender: String

    /// Creates a record.
    package init(name: String, supportEmail: String, sender: String) {
        self.name = name
        self.supportEmail = supportEmail
        self.sender = sender
    }
}

/// The columns of a product that the seller sets.
package struct ProductRecord: Equatable, Sendable {
    /// The slug in URLs, forms and metadata.
    package var slug: String
    /// The name shown to buyers.
    package var name: String
    package var description: String
    /// The prefix of its license keys; `nil` for a product that is sold without keys.
    package var keyPrefix: String?
    /// The maximum number of machines per license.
    package var activationLimit: Int
    /// The maximum number of downloads per link.
    package var downloadLimit: Int
    /// The lifetime of a link in days.
    package var downloadDays: Int
    /// Whether the payment page accepts promotion codes.
    package var allowPromotionCodes: Bool
    /// Whether Stripe calculates and adds tax.
    package var automaticTax: Bool
    /// Whether the buyer must accept the terms of service.
    package var termsConsent: Bool
    /// Whether Stripe creates an invoice.
    package var invoiceCreation: Bool
    /// Whether it is for sale.
    package var isActive: Bool

    /// Creates a record.
    package init(
        slug: String, name: String, description: String, keyPrefix: String?, activationLimit: Int, downloadLimit: Int,
        downloadDays: Int, allowPromotionCodes: Bool, automaticTax: Bool, termsConsent: Bool, invoiceCreation: Bool,
        isActive: Bool
    ) {
        self.slug = slug
        self.name = name
        self.description = description
        self.keyPrefix = keyPrefix
        self.activationLimit = activationLimit
        self.downloadLimit = downloadLimit
        self.downloadDays = downloadDays
        self.allowPromotionCodes = allowPromotionCodes
        self.automaticTax = automaticTax
        self.termsConsent = termsConsent
        self.invoiceCreation = invoiceCreation
        self.isActive = isActive
    }
}

/// The columns of a price that the seller sets.
package struct PriceRecord: Equatable, Sendable {
    /// Stripe's ID of the price.
    package var stripeID: String
    /// The unit amount.
    package var amount: Money
    /// Whether it is for sale.
    package var isActive: Bool

    /// Creates a record.
    package init(stripeID: String, amount: Money, isActive: Bool) {
        self.stripeID = stripeID
        self.amount = amount
        self.isActive = isActive
    }
}

/// A stored product.
package struct StoredProduct: Equatable, Sendable {
    /// The row's ID.
    package let id: ProductID
    /// The columns that the seller sets.
    package let record: ProductRecord
    /// Whether licenses of it have been issued.
    package let hasLicenses: Bool

    /// Creates a stored product.
    package init(id: ProductID, record: ProductRecord, hasLicenses: Bool) {
        self.id = id
        self.record = record
        self.hasLicenses = hasLicenses
    }
}

/// A stored price.
package struct StoredPrice: Equatable, Sendable {
    /// The row's ID.
    package let id: PriceID
    /// Its product.
    package let product: ProductID
    /// The columns that the seller sets.
    package let record: PriceRecord

    /// Creates a stored price.
    package init(id: PriceID, product: ProductID, record: PriceRecord) {
        self.id = id
        self.product = product
        self.record = record
    }
}

/// The statements that compare and apply a catalog file, in one transaction per file.
package enum CatalogApplyStatements {
    /// Locks the catalog against other writers until the transaction ends; readers are not blocked.
    package static let lock = Statement<Int>.affected("LOCK TABLE shops IN SHARE ROW EXCLUSIVE MODE")

    /// Reads the shop; `nil` if there is none.
    package static let shop = Statement<(ShopID, ShopRecord)?>.optionalRow(
        "SELECT id, name, support_email, sender FROM shops"
    ) { row throws(PostgresFault) in
        (
            try row.id(0),
            ShopRecord(name: try row.text(1), supportEmail: try row.text(2), sender: try row.text(3))
        )
    }

    /// Reads all products, including those no longer for sale.
    package static let products = Statement<[StoredProduct]>.rows(
        """
        SELECT p.id, p.slug, p.name, p.description, p.key_prefix, p.activation_limit, p.download_limit,
            p.download_days, p.allow_promotion_codes, p.automatic_tax, p.terms_consent, p.invoice_creation, p.active,
            EXISTS (SELECT FROM licenses l WHERE l.product_id = p.id)
        FROM products p ORDER BY p.slug
        """
    ) { row throws(PostgresFault) in
        let record = ProductRecord(
            slug: try row.text(1), name: try row.text(2), description: try row.text(3),
            keyPrefix: try row.optionalText(4),
            activationLimit: Int(try row.integer(5)), downloadLimit: Int(try row.integer(6)),
            downloadDays: Int(try row.integer(7)), allowPromotionCodes: try row.bool(8), automaticTax: try row.bool(9),
            termsConsent: try row.bool(10), invoiceCreation: try row.bool(11), isActive: try row.bool(12))
        return StoredProduct(id: try row.id(0), record: record, hasLicenses: try row.bool(13))
    }

    /// Reads all prices.
    package static let prices = Statement<[StoredPrice]>.rows(
        "SELECT id, product_id, stripe_price_id, unit_amount, currency, active FROM prices ORDER BY stripe_price_id"
    ) { row throws(PostgresFault) in
        let amount = Money(minorUnits: try row.integer(3), currency: try row.currency(4))
        return StoredPrice(
            id: try row.id(0), product: try row.id(1),
            record: PriceRecord(stripeID: try row.text(2), amount: amount, isActive: try row.bool(5)))
    }

    /// Upserts the shop.
    package static func put(_ id: ShopID, _ record: ShopRecord) -> Statement<Int> {
        .affected(
            """
            INSERT INTO shops (id, name, support_email, sender)
            VALUES (\(id), \(record.name), \(record.supportEmail), \(record.sender))
            ON CONFLICT (id) DO UPDATE
            SET name = EXCLUDED.name, support_email = EXCLUDED.support_email, sender = EXCLUDED.sender
            """)
    }

    /// Upserts a product.
    package static func put(_ id: ProductID, of shop: ShopID, _ record: ProductRecord) -> Statement<Int> {
        .affected(
            """
            INSERT INTO products (id, shop_id, slug, name, description, key_prefix, activation_limit, download_limit,
                download_days, allow_promotion_codes, automatic_tax, terms_consent, invoice_creation, active)
            VALUES (\(id), \(shop), \(record.slug), \(record.name), \(record.description), \(record.keyPrefix),
                \(record.activationLimit)::integer, \(record.downloadLimit)::integer, \(record.downloadDays)::integer,
                \(record.allowPromotionCodes), \(record.automaticTax), \(record.termsConsent),
                \(record.invoiceCreation), \(record.isActive))
            ON CONFLICT (id) DO UPDATE
            SET name = EXCLUDED.name, description = EXCLUDED.description, key_prefix = EXCLUDED.key_prefix,
                activation_limit = EXCLUDED.activation_limit, download_limit = EXCLUDED.download_limit,
                download_days = EXCLUDED.download_days, allow_promotion_codes = EXCLUDED.allow_promotion_codes,
                automatic_tax = EXCLUDED.automatic_tax, terms_consent = EXCLUDED.terms_consent,
                invoice_creation = EXCLUDED.invoice_creation, active = EXCLUDED.active
            """)
    }

    /// Upserts a price; only `active` changes on an existing one, because Stripe's prices are immutable too.
    package static func put(_ id: PriceID, of product: ProductID, _ record: PriceRecord) -> Statement<Int> {
        .affected(
            """
            INSERT INTO prices (id, product_id, stripe_price_id, unit_amount, currency, active)
            VALUES (\(id), \(product), \(record.stripeID), \(record.amount.minorUnits),
                \(record.amount.currency.code), \(record.isActive))
            ON CONFLICT (id) DO UPDATE SET active = EXCLUDED.active
            """)
    }
}
