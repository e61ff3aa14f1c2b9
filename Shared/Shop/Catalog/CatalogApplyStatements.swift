package import Kernel
package import Postgres

/// The shop's columns that the seller writes.
package struct ShopRecord: Equatable, Sendable {
    /// The name that buyers read.
    package var name: String
    /// Where people get help.
    package var supportEmail: String
    /// The From line of mails.
    package var sender: String

    /// Takes the parts as they are.
    package init(name: String, supportEmail: String, sender: String) {
        self.name = name
        self.supportEmail = supportEmail
        self.sender = sender
    }
}

/// A product's columns that the seller writes.
package struct ProductRecord: Equatable, Sendable {
    /// The name in addresses, forms and metadata.
    package var slug: String
    /// The name that buyers read.
    package var name: String
    package var description: String
    /// What its license keys begin with.
    package var keyPrefix: String
    /// On how many machines one license runs.
    package var activationLimit: Int
    /// How many files one link fetches.
    package var downloadLimit: Int
    /// How many days one link lives.
    package var downloadDays: Int
    /// Whether the payment page takes promotion codes.
    package var allowPromotionCodes: Bool
    /// Whether Stripe adds the tax.
    package var automaticTax: Bool
    /// Whether the buyer must agree to the terms.
    package var termsConsent: Bool
    /// Whether Stripe makes an invoice.
    package var invoiceCreation: Bool
    /// Whether it is for sale.
    package var isActive: Bool

    /// Takes the parts as they are.
    package init(
        slug: String, name: String, description: String, keyPrefix: String, activationLimit: Int, downloadLimit: Int,
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

/// A price's columns that the seller writes.
package struct PriceRecord: Equatable, Sendable {
    /// Stripe's ID of the price.
    package var stripeID: String
    /// What one unit costs.
    package var amount: Money
    /// Whether it is for sale.
    package var isActive: Bool

    /// Takes the parts as they are.
    package init(stripeID: String, amount: Money, isActive: Bool) {
        self.stripeID = stripeID
        self.amount = amount
        self.isActive = isActive
    }
}

/// A product as it is stored.
package struct StoredProduct: Equatable, Sendable {
    /// The row's ID.
    package let id: ProductID
    /// What the row says.
    package let record: ProductRecord
    /// Whether keys with its prefix are out there.
    package let hasLicenses: Bool

    /// Takes the parts as they are.
    package init(id: ProductID, record: ProductRecord, hasLicenses: Bool) {
        self.id = id
        self.record = record
        self.hasLicenses = hasLicenses
    }
}

/// A price as it is stored.
package struct StoredPrice: Equatable, Sendable {
    /// The row's ID.
    package let id: PriceID
    /// The product it belongs to.
    package let product: ProductID
    /// What the row says.
    package let record: PriceRecord

    /// Takes the parts as they are.
    package init(id: PriceID, product: ProductID, record: PriceRecord) {
        self.id = id
        self.product = product
        self.record = record
    }
}

/// The reads and writes of the seller's catalog; all of one file are one transaction.
package enum CatalogApplyStatements {
    /// Lets nobody else write the catalog until the transaction ends; reading goes on.
    package static let lock = Statement<Int>.affected("LOCK TABLE shops IN SHARE ROW EXCLUSIVE MODE")

    /// The shop, if there is one.
    package static let shop = Statement<(ShopID, ShopRecord)?>.optionalRow(
        "SELECT id, name, support_email, sender FROM shops"
    ) { row throws(PostgresFault) in
        (
            try row.id(0),
            ShopRecord(name: try row.text(1), supportEmail: try row.text(2), sender: try row.text(3))
        )
    }

    /// Every product, those that are not sold any more too.
    package static let products = Statement<[StoredProduct]>.rows(
        """
        SELECT p.id, p.slug, p.name, p.description, p.key_prefix, p.activation_limit, p.download_limit,
            p.download_days, p.allow_promotion_codes, p.automatic_tax, p.terms_consent, p.invoice_creation, p.active,
            EXISTS (SELECT FROM licenses l WHERE l.product_id = p.id)
        FROM products p ORDER BY p.slug
        """
    ) { row throws(PostgresFault) in
        let record = ProductRecord(
            slug: try row.text(1), name: try row.text(2), description: try row.text(3), keyPrefix: try row.text(4),
            activationLimit: Int(try row.integer(5)), downloadLimit: Int(try row.integer(6)),
            downloadDays: Int(try row.integer(7)), allowPromotionCodes: try row.bool(8), automaticTax: try row.bool(9),
            termsConsent: try row.bool(10), invoiceCreation: try row.bool(11), isActive: try row.bool(12))
        return StoredProduct(id: try row.id(0), record: record, hasLicenses: try row.bool(13))
    }

    /// Every price.
    package static let prices = Statement<[StoredPrice]>.rows(
        "SELECT id, product_id, stripe_price_id, unit_amount, currency, active FROM prices ORDER BY stripe_price_id"
    ) { row throws(PostgresFault) in
        let amount = Money(minorUnits: try row.integer(3), currency: try row.currency(4))
        return StoredPrice(
            id: try row.id(0), product: try row.id(1),
            record: PriceRecord(stripeID: try row.text(2), amount: amount, isActive: try row.bool(5)))
    }

    /// Writes the shop, new or known.
    package static func put(_ id: ShopID, _ record: ShopRecord) -> Statement<Int> {
        .affected(
            """
            INSERT INTO shops (id, name, support_email, sender)
            VALUES (\(id), \(record.name), \(record.supportEmail), \(record.sender))
            ON CONFLICT (id) DO UPDATE
            SET name = EXCLUDED.name, support_email = EXCLUDED.support_email, sender = EXCLUDED.sender
            """)
    }

    /// Writes a product, new or known.
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

    /// Writes a price, new or known; of a known one only whether it is sold at changes, as with Stripe.
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
