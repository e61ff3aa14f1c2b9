import JSON
import Kernel

/// A catalog file as parsed; only names and types are checked.
package struct CatalogDocument: Equatable, Sendable {
    struct Shop: Equatable, Sendable {
        let name: String
        let supportEmail: String
        let sender: String
    }

    struct Product: Equatable, Sendable {
        let slug: String
        let name: String
        let description: String
        let keyPrefix: String?
        let activationLimit: Int64
        let downloadLimit: Int64
        let downloadDays: Int64
        let prices: [Price]
        let checkout: Checkout
    }

    struct Price: Equatable, Sendable {
        let id: String
        let unitAmount: Int64
        let currency: String
        let active: Bool
    }

    struct Checkout: Equatable, Sendable {
        var allowPromotionCodes = false
        var automaticTax = false
        var termsConsent = false
        var invoiceCreation = false
    }

    let shop: Shop
    let products: [Product]

    /// Parses the file's text.
    ///
    /// - Throws: the first member that is missing, unknown or of the wrong type.
    package init(_ text: String) throws(CatalogFaults) {
        let root: JSONNode
        do { root = try JSONNode(Array(text.utf8)) } catch { throw CatalogFaults("", .notJSON) }
        let catalog = try CatalogObject<Key>(root, at: "")
        shop = try Shop(catalog.object(.shop))
        products = try catalog.list(.products, Product.init)
    }

    private enum Key: String, CaseIterable { case shop, products }
}

extension CatalogDocument.Shop {
    fileprivate enum Key: String, CaseIterable {
        case name, sender
        case supportEmail = "support_email"
    }

    fileprivate init(_ shop: CatalogObject<Key>) throws(CatalogFaults) {
        name = try shop.text(.name)
        supportEmail = try shop.text(.supportEmail)
        sender = try shop.text(.sender)
    }
}

extension CatalogDocument.Product {
    fileprivate enum Key: String, CaseIterable {
        case slug, name, description, prices, checkout
        case keyPrefix = "key_prefix"
        case activationLimit = "activation_limit"
        case downloadLimit = "download_limit"
        case downloadDays = "download_days"
    }

    fileprivate init(_ product: CatalogObject<Key>) throws(CatalogFaults) {
        slug = try product.text(.slug)
        name = try product.text(.name)
        description = try product.text(.description, default: "")
        keyPrefix = product.has(.keyPrefix) ? try product.text(.keyPrefix) : nil
        activationLimit = try product.number(.activationLimit)
        downloadLimit = try product.number(.downloadLimit)
        downloadDays = try product.number(.downloadDays)
        prices = try product.list(.prices, CatalogDocument.Price.init)
        checkout = product.has(.checkout) ? try .init(product.object(.checkout)) : .init()
    }
}

extension CatalogDocument.Price {
    fileprivate enum Key: String, CaseIterable {
        case id, currency, active
        case unitAmount = "unit_amount"
    }

    fileprivate init(_ price: CatalogObject<Key>) throws(CatalogFaults) {
        id = try price.text(.id)
        unitAmount = try price.number(.unitAmount)
        currency = try price.text(.currency)
        active = try price.flag(.active, default: true)
    }
}

extension CatalogDocument.Checkout {
    fileprivate enum Key: String, CaseIterable {
        case allowPromotionCodes = "allow_promotion_codes"
        case automaticTax = "automatic_tax"
        case termsConsent = "terms_consent"
        case invoiceCreation = "invoice_creation"
    }

    fileprivate init(_ checkout: CatalogObject<Key>) throws(CatalogFaults) {
        allowPromotionCodes = try checkout.flag(.allowPromotionCodes, default: false)
        automaticTax = try checkout.flag(.automaticTax, default: false)
        termsConsent = try checkout.flag(.termsConsent, default: false)
        invoiceCreation = try checkout.flag(.invoiceCreation, default: false)
    }
}
