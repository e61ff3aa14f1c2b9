/// The names shown on a page, as far as they are known: they come from the database, never from code.
package struct Site: Equatable, Sendable {
    /// The shop's name; empty if the database was not queried.
    package let shopName: String
    /// The product's name, the label of the link back to its page; empty if there is none.
    package let productName: String

    package init(shopName: String, productName: String) {
        self.shopName = shopName
        self.productName = productName
    }

    /// A site without names, for a refusal before the database is queried.
    package static let unnamed = Site(shopName: "", productName: "")

    var wordmark: String { shopName.isEmpty ? "Shop" : shopName }
    var homeLabel: String { productName.isEmpty ? "Home" : productName }
    var imprint: Markup { shopName.isEmpty ? "" : "<p>Made and sold by \(shopName)</p>" }
}
