import FoundationEssentials
import Kernel

/// The seller's catalog as its file has it: names and types are right, nothing else is known.
struct CatalogDocument: Equatable, Sendable {
    struct Shop: Equatable, Sendable {
        let name: String
        let supportEmail: String
        let sender: String
    }

    struct Product: Equatable, Sendable {
        let slug: String
        let name: String
        let description: String
        let keyPrefix: String
        let activationLimit: Int
        let downloadLimit: Int
        let downloadDays: Int
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

    /// Reads the file's text.
    ///
    /// - Throws: the first part that is missing, unknown or of another type.
    init(_ text: String) throws(CatalogFaults) {
        do {
            self = try JSONDecoder().decode(CatalogDocument.self, from: Data(text.utf8))
        } catch let error as DecodingError {
            throw CatalogFaults([CatalogFault(error)])
        } catch {
            throw CatalogFaults([CatalogFault("", "cannot be read")])
        }
    }
}

extension CatalogDocument: Decodable {
    private enum Key: String, CodingKey, CaseIterable { case shop, products }

    init(from decoder: any Decoder) throws {
        let members = try decoder.members(Key.self)
        shop = try members.decode(Shop.self, forKey: .shop)
        products = try members.decode([Product].self, forKey: .products)
    }
}

extension CatalogDocument.Shop: Decodable {
    private enum Key: String, CodingKey, CaseIterable {
        case name, sender
        case supportEmail = "support_email"
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.members(Key.self)
        name = try members.decode(String.self, forKey: .name)
        supportEmail = try members.decode(String.self, forKey: .supportEmail)
        sender = try members.decode(String.self, forKey: .sender)
    }
}

extension CatalogDocument.Product: Decodable {
    private enum Key: String, CodingKey, CaseIterable {
        case slug, name, description, prices, checkout
        case keyPrefix = "key_prefix"
        case activationLimit = "activation_limit"
        case downloadLimit = "download_limit"
        case downloadDays = "download_days"
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.members(Key.self)
        slug = try members.decode(String.self, forKey: .slug)
        name = try members.decode(String.self, forKey: .name)
        description = try members.decodeIfPresent(String.self, forKey: .description) ?? ""
        keyPrefix = try members.decode(String.self, forKey: .keyPrefix)
        activationLimit = try members.wholeNumber(.activationLimit)
        downloadLimit = try members.wholeNumber(.downloadLimit)
        downloadDays = try members.wholeNumber(.downloadDays)
        prices = try members.decode([CatalogDocument.Price].self, forKey: .prices)
        checkout =
            try members.decodeIfPresent(CatalogDocument.Checkout.self, forKey: .checkout) ?? CatalogDocument.Checkout()
    }
}

extension CatalogDocument.Price: Decodable {
    private enum Key: String, CodingKey, CaseIterable {
        case id, currency, active
        case unitAmount = "unit_amount"
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.members(Key.self)
        id = try members.decode(String.self, forKey: .id)
        unitAmount = try members.wholeNumber(.unitAmount)
        currency = try members.decode(String.self, forKey: .currency)
        active = try members.decodeIfPresent(Bool.self, forKey: .active) ?? true
    }
}

extension CatalogDocument.Checkout: Decodable {
    private enum Key: String, CodingKey, CaseIterable {
        case allowPromotionCodes = "allow_promotion_codes"
        case automaticTax = "automatic_tax"
        case termsConsent = "terms_consent"
        case invoiceCreation = "invoice_creation"
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.members(Key.self)
        allowPromotionCodes = try members.decodeIfPresent(Bool.self, forKey: .allowPromotionCodes) ?? false
        automaticTax = try members.decodeIfPresent(Bool.self, forKey: .automaticTax) ?? false
        termsConsent = try members.decodeIfPresent(Bool.self, forKey: .termsConsent) ?? false
        invoiceCreation = try members.decodeIfPresent(Bool.self, forKey: .invoiceCreation) ?? false
    }
}

/// A member's name, whatever it is.
private struct AnyName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// A member that nobody reads, so probably a typing error.
struct UnknownMember: Error {
    let nearest: String?
}

extension Decoder {
    /// An object's members; one that is not among `Key`'s is an error.
    fileprivate func members<Key: CodingKey & CaseIterable>(_: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let known = Key.allCases.map(\.stringValue)
        let names = try container(keyedBy: AnyName.self).allKeys.sorted { $0.stringValue < $1.stringValue }
        if let stranger = names.first(where: { !known.contains($0.stringValue) }) {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: codingPath + [stranger], debugDescription: "unknown member",
                    underlyingError: UnknownMember(nearest: nearestWord(to: stranger.stringValue, among: known))))
        }
        return try container(keyedBy: Key.self)
    }
}

extension KeyedDecodingContainer {
    /// A number without a fraction; Foundation says of one that has a fraction only that the whole is no JSON.
    fileprivate func wholeNumber<Number: BinaryInteger>(_ key: Key) throws -> Number {
        let value = try decode(Double.self, forKey: key)
        guard let number = Number(exactly: value) else {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "not a whole number")
        }
        return number
    }
}
