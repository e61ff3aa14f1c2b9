import FoundationEssentials

/// The prices that exist in the sandbox.
struct Catalog: Sendable {
    /// One price and its product.
    struct Price: Equatable, Sendable {
        var id: String
        var unitAmount: Int64
        var currency: String
        var product: String
        var name: String
    }

    private(set) var prices: [String: Price] = [:]

    init(_ prices: [Price]) {
        for price in prices { self.prices[price.id] = price }
    }

    /// Creates a catalog from JSON text or from the file at a path; `nil` if it cannot be read.
    init?(textOrPath: String) {
        let isText = textOrPath.trimmingPrefix { " \n\t".contains($0) }.hasPrefix("{")
        let data = isText ? Data(textOrPath.utf8) : try? Data(contentsOf: URL(filePath: textOrPath))
        guard let data, let file = try? JSONDecoder().decode(File.self, from: data) else { return nil }
        self.init(file.products.flatMap(\.catalogPrices))
    }

    /// The members of the catalog file that the sandbox uses.
    private struct File: Decodable {
        var products: [Product]
    }

    private struct Product: Decodable {
        var slug: String?
        var name: String?
        var prices: [ListedPrice]

        var catalogPrices: [Price] {
            prices.map { price in
                Price(
                    id: price.id, unitAmount: price.unit_amount, currency: price.currency,
                    product: "prod_\(slug ?? "sandbox")", name: name ?? slug ?? price.id)
            }
        }
    }

    private struct ListedPrice: Decodable {
        var id: String
        // The file's own spelling.
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var unit_amount: Int64
        var currency: String
    }
}
