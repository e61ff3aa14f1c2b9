import Catalog
import EmailMessage
import Kernel
import Licensing
import Storage
import Stripe

/// A validated catalog.
package struct CatalogFile: Equatable, Sendable {
    /// A product, with its prices in the file's order.
    struct Product: Equatable, Sendable {
        let record: ProductRecord
        let prices: [PriceRecord]
    }

    let shop: ShopRecord
    let products: [Product]

    /// Validates every value.
    ///
    /// - Throws: all faults, in the file's order.
    package init(_ document: CatalogDocument) throws(CatalogFaults) {
        var check = CatalogCheck()
        shop = check.shop(document.shop)
        var products: [Product] = []
        for (index, product) in document.products.enumerated() {
            products.append(check.product(product, at: "products.\(index)"))
        }
        self.products = products
        check.expect(!products.isEmpty, "products", .noProducts)
        check.uniqueness(document.products)
        guard check.faults.isEmpty else { throw CatalogFaults(check.faults) }
    }
}

/// Collects the faults in a catalog's values.
private struct CatalogCheck {
    private(set) var faults: [CatalogFault] = []

    mutating func expect(_ holds: Bool, _ path: String, _ reason: CatalogFault.Reason) {
        if !holds { faults.append(CatalogFault(path, reason)) }
    }

    mutating func shop(_ shop: CatalogDocument.Shop) -> ShopRecord {
        line(shop.name, "shop.name")
        expect(EmailAddress(shop.supportEmail)?.text == shop.supportEmail, "shop.support_email", .notEmailAddress)
        let isSender = Mailbox(text: shop.sender) != nil && isLine(shop.sender)
        expect(isSender, "shop.sender", .notSender)
        return ShopRecord(name: shop.name, supportEmail: shop.supportEmail, sender: shop.sender)
    }

    mutating func product(_ product: CatalogDocument.Product, at path: String) -> CatalogFile.Product {
        expect(isSlug(product.slug), "\(path).slug", .notSlug)
        line(product.name, "\(path).name")
        expect(product.description.count <= 1_000, "\(path).description", .tooLong(limit: 1_000))
        if let prefix = product.keyPrefix {
            expect(LicensePrefix(prefix)?.text == prefix, "\(path).key_prefix", .notKeyPrefix)
        }
        range(product.activationLimit, 1...10_000, "\(path).activation_limit")
        range(product.downloadLimit, 1...10_000, "\(path).download_limit")
        range(product.downloadDays, 1...365, "\(path).download_days")
        let prices = product.prices.enumerated().compactMap { price($0.element, at: "\(path).prices.\($0.offset)") }
        let active = product.prices.filter(\.active).count
        expect(active == 1, "\(path).prices", .activePrices(active))
        let checkout = product.checkout
        let record = ProductRecord(
            slug: product.slug, name: product.name, description: product.description, keyPrefix: product.keyPrefix,
            activationLimit: Int(product.activationLimit), downloadLimit: Int(product.downloadLimit),
            downloadDays: Int(product.downloadDays), allowPromotionCodes: checkout.allowPromotionCodes,
            automaticTax: checkout.automaticTax, termsConsent: checkout.termsConsent,
            invoiceCreation: checkout.invoiceCreation, isActive: true)
        return CatalogFile.Product(record: record, prices: prices)
    }

    private mutating func price(_ price: CatalogDocument.Price, at path: String) -> PriceRecord? {
        expect(price.id.hasPrefix("price_") && StripeID(price.id) != nil, "\(path).id", .notPriceID)
        // Stripe allows at most eight digits: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
        let amounts = Int64(0)...99_999_999
        expect(amounts.contains(price.unitAmount), "\(path).unit_amount", .amountOutOfRange(amounts))
        let currency = Currency(price.currency)
        expect(currency?.code == price.currency, "\(path).currency", .notCurrency)
        guard let currency else { return nil }
        return PriceRecord(
            stripeID: price.id, amount: Money(minorUnits: price.unitAmount, currency: currency), isActive: price.active)
    }

    mutating func uniqueness(_ products: [CatalogDocument.Product]) {
        let indexed = products.enumerated()
        unique(indexed.map { ("products.\($0.offset).slug", $0.element.slug) })
        unique(
            indexed.compactMap { index, product in
                product.keyPrefix.flatMap { LicensePrefix($0) }.map { ("products.\(index).key_prefix", $0.canonical) }
            }, CatalogFault.Reason.readsLike)
        unique(
            indexed.flatMap { index, product in
                product.prices.enumerated().map { ("products.\(index).prices.\($0.offset).id", $0.element.id) }
            })
    }

    /// Adds a fault for every value that has occurred before.
    private mutating func unique(
        _ values: [(path: String, value: String)],
        _ reason: (String) -> CatalogFault.Reason = CatalogFault.Reason.sameAs
    ) {
        var first: [String: String] = [:]
        for (path, value) in values {
            if let other = first[value] { expect(false, path, reason(other)) }
            first[value] = first[value] ?? path
        }
    }

    private mutating func range(_ value: Int64, _ range: ClosedRange<Int64>, _ path: String) {
        expect(range.contains(value), path, .outOfRange(range))
    }

    private mutating func line(_ text: String, _ path: String) {
        expect(isLine(text), path, .notLine)
    }
}

private func isLine(_ text: String) -> Bool {
    (1...100).contains(text.count) && text.trimmingBlanks() == text
        && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
}

private func isSlug(_ text: String) -> Bool {
    guard (1...64).contains(text.utf8.count) else { return false }
    return text.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty
            && part.utf8.allSatisfy { $0.isASCIILowercase || $0.isASCIIDigit }
    }
}
